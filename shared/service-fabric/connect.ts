import { once } from "node:events";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import {
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type SecureContextOptions,
  type TLSSocket,
} from "node:tls";
import type { buildConnector } from "undici";
import { GatewayError } from "../cluster-gateway.ts";
import { proxyAuthorization, proxyFor, proxyName, type ProxyVariables } from "./proxy.ts";
import { distrust, expiryWarning, type Presented, type ServerTrust } from "./server-trust.ts";

/** How a connection to the gateway is made. `identity` is the client certificate and its key, in Node's own options. */
export interface ConnectOptions {
  readonly trust: ServerTrust;
  readonly identity: Pick<SecureContextOptions, "cert" | "key" | "pfx" | "passphrase">;
  readonly proxies: ProxyVariables;
  /** A connection that is not there by then is given up; the request's own budget is shorter or equal. */
  readonly timeoutMs: number;
  /** Aborts when no connection is wanted any more: half-open ones would keep the process alive. */
  readonly closing: AbortSignal;
  readonly nowMs: () => number;
  /** Told once per sentence, such as a certificate close to its end. */
  readonly warn: (text: string) => void;
  /** Told of every handshake, also with a server that is then refused. */
  readonly met?: (handshake: Handshake) => void;
}

/** What TLS came to, and what we make of the server: `refusedFor` is why it is not the one expected. */
export interface Handshake extends Presented {
  readonly protocol: string;
  readonly cipher: string;
  readonly refusedFor: string | undefined;
}

/**
 * An undici connector for https that checks the server **before undici may write a byte**, directly and through a proxy
 * alike. Why our own: undici's ProxyAgent takes TLS options but no connector, and options alone cannot pin a thumbprint
 * (`rejectUnauthorized: false` silently switches `checkServerIdentity` off).
 *
 * What a server that fails the check has seen by then: the handshake, in which TLS shows it the client certificate's public
 * half if it asked. No token, no request, no key.
 */
export function secureConnector(options: ConnectOptions): buildConnector.connector {
  // Once for all connections: it holds every authority of the system, parsed.
  const secureContext = createSecureContext(contextOptions(options));
  return (target, callback) => void handOver(establish(target, options, secureContext), callback);
}

async function handOver(connecting: Promise<TLSSocket>, callback: buildConnector.Callback): Promise<void> {
  let socket: TLSSocket;
  try {
    socket = await connecting;
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)), null);
    return;
  }
  callback(null, socket);
}

function contextOptions({ trust, identity }: ConnectOptions): SecureContextOptions {
  const withIdentity = identity.cert !== undefined || identity.pfx !== undefined;
  return {
    ...identity,
    ca: trust.ca.length > 0 ? trust.ca.map((certificate) => certificate.toString()) : authorities(),
    allowPartialTrustChain: trust.ca.length > 0,
    // The gateway (http.sys) asks for the client certificate after the handshake: Node can answer that on TLS 1.2 only.
    ...(withIdentity ? { maxVersion: "TLSv1.2" } : {}),
  };
}

/** Node's own, those of NODE_EXTRA_CA_CERTS, and the system's. */
export function authorities(): string[] {
  return [...getCACertificates("default"), ...getCACertificates("system")];
}

async function establish(
  target: buildConnector.Options,
  options: ConnectOptions,
  secureContext: SecureContext,
): Promise<TLSSocket> {
  const hostname = target.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(target.port === "" ? 443 : target.port);
  const proxy = proxyFor(new URL(`https://${target.hostname}:${port}`), options.proxies);
  const underneath =
    proxy === undefined ? await direct(hostname, port, options) : await tunnel(proxy, target, port, options);
  const socket = connectTls({
    secureContext,
    socket: underneath,
    ...(isIP(hostname) === 0 ? { servername: hostname } : {}),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: false, // not trust: `distrust` decides below, on every path, before the socket is handed out
    checkServerIdentity: () => undefined,
  });
  await settled(socket, "secureConnect", `the TLS handshake with ${target.host ?? target.hostname}`, options);
  const why = suspicion(socket, hostname, options);
  if (why !== undefined) {
    socket.destroy();
    throw new GatewayError("untrusted-server", `${target.host ?? target.hostname} is not the server expected: ${why}`);
  }
  socket.setNoDelay(true);
  return socket;
}

