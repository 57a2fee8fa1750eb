import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "undici";

/** One client with connections of its own, as strict about the server as it is told. */
export interface Client extends AsyncDisposable {
  readonly ask: (target: string, headers?: Readonly<Record<string, string>>, method?: "GET" | "POST") => Promise<Told>;
}

/** The reason phrase is what `fetch` would show too, the rest is easier to compare. */
export interface Told {
  readonly status: number;
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export function openClient(url: URL, connect: Agent.Options["connect"] = {}): Client {
  const dispatcher = new Agent({ connect, allowH2: false, connections: 1 });
  return {
    async ask(target, headers = {}, method = "GET") {
      const {
        statusCode,
        statusText,
        headers: told,
        body,
      } = await request(new URL(target, url), {
        dispatcher,
        headers,
        method,
      });
      return { status: statusCode, reason: statusText, headers: told, body: await body.text() };
    },
    [Symbol.asyncDispose]: () => dispatcher.close(),
  };
}
