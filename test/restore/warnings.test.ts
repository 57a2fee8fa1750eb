import { describe, expect, test } from "vitest";
import { advance } from "../../shared/restore/advance.ts";
import type { PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { stuck, warningsOf } from "../../shared/restore/warnings.ts";
import {
  beginWatch,
  type Observation,
  type Step,
  STRETCHES_KEPT,
  type Watch,
  type WatchPlan,
} from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  fault,
  filetime,
  IN_PROGRESS,
  type Look,
  MINUTE,
  planned,
  play,
  saw,
  sawPartition,
  SECOND,
  SECONDARIES,
  START,
  success,
  UNKNOWN,
} from "./scenes.ts";

/* What a reader should know although it changes no verdict, and what is said while a restore stands still. */

const DONE = success(afterStart(MINUTE));
const warned = (step: Step): string => warningsOf(step.watch, concluded(step)).join("\n");
const ends = (plan: Partial<WatchPlan>, ...looks: readonly [Look, ...Look[]]): string =>
  warned(play(planned(plan), ...looks));
const told = (different: Partial<PartitionInfo>): Observation => sawPartition(DONE, different);

describe("warnings", () => {
  test("there are none about a restore that is beyond doubt", () => {
    expect(ends({}, [0, saw(ACCEPTED)], [2 * MINUTE, saw(DONE)])).toBe("");
  });

  test.each<readonly [string, RegExp, Partial<WatchPlan>, readonly [Look, ...Look[]]]>([
    ["not-before is switched off", /older restore/, { notBefore: "any" }, [[2 * MINUTE, saw(DONE)]]],
    [
      "the cluster was in a state of the future",
      /does not know: RestoreQueued/,
      {},
      [
        [0, saw(ACCEPTED)],
        [SECOND, saw(UNKNOWN)],
        [2 * MINUTE, saw(DONE)],
      ],
    ],
    [
      "the cluster's clock is ahead",
      /10 min ahead of ours/,
      {},
      [[2 * MINUTE, saw(success(afterStart(11 * MINUTE)), 10 * MINUTE)]],
    ],
    [
      "the cluster's clock is behind, or its answers are old",
      /10 min behind ours, or its answers are that old/,
      {},
      [[12 * MINUTE, saw(DONE, -10 * MINUTE)]],
    ],
    [
      "data was lost again since",
      /declared again at 2026-02-03T10:01:30/,
      {},
      [[2 * MINUTE, told({ dataLossVersion: filetime(90 * SECOND) })]],
    ],
    [
      "the loss it is counted from may be older than not-before",
      /last declared at 2026-02-03T09:50:00.000Z, before not-before/,
      { rtoMs: 5 * MINUTE },
      [[2 * MINUTE, told({ dataLossVersion: filetime(-10 * MINUTE) })]],
    ],
    [
      "health is only reported",
      /NotReady with health Error/,
      { healthCheck: "report" },
      [[2 * MINUTE, told({ status: "NotReady", health: "Error" })]],
    ],
    [
      "the replica's own event is not Ok",
      /health event about the restore says Warning/,
      {},
      [
        [
          2 * MINUTE,
          saw(DONE, undefined, {
            ...ALL_IS_WELL,
            healthEvent: { ok: true, value: { health: "Warning", at: START, description: "" } },
          }),
        ],
      ],
    ],
  ])("say that %s", (_name, text, plan, looks) => {
    expect(ends(plan, ...looks)).toMatch(text);
  });

  test("a data loss within the tolerance of the end is the restore's own", () => {
    expect(ends({}, [2 * MINUTE, told({ dataLossVersion: filetime(MINUTE + 5 * SECOND) })])).toBe("");
  });

  test("say how many observations were not kept", () => {
    let watch: Watch = beginWatch(planned(), START, 7);
    for (let n = 0; n < STRETCHES_KEPT + 3; n++) {
      watch = advance(watch, saw(n % 2 === 0 ? ACCEPTED : IN_PROGRESS), afterStart(n)).watch;
    }
    const step = advance(watch, saw(DONE), afterStart(2 * MINUTE));
    expect(warned(step)).toContain("4 observations were not kept");
  });
});

describe("a restore that stands still", () => {
  /** What is said at each look. */
  function said(...looks: readonly (readonly [ms: number, seen: Observation])[]): readonly (string | undefined)[] {
    let watch = beginWatch(planned(), START, 7);
    return looks.map(([ms, seen]) => {
      const { watch: after } = advance(watch, seen, afterStart(ms));
      const overstayed = stuck(watch, after, afterStart(ms));
      watch = after;
      return overstayed?.state;
    });
  }
  const silent = (looks: number): readonly undefined[] => Array.from({ length: looks }, () => undefined);
  const every = (
    progress: RestoreProgress,
    ...seconds: readonly number[]
  ): readonly (readonly [number, Observation])[] => seconds.map((second) => [second * SECOND, saw(progress)] as const);

  test("is told of once: after a minute of Accepted", () => {
    expect(said(...every(ACCEPTED, 0, 30, 59, 60, 61, 600))).toEqual([...silent(3), "Accepted", ...silent(2)]);
  });

  test("is told of as the cluster spells it: after ten minutes without a quorum", () => {
    expect(said(...every(SECONDARIES, 0, 599, 600, 601))).toEqual([
      undefined,
      undefined,
      "SecondaryInProgress",
      undefined,
    ]);
  });

  test("is not told of in a state that may take its time", () => {
    expect(said(...every(IN_PROGRESS, 0, 1_200))).toEqual([undefined, undefined]);
    expect(said(...every(UNKNOWN, 0, 1_200))).toEqual([undefined, undefined]);
  });

  test("is told of again where it is accepted again", () => {
    const looks = [...every(ACCEPTED, 0, 70), ...every(IN_PROGRESS, 80), ...every(ACCEPTED, 90, 140, 150, 160)];
    expect(said(...looks)).toEqual([undefined, "Accepted", undefined, undefined, undefined, "Accepted", undefined]);
  });

  test("is not told of by a fault, but by the first answer after it", () => {
    const blind = [55 * SECOND, fault("unreachable")] as const;
    const still = [65 * SECOND, fault("unreachable")] as const;
    expect(said(...every(ACCEPTED, 0, 50), blind, still, ...every(ACCEPTED, 70, 80))).toEqual([
      ...silent(4),
      "Accepted",
      undefined,
    ]);
  });

  test("is not told of before anything was answered", () => {
    expect(said([0, fault("unreachable")], [61 * SECOND, fault("unreachable")])).toEqual(silent(2));
  });

  test("is told of with since when and the known cause", () => {
    const before = play(planned(), [0, saw(ACCEPTED)]).watch;
    const { watch } = advance(before, saw(ACCEPTED), afterStart(90 * SECOND));
    const overstayed = stuck(before, watch, afterStart(90 * SECOND));
    expect(overstayed).toMatchObject({ state: "Accepted", forMs: 90 * SECOND });
    expect(overstayed?.cause).toContain("may stay so for ever");
  });
});
