import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { systemClock } from "../../shared/clock.ts";
import type { SimulatedCluster } from "./cluster.ts";
import { type Answer, answer, requestUrl } from "./routes.ts";
import type { RawReply } from "./timeline.ts";

export interface RequestSeen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
}

/** Disposing ends every connection at once, also those left hanging on purpose. */
export interface SimulatorServer extends AsyncDisposable {
  readonly url: URL;
  /** Every request that came in, oldest first. */
  readonly requests: readonly RequestSeen[];
}

/**
 * The simulated cluster behind its REST surface, on the loopback interface only. Without a port it takes a free one.
 * Delays of the wire (`slow`, `drip`) are in real time, whatever clock the cluster has.
 */
export async function startServer(
  cluster: SimulatedCluster,
  { port = 0 }: { readonly port?: number } = {},
): Promise<SimulatorServer> {
  const requests: RequestSeen[] = [];
  const closing = new AbortController();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    requests.push(seen(request));
    void serve(cluster, request, response, closing.signal);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    requests,
    async [Symbol.asyncDispose]() {
      closing.abort();
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function seen({ method = "", url = "/", headers }: IncomingMessage): RequestSeen {
  const { pathname, searchParams } = requestUrl(url);
  return { method, path: pathname, query: Object.fromEntries(searchParams), headers };
}

async function serve(
  cluster: SimulatedCluster,
  request: IncomingMessage,
  response: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  const body = await read(request);
  if (body === undefined) return;
  let next: Answer = answer(cluster, { method: request.method ?? "", target: request.url ?? "/", body });
  while (next.kind === "slow") {
    await systemClock.sleep(next.delayMs, closing);
    next = next.answer;
  }
  if (!closing.aborted) perform(next, cluster, request, response);
}

function perform(
  what: Exclude<Answer, { kind: "slow" }>,
  cluster: SimulatedCluster,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  switch (what.kind) {
    case "reply":
      send(what.reply, cluster, response);
      return;
    case "reset":
      request.socket.resetAndDestroy();
      return;
    case "hang":
      return;
    case "drip":
      trickle(what.everyMs, cluster, response);
      return;
    default:
      what satisfies never;
  }
}

function send({ status, reason, headers, body }: RawReply, cluster: SimulatedCluster, response: ServerResponse): void {
  const length = status === 204 ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  response.writeHead(status, reason, { ...headers, ...length, Date: date(cluster) });
  response.end(body);
}

/** Blanks are valid JSON so far, and no gap between two of them is long: only a budget for the whole reply ends it. */
function trickle(everyMs: number, cluster: SimulatedCluster, response: ServerResponse): void {
  response.writeHead(200, "OK", { "Content-Type": "application/json; charset=utf-8", Date: date(cluster) });
  response.write(" ");
  const timer = setInterval(() => response.write(" "), everyMs);
  response.once("close", () => clearInterval(timer));
}

function date(cluster: SimulatedCluster): string {
  return new Date(cluster.now()).toUTCString();
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
