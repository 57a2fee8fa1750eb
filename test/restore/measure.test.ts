import { describe, expect, test } from "vitest";
import type { Instant } from "../../shared/restore/instant.ts";
import { type Duration, measure } from "../../shared/restore/measure.ts";
import { parseInt64 } from "../../shared/restore/int64.ts";
import type { Backup } from "../../shared/restore/partition-info.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { WatchPlan } from "../../shared/restore/watch.ts";
import type { Observation, Step } from "../../shared/restore/watch.ts";
import type { Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  HOUR,
  IN_PROGRESS,
  type Look,
  MINUTE,
  PARTITION,
  planned,
  play,
  POINT,
  SECOND,
  START,
  success,
  sure,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* How long it took and how old the backup was: by the cluster's own times where it tells them, within bounds where not. */

/** A healthy partition whose data loss was declared then, by the cluster's clock. */
const lostAt = (ms: number | undefined): NonNullable<Testimony["partition"]> => ({
  ok: true,
  value: {
    partitionId: PARTITION,
    stateful: true,
    status: "Ready",
    health: "Ok",
    ...(ms === undefined
      ? {}
      : { dataLossVersion: sure(parseInt64(String(BigInt(START + ms + 11_644_473_600_000) * 10_000n))) }),
  },
});
const refusal = (code: ProblemCode) => ({ ok: false, problem: { code, message: `gateway says ${code}` } }) as const;
const made = (ms: number): Backup => ({
  backupId: "x",
  type: "Full",
  location: "",
  createdAt: afterStart(ms),
  point: POINT,
});
const { createdAt: _, ...UNDATED_BACKUP } = made(0);

interface Facts {
  readonly lossMs?: number;
  readonly partition?: Testimony["partition"];
  readonly restored?: Backup | null;
  readonly skewMs?: number;
}

/** A look that heard all there is to hear. */
const seen = (progress: RestoreProgress, { lossMs, partition, restored = null, skewMs }: Facts = {}): Observation => ({
  kind: "progress",
  progress,
  ...(skewMs === undefined ? {} : { clockSkewMs: skewMs }),
  testimony: {
    partition: partition ?? lostAt(lossMs),
    healthEvent: { ok: true, value: null },
    backups: { ok: true, value: { expected: null, restored } },
  },
});

function measured(step: Step): Duration | undefined {
  const progress = step.watch.last?.progress;
  return progress?.state === "Success" ? measure(step.watch, progress) : undefined;
}
const DONE = success(afterStart(20 * MINUTE));
const ended = (plan: Partial<WatchPlan>, ...looks: readonly [Look, ...Look[]]): Step => play(planned(plan), ...looks);

describe("how long a restore took", () => {
  test.each<readonly [string, Partial<WatchPlan>, Facts, string, number]>([
    ["from the data loss to the cluster's own time", {}, { lossMs: 5 * MINUTE }, "data-loss", 15 * MINUTE],
    ["from not-before, where no data loss is told", {}, {}, "not-before", 20 * MINUTE],
    ["from not-before, where the data loss is older", {}, { lossMs: -HOUR }, "not-before", 20 * MINUTE],
    [
      "from not-before, where data was lost again after the end",
      {},
      { lossMs: 21 * MINUTE },
      "not-before",
      20 * MINUTE,
    ],
    ["from a data loss within the tolerance", {}, { lossMs: -5 * SECOND }, "data-loss", 20 * MINUTE + 5 * SECOND],
    ["from any data loss, where any restore counts", { notBefore: "any" }, { lossMs: -HOUR }, "data-loss", 80 * MINUTE],
  ])("is counted %s", (_name, plan, facts, fromSource, ms) => {
    const step = ended(plan, [25 * MINUTE, seen(DONE, facts)]);
    expect(measured(step)).toMatchObject({ fromSource, toSource: "cluster", ms, leastMs: ms, mostMs: ms + SECOND });
  });

  test("cannot be told where any restore counts and no data loss is known", () => {
    expect(measured(ended({ notBefore: "any" }, [25 * MINUTE, seen(DONE)]))).toBeUndefined();
  });

  test.each<readonly [string, number, string]>([
    ["a second after the cluster's date, which is of whole seconds", 20 * MINUTE + SECOND, "data-loss"],
    ["a millisecond later, and is of other trouble", 20 * MINUTE + SECOND + 1, "not-before"],
  ])("may begin with a loss that was declared %s", (_name, lossMs, fromSource) => {
    expect(measured(ended({}, [25 * MINUTE, seen(DONE, { lossMs })]))).toMatchObject({ fromSource });
  });

  test.each<readonly [string, number, string]>([
    ["as it was last seen under way", MINUTE, "data-loss"],
    ["a millisecond later: it may be of other trouble", MINUTE + 1, "not-before"],
  ])("without the cluster's date may begin with a loss that was declared %s", (_name, lossMs, fromSource) => {
    const step = ended({}, [MINUTE, seen(IN_PROGRESS)], [3 * MINUTE, seen(UNDATED_SUCCESS, { lossMs })]);
    expect(measured(step)).toMatchObject({ fromSource, toSource: "observer" });
  });

  test.each<readonly [string, number, string]>([
    ["is the cluster's within the tolerance of when it was last seen under way", 5 * SECOND, "cluster"],
    ["is ours a millisecond beyond it", 5 * SECOND + 1, "observer"],
  ])("the end %s", (_name, earlierMs, toSource) => {
    const done = success(afterStart(MINUTE - earlierMs));
    expect(measured(ended({}, [MINUTE, seen(IN_PROGRESS)], [3 * MINUTE, seen(done)]))).toMatchObject({ toSource });
  });

  test("does not depend on when it was looked at", () => {
    const times = [21, 25, 34].map((minute) => measured(ended({}, [minute * MINUTE, seen(DONE, { lossMs: 0 })]))?.ms);
    expect(times).toEqual([20 * MINUTE, 20 * MINUTE, 20 * MINUTE]);
  });

  test("lies between two looks where the cluster does not date its success", () => {
    const looks: readonly [Look, ...Look[]] = [
      [0, seen(ACCEPTED)],
      [18 * MINUTE, seen(IN_PROGRESS)],
      [21 * MINUTE, seen(UNDATED_SUCCESS, { lossMs: MINUTE })],
    ];
    expect(measured(ended({}, ...looks))).toMatchObject({
      fromSource: "data-loss",
      toSource: "observer",
      ms: 20 * MINUTE,
      leastMs: 17 * MINUTE,
      mostMs: 20 * MINUTE,
    });
  });

  test.each<readonly [string, number, RestoreProgress, Facts]>([
    ["not-before to the cluster's time, which is ahead", 10 * MINUTE, success(afterStart(30 * MINUTE)), {}],
    ["not-before to the cluster's time, which is behind", -10 * MINUTE, success(afterStart(10 * MINUTE)), {}],
    [
      "data loss to the cluster's time, which is ahead",
      10 * MINUTE,
      success(afterStart(30 * MINUTE)),
      { lossMs: 10 * MINUTE },
    ],
    ["data loss to an undated end, the cluster ahead", 10 * MINUTE, UNDATED_SUCCESS, { lossMs: 10 * MINUTE }],
    ["data loss to an undated end, the cluster behind", -10 * MINUTE, UNDATED_SUCCESS, { lossMs: -10 * MINUTE }],
    ["data loss to an undated end, the cluster far ahead", 2 * HOUR, UNDATED_SUCCESS, { lossMs: 2 * HOUR }],
  ])("is right however wrong the cluster's clock is: %s", (_name, skewMs, progress, facts) => {
    const step = ended(
      {},
      [0, seen(ACCEPTED, { skewMs })],
      [19 * MINUTE, seen(IN_PROGRESS, { skewMs })],
      [20 * MINUTE, seen(progress, { ...facts, skewMs })],
    );
    expect(measured(step)?.ms).toBe(20 * MINUTE);
  });

  test("is never less than what this run saw of it, whatever the replica's clock says", () => {
    const odd = success(afterStart(-HOUR));
    const step = ended({}, [0, seen(ACCEPTED)], [19 * MINUTE, seen(IN_PROGRESS)], [20 * MINUTE, seen(odd)]);
    expect(measured(step)?.ms).toBeGreaterThanOrEqual(19 * MINUTE);
  });

  test("is never negative", () => {
    const plan = { notBefore: afterStart(MINUTE) };
    const done = success(afterStart(MINUTE - 5 * SECOND));
    expect(measured(ended(plan, [2 * MINUTE, seen(done)]))).toMatchObject({ ms: 0, leastMs: 0 });
  });
});

describe("the recovery time objective", () => {
  test.each([
    ["met to the millisecond", 15 * MINUTE, "restored"],
    ["missed by a second", 15 * MINUTE - SECOND, "rto-missed"],
  ])("%s", (_name, rtoMs, reason) => {
    expect(concluded(ended({ rtoMs }, [25 * MINUTE, seen(DONE, { lossMs: 5 * MINUTE })])).reason).toBe(reason);
  });

  test("says from when it counted and by how much it was missed", () => {
    const verdict = concluded(ended({ rtoMs: 5 * MINUTE }, [25 * MINUTE, seen(DONE, { lossMs: 5 * MINUTE })]));
    expect(verdict).toMatchObject({ verdict: "failed", reason: "rto-missed" });
    expect(verdict.message).toMatch(/15 min since data loss was declared .*5 min was missed by 10 min/);
  });

  test("an end that is not dated is taken to be as late as it was seen", () => {
    const looks: readonly [Look, ...Look[]] = [
      [0, seen(ACCEPTED)],
      [20 * MINUTE, seen(UNDATED_SUCCESS)],
    ];
    expect(concluded(ended({ rtoMs: 19 * MINUTE }, ...looks)).reason).toBe("rto-missed");
    expect(concluded(ended({ rtoMs: 20 * MINUTE }, ...looks)).reason).toBe("restored");
  });

  test("without anything to count from it cannot be judged", () => {
    const plan: Partial<WatchPlan> = { notBefore: "any", rtoMs: HOUR };
    expect(concluded(ended(plan, [25 * MINUTE, seen(DONE)]))).toMatchObject({
      verdict: "inconclusive",
      reason: "rejected",
    });
  });
});

describe("the recovery point objective", () => {
  const plan: Partial<WatchPlan> = { rpoMs: 30 * MINUTE };
  const at = (facts: Facts): Step => ended(plan, [25 * MINUTE, seen(DONE, facts)]);

  test.each<readonly [string, Facts, string]>([
    ["met to the millisecond", { lossMs: 5 * MINUTE, restored: made(-25 * MINUTE) }, "restored"],
    ["missed by a millisecond", { lossMs: 5 * MINUTE, restored: made(-25 * MINUTE - 1) }, "rpo-missed"],
    ["met by a backup made after the loss", { lossMs: 0, restored: made(MINUTE) }, "restored"],
    ["unknown: the backup is not listed", { lossMs: 0 }, "rejected"],
    ["unknown: the backup is not dated", { lossMs: 0, restored: UNDATED_BACKUP }, "rejected"],
  ])("%s", (_name, facts, reason) => {
    expect(concluded(at(facts)).reason).toBe(reason);
  });

  test("says how old the backup was and by how much it is too old", () => {
    const { message } = concluded(at({ lossMs: 0, restored: made(-40 * MINUTE) }));
    expect(message).toMatch(/40 min old.*30 min was missed by 10 min/);
  });

  test("from not-before, the backup's date is corrected for the cluster's clock", () => {
    // Made 50 min before not-before; the cluster's clock is 25 min ahead and calls that 25 min.
    const facts = { skewMs: 25 * MINUTE, restored: made(-25 * MINUTE) };
    const done = success(afterStart(45 * MINUTE));
    expect(concluded(ended(plan, [25 * MINUTE, seen(done, facts)])).reason).toBe("rpo-missed");
  });

  test("a clock that is behind is corrected between two of its own times, and not beside one of ours", () => {
    const early: Partial<WatchPlan> = { ...plan, notBefore: afterStart(-20 * MINUTE) };
    const skewMs = -10 * MINUTE;
    const done = success(afterStart(-8 * MINUTE));
    const aged = (facts: Facts): string =>
      concluded(ended(early, [25 * MINUTE, seen(done, { ...facts, skewMs, restored: made(-55 * MINUTE) })])).reason;
    expect(aged({})).toBe("rpo-missed"); // 35 min by its own date
    expect(aged({ lossMs: -28 * MINUTE })).toBe("restored"); // 27 min between the two
  });

  test("is not judged from not-before while the partition may still tell of the loss", () => {
    const facts = { partition: refusal("throttled"), restored: made(-20 * MINUTE) };
    const step = ended({ ...plan, healthCheck: "report" }, [25 * MINUTE, seen(DONE, facts)]);
    expect(step.next).toBe("look");
  });
});

test("the right instants are named", () => {
  const to: Instant = afterStart(20 * MINUTE);
  expect(measured(ended({}, [25 * MINUTE, seen(DONE, { lossMs: 5 * MINUTE })]))).toMatchObject({
    from: afterStart(5 * MINUTE),
    to,
  });
});
