import type { Clock } from "../clock.ts";
import { type ClusterGateway, GatewayError } from "../cluster-gateway.ts";
import { type Ask, asker } from "./ask.ts";
import type { Handshake } from "./connect.ts";
import { certificateOf, type Credential } from "./credentials.ts";
import type { ProxyVariables } from "./proxy.ts";
import { given } from "../restore/fields.ts";
import { readReply } from "./replies.ts";
import { aadMetadataPath } from "./requests.ts";
import { restGateway, type RestGatewayOptions } from "./rest-gateway.ts";
import { expiryWarning, type ServerTrust } from "./server-trust.ts";
import { type EntraCredential, entraTokens, givenToken, parseAadMetadata, type TokenSource } from "./tokens.ts";
import { httpTransport, type TransportOptions } from "./transport.ts";

/** Where the cluster is, who we are to it, and who it must be. */
export interface ClusterAccess {
  readonly endpoints: readonly [URL, ...URL[]];
  readonly apiVersion: string;
  readonly credential: Credential;
  readonly trust: ServerTrust;
}

/** What the host lends. */
export interface Surroundings {
  readonly clock: Clock;
  readonly proxies: ProxyVariables;
  /** Told at most once per sentence. */
  readonly warn: (text: string) => void;
  /** Told of every TLS handshake; a probe describes them. */
  readonly met?: (handshake: Handshake) => void;
  /** Where the host has an identity of its own to exchange. */
  readonly workloadIdentity?: (tenantId: string, clientId: string) => EntraCredential;
}

export interface OpenCluster {
  readonly gateway: ClusterGateway;
  /** One GET and the reply as it came, for who wants to know the wire itself: a probe. */
  readonly ask: Ask;
  /** Ends every connection; nothing keeps the process alive afterwards. */
  close(): Promise<void>;
}

/** The cluster's gateway client. Connects to nothing yet. */
export function openCluster(access: ClusterAccess, surroundings: Surroundings): OpenCluster {
  const { endpoints, apiVersion, credential, trust } = access;
  const { clock, proxies } = surroundings;
  const warn = once(surroundings.warn);
  const ours = certificateOf(credential);
  const ending = ours === undefined ? undefined : expiryWarning("The client certificate", ours, clock.now());
  if (ending !== undefined) warn(ending);
  const identity = identityOf(credential);
  const met = given("met", surroundings.met);
  const transport = httpTransport({ trust, identity, proxies, nowMs: () => clock.now(), warn, ...met });
  const options: RestGatewayOptions = { endpoints, apiVersion, transport, clock };
  const tokens = tokensOf(credential, options, surroundings);
  const wire = { ...options, ...given("tokens", tokens) };
  return {
    gateway: restGateway(wire),
    ask: asker(wire),
    close: () => transport.close(),
  };
}

function identityOf(credential: Credential): TransportOptions["identity"] {
  switch (credential.kind) {
    case "certificate":
      return { cert: credential.cert, key: credential.key };
    case "pfx":
      return { pfx: Buffer.from(credential.pfx), passphrase: credential.passphrase };
    case "none":
    case "token":
    case "workload-identity":
      return {};
  }
}

function tokensOf(
  credential: Credential,
  options: RestGatewayOptions,
  { clock, workloadIdentity }: Surroundings,
): TokenSource | undefined {
  if (credential.kind === "token") return givenToken(credential.token);
  if (credential.kind !== "workload-identity") return undefined;
  const { tenantId, clientId } = credential;
  const ask = asker(options);
  return entraTokens({
    clock,
    tenantId,
    credential: () => {
      if (workloadIdentity !== undefined) return workloadIdentity(tenantId, clientId);
      throw new GatewayError("access-denied", "this host has no identity to exchange for a token");
    },
    registration: async (look) => {
      await look.further?.();
      const { reply, receivedAt } = await ask(aadMetadataPath, look);
      return readReply(reply, receivedAt, parseAadMetadata);
    },
  });
}

function once(warn: (text: string) => void): (text: string) => void {
  const said = new Set<string>();
  return (text) => {
    if (said.has(text)) return;
    said.add(text);
    warn(text);
  };
}
