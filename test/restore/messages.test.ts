import { describe, expect, test } from "vitest";
import type { Observation, WatchPlan } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  FAILURE,
  failureOf,
  fault,
  IN_PROGRESS,
  INVALID,
  type Look,
  MINUTE,
  planned,
  play,
  saw,
  SECOND,
  SECONDARIES,
  success,
  TIMEOUT,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* Every sentence of a verdict that does not pass, to the letter: it is all that most people ever read of this tool. */

const OLD = success(afterStart(-60 * MINUTE));

type Looks = readonly [Look, ...Look[]];
type Case = readonly [sentence: string, plan: Partial<WatchPlan>, looks: Looks];
const said = (plan: Partial<WatchPlan>, looks: Looks): string => concluded(play(planned(plan), ...looks)).message;

describe("a restore that failed or did not end", () => {
  const under = " for the restore seen under way since 2026-02-03T10:00:00.000Z";
  const begun: Look = [0, saw(ACCEPTED)];
  const changed = "The data may already have changed.";

  test.each<Case>([
    [
      `The cluster reports Failure${under}, without a reason (clusters of today give none). ${changed}`,
      {},
      [begun, [MINUTE, saw(FAILURE)]],
    ],
    [
      `The cluster reports Invalid${under}, without a reason (clusters of today give none). ${changed}`,
      {},
      [begun, [MINUTE, saw(INVALID)]],
    ],
    [
      `The cluster reports Failure${under}: E_ABORT: The store is gone. ${changed}`,
      {},
      [begun, [MINUTE, saw(failureOf({ code: "E_ABORT", message: "The store is gone" }))]],
    ],
    [
      `The cluster reports Failure${under}: E_ABORT. ${changed}`,
      {},
      [begun, [MINUTE, saw(failureOf({ code: "E_ABORT", message: "" }))]],
    ],
    [
      `The cluster reports Failure${under}: with an empty reason. ${changed}`,
      {},
      [begun, [MINUTE, saw(failureOf({ code: "", message: "" }))]],
    ],
    [
      `The cluster reports Failure, without a reason (clusters of today give none). ${changed}`,
      { notBefore: "any" },
      [[0, saw(FAILURE)]],
    ],
    [
      `The cluster reports Timeout${under}, without a reason (clusters of today give none): its own RestoreTimeout passed and it stopped waiting. The restore may still complete: check the partition before restoring again.`,
      {},
      [begun, [MINUTE, saw(TIMEOUT)]],
    ],
    [
      "Still under way at the deadline: SecondaryInProgress, unchanged for 25 min since 2026-02-03T10:10:00.000Z. The restore goes on in the cluster.",
      {},
      [begun, [10 * MINUTE, saw(SECONDARIES)], [35 * MINUTE, saw(SECONDARIES)]],
    ],
    [
      "Still under way at the deadline: Accepted, unchanged for 35 min since 2026-02-03T10:00:00.000Z. The restore goes on in the cluster. The cluster has not answered since 2026-02-03T10:10:00.000Z. Last: gateway says timed-out",
      {},
      [begun, [10 * MINUTE, saw(ACCEPTED)], [35 * MINUTE, fault("timed-out")]],
    ],
  ])("%s", (sentence, plan, looks) => {
    expect(said(plan, looks)).toBe(sentence);
  });
});

