import { type Instant, later } from "../restore/instant.ts";
import type { Problem, ProblemCode } from "../restore/problem.ts";

/**
 * How many requests a cluster is asked for, as one plain JSON value: a process keeps it in a variable, workers that share a
 * cluster keep it where they all can read it. At most `burst` requests go out in any span of `burst / rate` seconds (a second
 * or more), so that no second ever sees more than the set rate. (A bucket that refills while it is drawn from lets burst + rate through in one.)
 *
 * The rate is halved where the cluster asks for it, or where troubles are as many as answers, and grows back step by step. A trouble now and then
 * says nothing about load: halved by each, it would stay at its floor wherever one answer in fifty is lost. After ten troubles in a row the
 * breaker opens: one trial at a time, until one is answered.
 */
export interface Budget {
  /** Requests per second, as set. */
  readonly set: number;
  /** As of now: at most `set`. */
  readonly rate: number;
  readonly inFlight: number;
  /** Requests that were granted and are yet to be sent, as a part of what is in flight. */
  readonly held: number;
  /** What was spent within the span, oldest first, in slots of time so that it stays short. */
  readonly spent: readonly Spent[];
  readonly troublesInARow: number;
  /** Which part of what came back lately was trouble, from 0 to 1: the last outcome counts a twentieth, the one before as much of the rest. */
  readonly distress: number;
  /** When the rate was last halved. */
  readonly halvedAt?: Instant;
  /** When the rate was last changed, up or down. */
  readonly steadySince: Instant;
  /** What the cluster asked for in `Retry-After`. */
  readonly pausedUntil?: Instant;
  /** There while the breaker is open: when the last trial (or the tenth trouble) ended. */
  readonly openSince?: Instant;
}

interface Spent {
  readonly from: Instant;
  readonly to: Instant;
  readonly requests: number;
}

/** What is asked of the budget: one request now, and what may have to follow it. */
export interface Wish {
  /** How many may follow; each is announced by `spend`. */
  readonly following: number;
  /** How many of all these at one time; 0 for one more request of something already under way. */
  readonly atOnce: number;
  /** A last look may draw on the reserve, does not wait out a `Retry-After`, and is a trial at once. */
  readonly urgent: boolean;
  /** `true` where no last look can be near: nothing is kept for one. */
  readonly all?: boolean;
}

/** `at` is when to ask again; absent where only the end of something in flight can help. */
export type Grant =
  | { readonly granted: true; readonly budget: Budget }
  | { readonly granted: false; readonly at?: Instant };

/** How something that was granted went. An answer of the cluster's own is `clean`, also where it is a refusal. */
export type Outcome =
  | { readonly kind: "clean" }
  /** `lost` is which part of what was asked met it, all unless said; `throttled` where it says that there were too many requests. */
  | {
      readonly kind: "trouble";
      readonly lost?: number;
      readonly throttled?: boolean;
      readonly retryAfterMs?: number;
    };

/** One look with everything there is to ask beside it has to fit into one burst. */
const LEAST_BURST = 4;
const IN_FLIGHT_CAP = 8;
/** This part of a burst is kept for last looks. */
const RESERVE = 0.1;
const SLOTS = 100;
const STEP_UP_MS = 10_000;
const NEWEST_COUNTS = 0.05;
/** Fourteen troubles in a row, or half of what came back over some time; a fifth of it does not get there by chance. */
const TOO_MUCH = 0.5;
/** Requests in flight together fail together: that is one trouble to the rate. */
const HALVED_AT_MOST_EVERY_MS = 1_000;
const BREAKS_AFTER = 10;
const TRIAL_EVERY_MS = 15_000;
const URGENT_TRIAL_EVERY_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

/** @param perSecond more than 0 */
export function openBudget(perSecond: number, now: Instant): Budget {
  const idle = { inFlight: 0, held: 0, spent: [], troublesInARow: 0, distress: 0 };
  return { set: perSecond, rate: perSecond, steadySince: now, ...idle };
}

/** How many requests may go out at once where none went out before. */
export function burstOf({ rate }: Pick<Budget, "rate">): number {
  return Math.max(LEAST_BURST, Math.floor(rate));
}

/** Lets a request out and holds what follows, or tells when to ask again. What is granted must be handed back by `settle`. */
export function grant(budget: Budget, wish: Wish, now: Instant): Grant {
  const { inFlight, held, pausedUntil } = budget;
  const obstacle = barred(budget, wish, now);
  if (obstacle !== undefined) return obstacle;
  if (inFlight > 0 && inFlight + wish.atOnce > IN_FLIGHT_CAP) return { granted: false };
  if (!wish.urgent && pausedUntil !== undefined && now < pausedUntil) return { granted: false, at: pausedUntil };

  const burst = burstOf(budget);
  const claim = Math.min(
    burst,
    1 + wish.following + (wish.urgent || wish.all === true ? 0 : Math.floor(burst * RESERVE)),
  );
  const spent = stillSpent(budget, now);
  const over = total(spent) + held + claim - burst;
  if (over > 0) return { granted: false, ...freed(budget, spent, over) };
  const kept = { ...budget, inFlight: inFlight + wish.atOnce, held: held + wish.following };
  return { granted: true, budget: { ...kept, spent: withOneMore(budget, spent, now) } };
}

/** Sends one of the requests that are held. */
export function spend(budget: Budget, now: Instant): Budget {
  return {
    ...budget,
    held: Math.max(0, budget.held - 1),
    spent: withOneMore(budget, stillSpent(budget, now), now),
  };
}

