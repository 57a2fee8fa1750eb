import { constants } from "node:crypto";
import { once } from "node:events";
import type { ServerOptions } from "node:https";
import type { Socket } from "node:net";
import { type SecureVersion, TLSSocket } from "node:tls";
import { setImmediate as turn } from "node:timers/promises";
import type { ClientCertificate } from "./access.ts";

export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  /** Whose client certificates count as chained. */
  readonly clientCa?: string;
  /**
   * `after-handshake` is what http.sys does: it takes the request, then renegotiates. That ends with TLS 1.2: on 1.3 it
   * would take an authentication after the handshake, which Node's clients cannot do, and so no certificate comes.
   * Without this option: `in-handshake` where there is a `clientCa`, else `never`.
   */
  readonly requestClientCertificate?: "never" | "in-handshake" | "after-handshake";
  readonly maxVersion?: SecureVersion;
}

/** How a request came over TLS. */
export interface TlsSeen {
  readonly version: string;
  readonly client?: ClientCertificate;
}

export function serverOptions({ cert, key, clientCa, maxVersion, ...rest }: TlsOptions): ServerOptions {
  return {
    cert,
    key,
    ALPNProtocols: ["http/1.1"],
    // Who may come in is decided by the request, not by the handshake: the answer is a 403.
    requestCert: whenAsked({ ...rest, ...(clientCa === undefined ? {} : { clientCa }) }) === "in-handshake",
    rejectUnauthorized: false,
    // A resumed session would bring no certificate.
    secureOptions: constants.SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
  };
}

const asked = new WeakSet<TLSSocket>();

/** What TLS knows about a request, asking for the certificate first where that is the server's way. Call it between messages only. */
export async function tlsSeen(socket: Socket, tls: TlsOptions): Promise<TlsSeen | undefined> {
  if (!(socket instanceof TLSSocket)) return undefined;
  if (whenAsked(tls) === "after-handshake" && !asked.has(socket)) {
    asked.add(socket);
    await renegotiate(socket);
  }
  const certificate = socket.getPeerX509Certificate();
  const version = socket.getProtocol() ?? "unknown";
  if (certificate === undefined) return { version };
  const [, commonName = ""] = /^CN=(.*)$/m.exec(certificate.subject) ?? [];
  const sha1 = certificate.fingerprint.replaceAll(":", "");
  return { version, client: { commonName, sha1, chained: socket.authorized } };
}

function whenAsked({ clientCa, requestClientCertificate }: Omit<TlsOptions, "cert" | "key">): string {
  return requestClientCertificate ?? (clientCa === undefined ? "never" : "in-handshake");
}

async function renegotiate(socket: TLSSocket): Promise<void> {
  // Within the HTTP parser's own turn the rest of the handshake would be parsed as HTTP.
  await turn();
  if (socket.destroyed || socket.getProtocol() === "TLSv1.3") return;
  const closed = once(socket, "close");
  const done = new Promise<void>((resolve) => {
    socket.renegotiate({ requestCert: true, rejectUnauthorized: false }, () => resolve());
  });
  await Promise.race([done, closed]);
}
