import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Answer } from "./answers.ts";
import type { RawReply } from "./timeline.ts";

/** Where an answer goes. */
export interface Exchange {
  readonly response: ServerResponse;
  /** The bare connection, underneath TLS where there is any: only that can be reset. */
  readonly connection: Socket;
  /** By the cluster's clock. */
  readonly date: string;
}

export function perform(what: Exclude<Answer, { kind: "slow" }>, exchange: Exchange): void {
  switch (what.kind) {
    case "reply":
      send(what.reply, exchange);
      return;
    case "reset":
      exchange.connection.resetAndDestroy();
      return;
    case "hang":
      return;
    case "drip":
      trickle(what.everyMs, exchange);
      return;
    case "cut":
      breakOff(what.reply, what.missing, exchange);
      return;
    default:
      what satisfies never;
  }
}

function send({ status, reason, headers, body }: RawReply, { response, date }: Exchange): void {
  const length = status === 204 ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  response.writeHead(status, reason, { ...headers, ...length, Date: date });
  response.end(body);
}

/** Blanks are valid JSON so far, and no gap between two of them is long: only a budget for the whole reply ends it. */
function trickle(everyMs: number, { response, date }: Exchange): void {
  response.writeHead(200, "OK", { "Content-Type": "application/json; charset=utf-8", Date: date });
  response.write(" ");
  const timer = setInterval(() => response.write(" "), everyMs);
  response.once("close", () => clearInterval(timer));
}

/** What was sent may well be whole JSON: only the length tells that it is not whole. */
function breakOff({ status, reason, headers, body }: RawReply, missing: number, exchange: Exchange): void {
  const { response, connection, date } = exchange;
  const length = String(Buffer.byteLength(body) + missing);
  response.writeHead(status, reason, { ...headers, "Content-Length": length, Date: date });
  response.write(body, () => connection.destroySoon());
}
