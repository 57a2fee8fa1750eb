import { GatewayError } from "../cluster-gateway.ts";
import type { ProblemCode } from "../restore/problem.ts";
import type { Ask } from "../service-fabric/ask.ts";
import { clockSkew } from "../service-fabric/clock-skew.ts";
import { faultOf, signalOf } from "../service-fabric/reply-faults.ts";
import type { Reply } from "../service-fabric/transport.ts";

/** What came of one question. `body` is what JSON makes of the reply, `undefined` where it is none. */
export type Heard =
  | { readonly kind: "answer"; readonly reply: Reply; readonly body: unknown }
  | { readonly kind: "refusal"; readonly reply: Reply; readonly problem: ProblemCode; readonly code: string }
  | { readonly kind: "nothing"; readonly problem: ProblemCode; readonly message: string };

/** Asks one thing after the other, and keeps count. */
export interface Inquiry {
  /** Rejects with the signal's reason where it aborts, and for nothing else. */
  ask(path: () => string): Promise<Heard>;
  /** How long each answer took, in milliseconds. */
  readonly latencies: readonly number[];
  /** The cluster's clock minus ours, where it told the time and was quick about it. */
  readonly skews: readonly number[];
  readonly headers: Reply["headers"];
}

export function inquiryOf(ask: Ask, budgetMs: number, signal: AbortSignal): Inquiry {
  const latencies: number[] = [];
  const skews: number[] = [];
  let headers: Reply["headers"] = {};
  return {
    latencies,
    skews,
    get headers() {
      return headers;
    },
    async ask(path) {
      try {
        const { reply, sentAt, receivedAt } = await ask(path, { budgetMs, signal });
        latencies.push(Math.round(receivedAt - sentAt));
        const time = clockSkew(reply, sentAt, receivedAt);
        if (time !== undefined && time.clockSlackMs === undefined) skews.push(time.clockSkewMs);
        headers = reply.headers;
        return heardOf(reply);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof GatewayError)) throw error;
        return { kind: "nothing", problem: error.code, message: error.message };
      }
    },
  };
}

function heardOf(reply: Reply): Heard {
  if (reply.status === 200 || reply.status === 204) return { kind: "answer", reply, body: parsed(reply) };
  const signal = signalOf(reply);
  return { kind: "refusal", reply, problem: faultOf(signal).problem, code: signal.code };
}

/** For the forms on the wire, which numbers are read exactly elsewhere: here a number need only look like one. */
function parsed({ status, body }: Reply): unknown {
  if (status === 204 || body.trim() === "") return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // HTML, XML: no form of this API.
  }
}

/** What came, in words that hold nothing of the cluster's own but codes. */
export function told(heard: Heard): string {
  switch (heard.kind) {
    case "answer":
      return `HTTP ${heard.reply.status}`;
    case "refusal":
      return `refused (${heard.problem}: HTTP ${heard.reply.status}${codeIn(heard.code)})`;
    case "nothing":
      return `no answer (${heard.problem}${systemCodeIn(heard.message)})`;
    default:
      return heard satisfies never;
  }
}

/** Codes are the API's own words; a reason phrase or an HRESULT may stand in their place. */
function codeIn(code: string): string {
  return /^(?:FABRIC_E|E)_[A-Z_]{2,60}$/.test(code) ? ` \`${code}\`` : "";
}

/** `ECONNREFUSED`, `ENOTFOUND`, OpenSSL's: all that is said about an address without the address. */
function systemCodeIn(message: string): string {
  const [code] = /\b(?:ERR_[A-Z0-9_]+|E[A-Z]{4,})\b/.exec(message) ?? [];
  return code === undefined ? "" : `: \`${code}\``;
}
