import { cut } from "../restore/fields.ts";
import { type Instant, later } from "../restore/instant.ts";
import type { Problem } from "../restore/problem.ts";
import {
  type Budget,
  burstOf,
  grant,
  IN_FLIGHT_CAP,
  isOpen,
  openBudget,
  settle,
  spend,
  TRIAL_EVERY_MS,
} from "./budget.ts";
import { type Met, outcomeOf } from "./outcome.ts";

/**
 * The budget of a cluster as workers share it that know of each other nothing else: one plain JSON value, replaced as a whole. Each claims
 * a handful of requests at a time, reports with its next claim what became of the last, and leaves. What is in flight is held by
 * leases that end by themselves, because a worker may die; whoever wants more than a handful stands in line, so that a hundred workers
 * do not all wait at the door.
 *
 * What is claimed is taken for spent at once, though it may go out within `GOOD_FOR_MS`: over any `n` seconds at most `n + 1` times
 * the rate goes out, as with any bucket that is full at first.
 */
export interface SharedBudget {
  readonly schema: 1;
  readonly budget: Budget;
  readonly leases: readonly Lease[];
  /** Until when the line is spoken for. */
  readonly spokenFor: Instant;
  /** What the last trouble was: while only trials get through, it is what all others would meet. */
  readonly trouble?: { readonly problem: Problem; readonly at: Instant };
}

interface Lease {
  readonly holder: string;
  readonly atOnce: number;
  readonly until: Instant;
  /** A turn of many looks: there is one at a time. */
  readonly many: boolean;
}

export interface Claim {
  readonly holder: string;
  /** Of the look that is next: how many requests, and how many of them at one time. */
  readonly requests: number;
  readonly atOnce: number;
  /** Of all that is due, that look included; and of all the holder may find due by the time its turn has come. */
  readonly due: number;
  readonly all: number;
  /** A last look, as in a `Wish`. */
  readonly urgent: boolean;
  /** Whether the holder has stood in line for this. */
  readonly stoodInLine: boolean;
  /** By when the holder will have left, or died. */
  readonly until: Instant;
  /** What its looks met since its last claim, oldest first. */
  readonly met: readonly Met[];
}

export type Answer =
  /** So many requests may go out, so many of them at one time, until `goodUntil`. */
  | { readonly kind: "granted"; readonly requests: number; readonly atOnce: number; readonly goodUntil: Instant }
  | { readonly kind: "wait"; readonly at: Instant }
  /** Nothing may go out, and it is known what would come of it. */
  | { readonly kind: "known"; readonly problem: Problem };

export interface Claimed {
  readonly shared: SharedBudget;
  readonly answer: Answer;
}

/** Of many looks this part of what may be in flight: the rest is for whoever has a single one. */
const OF_MANY = 6;
/** Likewise of a burst. */
const OF_A_BURST = 0.8;
const GOOD_FOR_MS = 1_000;
/** Looks that fit into half a second stand in no line. */
const HANDFUL_MS = 500;
const NOT_WORTH_A_LINE_MS = 1_000;
/** Whoever waits longer than this finds everything due. */
const LONG_WAIT_MS = 30_000;
const IN_FLIGHT_MS = 1_000;
const AT_LEAST_MS = 50;
/** More than any set of partitions is spoken for at once: beyond it a clock was wrong. */
const LONGEST_LINE_MS = 2 * 3_600_000;

/** The value as it was kept, or a new one where there is none; under today's rate, if another was set since. */
export function asSet(kept: SharedBudget | undefined, perSecond: number, now: Instant): SharedBudget {
  if (kept === undefined) return { schema: 1, budget: openBudget(perSecond, now), leases: [], spokenFor: now };
  const { budget } = kept;
  if (budget.set === perSecond) return kept;
  return { ...kept, budget: { ...budget, set: perSecond, rate: Math.min(budget.rate, perSecond) } };
}

/** The same value where there is nothing to put down. */
export function claim(shared: SharedBudget, claimed: Claim, now: Instant): Claimed {
  const { holder, met } = claimed;
  const learned = afterwards(shared, met, now);
  const own = learned.leases.find((lease) => lease.holder === holder);
  const many = own?.many ?? claimed.due > handful(learned.budget);
  const others = without(learned, holder, now);
  const busy = many && others.leases.some((lease) => lease.many);
  if (many && own === undefined && (busy || !claimed.stoodInLine)) {
    const { place, ...line } = standInLine(learned, claimed, now);
    if (place > now + NOT_WORTH_A_LINE_MS) return { ...line, answer: { kind: "wait", at: place } };
    if (!busy) return tryToGrant(without(line.shared, holder, now), claimed, many, now);
    return { ...line, answer: { kind: "wait", at: later(now, NOT_WORTH_A_LINE_MS) } };
  }
  const answered = tryToGrant(others, claimed, many, now);
  if (answered.answer.kind === "granted") return answered;
  // What it still has under way it holds on to.
  return { ...answered, shared: met.length === 0 ? shared : learned };
}

