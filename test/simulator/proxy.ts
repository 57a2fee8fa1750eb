import { once } from "node:events";
import { createServer, type IncomingMessage, request as ask, type ServerResponse, STATUS_CODES } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";

export interface ProxySettings {
  /** The proxy itself speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Whoever comes without these gets a 407. */
  readonly auth?: { readonly user: string; readonly password: string };
  /** The status everybody gets. */
  readonly refuse?: number;
}

/** A request to the proxy, also one that it refused. */
export interface ProxyRequest {
  readonly kind: "tunnel" | "forward";
  /** The authority of a CONNECT, the URL of a forwarded request: as they stand in the request line. */
  readonly target: string;
  readonly authorization: string | undefined;
}

/** Disposing cuts every tunnel. */
export interface ProxyServer extends AsyncDisposable {
  readonly url: URL;
  readonly requests: readonly ProxyRequest[];
}

/**
 * A proxy on the loopback interface, for tests. Whatever host is asked for, it connects to that port of 127.0.0.1: a name
 * need not exist, and nothing leaves the machine.
 */
export async function startProxy({ tls, auth, refuse }: ProxySettings = {}): Promise<ProxyServer> {
  const requests: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  };
  const refusal = (kind: ProxyRequest["kind"], { url = "", headers }: IncomingMessage): number | undefined => {
    const authorization = headers["proxy-authorization"];
    requests.push({ kind, target: url, authorization });
    if (refuse !== undefined) return refuse;
    return auth === undefined || authorization === basic(auth) ? undefined : 407;
  };

  const server = tls === undefined ? createServer() : createTlsServer(tls);
  server.on("connection", keep);
  server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
    const status = refusal("tunnel", request);
    if (status === undefined) tunnel(request.url ?? "", client, head, keep);
    else
      client.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${challenge(status)}Content-Length: 0\r\n\r\n`);
  });
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    const status = refusal("forward", request);
    if (status === undefined) forward(request, response);
    else response.writeHead(status, status === 407 ? { "Proxy-Authenticate": REALM } : {}).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the proxy listens on no port");
  return {
    url: new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${address.port}`),
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

const REALM = 'Basic realm="proxy"';

function challenge(status: number): string {
  return status === 407 ? `Proxy-Authenticate: ${REALM}\r\n` : "";
}

function basic({ user, password }: NonNullable<ProxySettings["auth"]>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function tunnel(authority: string, client: Duplex, head: Buffer, keep: (socket: Socket) => void): void {
  const upstream = connect(Number(/:(\d+)$/.exec(authority)?.[1] ?? 443), "127.0.0.1");
  keep(upstream);
  upstream.once("connect", () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    upstream.write(head);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  upstream.once("close", () => client.destroy());
  client.once("close", () => upstream.destroy());
  client.on("error", () => upstream.destroy());
}

function forward(request: IncomingMessage, response: ServerResponse): void {
  const { protocol, port, pathname, search } = URL.parse(request.url ?? "") ?? new URL("http://127.0.0.1:1");
  if (protocol !== "http:") return void response.writeHead(400).end();
  const { method = "GET", headers } = request;
  const target = { host: "127.0.0.1", port: Number(port === "" ? 80 : port), path: `${pathname}${search}` };
  const upstream = ask({ ...target, method, headers, agent: false }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.statusMessage, answered.headers);
    answered.pipe(response);
  });
  upstream.once("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.once("close", () => upstream.destroy());
  request.pipe(upstream);
  return undefined;
}
