import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { Observation, Watch } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  FAILURE,
  fault,
  HOUR,
  IN_PROGRESS,
  type Look,
  MINUTE,
  planned,
  play,
  saw,
  SECOND,
  START,
  success,
  UNDATED_SUCCESS,
  UNKNOWN,
} from "./scenes.ts";

/* What stays in memory between two looks, to the millisecond: what a verdict is made of is nothing else. */

const after = (...looks: readonly [Look, ...Look[]]): Watch => play(planned(), ...looks).watch;

describe("the cluster's clock, as it is remembered", () => {
  const skewed = (skewMs: number, slackMs?: number): Observation => ({
    kind: "progress",
    progress: ACCEPTED,
    clockSkewMs: skewMs,
    ...(slackMs === undefined ? {} : { clockSlackMs: slackMs }),
  });

  test.each<readonly [string, readonly [Look, ...Look[]], Partial<Watch>]>([
    ["is the first that was told", [[0, skewed(-HOUR)]], { clockSkewMs: -HOUR, aheadMs: 0 }],
    [
      "is the greatest of two",
      [
        [0, skewed(-HOUR)],
        [HOUR / 4, skewed(-MINUTE)],
      ],
      { clockSkewMs: -MINUTE, aheadMs: 0 },
    ],
    [
      "and not the latest",
      [
        [0, skewed(SECOND)],
        [SECOND, skewed(0)],
      ],
      { clockSkewMs: SECOND, aheadMs: SECOND },
    ],
    ["may be ahead by the slack as well", [[0, skewed(SECOND, 300)]], { clockSkewMs: SECOND, aheadMs: 1_300 }],
    ["is not ahead where even the slack leaves it behind", [[0, skewed(-SECOND, 300)]], { aheadMs: 0 }],
    [
      "stays where an answer tells none",
      [
        [0, skewed(SECOND)],
        [SECOND, saw(ACCEPTED)],
      ],
      { aheadMs: SECOND },
    ],
  ])("%s", (_, looks, expected) => {
    expect(after(...looks)).toMatchObject(expected);
  });

  test("the newest date is kept, whatever comes after it", () => {
    expect(after([0, skewed(0)]).newestDate).toBe(START);
    expect(after([0, skewed(0)], [SECOND, skewed(0)]).newestDate).toBe(afterStart(SECOND));
    expect(after([0, skewed(2_000)], [SECOND, skewed(0)]).newestDate).toBe(afterStart(2_000));
    expect(after([0, skewed(0)], [SECOND, saw(ACCEPTED)]).newestDate).toBe(START);
    expect(after([0, saw(ACCEPTED)])).not.toHaveProperty("newestDate");
  });

  test("an answer is dated by its own skew, else by what is known", () => {
    expect(after([0, skewed(SECOND)]).last?.dated).toBe(afterStart(SECOND));
    expect(after([0, skewed(SECOND)], [MINUTE, saw(ACCEPTED)]).last).toEqual({
      progress: ACCEPTED,
      at: afterStart(MINUTE),
      since: START,
      dated: afterStart(MINUTE + SECOND),
    });
    expect(after([0, skewed(SECOND)], [MINUTE, skewed(-SECOND)]).last?.dated).toBe(afterStart(MINUTE - SECOND));
  });
});

describe("an answer that is older than one before it", () => {
  const first: Look = [MINUTE, saw(ACCEPTED, 0)];
  // The tolerance of the plan is 5 s, and a date is no nearer than 2 s.
  const older = (byMs: number, progress: RestoreProgress | null = IN_PROGRESS): Watch =>
    after(first, [2 * MINUTE, saw(progress, -MINUTE - byMs)]);

  test("by no more than the tolerance and the resolution of a date is taken", () => {
    expect(older(7 * SECOND)).toMatchObject({ faults: 0, last: { progress: IN_PROGRESS } });
  });

  test("by more is a fault of what stands between, and says so", () => {
    const message = "the answer is dated 7 s before one that was heard already: it comes out of some cache";
    expect(older(7 * SECOND + 1)).toMatchObject({
      faults: 1,
      problem: { code: "server-trouble", message },
      last: { progress: ACCEPTED },
    });
  });

  test("is taken where it says that there is no record: that lets less pass", () => {
    expect(older(HOUR, null)).toMatchObject({ faults: 0, last: { progress: null } });
  });

  test("is not found out where it bears no date, or nothing dated came before it", () => {
    expect(after(first, [2 * MINUTE, saw(IN_PROGRESS)])).toMatchObject({ faults: 0 });
    expect(after([MINUTE, saw(ACCEPTED)], [2 * MINUTE, saw(IN_PROGRESS, -HOUR)])).toMatchObject({ faults: 0 });
  });
});

