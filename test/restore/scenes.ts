import type { PartitionInfo } from "../../shared/restore/partition-info.ts";
import { advance } from "../../shared/restore/advance.ts";
import { ACTION_CADENCE } from "../../shared/restore/cadence.ts";
import { type Instant, later, parseInstant } from "../../shared/restore/instant.ts";
import { type Int64, parseInt64 } from "../../shared/restore/int64.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import {
  type FabricFailure,
  isTerminal,
  type RestorePoint,
  type RestoreProgress,
} from "../../shared/restore/restore-progress.ts";
import type { Verdict } from "../../shared/restore/verdict.ts";
import { beginWatch, type Observation, type Step, type Watch, type WatchPlan } from "../../shared/restore/watch.ts";
import type { Testimony } from "../../shared/restore/witness.ts";

/* What the tests of the heart are made of: one partition, one morning, and the words to say what was seen when. */

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** What is surely there, or the test is broken. */
export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("the test itself is wrong: a value is missing");
  return value;
}

export const at = (text: string): Instant => sure(parseInstant(text));
export const START = at("2026-02-03T10:00:00Z");
export const afterStart = (ms: number): Instant => later(START, ms);
export const PARTITION = sure(parsePartitionId("1daae3f5-7fd6-42e9-b1ba-000000000001"));

/** The data loss version (FILETIME) of a loss so many milliseconds after the start. */
export const filetime = (ms: number): Int64 =>
  sure(parseInt64(String(BigInt(START + ms + 11_644_473_600_000) * 10_000n)));

/** Not before the start, 5 minutes to appear, 35 to end. */
export function planned(different: Partial<WatchPlan> = {}): WatchPlan {
  return {
    partitionId: PARTITION,
    notBefore: START,
    toleranceMs: 5 * SECOND,
    startBy: afterStart(5 * MINUTE),
    deadline: afterStart(35 * MINUTE),
    cadence: ACTION_CADENCE,
    healthCheck: "require",
    ...different,
  };
}

export const POINT: RestorePoint = {
  epoch: {
    dataLossVersion: sure(parseInt64("133801234567890123")),
    configurationVersion: sure(parseInt64("8589934592")),
  },
  lsn: sure(parseInt64("3552")),
};

export const ACCEPTED: RestoreProgress = { state: "Accepted", spelled: "Accepted", point: POINT };
export const IN_PROGRESS: RestoreProgress = { state: "RestoreInProgress", spelled: "RestoreInProgress", point: POINT };
export const SECONDARIES: RestoreProgress = { state: "SecondariesInProgress", spelled: "SecondaryInProgress" };
export const UNKNOWN: RestoreProgress = { state: "Unrecognized", spelled: "RestoreQueued" };
export const UNDATED_SUCCESS: RestoreProgress = { state: "Success", spelled: "Success" };
export const FAILURE: RestoreProgress = { state: "Failure", spelled: "Failure" };
export const TIMEOUT: RestoreProgress = { state: "Timeout", spelled: "Timeout" };
export const INVALID: RestoreProgress = { state: "Invalid", spelled: "Invalid" };

export const success = (when: Instant): RestoreProgress => ({
  state: "Success",
  spelled: "Success",
  at: when,
  point: POINT,
});
export const failureOf = (failure: FabricFailure): RestoreProgress => ({
  state: "Failure",
  spelled: "Failure",
  failure,
});

/** The other witnesses of a restore that is beyond doubt; the partition never lost data, so that it dates nothing. */
export const ALL_IS_WELL: Testimony = {
  partition: { ok: true, value: { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" } },
  healthEvent: { ok: true, value: null },
  backups: { ok: true, value: { expected: null, restored: null } },
};

/** The cluster answered; `clockSkewMs` is how far its clock is ahead of ours. Beside a result the other witnesses speak. */
export const saw = (progress: RestoreProgress | null, clockSkewMs?: number, testimony = ALL_IS_WELL): Observation => ({
  kind: "progress",
  progress,
  ...(clockSkewMs === undefined ? {} : { clockSkewMs }),
  ...(progress !== null && isTerminal(progress) ? { testimony } : {}),
});

/** A result beside which the partition is healthy, but for what is different. */
export const sawPartition = (progress: RestoreProgress, different: Partial<PartitionInfo>): Observation =>
  saw(progress, undefined, {
    ...ALL_IS_WELL,
    partition: {
      ok: true,
      value: { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok", ...different },
    },
  });

export const fault = (code: ProblemCode, retryAfterMs?: number): Observation => ({
  kind: "unavailable",
  problem: { code, message: `gateway says ${code}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
});

/** When (milliseconds after the start) and what. */
export type Look = readonly [afterStartMs: number, observation: Observation];

/** Shows the looks to the heart one after the other; only the last may end the watch. */
export function play(plan: WatchPlan, ...looks: readonly [Look, ...Look[]]): Step {
  let watch = beginWatch(plan, START, 7);
  let step: Step | undefined;
  for (const [ms, observation] of looks) {
    if (step?.next === "conclude") throw new Error(`concluded too early: ${step.verdict.reason}`);
    step = advance(watch, observation, afterStart(ms));
    watch = step.watch;
  }
  return sure(step);
}

/** The verdict of a step that must be the last. */
export function concluded(step: Step): Verdict {
  if (step.next !== "conclude") throw new Error(`not concluded, but another look is due at ${step.at}`);
  return step.verdict;
}

/** How long after the start the next look is due, of a step that must not be the last. */
export function nextLook(step: Step): number {
  if (step.next !== "look") throw new Error(`concluded: ${step.verdict.reason}: ${step.verdict.message}`);
  return step.at - START;
}

export function remembered(step: Step): Watch {
  return step.watch;
}
