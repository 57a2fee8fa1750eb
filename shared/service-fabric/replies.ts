import { GatewayError } from "../cluster-gateway.ts";
import { cut, type Read } from "../restore/fields.ts";
import { parseExactJson } from "./exact-json.ts";
import { faultOf, signalOf } from "./reply-faults.ts";
import type { Reply } from "./transport.ts";

/**
 * Reads a reply: a 200 by `parse`; 204 and an empty 200 as `null` ("there is none"), which `parse` decides about; every other
 * status as the fault it is.
 * @throws GatewayError
 */
export function readReply<T>(reply: Reply, nowMs: number, parse: (body: unknown) => Read<T>): T {
  if (reply.status !== 200 && reply.status !== 204) throw refusal(reply, nowMs);
  const empty = reply.status === 204 || reply.body.trim() === "";
  return required(parse(empty ? null : parseBody(reply.body)), reply);
}

/** What was read, or the fault that it could not be. @throws GatewayError */
export function required<T>(parsed: Read<T>, reply?: Reply): T {
  if (parsed.ok) return parsed.value;
  const raw = reply === undefined ? undefined : rawBody(reply);
  throw new GatewayError("unintelligible", `the answer is not what was asked for: ${parsed.why}`, { raw });
}

const LONGEST_RAW = 4_096;

/** As much of a body as a record keeps. */
export function rawBody({ body }: Reply): string {
  return cut(body, LONGEST_RAW);
}

function parseBody(body: string): unknown {
  try {
    return parseExactJson(body);
  } catch (error) {
    throw new GatewayError("unintelligible", `the answer is no JSON: ${JSON.stringify(body.slice(0, 80))}`, {
      cause: error,
      raw: cut(body, LONGEST_RAW),
    });
  }
}

function refusal(reply: Reply, nowMs: number): GatewayError {
  const signal = signalOf(reply);
  const told = [signal.code, signal.message].filter((part) => part !== "").join(": ");
  const message = `HTTP ${signal.status}${told === "" ? "" : ` ${told}`}`;
  return new GatewayError(faultOf(signal).problem, message, {
    retryAfterMs: retryAfter(reply, nowMs),
    raw: reply.body === "" ? undefined : rawBody(reply),
  });
}

/** Whether the refusal may be one of a credential that has run out. */
export function asksForRefresh(reply: Reply): boolean {
  return reply.status >= 400 && faultOf(signalOf(reply)).refresh === true;
}

/** `Retry-After`, in seconds or as an HTTP date, as a time from now; never negative. */
function retryAfter({ headers }: Reply, nowMs: number): number | undefined {
  const header = headers["retry-after"];
  if (typeof header !== "string") return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1_000;
  const ms = /^[A-Z][a-z]{2}, /.test(header) ? Date.parse(header) - nowMs : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
