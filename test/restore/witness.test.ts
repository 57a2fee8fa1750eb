import { describe, expect, test } from "vitest";
import { parseInt64 } from "../../shared/restore/int64.ts";
import type { Backup, PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestorePoint, RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { Observation } from "../../shared/restore/watch.ts";
import { type RelevantBackups, relevantBackups, samePoint, type Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  FAILURE,
  HOUR,
  IN_PROGRESS,
  INVALID,
  type Look,
  MINUTE,
  PARTITION,
  planned,
  play,
  POINT,
  saw,
  SECOND,
  SECONDARIES,
  START,
  success,
  sure,
  TIMEOUT,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* What the other witnesses say: which backup it was, and when data loss was declared. */

const EXPECTED = "3a056ac9-7206-43c3-8424-000000000001";
const ANOTHER = "3a056ac9-7206-43c3-8424-000000000002";
const int64 = (digits: string): RestorePoint["lsn"] => sure(parseInt64(digits));
const HUGE: RestorePoint = { ...POINT, lsn: int64("9007199254740993") };
const HUGER: RestorePoint = { ...POINT, lsn: int64("9007199254740992") };
const EPOCH: RestorePoint = { ...POINT, epoch: { ...POINT.epoch, dataLossVersion: int64("133801234567890124") } };
const listed = (point: RestorePoint, backupId = EXPECTED): Backup => ({ backupId, type: "Full", location: "", point });
const { point: _, ...UNREADABLE } = listed(POINT);

const refusal = (code: ProblemCode) => ({ ok: false, problem: { code, message: `gateway says ${code}` } }) as const;
const partition = (different: Partial<PartitionInfo> = {}): NonNullable<Testimony["partition"]> => ({
  ok: true,
  value: { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok", ...different },
});
const backups = (value: RelevantBackups): NonNullable<Testimony["backups"]> => ({ ok: true, value });
const told = (progress: RestoreProgress, testimony?: Testimony): Observation => ({
  kind: "progress",
  progress,
  ...(testimony === undefined ? {} : { testimony }),
});
const heard = (testimony: Testimony): Testimony => ({
  partition: partition(),
  healthEvent: { ok: true, value: null },
  ...testimony,
});

describe("expected-backup-id", () => {
  const plan = planned({ expectedBackupId: EXPECTED });
  const right = backups({ expected: listed(POINT), restored: listed(POINT) });
  const wrong = backups({ expected: listed(HUGE), restored: listed(POINT, ANOTHER) });

  test.each<readonly [string, RestorePoint | undefined, RelevantBackups, string]>([
    ["the right one passes", POINT, { expected: listed(POINT), restored: listed(POINT) }, "restored"],
    [
      "as does one that is listed twice",
      POINT,
      { expected: listed(POINT), restored: listed(POINT, ANOTHER) },
      "restored",
    ],
    ["another one does not", POINT, { expected: listed(HUGE), restored: listed(POINT, ANOTHER) }, "wrong-backup"],
    ["one digit off in the LSN, beyond 2^53", HUGE, { expected: listed(HUGER), restored: null }, "wrong-backup"],
    ["one digit off in the epoch, beyond 2^53", EPOCH, { expected: listed(POINT), restored: null }, "wrong-backup"],
    [
      "another one, the expected not listed",
      POINT,
      { expected: null, restored: listed(POINT, ANOTHER) },
      "wrong-backup",
    ],
    ["neither is listed", POINT, { expected: null, restored: null }, "rejected"],
    ["the expected one cannot be read", POINT, { expected: UNREADABLE, restored: null }, "rejected"],
    ["the cluster does not tell what it restored", undefined, { expected: listed(POINT), restored: null }, "rejected"],
  ])("%s", (_name, point, value, reason) => {
    const done: RestoreProgress = { ...UNDATED_SUCCESS, ...(point === undefined ? {} : { point }) };
    const step = play(plan, [0, told(SECONDARIES)], [MINUTE, told(done, heard({ backups: backups(value) }))]);
    expect(concluded(step).reason).toBe(reason);
  });

  test.each([
    ["Accepted", ACCEPTED],
    ["RestoreInProgress", IN_PROGRESS],
  ])("another one is told as early as %s", (_name, progress) => {
    const verdict = concluded(play(plan, [0, told(progress)], [SECOND, told(progress, { backups: wrong })]));
    expect(verdict).toMatchObject({ verdict: "failed", reason: "wrong-backup" });
    expect(verdict.message).toContain(ANOTHER);
    expect(verdict.message).toContain(EXPECTED);
  });

  test("an attempt from before not-before may bring back another one", () => {
    const future = planned({ expectedBackupId: EXPECTED, notBefore: afterStart(2 * MINUTE) });
    const step = play(future, [0, told(ACCEPTED)], [3 * MINUTE, told(ACCEPTED, { backups: wrong })]);
    expect(step.next).toBe("look");
  });

  test("what was heard at Accepted still counts at the end", () => {
    const looks: readonly [Look, Look] = [
      [0, told(ACCEPTED)],
      [SECOND, told(ACCEPTED, { backups: right })],
    ];
    const end = told(success(afterStart(MINUTE)), heard({}));
    expect(concluded(play(plan, ...looks, [2 * MINUTE, end])).reason).toBe("restored");
  });

  test.each<readonly [ProblemCode, string]>([
    ["access-denied", "access-denied"],
    ["rejected", "rejected"],
    ["partition-not-found", "rejected"],
  ])("a list refused for good (%s) is %s and names the input", (code, reason) => {
    const done = told(success(START), heard({ backups: refusal(code) }));
    const verdict = concluded(play(plan, [MINUTE, done]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason });
    expect(verdict.message).toContain("expected-backup-id");
  });

  test.each<ProblemCode>(["throttled", "unreachable", "server-trouble"])(
    "a list in passing trouble is borne: %s",
    (code) => {
      const blind: Look = [MINUTE, told(success(START), heard({ backups: refusal(code) }))];
      const then = told(success(START), heard({ backups: right }));
      expect(concluded(play(plan, blind, [2 * MINUTE, then])).reason).toBe("restored");
      const never = told(success(START), { backups: refusal(code) });
      expect(concluded(play(plan, blind, [35 * MINUTE, never])).verdict).toBe("inconclusive");
    },
  );

  test("a list refused for good is no matter where no backup is expected", () => {
    const done = told(success(START), heard({ backups: refusal("access-denied") }));
    expect(concluded(play(planned(), [MINUTE, done])).reason).toBe("restored");
  });
});

describe("rule 3: a result without a date is dated by the partition's data loss", () => {
  const filetime = (ms: number): RestorePoint["lsn"] =>
    int64(String(BigInt(START + ms + 11_644_473_600_000) * 10_000n + 1n));
  const fresh = { partition: partition({ dataLossVersion: filetime(10 * SECOND) }) };
  const ENDS = [
    ["Failure", FAILURE, "restore-failed"],
    ["Timeout", TIMEOUT, "restore-timed-out"],
    ["Invalid", INVALID, "restore-failed"],
  ] as const;

  test.each(ENDS)("%s asks for the partition at once, is read again after it, and is red by a fresh one", (...end) => {
    const [, progress, reason] = end;
    const asking = play(planned(), [MINUTE, told(progress)]);
    expect(asking).toMatchObject({ next: "look", at: afterStart(MINUTE + 1), ask: ["partition"] });
    const asked = [
      [MINUTE, told(progress)],
      [MINUTE + 1, told(progress, fresh)],
    ] as const;
    expect(play(planned(), ...asked)).toMatchObject({ next: "look", at: afterStart(MINUTE + 2), ask: [] });
    const verdict = concluded(play(planned(), ...asked, [MINUTE + 2, told(progress)]));
    expect(verdict).toMatchObject({ verdict: "failed", reason, identifiedBy: "data-loss-version" });
  });

  test.each(ENDS)("an old %s is not dated by a data loss that was declared while it was being read", (_name, old) => {
    const again: readonly [Look, ...Look[]] = [
      [MINUTE, told(old, { partition: partition({ dataLossVersion: filetime(-HOUR) }) })],
      [2 * MINUTE, told(old, fresh)],
    ];
    expect(play(planned(), ...again)).toMatchObject({ next: "look", ask: [] });
    expect(play(planned(), ...again, [2 * MINUTE + 1, told(ACCEPTED)])).toMatchObject({ next: "look" });
  });

  test.each(ENDS)("a %s with a data loss that changes at each look is dated by none of them", (_name, progress) => {
    const restless = (ms: number): Look => [
      MINUTE + ms,
      told(progress, { partition: partition({ dataLossVersion: filetime(10 * SECOND + ms) }) }),
    ];
    expect(play(planned(), restless(10), restless(20), restless(30), restless(40)).next).toBe("look");
  });

  const UNDATING: readonly (readonly [string, Testimony["partition"]])[] = [
    ["old", partition({ dataLossVersion: filetime(-HOUR) })],
    ["just outside the tolerance", partition({ dataLossVersion: filetime(-5 * SECOND - 1) })],
    ["in the future", partition({ dataLossVersion: filetime(HOUR) })],
    ["absent", partition()],
    ["0", partition({ dataLossVersion: int64("0") })],
    ["a small count", partition({ dataLossVersion: int64("131072") })],
    ["negative", partition({ dataLossVersion: int64("-133801234567890123") })],
    ["the greatest there is", partition({ dataLossVersion: int64("9223372036854775807") })],
    ["refused", refusal("access-denied")],
    ["that of no partition", { ok: true, value: null }],
  ];
  test.each(ENDS.flatMap(([name, progress]) => UNDATING.map((one) => [name, one[0], progress, one[1]] as const)))(
    "%s is stale where the data loss version is %s",
    (_name, _version, progress, answer) => {
      const seen = told(progress, answer === undefined ? {} : { partition: answer });
      expect(play(planned(), [MINUTE, seen]).next).toBe("look");
      expect(concluded(play(planned(), [MINUTE, seen], [5 * MINUTE, seen])).reason).toBe("stale");
    },
  );

  test.each(ENDS)("%s is asked about past the start timeout while the answer is lost on the way", (...end) => {
    const [, progress, reason] = end;
    const lost = told(progress, { partition: refusal("server-trouble") });
    const waiting = [
      [MINUTE, lost],
      [5 * MINUTE, lost],
    ] as const;
    expect(play(planned(), ...waiting)).toMatchObject({ next: "look", ask: ["partition"] });
    const dated = [6 * MINUTE, told(progress, fresh)] as const;
    const verdict = concluded(play(planned(), ...waiting, dated, [6 * MINUTE + 1, told(progress)]));
    expect(verdict).toMatchObject({ reason, identifiedBy: "data-loss-version" });
    expect(concluded(play(planned(), ...waiting, [35 * MINUTE, lost])).reason).toBe("stale");
  });

  test.each([
    ["an undated success", UNDATED_SUCCESS],
    ["an old success", success(afterStart(-HOUR))],
  ])("it never lets %s pass", (_name, progress) => {
    const seen = told(progress, { ...heard(fresh), backups: backups({ expected: null, restored: null }) });
    expect(concluded(play(planned(), [MINUTE, seen], [5 * MINUTE, seen])).reason).toBe("stale");
  });

  test("a success seen first and a failure after it are not dated by the same answer", () => {
    const step = play(planned(), [MINUTE, told(UNDATED_SUCCESS, fresh)], [2 * MINUTE, told(FAILURE)]);
    expect(step).toMatchObject({ next: "look", ask: ["partition"] });
  });
});

describe("restore points", () => {
  test.each([
    ["the same", POINT, { ...POINT }, true],
    ["another LSN", HUGE, HUGER, false],
    ["another epoch", POINT, EPOCH, false],
    [
      "another configuration",
      POINT,
      { ...POINT, epoch: { ...POINT.epoch, configurationVersion: int64("8589934593") } },
      false,
    ],
    ["one that is missing", POINT, undefined, false],
    ["two that are missing", undefined, undefined, false],
  ])("%s", (_name, a, b, same) => {
    expect(samePoint(a, b)).toBe(same);
    expect(samePoint(b, a)).toBe(same);
  });

  test("of all backups only the expected and the restored one matter", () => {
    const all = [UNREADABLE, listed(HUGE, ANOTHER), listed(POINT, "x")];
    expect(relevantBackups(all, ANOTHER, POINT)).toEqual({ expected: all[1], restored: all[2] });
    expect(relevantBackups(all, undefined, undefined)).toEqual({ expected: null, restored: null });
    expect(relevantBackups([], EXPECTED, POINT)).toEqual({ expected: null, restored: null });
  });
});

describe("a reply out of a cache", () => {
  const DAY = 24 * HOUR;
  // Asked again each half second; the third reply takes 0.6 s. The date stands still while the asking goes on.
  const LOOKS = [
    [0, 0],
    [510, 500],
    [1_610, 1_000],
  ] as const;

  test("is not made fresh by a date that stands still, however slowly the reply comes", () => {
    const plan = planned({ healthCheck: "off", cadence: { kind: "fixed", everyMs: 500 } });
    const lastMonths = success(afterStart(-30 * DAY));
    const looks = LOOKS.map(([now, sent]): Look => [now, saw(lastMonths, -30 * DAY - sent)]);
    const [first, ...others] = looks;
    expect(play(plan, sure(first), ...others).next).toBe("look");
  });

  test("does not make a clock that is known to be ahead look right", () => {
    const plan = planned({ healthCheck: "off" });
    const old = success(afterStart(MINUTE - 20 * SECOND));
    const fresh: Look = [2 * MINUTE, saw(old, MINUTE)];
    expect(play(plan, fresh, [3 * MINUTE, saw(old, 5 * SECOND)]).next).toBe("look");
    expect(play(plan, fresh, [3 * MINUTE, saw(old, -20 * SECOND)]).next).toBe("look");
    expect(play(plan, fresh, [3 * MINUTE, saw(old)]).next).toBe("look");
  });
});
