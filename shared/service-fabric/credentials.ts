import { createPrivateKey, X509Certificate } from "node:crypto";
import { Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";
import { good, type Read, unreadable } from "../restore/fields.ts";

/**
 * Who we are to the cluster. A read-only ("User" role) identity is enough for all this project does.
 * @see https://learn.microsoft.com/azure/service-fabric/service-fabric-cluster-security
 */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "certificate"; readonly cert: string; readonly key: string }
  | { readonly kind: "pfx"; readonly pfx: Uint8Array; readonly passphrase: string }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "workload-identity"; readonly tenantId: string; readonly clientId: string };

/* What cannot be read is told without any part of the secret in it. */

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Every certificate of a PEM text, in order; one that does not parse spoils the whole. */
export function readCertificates(pem: string): Read<readonly [X509Certificate, ...X509Certificate[]]> {
  const blocks = pem.match(PEM) ?? [];
  try {
    const [first, ...others] = blocks.map((block) => new X509Certificate(block));
    if (first !== undefined) return good([first, ...others]);
  } catch {
    // OpenSSL's words for a broken block help nobody; the sentence below does.
  }
  return unreadable("must be a PEM certificate (-----BEGIN CERTIFICATE----- ...)");
}

/** An unencrypted PEM key. */
export function readPrivateKey(pem: string): Read<string> {
  if (/ENCRYPTED/.test(pem.slice(0, 200))) {
    return unreadable("is an encrypted key; give it unencrypted, or certificate and key as client-pfx");
  }
  try {
    createPrivateKey(pem);
    return good(pem);
  } catch {
    return unreadable("must be a PEM private key (-----BEGIN PRIVATE KEY----- ...)");
  }
}

/** Whether certificate and key are a pair; both have been read before. */
export function arePair(cert: X509Certificate, key: string): boolean {
  return cert.checkPrivateKey(createPrivateKey(key));
}

/** A PFX in base64. OpenSSL 3 tells a wrong password from a file it cannot read, if not in words of this world. */
export function readPfx(base64: string, passphrase: string): Read<Uint8Array> {
  const text = base64.replace(/\s/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return unreadable("must be a PFX file in base64");
  const pfx = Buffer.from(text, "base64");
  try {
    createSecureContext({ pfx, passphrase });
    return good(pfx);
  } catch (error) {
    return unreadable(pfxProblem(error));
  }
}

function pfxProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  if (/mac verify failure/i.test(message)) return "cannot be opened: client-pfx-password is wrong";
  if (/unsupported/i.test(message)) {
    return "is encrypted in an outdated way (RC2); export it again with AES-256 (openssl pkcs12 -export)";
  }
  return "must be a PFX file in base64, with one certificate and its key";
}

/** The certificate by which a credential that has been read before is known, if it is one of that kind. */
export function certificateOf(credential: Credential): X509Certificate | undefined {
  if (credential.kind === "certificate") return new X509Certificate(credential.cert);
  if (credential.kind !== "pfx") return undefined;
  // Node opens a PFX for TLS only: a socket that is never connected tells which certificate it would show.
  const { pfx, passphrase } = credential;
  const secureContext = createSecureContext({ pfx: Buffer.from(pfx), passphrase });
  const socket = new TLSSocket(new Socket(), { secureContext });
  try {
    return socket.getX509Certificate();
  } finally {
    socket.destroy();
  }
}

/** `40 hex` (SHA-1) or `64 hex` (SHA-256), however it was pasted: spaces, colons and the invisible marks of Windows' dialogs go. */
export function readThumbprint(text: string): Read<string> {
  const hex = text.replace(/[\s:\p{Cf}]/gu, "").toUpperCase();
  if (/^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(hex)) return good(hex);
  return unreadable("must be a SHA-1 (40 hex digits) or SHA-256 (64 hex digits) thumbprint");
}

/** A bearer token, without the word Bearer if it was pasted along. */
export function readToken(text: string): Read<string> {
  const token = text.trim().replace(/^bearer(\s+|$)/i, "");
  if (/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) return good(token);
  return unreadable("must be a bearer token, on one line");
}