/** The holder is gone, and this is what became of its looks. */
export function leave(
  shared: SharedBudget,
  { holder, met }: Pick<Claim, "holder" | "met">,
  now: Instant,
): SharedBudget {
  return without(afterwards(shared, met, now), holder, now);
}

function afterwards(shared: SharedBudget, met: Claim["met"], now: Instant): SharedBudget {
  const last = met.findLast(({ trouble }) => trouble !== undefined)?.trouble;
  const budget = met.reduce((left, one) => settle(left, NOTHING, outcomeOf(one), now), shared.budget);
  const { trouble: before, ...rest } = shared;
  const told =
    last === undefined ? before : { problem: { ...last, message: cut(last.message, MOST_MESSAGE) }, at: now };
  return { ...rest, budget, ...(told === undefined || !isOpen(budget) ? {} : { trouble: told }) };
}

const MOST_MESSAGE = 500;
const NOTHING = { atOnce: 0, following: 0 } as const;

/** What is in flight is what the leases say, of those that are neither over nor the holder's own. */
function without(shared: SharedBudget, holder: string, now: Instant): SharedBudget {
  const leases = shared.leases.filter((lease) => lease.holder !== holder && lease.until > now);
  return { ...shared, leases, budget: { ...shared.budget, held: 0, inFlight: inFlightOf(leases) } };
}

function inFlightOf(leases: readonly Lease[]): number {
  return leases.reduce((sum, { atOnce }) => sum + atOnce, 0);
}

function handful({ rate }: Budget): number {
  return Math.max(1, Math.floor((rate * HANDFUL_MS) / 1_000));
}

function standInLine(
  shared: SharedBudget,
  { due, all }: Claim,
  now: Instant,
): { readonly shared: SharedBudget; readonly place: Instant } {
  const { spokenFor, budget } = shared;
  const place = spokenFor > now && spokenFor - now <= LONGEST_LINE_MS ? spokenFor : now;
  const requests = place > now + LONG_WAIT_MS ? Math.max(due, all) : due;
  const lastsMs = Math.ceil((requests / (budget.rate * OF_A_BURST)) * 1_000);
  return { shared: { ...shared, spokenFor: later(place, lastsMs) }, place };
}

function tryToGrant(shared: SharedBudget, claimed: Claim, many: boolean, now: Instant): Claimed {
  const { budget, leases } = shared;
  const { holder, until, urgent } = claimed;
  const several = claimed.due > claimed.requests && !isOpen(budget);
  const free = IN_FLIGHT_CAP - budget.inFlight;
  const atOnce = several ? Math.max(claimed.atOnce, Math.min(OF_MANY, free)) : claimed.atOnce;
  let at: Instant | undefined;
  for (const requests of several ? sizes(claimed, budget) : [claimed.requests]) {
    const answer = grant(budget, { following: requests - 1, atOnce, urgent }, now);
    if (answer.granted) {
      let spent = answer.budget;
      for (let nth = 1; nth < requests; nth++) spent = spend(spent, now);
      return {
        shared: { ...shared, budget: spent, leases: [...leases, { holder, atOnce, until, many }] },
        answer: { kind: "granted", requests, atOnce, goodUntil: later(now, GOOD_FOR_MS) },
      };
    }
    ({ at } = answer);
  }
  return { shared, answer: refused(shared, at, now) };
}

/** As much as may be had at once, or half of it: less is not worth the asking. */
function sizes({ due, requests }: Pick<Claim, "due" | "requests">, budget: Budget): readonly number[] {
  const most = Math.max(requests, Math.min(due, Math.floor(burstOf(budget) * OF_A_BURST)));
  return [most, Math.max(requests, Math.floor(most / 2))];
}

function refused({ budget, trouble }: SharedBudget, at: Instant | undefined, now: Instant): Answer {
  if (isOpen(budget) && trouble !== undefined && now - trouble.at <= TRIAL_EVERY_MS)
    return { kind: "known", problem: trouble.problem };
  // Where all there may be is in flight, its end has no time.
  const wanted = at ?? later(now, IN_FLIGHT_MS);
  return { kind: "wait", at: later(now, Math.max(AT_LEAST_MS, wanted - now)) };
}
