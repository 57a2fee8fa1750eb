import { type PeerCertificate, checkServerIdentity } from "node:tls";
import type { X509Certificate } from "node:crypto";
import { validityOf } from "./validity.ts";

/**
 * What the server's certificate must be. Several conditions hold together:
 * - `ca`: the chain ends in one of these; one of them may be the server's own certificate, which is then trusted as it
 *   stands, whatever its name. Empty: the system's and Node's authorities.
 * - `thumbprints`: the certificate is one of these (SHA-1 or SHA-256, upper-case hex without separators). That names it
 *   exactly, so neither its chain (unless `ca` is given) nor its host name matters.
 * - `commonName`: the name it must bear, as subject or DNS name, in place of the host's.
 *
 * Expired and not yet valid certificates are refused in every case, as the official .NET client does.
 */
export interface ServerTrust {
  readonly ca: readonly X509Certificate[];
  readonly thumbprints: readonly string[];
  readonly commonName: string | undefined;
}

export const SYSTEM_TRUST: ServerTrust = { ca: [], thumbprints: [], commonName: undefined };

/** A certificate as the handshake left it: its key is proven, nothing else is. */
export interface Presented {
  readonly certificate: X509Certificate;
  /** OpenSSL's verdict on the chain, where it has one against it. */
  readonly chainError: string | undefined;
  /** The host that was asked for. */
  readonly hostname: string;
}

/** Why the server is not the one expected, or nothing. Decides alone: Node's own check is off, see `connect.ts`. */
export function distrust(trust: ServerTrust, presented: Presented, nowMs: number): string | undefined {
  const { certificate, chainError, hostname } = presented;
  const outside = outsideValidity(certificate, nowMs);
  if (outside !== undefined) return outside;

  const pinned = trust.thumbprints.length > 0;
  if (pinned && !trust.thumbprints.some((thumbprint) => thumbprintsOf(certificate).includes(thumbprint))) {
    return `its thumbprint is ${thumbprintsOf(certificate)[0]}, none of the ${trust.thumbprints.length} expected`;
  }
  const named = trust.ca.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256);
  const chainMatters = !named && (!pinned || trust.ca.length > 0);
  if (chainMatters && chainError !== undefined) return `its certificate is not trusted (${chainError})`;

  if (trust.commonName !== undefined) {
    return bears(certificate, trust.commonName)
      ? undefined
      : `its certificate does not bear the name ${trust.commonName} (${nameOf(certificate)})`;
  }
  if (pinned || named) return undefined;
  return checkServerIdentity(hostname, legacy(certificate))?.message;
}

/** As subject or DNS name, and to the letter: OpenSSL takes a name that begins with a dot for every name below it. */
function bears(certificate: X509Certificate, name: string): boolean {
  return !name.startsWith(".") && certificate.checkHost(name, { subject: "always", wildcards: false }) !== undefined;
}

function outsideValidity(certificate: X509Certificate, nowMs: number): string | undefined {
  const { from, to } = validityOf(certificate);
  // Nothing is before or after a date that is none.
  if (Number.isNaN(from + to)) return "its certificate bears a date that is none";
  if (nowMs > to) return `its certificate expired on ${new Date(to).toISOString()}`;
  if (nowMs < from) return `its certificate is not valid before ${new Date(from).toISOString()}`;
  return undefined;
}

/** SHA-1 first: that is what Service Fabric's tools call *the* thumbprint. */
function thumbprintsOf({ fingerprint, fingerprint256 }: X509Certificate): readonly [string, string] {
  return [fingerprint.replaceAll(":", ""), fingerprint256.replaceAll(":", "")];
}

function nameOf(certificate: X509Certificate): string {
  return (
    [certificate.subject?.replaceAll("\n", ", "), certificate.subjectAltName].filter(Boolean).join("; ") ||
    "no name at all"
  );
}

/** `checkServerIdentity` still speaks the older form; Node's types call the conversion's result something else. */
function legacy(certificate: X509Certificate): PeerCertificate {
  return certificate.toLegacyObject();
}

const EXPIRY_WARNING_MS = 30 * 86_400_000;

/** A sentence when the certificate ends within 30 days; a drill that stops working next week should say so today. */
export function expiryWarning(whose: string, certificate: X509Certificate, nowMs: number): string | undefined {
  const { to } = validityOf(certificate);
  const left = to - nowMs;
  if (!(left >= 0 && left <= EXPIRY_WARNING_MS)) return undefined;
  return `${whose} expires on ${new Date(to).toISOString()}, in ${Math.floor(left / 86_400_000)} days`;
}
