import type { Cadence } from "./cadence.ts";
import type { Dice } from "./dice.ts";
import { earlier, type Instant, later } from "./instant.ts";
import type { PartitionId } from "./partition-id.ts";
import type { Problem } from "./problem.ts";
import type { RawReplies } from "./raw-reply.ts";
import type { RestoreProgress } from "./restore-progress.ts";
import type { Verdict } from "./verdict.ts";
import type { Heard, Question, Testimony } from "./witness.ts";

/** What to watch and how long: fixed for the whole watch. Instants are of the observer's clock. */
export interface WatchPlan {
  readonly partitionId: PartitionId;
  /** Only an attempt that began at or after this counts; `any` takes whatever is on record. */
  readonly notBefore: Instant | "any";
  /** How far the cluster's dates may be off, a clock that is ahead corrected, before they stop proving anything. */
  readonly toleranceMs: number;
  /** By when a restore must have appeared; never after `deadline`. */
  readonly startBy: Instant;
  readonly deadline: Instant;
  readonly cadence: Cadence;
  /** `require`: only a healthy partition passes; `report`: noted, not judged; `off`: not asked. */
  readonly healthCheck: "require" | "report" | "off";
  /** GUID, lower case. */
  readonly expectedBackupId?: string;
  /** `false`: only what the verdict depends on is asked; the health event, and a backup list nothing is compared with, are not. */
  readonly corroborate?: false;
  /** Objectives, where there are any. */
  readonly rtoMs?: number;
  readonly rpoMs?: number;
}

/**
 * What one look brought. `clockSkewMs` is the cluster's clock minus ours, from the `Date` header, and `clockSlackMs` by how much it
 * may be more than that; `testimony` the answers to
 * what was asked beside the progress. `progress: null` is the cluster's own "nothing was ever restored here". `raw` is the body of
 * the reply to GetRestoreProgress, where there was one: it is kept beside the evidence and decides nothing.
 */
export type Observation =
  | {
      readonly kind: "progress";
      readonly progress: RestoreProgress | null;
      readonly clockSkewMs?: number;
      readonly clockSlackMs?: number;
      readonly testimony?: Testimony;
      readonly raw?: string;
    }
  | { readonly kind: "unavailable"; readonly problem: Problem; readonly raw?: string }
  | { readonly kind: "cancelled"; readonly why: string };

/** The same observation, looked at `times` times in a row: what is kept as evidence, enough to replay the watch. */
export interface Stretch {
  readonly observation: Observation;
  readonly first: Instant;
  readonly last: Instant;
  readonly times: number;
}

/** A stretch of looks that saw the same state. */
export interface Phase {
  /** As the cluster spelled it; `null` where it had no restore on record. */
  readonly state: string | null;
  readonly firstSeen: Instant;
  readonly lastSeen: Instant;
  readonly looks: number;
}

export interface LastAnswer {
  readonly progress: RestoreProgress | null;
  readonly at: Instant;
  /** Since when it has been the answer, to the letter: one success that takes another's place is not as old as that. */
  readonly since: Instant;
  /** When the cluster gave it, by its own clock. */
  readonly dated: Instant;
}

/** All that is remembered between two looks at one partition. Plain JSON: it crosses durable histories and records. */
export interface Watch extends RawReplies {
  readonly plan: WatchPlan;
  readonly startedAt: Instant;
  readonly dice: Dice;
  readonly looks: number;
  readonly faults: number;
  readonly faultsInARow: number;
  /** The delay after the last fault, 0 where there is none to bear: the next one is drawn from it. */
  readonly retryMs: number;
  readonly problem?: Problem;
  /** When the first usable answer came. */
  readonly reachedAt?: Instant;
  readonly last?: LastAnswer;
  /** Since when this run has seen the attempt now on record under way; kept once it has ended, gone with the record. */
  readonly inFlightSince?: Instant;
  readonly everInFlight: boolean;
  /** When it was last under way by the cluster's own clock, as its answers are dated. */
  readonly lastInFlight?: Instant;
  /** The date of the latest dated success that was on record before a restore was seen under way. */
  readonly resultBefore?: Instant;
  /** Oldest first; at most `PHASES_KEPT`, the middle is dropped. */
  readonly phases: readonly Phase[];
  readonly phasesDropped: number;
  /** The cluster's clock minus ours: the greatest that was told, since what tells less may be an old answer. 0 until it is told. */
  readonly clockSkewMs: number;
  /** How far its clock may be ahead of ours at most, by what was told; 0 where it is not. */
  readonly aheadMs: number;
  /** The latest date that an answer bore, by the cluster's clock. */
  readonly newestDate?: Instant;
  /** The latest answers of the other witnesses, about the restore now on record. */
  readonly heard: Heard;
  /** Since when the partition tells the data loss it tells now, about the result now on record. */
  readonly dataLossHeard?: Instant;
  /** Looks taken at once, without waiting, to ask something: few in a row, or a cluster that keeps changing its mind is hammered. */
  readonly asksInARow: number;
  /** Every distinct observation in its order; at most `STRETCHES_KEPT`, then `evidenceDropped` counts those left out at the end. */
  readonly evidence: readonly Stretch[];
  readonly evidenceDropped: number;
}

/** What is worked out of a `Date` header is not nearer to the truth than this: its second, and the second a reply takes. */
export const DATE_RESOLUTION_MS = 2_000;

export const PHASES_KEPT = 40;
export const STRETCHES_KEPT = 200;

/** What to do next: the next look, with what it is to `ask` beside the progress, or the end. The last step of every watch is `conclude`; a `look` never lies after the deadline. */
export type Step =
  | { readonly next: "look"; readonly at: Instant; readonly ask: readonly Question[]; readonly watch: Watch }
  | { readonly next: "conclude"; readonly verdict: Verdict; readonly watch: Watch };

/** A watch that has not looked yet; its first look is due at once. `dice` is any unsigned 32-bit integer. */
export function beginWatch(plan: WatchPlan, startedAt: Instant, dice: Dice): Watch {
  return {
    plan: { ...plan, startBy: earlier(plan.startBy, plan.deadline) },
    startedAt,
    dice,
    looks: 0,
    faults: 0,
    faultsInARow: 0,
    retryMs: 0,
    everInFlight: false,
    phases: [],
    phasesDropped: 0,
    clockSkewMs: 0,
    aheadMs: 0,
    heard: {},
    asksInARow: 0,
    evidence: [],
    evidenceDropped: 0,
    replies: [],
    repliesDropped: 0,
  };
}

/**
 * Until when an answer to a look begun at `now` is worth waiting for: the request's own timeout or the deadline, but never
 * less than a little, so that the look *at* the deadline has time to be answered. That little is a tenth of the whole
 * watch, at most 5 s: a watch ends at its deadline, or at most so much later.
 */
export function answerBy(
  { plan, startedAt }: Pick<Watch, "startedAt"> & { readonly plan: Pick<WatchPlan, "deadline"> },
  now: Instant,
  requestTimeoutMs: number,
): Instant {
  const little = Math.min(LAST_LOOK_MOST_MS, Math.max(LAST_LOOK_LEAST_MS, (plan.deadline - startedAt) / 10));
  return later(now, Math.min(requestTimeoutMs, Math.max(plan.deadline - now, little)));
}

const LAST_LOOK_MOST_MS = 5_000;
const LAST_LOOK_LEAST_MS = 250;