/** While the breaker is open there is one trial at a time. What is part of something under way goes on with it. */
function barred({ openSince, inFlight }: Budget, { urgent, atOnce }: Wish, now: Instant): Grant | undefined {
  if (openSince === undefined || atOnce === 0) return undefined;
  if (inFlight > 0) return { granted: false };
  const trialAt = later(openSince, urgent ? URGENT_TRIAL_EVERY_MS : TRIAL_EVERY_MS);
  return now < trialAt ? { granted: false, at: trialAt } : undefined;
}

/** Hands back what was granted, with what of it was not sent, and lets the rate learn from how it went. */
export function settle(
  budget: Budget,
  granted: Pick<Wish, "atOnce" | "following">,
  outcome: Outcome,
  now: Instant,
): Budget {
  const landed = {
    ...budget,
    inFlight: Math.max(0, budget.inFlight - granted.atOnce),
    held: Math.max(0, budget.held - granted.following),
  };
  return outcome.kind === "clean" ? afterClean(landed, now) : afterTrouble(landed, outcome, now);
}

/** Whether the breaker is open: nobody but a trial gets through, and what the trial met all others would meet. */
export function isOpen({ openSince }: Budget): boolean {
  return openSince !== undefined;
}

/** The faults that say something about the gateway rather than about what was asked of it. */
const TROUBLES: ReadonlySet<ProblemCode> = new Set(["throttled", "server-trouble", "timed-out", "unreachable"]);

export function isTrouble({ code }: Problem): boolean {
  return TROUBLES.has(code);
}

function afterClean({ openSince, ...before }: Budget, now: Instant): Budget {
  if (openSince !== undefined) return closed(before, now);
  const rest = { ...before, troublesInARow: 0, distress: distressed(before, 0) };
  const steps = Math.floor((now - rest.steadySince) / STEP_UP_MS);
  if (rest.rate >= rest.set || steps < 1 || rest.distress > TOO_MUCH) return rest;
  const rate = Math.min(rest.set, rest.rate + steps * stepOf(rest));
  return { ...rest, rate, steadySince: later(rest.steadySince, steps * STEP_UP_MS) };
}

/** An outage is over, which says little about load: half the set rate is a fair start. */
function closed(budget: Omit<Budget, "openSince">, now: Instant): Budget {
  const rate = Math.max(floorOf(budget), budget.set / 2);
  return { ...budget, rate, troublesInARow: 0, distress: 0, steadySince: now };
}

function afterTrouble(budget: Budget, outcome: Exclude<Outcome, { kind: "clean" }>, now: Instant): Budget {
  const { lost = 1, throttled = false, retryAfterMs = 0 } = outcome;
  const { halvedAt, pausedUntil = now } = budget;
  const distress = distressed(budget, lost);
  const asked = throttled || retryAfterMs > 0 || distress > TOO_MUCH;
  const halves = asked && (halvedAt === undefined || now - halvedAt >= HALVED_AT_MOST_EVERY_MS);
  const pause = later(now, Math.min(retryAfterMs, LONGEST_PAUSE_MS));
  return {
    ...(lost < 1 ? answered(budget, now) : unanswered(budget, now)),
    ...(halves ? { rate: Math.max(floorOf(budget), budget.rate / 2), halvedAt: now, steadySince: now } : {}),
    ...(pause > pausedUntil ? { pausedUntil: pause } : {}),
    distress,
  };
}

function unanswered(budget: Budget, now: Instant): Budget {
  const troublesInARow = budget.troublesInARow + 1;
  const breaks = budget.openSince !== undefined || troublesInARow >= BREAKS_AFTER;
  return { ...budget, troublesInARow, ...(breaks ? { openSince: now } : {}) };
}

/** Something of it came through: whatever else there is, the cluster is there. */
function answered({ openSince, ...rest }: Budget, now: Instant): Budget {
  return openSince === undefined ? { ...rest, troublesInARow: 0 } : closed(rest, now);
}

function distressed({ distress }: Pick<Budget, "distress">, lost: number): number {
  return distress * (1 - NEWEST_COUNTS) + lost * NEWEST_COUNTS;
}

function floorOf({ set }: Pick<Budget, "set">): number {
  return Math.min(set, 1);
}

function stepOf({ set }: Budget): number {
  return Math.max(1, set / 20);
}

/** The span of time in which at most a burst goes out. */
export function spanMs(budget: Budget): number {
  return Math.max(1_000, (burstOf(budget) / budget.rate) * 1_000);
}

function stillSpent(budget: Budget, now: Instant): readonly Spent[] {
  const since = now - spanMs(budget);
  const first = budget.spent.findIndex(({ to }) => to > since);
  return first === -1 ? [] : budget.spent.slice(first);
}

/** What falls together into a slot of time counts as spent at the last of it. */
function withOneMore(budget: Budget, spent: readonly Spent[], now: Instant): readonly Spent[] {
  const last = spent.at(-1);
  if (last === undefined || now - last.from >= spanMs(budget) / SLOTS)
    return [...spent, { from: now, to: now, requests: 1 }];
  return [...spent.slice(0, -1), { from: last.from, to: now, requests: last.requests + 1 }];
}

/** When the oldest requests that make up `over` have left the span; what is held has no such time. */
function freed(budget: Budget, spent: readonly Spent[], over: number): { readonly at?: Instant } {
  let left = over;
  const last = spent.find(({ requests }) => (left -= requests) <= 0);
  return last === undefined ? {} : { at: later(last.to, Math.ceil(spanMs(budget))) };
}

function total(spent: readonly Spent[]): number {
  return spent.reduce((sum, { requests }) => sum + requests, 0);
}