describe("no result of this restore", () => {
  const none: Look = [0, saw(null)];
  const record = "No restore is on record for this partition, after";
  const old = "What is on record is a Success of 2026-02-03T09:00:00.000Z, and only a restore from";
  const nothing = "counts; nothing newer appeared, after";

  test.each<Case>([
    [`${record} 1 look since 2026-02-03T10:00:00.000Z.`, {}, [[5 * MINUTE, saw(null)]]],
    [`${record} 2 looks since 2026-02-03T10:00:00.000Z.`, {}, [none, [5 * MINUTE, saw(null)]]],
    [
      `${record} 2 looks since 2026-02-03T10:00:00.000Z. The cluster has not answered since 2026-02-03T10:00:00.000Z. Last: gateway says unreachable`,
      {},
      [none, [35 * MINUTE, fault("unreachable")]],
    ],
    [
      "The restore that was under way has vanished from the cluster's record.",
      {},
      [
        [0, saw(IN_PROGRESS)],
        [35 * MINUTE, saw(null)],
      ],
    ],
    [
      `${old} 2026-02-03T10:00:00.000Z on ${nothing} 1 look since 2026-02-03T10:00:00.000Z.`,
      {},
      [[5 * MINUTE, saw(OLD)]],
    ],
    [
      "What is on record is a Failure, which bears no date, and only a restore from 2026-02-03T10:00:00.000Z on counts; nothing newer appeared, after 1 look since 2026-02-03T10:00:00.000Z.",
      {},
      [[5 * MINUTE, saw(FAILURE)]],
    ],
    [
      `${old} 2026-02-03T10:00:00.000Z on ${nothing} 2 looks since 2026-02-03T10:00:00.000Z. By the dates of the cluster's own answers a restore was still under way at 2026-02-03T10:01:00.000Z: either this is an older result, or the clock that dated it is behind.`,
      {},
      [
        [MINUTE, saw(IN_PROGRESS)],
        [35 * MINUTE, saw(OLD)],
      ],
    ],
    [
      `${old} 2026-02-03T10:00:00.000Z on ${nothing} 1 look since 2026-02-03T10:00:00.000Z. The cluster's answers are dated 10 min before our clock: either its clock is behind, or they come out of a cache. If it is the clock, set it right, or name a not-before that is 10 min earlier.`,
      {},
      [[5 * MINUTE, saw(OLD, -10 * MINUTE)]],
    ],
  ])("%s", (sentence, plan, looks) => {
    expect(said(plan, looks)).toBe(sentence);
  });

  test("a clock that is behind by no more than the tolerance is not spoken of", () => {
    const stale = (skewMs: number): string => said({}, [[5 * MINUTE, saw(OLD, skewMs)]]);
    expect(stale(-5 * SECOND)).not.toContain("before our clock");
    expect(stale(-5 * SECOND - 1)).toContain("5 s before our clock");
  });

  test("a result without a date is not held against the dates of the answers", () => {
    const undated = said({ notBefore: afterStart(2 * MINUTE) }, [
      [MINUTE, saw(IN_PROGRESS, 0)],
      [35 * MINUTE, saw(UNDATED_SUCCESS, 0)],
    ]);
    expect(undated).toMatch(/^What is on record is a Success, which bears no date, .*\.000Z\.$/);
  });

  test("an older result within the tolerance of what was seen under way is not held against it", () => {
    const result = (ms: number): string => {
      const looks = [
        [MINUTE, saw(IN_PROGRESS, 0)],
        [35 * MINUTE, saw(success(afterStart(ms)), 0)],
      ] as const;
      return concluded(play(planned({ notBefore: afterStart(2 * MINUTE) }), ...looks)).message;
    };
    expect(result(MINUTE - 5 * SECOND)).not.toContain("By the dates");
    expect(result(MINUTE - 5 * SECOND - 1)).toContain("By the dates");
  });
});

describe("a cluster that does not answer, and a run that is stopped", () => {
  const stopped = (why: string): Observation => ({ kind: "cancelled", why });

  test.each<Case>([
    ["No usable answer in 2 min and 1 look. Last: gateway says unreachable", {}, [[2 * MINUTE, fault("unreachable")]]],
    [
      "No usable answer in 2 min 5 s and 2 looks. Last: gateway says timed-out",
      {},
      [
        [0, fault("unreachable")],
        [125 * SECOND, fault("timed-out")],
      ],
    ],
    ["gateway says access-denied", {}, [[0, fault("access-denied")]]],
    [
      "gateway says backup-service-unavailable (2 times in a row)",
      {},
      [
        [0, fault("backup-service-unavailable")],
        [SECOND, fault("backup-service-unavailable")],
      ],
    ],
    [
      "Stopped by SIGTERM, before the cluster had answered. The restore itself goes on in the cluster.",
      {},
      [[0, stopped("SIGTERM")]],
    ],
    [
      "Stopped by SIGINT, last seen: SecondaryInProgress. The restore itself goes on in the cluster.",
      {},
      [
        [0, saw(SECONDARIES)],
        [SECOND, stopped("SIGINT")],
      ],
    ],
    [
      "Stopped by SIGTERM, last seen: no restore on record. The restore itself goes on in the cluster.",
      {},
      [
        [0, saw(null)],
        [SECOND, stopped("SIGTERM")],
      ],
    ],
  ])("%s", (sentence, plan, looks) => {
    expect(said(plan, looks)).toBe(sentence);
  });
});
