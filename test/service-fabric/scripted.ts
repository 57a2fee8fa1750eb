import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listening } from "./scene.ts";

export interface Asked {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
}

export type Handler = (asked: Asked, response: ServerResponse) => void;

export interface Scripted extends AsyncDisposable {
  readonly url: URL;
  /** May be replaced at any time. */
  handler: Handler;
  readonly asked: readonly Asked[];
}

/** A web server on plain http that answers whatever the test wants, and remembers what it was asked. */
export async function scripted(handler: Handler): Promise<Scripted> {
  const asked: Asked[] = [];
  const server = await listening(
    createServer(({ url: target = "/", headers }, response) => {
      const { pathname, searchParams } = new URL(target, "http://x");
      const one: Asked = { path: pathname, query: Object.fromEntries(searchParams), target, headers };
      asked.push(one);
      it.handler(one, response);
    }),
  );
  const it: Scripted = {
    url: new URL(`http://127.0.0.1:${server.port}`),
    handler,
    asked,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return it;
}

/** A whole reply, whatever its parts. */
export function says(status: number, body: string, reason = "", headers: Record<string, string> = {}): Handler {
  return (_asked, response) => void response.writeHead(status, reason === "" ? undefined : reason, headers).end(body);
}

/** One handler after the other; the last one for ever. */
export function inTurn(first: Handler, ...others: readonly Handler[]): Handler {
  const left = [first, ...others];
  return (asked, response) => (left.length > 1 ? left.shift() : left[0])?.(asked, response);
}
