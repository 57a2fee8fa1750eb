import { describe, expect, test } from "vitest";
import { parseInt64 } from "../../shared/restore/int64.ts";
import type { Backup, PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestorePoint, RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { judgeSuccess } from "../../shared/restore/success.ts";
import { warningsOf } from "../../shared/restore/warnings.ts";
import { beginWatch, type Observation, type Step, type WatchPlan } from "../../shared/restore/watch.ts";
import type { Question, Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  fault,
  type Look,
  MINUTE,
  nextLook,
  PARTITION,
  planned,
  play,
  POINT,
  SECOND,
  START,
  success,
  sure,
} from "./scenes.ts";

/* A `Success` is not yet an answer: the partition, the backup, and what must be asked before either can speak. */

const DONE = success(afterStart(2 * MINUTE));
const info = (status: string, health: string): PartitionInfo => ({
  partitionId: PARTITION,
  stateful: true,
  status,
  health,
});
const well = { ok: true, value: info("Ready", "Ok") } as const;
const ill = { ok: true, value: info("InQuorumLoss", "Error") } as const;
const gone = { ok: true, value: null } as const;
const refusal = (code: ProblemCode) => ({ ok: false, problem: { code, message: `gateway says ${code}` } }) as const;
const none: Testimony = {
  healthEvent: { ok: true, value: null },
  backups: { ok: true, value: { expected: null, restored: null } },
};

const told = (progress: RestoreProgress, testimony?: Testimony): Observation => ({
  kind: "progress",
  progress,
  ...(testimony === undefined ? {} : { testimony }),
});
const EXPECTED = "3a056ac9-7206-43c3-8424-000000000001";
const OTHER: RestorePoint = { ...POINT, lsn: sure(parseInt64("9007199254740992")) };
const listed = (point: RestorePoint): Backup => ({ backupId: EXPECTED, type: "Full", location: "", point });

/** A success, and what was heard of the partition beside it. */
const with_ = (partition: NonNullable<Testimony["partition"]>): Observation => told(DONE, { ...none, partition });
const asks = (step: Step): readonly Question[] => (step.next === "look" ? step.ask : []);

describe("what a success has to be asked", () => {
  test.each<readonly [string, Partial<WatchPlan>, readonly Question[]]>([
    ["everything, where health is required", {}, ["partition", "health-event", "backups"]],
    ["everything, where it is only reported", { healthCheck: "report" }, ["partition", "health-event", "backups"]],
    ["nothing about health, where that is off", { healthCheck: "off" }, ["backups"]],
    ["the partition all the same, for the start of an rto", { healthCheck: "off", rtoMs: 1 }, ["partition", "backups"]],
    ["the partition all the same, for the start of an rpo", { healthCheck: "off", rpoMs: 1 }, ["partition", "backups"]],
  ])("%s: at once, before it can pass", (_, different, questions) => {
    const step = play(planned(different), [3 * MINUTE, told(DONE)]);
    expect(asks(step)).toEqual(questions);
    expect(nextLook(step)).toBe(3 * MINUTE + 1);
  });

  test("a restore under way is asked for its backup at once where one is expected, and for nothing otherwise", () => {
    const expecting = planned({ expectedBackupId: EXPECTED });
    expect(asks(play(expecting, [0, told(ACCEPTED)]))).toEqual(["backups"]);
    expect(asks(play(planned(), [0, told(ACCEPTED)]))).toEqual([]);
  });

  test.each([
    ["a restore under way", told(ACCEPTED)],
    ["a fault", fault("unreachable")],
  ])(
    "the look at the deadline asks everything, so that a success at the last moment still passes: after %s",
    (_, seen) => {
      const nearly: Look = [35 * MINUTE - SECOND, seen];
      const step = play(planned(), [0, told(ACCEPTED)], nearly);
      expect(nextLook(step)).toBe(35 * MINUTE);
      expect(asks(step)).toEqual(["partition", "health-event", "backups"]);
      const last = play(planned(), [0, told(ACCEPTED)], nearly, [35 * MINUTE, with_(well)]);
      expect(concluded(last).reason).toBe("restored");
    },
  );

  test("a success at the deadline that nothing was asked about does not pass", () => {
    const verdict = concluded(play(planned(), [0, told(ACCEPTED)], [35 * MINUTE, told(DONE)]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
  });

  test("while it waits for its backup it asks for its health again: what passes is healthy then", () => {
    const busy = { ok: false, problem: { code: "throttled", message: "busy" } } as const;
    const heard: Testimony = { ...none, partition: well, backups: busy };
    const step = play(planned({ expectedBackupId: EXPECTED }), [3 * MINUTE, told(DONE, heard)]);
    expect(asks(step)).toEqual(["backups", "partition"]);
  });

  test("judged without any answer it asks, whatever the plan", () => {
    const judgement = judgeSuccess(beginWatch(planned(), START, 0), { state: "Success", spelled: "Success" }, "any");
    expect(judgement.next).toBe("ask");
  });
});

describe("health-check: require", () => {
  test.each([
    ["Ready", "Ok", true],
    ["Ready", "Warning", true],
    ["Ready", "Error", false],
    ["Ready", "Unknown", false],
    ["Ready", "Invalid", false],
    ["ready", "ok", false],
    ["NotReady", "Ok", false],
    ["InQuorumLoss", "Ok", false],
    ["Reconfiguring", "Ok", false],
    ["Deleting", "Ok", false],
  ])("%s with %s passes: %s", (status, health, passes) => {
    const step = play(planned(), [3 * MINUTE, with_({ ok: true, value: info(status, health) })]);
    expect(step.next === "conclude" && step.verdict.verdict === "passed").toBe(passes);
  });

  test("unhealthy for a while and then healthy passes", () => {
    const step = play(planned(), [3 * MINUTE, with_(ill)], [10 * MINUTE, told(DONE, { partition: well })]);
    expect(concluded(step)).toMatchObject({ reason: "restored", identifiedBy: "timestamp" });
  });

  test("unhealthy is asked again with every look", () => {
    expect(asks(play(planned(), [3 * MINUTE, with_(ill)]))).toEqual(["partition"]);
  });

  test("unhealthy for ever is unhealthy at the deadline, and says how", () => {
    const verdict = concluded(play(planned(), [3 * MINUTE, with_(ill)], [35 * MINUTE, told(DONE, { partition: ill })]));
    expect(verdict).toMatchObject({ verdict: "failed", reason: "unhealthy" });
    expect(verdict.message).toMatch(/InQuorumLoss.*Error/);
  });

  test.each<readonly [ProblemCode, string]>([
    ["access-denied", "access-denied"],
    ["rejected", "rejected"],
    ["api-version-refused", "rejected"],
  ])("partition info refused for good (%s) ends as %s and names the way out", (code, reason) => {
    const verdict = concluded(play(planned(), [3 * MINUTE, with_(refusal(code))]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason });
    expect(verdict.message).toContain("health-check: report");
  });

  test("a partition that is gone (204) is partition-not-found", () => {
    expect(concluded(play(planned(), [3 * MINUTE, with_(gone)])).reason).toBe("partition-not-found");
  });

  test.each<ProblemCode>(["unreachable", "timed-out", "throttled", "server-trouble", "server-fault", "unintelligible"])(
    "passing trouble with the partition is borne: %s",
    (code) => {
      const blind: Look = [3 * MINUTE, with_(refusal(code))];
      expect(asks(play(planned(), blind))).toEqual(["partition"]);
      expect(concluded(play(planned(), blind, [5 * MINUTE, told(DONE, { partition: well })])).reason).toBe("restored");
      const end = concluded(play(planned(), blind, [35 * MINUTE, told(DONE, { partition: refusal(code) })]));
      expect(end.verdict).toBe("inconclusive");
    },
  );

  test.each([
    ["after an unhealthy answer: it stays unhealthy", with_(ill), "unhealthy"],
    ["after no answer about it: unreachable", with_(refusal("throttled")), "unreachable"],
    ["after a success nobody was asked about: unreachable", told(DONE), "unreachable"],
  ])("blind at the deadline never passes, %s", (_, seen, reason) => {
    const verdict = concluded(play(planned(), [3 * MINUTE, seen], [35 * MINUTE, fault("unreachable")]));
    expect(verdict.reason).toBe(reason);
  });

  test("what was healthy before this success says nothing about it", () => {
    const earlier = told(DONE, { ...none, backups: refusal("throttled"), partition: well });
    const plan = planned({ expectedBackupId: EXPECTED });
    const backups = { ok: true, value: { expected: listed(POINT), restored: listed(POINT) } } as const;
    const another = success(afterStart(9 * MINUTE));
    const step = play(plan, [3 * MINUTE, earlier], [10 * MINUTE, told(another, { backups })]);
    expect(step.next).toBe("look");
  });

  test("the backup of an earlier success dates no later one", () => {
    const plan = planned({ rpoMs: 30 * MINUTE });
    const young = { ...listed(POINT), createdAt: afterStart(-10 * MINUTE) };
    const first = told(DONE, {
      ...none,
      partition: ill,
      backups: { ok: true, value: { expected: null, restored: young } },
    });
    const older = { state: "Success", spelled: "Success", at: afterStart(9 * MINUTE), point: OTHER } as const;
    const step = play(plan, [3 * MINUTE, first], [10 * MINUTE, told(older, { partition: well })]);
    expect(asks(step)).toContain("backups");
  });
});

describe("health-check: report and off", () => {
  const report = planned({ healthCheck: "report" });

  test("report passes an unhealthy partition with a warning", () => {
    const step = play(report, [3 * MINUTE, with_(ill)]);
    expect(concluded(step).reason).toBe("restored");
    expect(warningsOf(step.watch, concluded(step)).join()).toMatch(/InQuorumLoss.*health-check: report/);
  });

  test.each<ProblemCode>(["access-denied", "throttled"])(
    "report passes where the partition does not answer: %s",
    (code) => {
      const verdict = concluded(play(report, [3 * MINUTE, with_(refusal(code))]));
      expect(verdict.reason).toBe("restored");
      expect(verdict.message).toContain("could not be seen");
    },
  );

  test("off says in its message that health was not asked", () => {
    const verdict = concluded(play(planned({ healthCheck: "off" }), [3 * MINUTE, told(DONE, none)]));
    expect(verdict).toMatchObject({ reason: "restored" });
    expect(verdict.message).toContain("health-check: off");
  });
});
