import type { Clock } from "../clock.ts";
import { GatewayError, type LookBudget } from "../cluster-gateway.ts";
import { redact } from "../redact.ts";
import { faultOf, signalOf } from "./reply-faults.ts";
import { asksForRefresh } from "./replies.ts";
import { PREVIEW_VERSION, withTimeout } from "./requests.ts";
import type { RestGatewayOptions } from "./rest-gateway.ts";
import type { TokenSource } from "./tokens.ts";
import { type Reply, SHORTEST_SECRET, withoutSecrets } from "./transport.ts";

/** A reply, with when it was asked for and when it had come, by our clock. */
export interface Answered {
  readonly reply: Reply;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** Asks for a path, which may depend on the api-version of the Backup Restore Service. */
export type Ask = (path: (apiVersion: string) => string, look: LookBudget) => Promise<Answered>;

/** What was learnt on the way, and is not asked twice. */
interface Memory extends RestGatewayOptions {
  /** The endpoint that answered last. */
  preferred: number;
  /** The api-version of the cluster's generation. */
  version: string;
}

/**
 * One question to the cluster, within one budget: the gateway that answered last is asked first, the others where it cannot be
 * reached; a refused credential is refreshed once; a refused api-version is replaced once by the preview generation's.
 * Whether and when to ask again is the heart's business.
 */
export function asker(options: RestGatewayOptions): Ask {
  const memory: Memory = { ...options, preferred: 0, version: options.apiVersion };
  return async (path, look) => {
    const left = countdown(options.clock, look);
    const asked = path(memory.version);
    const answered = await withCredential(memory, asked, look);
    if (!refusesVersion(answered.reply)) return answered;
    const other = path(PREVIEW_VERSION);
    if (other === asked) return answered;
    await look.further?.();
    const again = await withCredential(memory, other, left());
    if (refusesVersion(again.reply)) return answered;
    memory.version = PREVIEW_VERSION;
    return again;
  };
}

function refusesVersion(reply: Reply): boolean {
  return reply.status === 400 && faultOf(signalOf(reply)).problem === "api-version-refused";
}

async function withCredential(memory: Memory, path: string, look: LookBudget): Promise<Answered> {
  const left = countdown(memory.clock, look);
  const answered = await viaAnyEndpoint(memory, path, left, (await authorization(memory.tokens, look, false)) ?? {});
  if (!asksForRefresh(answered.reply)) return answered;
  const renewed = await authorization(memory.tokens, left(), true);
  if (renewed === undefined) return answered;
  await look.further?.();
  return viaAnyEndpoint(memory, path, left, renewed);
}

type Headers = Readonly<Record<string, string>>;

/** `undefined` where a refreshed token was wanted and there is none to be had: asking again would be pointless. */
async function authorization(
  tokens: TokenSource | undefined,
  look: LookBudget,
  refresh: boolean,
): Promise<Headers | undefined> {
  const token = await tokens?.token(look, refresh);
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  return refresh ? undefined : {};
}

async function viaAnyEndpoint(
  memory: Memory,
  path: string,
  left: () => LookBudget,
  headers: Headers,
): Promise<Answered> {
  const { endpoints, transport, clock } = memory;
  let at = memory.preferred;
  for (let attempt = 1; ; attempt++) {
    const endpoint = endpoints[at] ?? endpoints[0];
    const sentAt = clock.now();
    const look = left();
    try {
      const reply = await transport.get(endpoint, withTimeout(path, look.budgetMs), look, headers);
      memory.preferred = at;
      return { reply: withoutCredential(reply, headers), sentAt, receivedAt: clock.now() };
    } catch (error) {
      if (!(error instanceof GatewayError) || !["unreachable", "timed-out"].includes(error.code)) throw error;
      const failed = at;
      at = (at + 1) % endpoints.length;
      // Of several that failed there together the first moves on: moved by each, two would be back where they were.
      if (memory.preferred === failed) memory.preferred = at;
      if (attempt === endpoints.length || left().budgetMs <= 1) throw error;
      await look.further?.();
    }
  }
}

/**
 * Some front-ends repeat in their error what they were sent, and a cluster may quote what it was given; messages and records
 * must not repeat it after them.
 */
function withoutCredential(reply: Reply, headers: Headers): Reply {
  const token = (headers["authorization"] ?? "").replace(/^Bearer /, "");
  const bare = withoutSecrets(reply, token.length < SHORTEST_SECRET ? [] : [token]);
  return { ...bare, statusText: redact(bare.statusText), body: redact(bare.body) };
}

/** What is left of a budget whenever it is asked for; never less than a millisecond. */
export function countdown(clock: Clock, look: LookBudget): () => LookBudget {
  const until = clock.now() + look.budgetMs;
  return () => ({ ...look, budgetMs: Math.max(1, until - clock.now()) });
}
