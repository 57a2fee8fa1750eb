import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { systemClock } from "../../shared/clock.ts";
import type { Answer } from "./answers.ts";
import { serverOptions, type TlsOptions, type TlsSeen, tlsSeen } from "./client-certificate.ts";
import type { SimulatedCluster } from "./cluster.ts";
import { perform } from "./perform.ts";
import { answer, requestUrl } from "./routes.ts";

export interface RequestSeen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** On which connection it came, counted from 1. */
  readonly connection: number;
  /** Absent on plain http, and until the certificate has been asked for. */
  readonly tls?: TlsSeen;
}

export interface ConnectionsSeen {
  readonly tcp: number;
  /** TLS handshakes that were completed; one that asks for a certificate later counts once. */
  readonly handshakes: number;
  /** TLS handshakes that came to nothing. */
  readonly broken: number;
}

export interface ServerSettings {
  readonly port?: number;
  readonly tls?: TlsOptions;
  /** Only the newest request is remembered: for hundreds of thousands of them. */
  readonly forgets?: true;
}

/** Disposing ends every connection at once, also those left hanging on purpose. */
export interface SimulatorServer extends AsyncDisposable {
  readonly url: URL;
  /** Every request that came in, oldest first. */
  readonly requests: readonly RequestSeen[];
  readonly connections: ConnectionsSeen;
  /** What went over the sockets of plain http since the start, heads and bodies alike. */
  readonly bytes: { readonly in: number; readonly out: number };
}

/**
 * The simulated cluster behind its REST surface, on the loopback interface only, HTTP/1.1 only. Without a port it takes a
 * free one. Delays of the wire (`slow`, `drip`) are in real time, whatever clock the cluster has.
 */
export async function startServer(
  cluster: SimulatedCluster,
  { port = 0, tls, forgets }: ServerSettings = {},
): Promise<SimulatorServer> {
  const requests: RequestSeen[] = [];
  const connections = { tcp: 0, handshakes: 0, broken: 0 };
  const gone = { in: 0, out: 0 };
  /** By the client's port, which a TLS socket shares with the bare one underneath. */
  const open = new Map<number, { readonly number: number; readonly socket: Socket }>();
  const closing = new AbortController();

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { number = 0, socket = request.socket } = open.get(request.socket.remotePort ?? 0) ?? {};
    if (forgets === true) requests.length = 0;
    const index = requests.push(seen(request, number)) - 1;
    const note = (how: TlsSeen): void => void requests.splice(index, 1, { ...seen(request, number), tls: how });
    void serve({ cluster, request, response, connection: socket, tls, note, closing: closing.signal });
  };
  // As http.sys: an idle connection is kept, and nothing is said about how long.
  const options = { keepAliveTimeout: 0 };
  const server =
    tls === undefined
      ? createServer(options, onRequest)
      : createTlsServer({ ...options, ...serverOptions(tls) }, onRequest)
          .on("secureConnection", () => (connections.handshakes += 1))
          .on("tlsClientError", () => (connections.broken += 1));
  server.on("connection", (socket: Socket) => {
    const { remotePort = 0 } = socket;
    connections.tcp += 1;
    open.set(remotePort, { number: connections.tcp, socket });
    socket.once("close", () => {
      open.delete(remotePort);
      gone.in += socket.bytesRead;
      gone.out += socket.bytesWritten;
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return {
    url: new URL(`${tls === undefined ? "http" : "https"}://127.0.0.1:${address.port}`),
    requests,
    connections,
    get bytes() {
      const total = { ...gone };
      for (const { socket } of open.values()) {
        total.in += socket.bytesRead;
        total.out += socket.bytesWritten;
      }
      return total;
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      const closed = once(server, "close");
      server.close();
      // Not closeAllConnections: that knows none whose handshake is not done.
      for (const { socket } of open.values()) socket.destroy();
      await closed;
    },
  };
}

function seen({ method = "", url = "/", headers }: IncomingMessage, connection: number): RequestSeen {
  const { pathname, searchParams } = requestUrl(url);
  return { method, path: pathname, query: Object.fromEntries(searchParams), headers, connection };
}

interface Service {
  readonly cluster: SimulatedCluster;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connection: Socket;
  readonly tls: TlsOptions | undefined;
  readonly note: (how: TlsSeen) => void;
  readonly closing: AbortSignal;
}

async function serve({ cluster, request, response, connection, tls, note, closing }: Service): Promise<void> {
  const body = await read(request);
  if (body === undefined) return;
  const how = tls === undefined ? undefined : await tlsSeen(request.socket, tls);
  if (how !== undefined) note(how);
  const { method = "", url: target = "/", headers } = request;
  const { authorization } = headers;
  let next: Answer = answer(cluster, { method, target, body, authorization, client: how?.client });
  while (next.kind === "slow") {
    await systemClock.sleep(next.delayMs, closing);
    next = next.answer;
  }
  const date = new Date(cluster.now()).toUTCString();
  if (!closing.aborted) perform(next, { response, connection, date });
}

/** `undefined` where the client went away in the middle of its own request. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).toString("utf8");
}
