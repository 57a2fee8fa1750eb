import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { Agent, request } from "undici";
import { parsePage } from "../../shared/restore/parse-partition.ts";

/* What may stand between a watcher and a cluster and answer in its place: caches, and lists that change while one watches. */

export interface FrontReply {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface FrontRequest {
  /** Path and query. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers a request; `forward` asks the cluster. Made anew for each watcher, so it may remember. */
export type Front = () => (asked: FrontRequest, forward: () => Promise<FrontReply>) => Promise<FrontReply>;

const isProgress = (target: string): boolean => target.includes("/$/GetRestoreProgress");

/**
 * A cache that keeps the first answer of each resource for ever, to the byte and with its `Date`. The `polite` one asks again
 * where the client says `Cache-Control: no-cache`; one that tells its `Age` says that the date is an old one.
 */
export function cache({ polite = false, age = false } = {}): Front {
  return () => {
    const kept = new Map<string, Promise<FrontReply>>();
    return async ({ target, headers }, forward) => {
      if (!isProgress(target) || (polite && headers["cache-control"] === "no-cache")) return forward();
      const key = target.replace(/&timeout=\d+/, "");
      const known = kept.get(key) ?? forward();
      kept.set(key, known);
      const reply = await known;
      return age ? { ...reply, headers: { ...reply.headers, age: "3600" } } : reply;
    };
  };
}

/** The progress bears that `Date`, always the same, or none. */
export function dated(date: number | undefined): Front {
  return () =>
    async ({ target }, forward) => {
      const reply = await forward();
      if (!isProgress(target)) return reply;
      const { date: _, ...headers } = reply.headers;
      return { ...reply, headers: date === undefined ? headers : { ...headers, date: new Date(date).toUTCString() } };
    };
}

/** Each third progress is, to the byte and with that `Date`, what somebody was told an hour ago: nothing is on record but a failure. */
export function eachThirdOld(body: string): Front {
  return () => {
    let asked = 0;
    return async ({ target }, forward) => {
      const reply = await forward();
      if (!isProgress(target) || ++asked % 3 !== 0) return reply;
      const date = new Date(Date.now() - 3_600_000).toUTCString();
      const headers = { ...reply.headers, date, "content-length": String(Buffer.byteLength(body)) };
      return { ...reply, headers, body };
    };
  };
}

/** Lists of partitions lack this one for so long: it is created while one watches. */
export function appears(partitionId: string, afterMs: number): Front {
  return () => {
    const startedAt = performance.now();
    return async ({ target }, forward) => {
      const reply = await forward();
      if (!target.includes("/$/GetPartitions") || performance.now() - startedAt >= afterMs) return reply;
      const page = parsePage(JSON.parse(reply.body));
      if (!page.ok) return reply;
      const Items = page.value.items.filter((item) => !JSON.stringify(item).includes(partitionId));
      const body = JSON.stringify({ ContinuationToken: page.value.continuationToken, Items });
      return { ...reply, headers: { ...reply.headers, "content-length": String(Buffer.byteLength(body)) }, body };
    };
  };
}

export interface StandingFront extends AsyncDisposable {
  readonly url: URL;
}

/** Puts it in front of the cluster at `url`. */
export async function standInFront(url: URL, front: Front): Promise<StandingFront> {
  const dispatcher = new Agent();
  const answer = front();
  const server = createServer((asked, response) => {
    const { url: target = "/", headers } = asked;
    const forward = async (): Promise<FrontReply> => {
      const reply = await request(new URL(target, url), { dispatcher });
      return {
        status: reply.statusCode,
        reason: reply.statusText,
        headers: reply.headers,
        body: await reply.body.text(),
      };
    };
    void send(answer({ target, headers }, forward), response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the front listens on no port");
  return {
    url: new URL(`http://127.0.0.1:${address.port}`),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await Promise.all([closed, dispatcher.destroy()]);
    },
  };
}

/** As it came; where there is no answer the connection breaks, as it would without anybody in between. */
async function send(coming: Promise<FrontReply>, response: ServerResponse): Promise<void> {
  try {
    const { status, reason, headers, body } = await coming;
    const { connection: _, "keep-alive": __, "transfer-encoding": ___, ...passedOn } = headers;
    response.sendDate = false;
    response.writeHead(status, reason, passedOn).end(body);
  } catch {
    response.destroy();
  }
}