function suspicion(
  socket: TLSSocket,
  hostname: string,
  { trust, nowMs, warn, met }: ConnectOptions,
): string | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return "it presented no certificate";
  const chainError = socket.authorized ? undefined : String(socket.authorizationError);
  const presented = { certificate, chainError, hostname };
  const why = distrust(trust, presented, nowMs());
  met?.({ ...presented, protocol: socket.getProtocol() ?? "", cipher: socket.getCipher().name, refusedFor: why });
  const ending = expiryWarning("The cluster's server certificate", certificate, nowMs());
  if (why === undefined && ending !== undefined) warn(ending);
  return why;
}

async function direct(host: string, port: number, options: ConnectOptions): Promise<Socket> {
  const socket = connectTcp({ host, port, keepAlive: true });
  await settled(socket, "connect", `the connection to ${host}:${port}`, options);
  return socket;
}

/** A CONNECT tunnel; the proxy sees the host and port of the cluster and encrypted bytes. */
function tunnel(
  proxy: URL,
  target: buildConnector.Options,
  port: number,
  { timeoutMs, closing }: ConnectOptions,
): Promise<Socket> {
  const authorization = proxyAuthorization(proxy);
  const authority = `${target.hostname}:${port}`;
  const host = proxy.hostname.replace(/^\[(.*)\]$/, "$1");
  const secure = proxy.protocol === "https:";
  const open = secure ? requestHttps : requestHttp;
  // From connect to the end of the answer: Node's own timeout measures the gaps, and an answer that drips defeats it.
  const limit = AbortSignal.timeout(timeoutMs);
  return new Promise<Socket>((resolve, reject) => {
    const refuse = (why: string, cause?: unknown): void =>
      reject(new GatewayError("unreachable", `the proxy ${proxyName(proxy)} ${why}`, { cause }));
    const connecting = open({
      host,
      port: proxy.port === "" ? (secure ? 443 : 80) : Number(proxy.port),
      // The name is told: Node would take the cluster's, out of the Host header, and expect that of the proxy's certificate.
      ...(secure ? { servername: isIP(host) === 0 ? host : "", rejectUnauthorized: true, ca: authorities() } : {}),
      method: "CONNECT",
      path: authority,
      headers: { host: authority, ...(authorization === undefined ? {} : { "proxy-authorization": authorization }) },
      agent: false,
      signal: AbortSignal.any([closing, limit]),
    });
    // Whatever the status: Node takes every answer to a CONNECT for the end of the headers and emits no "response".
    connecting.once("connect", (response, socket) => {
      if (response.statusCode === 200) return resolve(socket);
      socket.destroy();
      return refuse(`refused the tunnel to ${authority}: HTTP ${response.statusCode}`);
    });
    connecting.once("error", (error) =>
      refuse(`cannot be used: ${limit.aborted ? `no tunnel within ${timeoutMs} ms` : error.message}`, error),
    );
    connecting.end();
  });
}

/** Resolves at `event`; rejects at an error, a close, the timeout or the end of all looking, and then leaves no socket behind. */
async function settled(
  socket: Socket,
  event: "connect" | "secureConnect",
  what: string,
  { timeoutMs, closing }: ConnectOptions,
): Promise<void> {
  const limit = AbortSignal.any([closing, AbortSignal.timeout(timeoutMs)]);
  try {
    await Promise.race([once(socket, event, { signal: limit }), once(socket, "close", { signal: limit }).then(ended)]);
  } catch (error) {
    socket.destroy();
    throw limit.aborted ? new Error(`${what} took longer than ${timeoutMs} ms`, { cause: error }) : error;
  }

  function ended(): never {
    throw new Error(`${what} was closed by the other side`);
  }
}
