import { Agent, type Dispatcher, errors, request } from "undici";
import type { LookBudget } from "../cluster-gateway.ts";
import { GatewayError } from "../cluster-gateway.ts";

/** An HTTP reply, whole. The reason phrase is kept: the gateway puts its error codes there. */
export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** One GET over the wire. Closing ends the connections. */
export interface Transport {
  get(url: URL, look: LookBudget): Promise<Reply>;
  close(): Promise<void>;
}

const LARGEST_BODY = 1_048_576;

/**
 * Plain HTTP(S) on undici, keep-alive, at most 8 connections an endpoint. One budget spans a request from connect to
 * last byte: undici's own body timeout measures the gap between chunks, and a body that drips defeats it.
 * Redirects are not followed: Service Fabric sends none, and whoever does is not the cluster.
 */
export function httpTransport(): Transport {
  const dispatcher = new Agent({ connections: 8, pipelining: 1, allowH2: false });
  return {
    async get(url, { budgetMs, signal }) {
      const budget = AbortSignal.timeout(Math.ceil(budgetMs));
      try {
        const response = await request(url, {
          dispatcher,
          headers: { accept: "application/json", "cache-control": "no-cache" },
          signal: AbortSignal.any([signal, budget]),
        });
        const { statusCode: status, statusText, headers } = response;
        return { status, statusText, headers, body: await readCapped(response.body) };
      } catch (error) {
        if (signal.aborted || error instanceof GatewayError) throw error;
        if (budget.aborted)
          throw new GatewayError("timed-out", `no answer from ${url.host} within ${Math.ceil(budgetMs)} ms`, {
            cause: error,
          });
        throw new GatewayError("unreachable", `${url.host} cannot be reached: ${rootCause(error)}`, { cause: error });
      }
    },
    close: () => dispatcher.close(),
  };
}

async function readCapped(body: Dispatcher.ResponseData["body"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw new GatewayError("unintelligible", `the reply is larger than ${LARGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks)); // takes a byte order mark off
}

/** `ECONNREFUSED`, `ENOTFOUND` and their like say more than the message around them. */
function rootCause(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof errors.UndiciError && error.cause !== undefined) return rootCause(error.cause);
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  return code === undefined || error.message.includes(code) ? error.message : `${code} (${error.message})`;
}
