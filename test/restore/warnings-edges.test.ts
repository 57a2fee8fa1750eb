import { describe, expect, test } from "vitest";
import type { PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { warningsOf } from "../../shared/restore/warnings.ts";
import type { Observation, WatchPlan } from "../../shared/restore/watch.ts";
import type { Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  FAILURE,
  fault,
  filetime,
  HOUR,
  type Look,
  MINUTE,
  PARTITION,
  planned,
  play,
  saw,
  sawPartition,
  SECOND,
  START,
  success,
  UNDATED_SUCCESS,
  UNKNOWN,
} from "./scenes.ts";

/* Every warning to the letter, and where it begins to be one. */

const DONE = success(afterStart(MINUTE));
function ends(plan: Partial<WatchPlan>, ...looks: readonly [Look, ...Look[]]): string {
  const step = play(planned(plan), ...looks);
  return warningsOf(step.watch, concluded(step)).join("\n");
}
const told = (different: Partial<PartitionInfo>): Observation => sawPartition(DONE, different);

describe("warnings at the edges", () => {
  const event = (different: Testimony["healthEvent"]): Observation =>
    saw(DONE, undefined, { ...ALL_IS_WELL, ...(different === undefined ? {} : { healthEvent: different }) });
  const refused = { ok: false, problem: { code: "throttled", message: "busy" } } as const;
  // Of one that is only lost on the way a success that its date identifies waits for the answer.
  const broken = { ok: false, problem: { code: "server-fault", message: "broken" } } as const;

  test.each<readonly [string, string, Partial<WatchPlan>, Observation]>([
    ["a clock ahead by the tolerance", "", {}, saw(DONE, 5 * SECOND)],
    ["by more", "The cluster's clock is 5 s ahead of ours.", {}, saw(DONE, 5 * SECOND + 1)],
    ["behind by the tolerance", "", {}, saw(DONE, -5 * SECOND)],
    ["by more", "The cluster's clock is 5 s behind ours, or its answers are that old.", {}, saw(DONE, -5 * SECOND - 1)],
    ["an ill partition that is judged is no warning", "", { healthCheck: "off" }, told({ health: "Error" })],
    ["nor is one that is well", "", { healthCheck: "report" }, told({})],
    [
      "an ill one is, where it is only told",
      "The partition is Ready with health Error; health-check: report does not judge by it.",
      { healthCheck: "report" },
      told({ health: "Error" }),
    ],
    ["a loss before not-before, without an rto", "", {}, told({ dataLossVersion: filetime(-10 * MINUTE) })],
    ["within the tolerance of it", "", { rtoMs: HOUR }, told({ dataLossVersion: filetime(-5 * SECOND) })],
    [
      "just outside it",
      "Data loss was last declared at 2026-02-03T09:59:54.999Z, before not-before: if this restore began then, it took longer than what is counted from not-before.",
      { rtoMs: HOUR },
      told({ dataLossVersion: filetime(-5 * SECOND - 1) }),
    ],
    [
      "with not-before: any there is no before",
      "not-before: any: this may be the result of an older restore.",
      { rtoMs: HOUR, notBefore: "any" },
      told({ dataLossVersion: filetime(-10 * MINUTE) }),
    ],
    ["a loss at the end of the restore, and a little later", "", {}, told({ dataLossVersion: filetime(65 * SECOND) })],
    [
      "a loss later than that",
      "Data loss was declared again at 2026-02-03T10:01:05.001Z, after the restore had ended.",
      {},
      told({ dataLossVersion: filetime(65 * SECOND + 1) }),
    ],
    ["a health event that is Ok", "", {}, event({ ok: true, value: { health: "Ok", at: START, description: "" } })],
    ["no health event", "", {}, event({ ok: true, value: null })],
    ["a question about it that was not answered", "", {}, event(broken)],
    [
      "one that is not Ok",
      "The replica's own health event about the restore says Error.",
      {},
      event({ ok: true, value: { health: "Error", at: START, description: "" } }),
    ],
    [
      "a partition that did not answer",
      "",
      { healthCheck: "report" },
      saw(DONE, undefined, { ...ALL_IS_WELL, partition: refused }),
    ],
    [
      "a partition that is gone",
      "",
      { healthCheck: "report" },
      saw(DONE, undefined, { ...ALL_IS_WELL, partition: { ok: true, value: null } }),
    ],
  ])("%s: %s", (_, text, plan, seen) => {
    expect(ends(plan, [2 * MINUTE, seen])).toBe(text);
  });

  test("a partition that was not asked is not spoken of", () => {
    const backups = { ok: true, value: { expected: null, restored: null } } as const;
    const seen: Observation = { kind: "progress", progress: DONE, testimony: { backups } };
    expect(ends({ healthCheck: "off" }, [2 * MINUTE, seen])).toBe("");
  });

  test("a loss is brought to our own clock before it is held against not-before", () => {
    const testimony = { ...ALL_IS_WELL, partition: lostAt(5 * MINUTE, "Ok") };
    const seen = saw(success(afterStart(11 * MINUTE)), 10 * MINUTE, testimony);
    expect(ends({ rtoMs: HOUR }, [2 * MINUTE, seen])).toContain(
      "declared at 2026-02-03T10:05:00.000Z, before not-before",
    );
  });

  test("a loss is held against no success without a date", () => {
    const undated = saw(UNDATED_SUCCESS, undefined, { ...ALL_IS_WELL, partition: lostAt(30 * MINUTE, "Ok") });
    expect(ends({}, [0, saw(ACCEPTED)], [2 * MINUTE, undated])).toBe("");
  });

  test("about a success are not made where it is none", () => {
    const lost = saw(FAILURE, undefined, { ...ALL_IS_WELL, partition: lostAt(0, "Error") });
    expect(ends({ healthCheck: "report" }, [0, lost], [1, lost])).toBe("");
    expect(ends({}, [0, fault("access-denied")])).toBe("");
  });

  test.each(["Accepted", "RestoreInProgress", "SecondariesInProgress", "SecondaryInProgress"])(
    "a state that is known is none: %s",
    (spelled) => {
      expect(ends({}, [0, saw({ state: "RestoreInProgress", spelled })], [2 * MINUTE, saw(DONE)])).toBe("");
    },
  );

  test.each<readonly [string, RestoreProgress]>([
    ["Failure", { state: "Failure", spelled: "Failure" }],
    ["Timeout", { state: "Timeout", spelled: "Timeout" }],
    ["Invalid", { state: "Invalid", spelled: "Invalid" }],
  ])("nor is a result: %s", (_, progress) => {
    expect(ends({ notBefore: START }, [0, saw(ACCEPTED)], [MINUTE, saw(progress)])).toBe("");
  });

  test("a state of the future is told once, and no record is no state", () => {
    const looks = [
      [0, saw(null)],
      [1, saw(UNKNOWN)],
      [2, saw(ACCEPTED)],
      [3, saw(UNKNOWN)],
    ] as const;
    const text = "The cluster was in a state this version does not know: RestoreQueued.";
    expect(ends({}, ...looks, [2 * MINUTE, saw(DONE)])).toBe(text);
  });

  function lostAt(ms: number, health: string): NonNullable<Testimony["partition"]> {
    const value = { partitionId: PARTITION, stateful: true, status: "Ready", health };
    return { ok: true, value: { ...value, dataLossVersion: filetime(ms) } };
  }
});
