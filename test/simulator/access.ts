import type { Instant } from "../../shared/restore/instant.ts";
import { noClientCertificate, noToken } from "./replies.ts";
import type { Refusal } from "./timeline.ts";

/* Who may come in. The gateway looks at tokens first and at certificates second, and the second verdict is what it tells. */

export type Role = "Admin" | "User";

/** A client certificate as the TLS layer met it. */
export interface ClientCertificate {
  readonly commonName: string;
  readonly sha1: string;
  /** Its chain ends in the server's client CA. */
  readonly chained: boolean;
}

/** SHA-1 thumbprints, or common names, which count for chained certificates only. */
export interface KnownCertificates {
  readonly admins?: readonly string[];
  readonly users?: readonly string[];
}

export interface Token {
  readonly token: string;
  readonly role: Role;
  /** By the cluster's clock; without it the token is good for ever. */
  readonly validUntil?: Instant;
}

export interface AadMetadata {
  readonly login: string;
  readonly tenant: string;
  readonly cluster: string;
  readonly client: string;
}

export type Access =
  | { readonly mode: "none" }
  | ({ readonly mode: "x509" } & KnownCertificates)
  | ({
      readonly mode: "aad";
      readonly tokens: readonly Token[];
      /** 403, or 401 as newer gateways may. */
      readonly refusesWith?: 403 | 401;
      readonly metadata?: Partial<AadMetadata>;
    } & KnownCertificates);

/** What a request brings along to be let in. */
export interface Caller {
  readonly authorization?: string | undefined;
  readonly client?: ClientCertificate | undefined;
}

/** The caller's role, or the refusal. */
export function admit(access: Access, { authorization, client }: Caller, now: Instant): Role | Refusal {
  if (access.mode === "none") return "Admin";
  const role =
    (access.mode === "aad" ? byToken(access.tokens, authorization, now) : undefined) ?? byName(access, client);
  return role ?? (access.mode === "aad" && access.refusesWith === 401 ? noToken : noClientCertificate);
}

function byToken(tokens: readonly Token[], authorization: string | undefined, now: Instant): Role | undefined {
  const [, presented] = /^Bearer (.+)$/i.exec(authorization ?? "") ?? [];
  return tokens.find(({ token, validUntil }) => token === presented && (validUntil ?? Infinity) > now)?.role;
}

function byName({ admins = [], users = [] }: KnownCertificates, client?: ClientCertificate): Role | undefined {
  if (client === undefined) return undefined;
  const { sha1, commonName, chained } = client;
  const isAmong = (known: readonly string[]): boolean =>
    known.includes(sha1) || (chained && known.includes(commonName));
  if (isAmong(admins)) return "Admin";
  return isAmong(users) ? "User" : undefined;
}

const METADATA: AadMetadata = {
  login: "https://login.microsoftonline.com",
  tenant: "11111111-1111-1111-1111-111111111111",
  client: "22222222-2222-2222-2222-222222222222",
  cluster: "33333333-3333-3333-3333-333333333333",
};

/** The one body in lower case, and the one answer for everybody. */
export function aadMetadataBody(access: Access): string {
  if (access.mode !== "aad") return '{"type":"","metadata":{}}';
  const { login, tenant, cluster, client } = { ...METADATA, ...access.metadata };
  const authority = `${login}/${tenant}`;
  const metadata = { authority, client, cluster, login, redirect: "urn:ietf:wg:oauth:2.0:oob", tenant };
  return JSON.stringify({ type: "aad", metadata });
}
