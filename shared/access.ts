import type { X509Certificate } from "node:crypto";
import type { InputName } from "./inputs.ts";
import type { Read } from "./restore/fields.ts";
import type { Credential } from "./service-fabric/credentials.ts";
import * as read from "./service-fabric/credentials.ts";
import type { ServerTrust } from "./service-fabric/server-trust.ts";

/** Who we are to the cluster, and who it must be. */
export interface Access {
  readonly credential: Credential;
  readonly trust: ServerTrust;
}

/** The value of an input, its default where it is empty; and what notes a problem of one. */
export type Text = (input: InputName) => string;
export type Note = (input: InputName, message: string) => void;

/** The inputs that hold a credential, by the way in they belong to. */
const WAYS_IN = {
  "a client certificate": ["client-certificate", "client-key"],
  "a PFX": ["client-pfx", "client-pfx-password"],
  "an access token": ["access-token"],
  "a workload identity": ["entra-tenant-id", "entra-client-id"],
} as const satisfies Readonly<Record<string, readonly InputName[]>>;

const TRUST_INPUTS = ["server-ca", "server-certificate-thumbprint", "server-common-name"] as const;

/**
 * Reads credential and trust. Every problem is noted, with no part of a secret in it; the result counts only if none was.
 * `insecure` says that an endpoint is plain http, over which no credential goes.
 */
export function parseAccess(text: Text, note: Note, insecure: boolean): Access {
  const ways = Object.entries(WAYS_IN).filter(([, inputs]) => inputs.some((input) => text(input) !== ""));
  const given = [...ways.flatMap(([, inputs]) => inputs), ...TRUST_INPUTS].filter((input) => text(input) !== "");
  if (insecure) for (const input of given) note(input, "needs an https cluster-endpoint");
  const [, second] = ways;
  if (second !== undefined) {
    note(
      second[1][0],
      `cannot go together with the other credential: give one of ${ways.map(([way]) => way).join(" and ")}`,
    );
  }
  return { credential: readCredential(text, note), trust: readTrust(text, note) };
}

/** Every way in is read, so that all its problems are told; where several were given one of them was noted. */
function readCredential(text: Text, note: Note): Credential {
  const found: Credential[] = [];
  if (text("client-certificate") !== "" || text("client-key") !== "") found.push(readPair(text, note));
  if (text("client-pfx") !== "" || text("client-pfx-password") !== "") found.push(readPfx(text, note));
  if (text("access-token") !== "") found.push(readGivenToken(text, note));
  if (text("entra-tenant-id") !== "" || text("entra-client-id") !== "") found.push(readIdentity(text, note));
  return found[0] ?? NONE;
}

const NONE: Credential = { kind: "none" };

function readPair(text: Text, note: Note): Credential {
  const [cert, key] = [text("client-certificate"), text("client-key")];
  if (cert === "") note("client-certificate", "is required with client-key");
  if (key === "") note("client-key", "is required with client-certificate");
  const certificates = cert === "" ? undefined : noted("client-certificate", read.readCertificates(cert), note);
  const privateKey = key === "" ? undefined : noted("client-key", read.readPrivateKey(key), note);
  if (certificates === undefined || privateKey === undefined) return NONE;
  if (!read.arePair(certificates[0], privateKey)) note("client-key", "is not the key of client-certificate");
  return { kind: "certificate", cert, key };
}

function readPfx(text: Text, note: Note): Credential {
  if (text("client-pfx") === "") {
    note("client-pfx", "is required with client-pfx-password");
    return NONE;
  }
  const passphrase = text("client-pfx-password");
  const pfx = noted("client-pfx", read.readPfx(text("client-pfx"), passphrase), note);
  return pfx === undefined ? NONE : { kind: "pfx", pfx, passphrase };
}

function readGivenToken(text: Text, note: Note): Credential {
  const token = noted("access-token", read.readToken(text("access-token")), note);
  return token === undefined ? NONE : { kind: "token", token };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function readIdentity(text: Text, note: Note): Credential {
  const [tenantId, clientId] = [text("entra-tenant-id"), text("entra-client-id")];
  for (const [input, value] of [
    ["entra-tenant-id", tenantId],
    ["entra-client-id", clientId],
  ] as const) {
    if (!GUID.test(value)) note(input, "must be a GUID; both entra-tenant-id and entra-client-id are needed");
  }
  return { kind: "workload-identity", tenantId, clientId };
}

function readTrust(text: Text, note: Note): ServerTrust {
  const ca: readonly X509Certificate[] =
    text("server-ca") === "" ? [] : (noted("server-ca", read.readCertificates(text("server-ca")), note) ?? []);
  const thumbprints = text("server-certificate-thumbprint")
    .split(/[\n,;]/)
    .filter((item) => item.trim() !== "")
    .map((item) => noted("server-certificate-thumbprint", read.readThumbprint(item), note))
    .filter((item) => item !== undefined);
  if (thumbprints.length === 0 && /^[\s,;]+$/.test(text("server-certificate-thumbprint"))) {
    // Nothing but separators: two empty variables, say. That nobody is pinned must not go unnoticed.
    note("server-certificate-thumbprint", "holds no thumbprint");
  }
  const commonName = text("server-common-name");
  if (!/^[\w .*-]*$/.test(commonName))
    note("server-common-name", "must be a certificate's name, such as cluster.example.com");
  return { ca, thumbprints, commonName: commonName === "" ? undefined : commonName };
}

function noted<T>(input: InputName, checked: Read<T>, note: Note): T | undefined {
  if (checked.ok) return checked.value;
  note(input, checked.why);
  return undefined;
}
