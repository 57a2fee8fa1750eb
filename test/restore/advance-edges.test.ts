import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { Observation, Step, WatchPlan } from "../../shared/restore/watch.ts";
import type { Question, Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  FAILURE,
  fault,
  HOUR,
  IN_PROGRESS,
  type Look,
  MINUTE,
  nextLook,
  PARTITION,
  planned,
  play,
  remembered,
  saw,
  SECOND,
  success,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* When the next look is due and what it asks, to the millisecond and to the word. */

const EXPECTED = "3a056ac9-7206-43c3-8424-000000000001";
const DONE = success(afterStart(2 * MINUTE));
const beside = (progress: RestoreProgress, testimony?: Testimony): Observation => ({
  kind: "progress",
  progress,
  ...(testimony === undefined ? {} : { testimony }),
});
const no = (code: ProblemCode) => ({ ok: false, problem: { code, message: code } }) as const;
const asks = (step: Step): readonly Question[] | undefined => (step.next === "look" ? step.ask : undefined);
const ill: Testimony = {
  ...ALL_IS_WELL,
  partition: { ok: true, value: { partitionId: PARTITION, stateful: true, status: "NotReady", health: "Error" } },
};

describe("a question is put", () => {
  test("at once where a restore under way may be of another backup, and else with the next look in its time", () => {
    const expecting = play(planned({ expectedBackupId: EXPECTED }), [0, beside(ACCEPTED)]);
    expect([nextLook(expecting), asks(expecting)]).toEqual([1, ["backups"]]);
    const plain = play(planned(), [0, beside(ACCEPTED)]);
    expect([nextLook(plain), asks(plain)]).toEqual([2 * SECOND, []]);
    const heard = play(planned({ expectedBackupId: EXPECTED }), [0, beside(ACCEPTED, { backups: no("throttled") })]);
    expect([nextLook(heard), asks(heard)]).toEqual([2 * SECOND, []]);
  });

  test("at once about a failure that nothing dates, but not about a success", () => {
    const failed = play(planned(), [MINUTE, beside(FAILURE)]);
    expect([nextLook(failed), asks(failed)]).toEqual([MINUTE + 1, ["partition"]]);
    const old = play(planned(), [MINUTE, beside(UNDATED_SUCCESS)]);
    expect([nextLook(old) > MINUTE + SECOND, asks(old)]).toEqual([true, []]);
  });

  test("again, but without haste, where it was answered", () => {
    const told = play(planned(), [MINUTE, beside(FAILURE, { partition: no("throttled") })]);
    expect([nextLook(told) > MINUTE + SECOND, asks(told)]).toEqual([true, ["partition"]]);
  });

  test("never after the deadline", () => {
    const plan = planned({ startBy: afterStart(35 * MINUTE) });
    expect(concluded(play(plan, [35 * MINUTE, beside(FAILURE)])).reason).toBe("stale");
    expect(asks(play(plan, [35 * MINUTE - 1, beside(FAILURE)]))).toEqual(["partition"]);
  });

  test("at once twice in a row, and then as any other: a cluster that answers nothing is not hammered", () => {
    const again = (times: number): Step => {
      const [first, ...others] = Array.from({ length: times }, (_, n): Look => [3 * MINUTE + n, beside(DONE)]);
      return play(planned(), first ?? [0, beside(DONE)], ...others);
    };
    const waits = [1, 2, 3, 4, 5, 6].map((times) => nextLook(again(times)) - (3 * MINUTE + times - 1));
    expect(waits.map((ms) => ms === 1)).toEqual([true, true, false, true, true, false]);
    expect(asks(again(3))).toEqual(["partition", "health-event", "backups"]);
    expect(remembered(again(2)).asksInARow).toBe(2);
    expect(remembered(again(3)).asksInARow).toBe(0);
  });

  test.each<readonly [WatchPlan["healthCheck"], readonly Question[]]>([
    ["require", ["backups", "partition"]],
    ["report", ["backups"]],
    ["off", ["backups"]],
  ])("about health too while something else is waited for, where it is judged: %s", (healthCheck, questions) => {
    const busy = { ...ALL_IS_WELL, backups: no("throttled") };
    const plan = planned({ healthCheck, expectedBackupId: EXPECTED });
    expect(asks(play(plan, [3 * MINUTE, beside(DONE, busy)]))).toEqual(questions);
    const rpo = planned({ healthCheck, rpoMs: HOUR });
    expect(asks(play(rpo, [3 * MINUTE, beside(DONE, busy)]))).toEqual(questions);
  });

  test.each<readonly [string, Look]>([
    ["a fault", [0, fault("unreachable")]],
    ["nothing on record", [0, saw(null)]],
  ])("about nothing after %s", (_, look) => {
    expect(asks(play(planned(), look))).toEqual([]);
  });
});

describe("the looks grow apart", () => {
  const wait = (plan: Partial<WatchPlan>, ...looks: readonly [Look, ...Look[]]): number =>
    nextLook(play(planned(plan), ...looks)) - (looks.at(-1)?.[0] ?? 0);

  test("with the age of the restore, from when it was first seen", () => {
    const ms = wait({}, [4 * MINUTE - 1, saw(null)], [4 * MINUTE, saw(ACCEPTED)], [6 * MINUTE, saw(IN_PROGRESS)]);
    expect(ms).toBeGreaterThanOrEqual(0.9 * 6 * SECOND);
    expect(ms).toBeLessThanOrEqual(1.1 * 6 * SECOND);
  });

  test("with the time since its success, while that waits to be healthy", () => {
    const looks = [
      [0, saw(null)],
      [SECOND, saw(ACCEPTED)],
      [30 * MINUTE, beside(success(afterStart(30 * MINUTE)), ill)],
    ] as const;
    expect(wait({}, ...looks)).toBe(2 * SECOND);
    const later = wait({}, ...looks, [32 * MINUTE, beside(success(afterStart(30 * MINUTE)), ill)]);
    expect(later).toBeGreaterThanOrEqual(0.9 * 6 * SECOND);
    expect(later).toBeLessThanOrEqual(1.1 * 6 * SECOND);
  });

  test("with the time since the start, where no restore was seen under way", () => {
    expect(wait({ startBy: afterStart(34 * MINUTE) }, [25 * MINUTE, saw(null)])).toBe(30 * SECOND);
    expect(wait({}, [25 * MINUTE, beside(DONE, ill)])).toBe(30 * SECOND);
  });
});

describe("at the deadline, blind", () => {
  const blind: Look = [35 * MINUTE, fault("unreachable")];

  test.each<readonly [string, readonly [Look, ...Look[]], string]>([
    ["a failure that nothing dates stays stale", [[MINUTE, beside(FAILURE, { partition: no("throttled") })]], "stale"],
    ["an old success too", [[MINUTE, saw(success(afterStart(-HOUR)))]], "stale"],
    ["no record is no restore", [[MINUTE, saw(null)]], "no-restore"],
    ["a restore under way has exceeded it", [[MINUTE, saw(IN_PROGRESS)]], "deadline-exceeded"],
    ["a success that was not asked about cannot be confirmed", [[3 * MINUTE, beside(DONE)]], "unreachable"],
    ["one that was ill stays so", [[3 * MINUTE, beside(DONE, ill)]], "unhealthy"],
  ])("%s", (_, looks, reason) => {
    const verdict = concluded(play(planned({ startBy: afterStart(30 * MINUTE) }), ...looks, blind));
    expect(verdict.reason).toBe(reason);
  });
});

test.each<readonly [ProblemCode, string]>([
  ["unreachable", "unreachable"],
  ["timed-out", "unreachable"],
  ["throttled", "unreachable"],
  ["server-trouble", "unreachable"],
  ["server-fault", "unreachable"],
  ["unintelligible", "unintelligible"],
])("a partition whose health is not to be had by the deadline (%s) ends as %s", (code, reason) => {
  const seen = beside(DONE, { ...ALL_IS_WELL, partition: no(code) });
  expect(asks(play(planned(), [3 * MINUTE, seen]))).toEqual(["partition"]);
  expect(concluded(play(planned(), [35 * MINUTE, seen])).reason).toBe(reason);
});

describe("objectives", () => {
  const lossless = { ...ALL_IS_WELL, partition: no("access-denied") };
  const busy = { ...ALL_IS_WELL, partition: no("throttled") };

  test("count from not-before where the partition will never tell of its loss", () => {
    const plan = planned({ rtoMs: MINUTE, healthCheck: "report" });
    expect(concluded(play(plan, [3 * MINUTE, beside(DONE, lossless)])).reason).toBe("rto-missed");
  });

  test.each<readonly [string, Partial<WatchPlan>]>([
    ["an rto", { rtoMs: HOUR }],
    ["an rpo", { rpoMs: HOUR }],
  ])("%s waits while it may still tell", (_, objective) => {
    const step = play(planned({ ...objective, healthCheck: "report" }), [3 * MINUTE, beside(DONE, busy)]);
    expect(asks(step)).toEqual(["partition"]);
  });

  test("that are none wait for nothing", () => {
    const step = play(planned({ healthCheck: "report" }), [3 * MINUTE, beside(DONE, busy)]);
    expect(concluded(step).reason).toBe("restored");
  });
});

describe("another backup than the expected one", () => {
  const other = { backupId: "3a056ac9-7206-43c3-8424-000000000002", type: "Full", location: "" };
  const backups = { ok: true, value: { expected: null, restored: other } } as const;

  test("is told while the restore is under way, also where any restore counts", () => {
    const plan = planned({ expectedBackupId: EXPECTED, notBefore: "any" });
    expect(concluded(play(plan, [0, beside(IN_PROGRESS, { backups })])).reason).toBe("wrong-backup");
  });

  test("is not told of a restore that does not say what it brings back", () => {
    const silent = { state: "RestoreInProgress", spelled: "RestoreInProgress" } as const;
    const step = play(planned({ expectedBackupId: EXPECTED }), [0, beside(silent, { backups })]);
    expect(step.next).toBe("look");
  });
});

describe("a backup list that does not answer the question", () => {
  const expecting = planned({ expectedBackupId: EXPECTED, healthCheck: "off" });

  test.each<readonly [ProblemCode, string]>([
    ["backup-service-unavailable", "rejected"],
    ["partition-not-found", "rejected"],
    ["untrusted-server", "untrusted-server"],
  ])("for good (%s) is %s: it says nothing about the restore itself", (code, reason) => {
    const verdict = concluded(play(expecting, [3 * MINUTE, beside(DONE, { backups: no(code) })]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason, identifiedBy: "timestamp" });
  });

  test("but for the expected one without its restore point is no proof", () => {
    const unreadable = { backupId: EXPECTED, type: "Full", location: "" };
    const backups = { ok: true, value: { expected: unreadable, restored: unreadable } } as const;
    expect(concluded(play(expecting, [3 * MINUTE, beside(DONE, { backups })])).reason).toBe("rejected");
  });
});
