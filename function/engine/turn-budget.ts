import type { Instant, NextLook, Permit, sharedBudget, TurnPace } from "../../shared/index.ts";
import { later } from "../../shared/index.ts";
import type { Cluster } from "../cluster.ts";
import type { World } from "../world.ts";

/** What one activity asks of its cluster's budget, a handful of requests at a time. */
export interface TurnBudget extends TurnPace {
  /** Where a look was left for another turn: when that may begin. */
  readonly waitUntil: Instant | undefined;
  /** Tells what there is to tell, and gives back what is held. Afterwards nothing may go out. */
  leave(): Promise<void>;
}

export interface TurnFacts {
  readonly holder: string;
  readonly stoodInLine: boolean;
  /** No look begins after this. */
  readonly until: Instant;
  /** And none lasts longer than this. */
  readonly lookMs: number;
}

/** A wait longer than this is left to the orchestration: an activity that waits is paid for. */
const SHORT_WAIT_MS = 1_500;
const FOUGHT_OVER_MS = 5_000;

export function turnBudget(world: Pick<World, "store" | "clock">, cluster: Cluster, facts: TurnFacts): TurnBudget {
  const { store, clock } = world;
  const key = { cluster: cluster.name, perSecond: cluster.maxRequestsPerSecond, now: () => clock.now() };
  const own = openCredit(clock.now());
  let met: sharedBudget.Claim["met"] = [];
  let waitUntil: Instant | undefined;

  const claim = async (look: NextLook): Promise<sharedBudget.Answer> => {
    const { holder, until, lookMs } = facts;
    const stoodInLine = facts.stoodInLine || own.everGranted;
    const due = Math.max(look.requests, Math.min(look.due, own.worth(clock.now())));
    const told = met;
    const claimed = { ...look, holder, stoodInLine, due, until: later(until, lookMs), met: told };
    const answer = await store.budget.claim(key, claimed);
    if (answer !== undefined) met = met.slice(told.length);
    return answer ?? { kind: "wait", at: later(clock.now(), FOUGHT_OVER_MS) };
  };
  const decide = async (look: NextLook, signal: AbortSignal): Promise<Permit> => {
    while (waitUntil === undefined && !signal.aborted) {
      if (own.covers(look, clock.now())) {
        if (own.take(look)) return { kind: "go" };
        await own.freed();
        continue;
      }
      // Where it gave less than there was to do, there is no more to be had before that.
      if (own.scarceUntil > clock.now()) await clock.sleep(own.scarceUntil - clock.now(), signal);
      const answer = await claim(look);
      if (answer.kind === "known") return answer;
      if (answer.kind === "granted") {
        own.grant(answer, look);
        continue;
      }
      const waitMs = answer.at - clock.now();
      if (waitMs > SHORT_WAIT_MS || answer.at >= facts.until) waitUntil = answer.at;
      else await clock.sleep(waitMs, signal);
    }
    return { kind: "later" };
  };
  return {
    get waitUntil() {
      return waitUntil;
    },
    permit: inOrder(decide),
    landed(look, { sent, met: its }) {
      met = [...met, its];
      own.giveBack(look, sent);
    },
    async leave() {
      if (own.everGranted || met.length > 0) await store.budget.leave(key, { holder: facts.holder, met });
    },
  };
}

/** One after the other, in the order of their asking. */
function inOrder(decide: TurnPace["permit"]): TurnPace["permit"] {
  let last: Promise<unknown> = Promise.resolve();
  return (look, signal) => {
    const mine = last.then(() => decide(look, signal));
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** What was granted and not used yet, in requests and in room for them at one time. */
interface Credit {
  grant(granted: Extract<sharedBudget.Answer, { kind: "granted" }>, wanted: Pick<NextLook, "due">): void;
  readonly everGranted: boolean;
  readonly scarceUntil: Instant;
  /** Whether the requests of a look are granted, and still may go out. */
  covers(look: NextLook, now: Instant): boolean;
  /** `false` where too much is in flight. */
  take(look: NextLook): boolean;
  giveBack(look: NextLook, sent: number): void;
  /** Something in flight has ended. */
  freed(): Promise<void>;
  /** How many requests are worth a claim, as the last ones went: what is not used in time is lost to all. */
  worth(now: Instant): number;
}

function openCredit(now: Instant): Credit {
  let [left, used, atOnce, goodUntil]: [number, number, number, Instant] = [0, 0, 0, now];
  let [inFlight, scarceUntil] = [0, now];
  let everGranted = false;
  let woken = Promise.withResolvers<void>();
  return {
    get everGranted() {
      return everGranted;
    },
    get scarceUntil() {
      return scarceUntil;
    },
    grant(granted, { due }) {
      scarceUntil = granted.requests < due ? granted.goodUntil : now;
      // What a look took beyond its share is made up for.
      left = granted.requests + Math.min(0, left);
      everGranted = true;
      used = 0;
      ({ atOnce, goodUntil } = granted);
    },
    covers: ({ requests }, at) => left >= requests && at < goodUntil,
    take(look) {
      if (inFlight > 0 && inFlight + look.atOnce > atOnce) return false;
      left -= look.requests;
      used += look.requests;
      inFlight += look.atOnce;
      return true;
    },
    giveBack(look, sent) {
      left += look.requests - sent;
      inFlight -= look.atOnce;
      woken.resolve();
    },
    async freed() {
      woken = Promise.withResolvers<void>();
      await woken.promise;
    },
    worth: (at) => (left > 0 && at >= goodUntil ? 2 * used : Infinity),
  };
}