describe("the restore under way", () => {
  test.each<readonly [string, readonly [Look, ...Look[]], number | undefined, number | undefined]>([
    [
      "is seen since the first look that saw it",
      [
        [0, saw(ACCEPTED)],
        [SECOND, saw(ACCEPTED)],
      ],
      0,
      SECOND,
    ],
    [
      "goes on in a later state",
      [
        [0, saw(ACCEPTED)],
        [SECOND, saw(IN_PROGRESS)],
      ],
      0,
      SECOND,
    ],
    [
      "is another one where it is accepted again",
      [
        [0, saw(IN_PROGRESS)],
        [SECOND, saw(ACCEPTED)],
      ],
      SECOND,
      SECOND,
    ],
    [
      "is another one after a result",
      [
        [0, saw(FAILURE)],
        [SECOND, saw(IN_PROGRESS)],
      ],
      SECOND,
      SECOND,
    ],
    [
      "is another one after no record",
      [
        [0, saw(null)],
        [SECOND, saw(IN_PROGRESS)],
      ],
      SECOND,
      SECOND,
    ],
    [
      "goes on through a state of the future",
      [
        [0, saw(ACCEPTED)],
        [SECOND, saw(UNKNOWN)],
      ],
      0,
      0,
    ],
    [
      "begins after a state of the future",
      [
        [0, saw(UNKNOWN)],
        [SECOND, saw(IN_PROGRESS)],
      ],
      SECOND,
      SECOND,
    ],
    [
      "does not begin in one",
      [
        [0, saw(null)],
        [SECOND, saw(UNKNOWN)],
      ],
      undefined,
      undefined,
    ],
    [
      "is remembered once it has ended",
      [
        [0, saw(ACCEPTED)],
        [SECOND, saw(UNDATED_SUCCESS)],
      ],
      0,
      0,
    ],
    [
      "is forgotten with the record",
      [
        [0, saw(ACCEPTED)],
        [SECOND, saw(null)],
      ],
      undefined,
      undefined,
    ],
  ])("%s", (_, looks, since, last) => {
    const watch = after(...looks);
    expect(watch.inFlightSince).toBe(since === undefined ? undefined : afterStart(since));
    expect(watch.lastInFlight).toBe(last === undefined ? undefined : afterStart(last));
  });

  test("was ever seen, and is not taken for it where only results were", () => {
    expect(after([0, saw(ACCEPTED)], [SECOND, saw(null)]).everInFlight).toBe(true);
    expect(after([0, saw(null)], [SECOND, saw(FAILURE)]).everInFlight).toBe(false);
  });

  test("its last sight goes by the date of the answer", () => {
    expect(after([0, saw(ACCEPTED, -HOUR)]).lastInFlight).toBe(afterStart(-HOUR));
  });

  test("the dated success that it replaces is remembered", () => {
    const old = success(afterStart(-HOUR));
    expect(after([0, saw(old)], [SECOND, saw(ACCEPTED)], [MINUTE, saw(IN_PROGRESS)]).resultBefore).toBe(
      afterStart(-HOUR),
    );
    expect(after([0, saw(UNDATED_SUCCESS)], [SECOND, saw(ACCEPTED)])).not.toHaveProperty("resultBefore");
    expect(after([0, saw(FAILURE)], [SECOND, saw(ACCEPTED)])).not.toHaveProperty("resultBefore");
    expect(after([0, saw(old)], [SECOND, saw(FAILURE)])).not.toHaveProperty("resultBefore");
    expect(after([0, saw(old)], [SECOND, saw(null)])).not.toHaveProperty("resultBefore");
  });
});

test("only the last phase grows", () => {
  const { phases } = after([0, saw(null)], [1, saw(ACCEPTED)], [2, saw(IN_PROGRESS)], [3, saw(IN_PROGRESS)]);
  expect(phases.map(({ state, looks }) => [state, looks])).toEqual([
    [null, 1],
    ["Accepted", 1],
    ["RestoreInProgress", 2],
  ]);
});

describe("faults in a row", () => {
  test.each<readonly [string, readonly ProblemCode[], number]>([
    ["are counted", ["unreachable", "unreachable"], 2],
    ["are counted by what is done about them", ["unreachable", "throttled", "timed-out"], 3],
    ["start anew with a fault of another kind", ["unreachable", "unreachable", "unintelligible"], 1],
    ["start anew after it as well", ["unintelligible", "unreachable"], 1],
  ])("%s", (_, codes, inARow) => {
    const looks = codes.map((code, n): Look => [(n + 1) * SECOND, fault(code)]);
    expect(after([0, saw(ACCEPTED)], ...looks)).toMatchObject({ faults: codes.length, faultsInARow: inARow });
  });

  test("and their delays end with an answer; the first answer stays the first", () => {
    const { problem, ...watch } = after([0, saw(ACCEPTED)], [SECOND, fault("unreachable")]);
    expect(problem?.code).toBe("unreachable");
    expect(watch.retryMs).toBeGreaterThan(0);
    const calm = after([0, saw(ACCEPTED)], [SECOND, fault("unreachable")], [MINUTE, saw(ACCEPTED)]);
    expect(calm).toMatchObject({ faults: 1, faultsInARow: 0, retryMs: 0, reachedAt: START, looks: 3 });
    expect(calm).not.toHaveProperty("problem");
  });
});
