import { describe, expect, test } from "vitest";
import { parseInt64 } from "../../shared/restore/int64.ts";
import * as say from "../../shared/restore/messages.ts";
import type { Backup, PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { beginWatch, type Observation, type WatchPlan } from "../../shared/restore/watch.ts";
import type { Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  filetime,
  type Look,
  MINUTE,
  PARTITION,
  planned,
  play,
  POINT,
  saw,
  SECOND,
  START,
  success,
  sure,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* Every sentence about a success, to the letter. */

const EXPECTED = "3a056ac9-7206-43c3-8424-000000000001";
const OTHER = "3a056ac9-7206-43c3-8424-000000000002";
const DONE = success(afterStart(2 * MINUTE));
const DONE_LOOK: Look = [3 * MINUTE, saw(DONE)];
const partition = (different: Partial<PartitionInfo>): NonNullable<Testimony["partition"]> => ({
  ok: true,
  value: { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok", ...different },
});
const refused = (code: ProblemCode, message = `gateway says ${code}`) =>
  ({ ok: false, problem: { code, message } }) as const;
const listed = (backupId: string, different: Partial<Backup> = {}): Backup => ({
  backupId,
  type: "Full",
  location: "",
  point: POINT,
  ...different,
});
const told = (progress: RestoreProgress, different: Testimony): Observation =>
  saw(progress, undefined, { ...ALL_IS_WELL, ...different });
const backups = (expected: Backup | null, restored: Backup | null): Testimony => ({
  backups: { ok: true, value: { expected, restored } },
});
const ILL = partition({ status: "NotReady", health: "Error" });
const NOT_LISTED = backups(null, null);

type Looks = readonly [Look, ...Look[]];
type Case = readonly [sentence: string, plan: Partial<WatchPlan>, looks: Looks];
const said = (plan: Partial<WatchPlan>, looks: Looks): string => concluded(play(planned(plan), ...looks)).message;

const AT = "2026-02-03T10:02:00.000Z";
const REPORTED = "The cluster reports Success for this restore, but";

describe("a restore that came back", () => {
  test.each<Case>([
    [
      `Restored at ${AT}; it is this restore because the cluster dated it. The partition is Ready, its health Ok.`,
      {},
      [DONE_LOOK],
    ],
    [
      `Restored at ${AT}; it is this restore because this run saw it under way. The partition is Ready, its health Ok.`,
      {},
      [[0, saw(ACCEPTED)], DONE_LOOK],
    ],
    [
      "Restored (the cluster does not tell when); it is this restore because this run saw it under way. The partition is Ready, its health Ok.",
      {},
      [
        [0, saw(ACCEPTED)],
        [3 * MINUTE, saw(UNDATED_SUCCESS)],
      ],
    ],
    [
      `Restored at ${AT}; it is this restore because not-before: any takes whatever is on record. The partition is Ready, its health Ok.`,
      { notBefore: "any" },
      [DONE_LOOK],
    ],
    [
      `Restored at ${AT}; it is this restore because the cluster dated it. Whether the partition is healthy was not asked (health-check: off).`,
      { healthCheck: "off" },
      [DONE_LOOK],
    ],
    [
      `Restored at ${AT}; it is this restore because the cluster dated it. The partition is NotReady, its health Error.`,
      { healthCheck: "report" },
      [[3 * MINUTE, told(DONE, { partition: ILL })]],
    ],
    [
      `Restored at ${AT}; it is this restore because the cluster dated it. Whether the partition is healthy could not be seen.`,
      { healthCheck: "report" },
      [[3 * MINUTE, told(DONE, { partition: refused("access-denied") })]],
    ],
    [
      `Restored at ${AT}; it is this restore because the cluster dated it. Whether the partition is healthy could not be seen.`,
      { healthCheck: "report" },
      [[3 * MINUTE, told(DONE, { partition: { ok: true, value: null } })]],
    ],
    [
      `Restored at ${AT}, but by the deadline the partition was NotReady with health Error, not Ready with Ok or Warning.`,
      {},
      [[35 * MINUTE, told(DONE, { partition: ILL })]],
    ],
    [
      "The restore succeeded, but the cluster no longer knows the partition.",
      {},
      [[3 * MINUTE, told(DONE, { partition: { ok: true, value: null } })]],
    ],
  ])("%s", (sentence, plan, looks) => {
    expect(said(plan, looks)).toBe(sentence);
  });
});

describe("a success that cannot be confirmed", () => {
  const expecting = { expectedBackupId: EXPECTED };
  const silent: Look = [35 * MINUTE, { kind: "progress", progress: DONE }];

  test.each<Case>([
    [`${REPORTED} did not answer whether the partition is healthy before the deadline.`, {}, [silent]],
    [`${REPORTED} did not answer what the verdict needs before the deadline.`, { healthCheck: "off" }, [silent]],
    [
      `${REPORTED} health-check cannot be judged: gateway says access-denied. \`health-check: report\` notes the health without judging by it.`,
      {},
      [[3 * MINUTE, told(DONE, { partition: refused("access-denied") })]],
    ],
    [
      `${REPORTED} health-check cannot be judged: It said no. \`health-check: report\` notes the health without judging by it.`,
      {},
      [[3 * MINUTE, told(DONE, { partition: refused("access-denied", "It said no.") })]],
    ],
    [
      `${REPORTED} expected-backup-id cannot be judged: gateway says rejected.`,
      expecting,
      [[3 * MINUTE, told(DONE, { backups: refused("rejected") })]],
    ],
    [
      `${REPORTED} expected-backup-id cannot be judged: the cluster does not tell which backup it restored.`,
      expecting,
      [
        [0, saw(ACCEPTED)],
        [3 * MINUTE, told(UNDATED_SUCCESS, NOT_LISTED)],
      ],
    ],
    [
      `${REPORTED} expected-backup-id cannot be judged: the expected backup is not in the partition's backup list.`,
      expecting,
      [[3 * MINUTE, told(DONE, NOT_LISTED)]],
    ],
    [
      `${REPORTED} rpo-minutes cannot be judged: the restored backup is not in the partition's backup list.`,
      { rpoMs: MINUTE },
      [[3 * MINUTE, told(DONE, NOT_LISTED)]],
    ],
    [
      `${REPORTED} rpo-minutes cannot be judged: gateway says throttled.`,
      { rpoMs: MINUTE },
      [[35 * MINUTE, told(DONE, { backups: refused("throttled") })]],
    ],
    [
      `${REPORTED} rpo-minutes cannot be judged: An objective cannot be judged: with not-before: any and no declared data loss there is nothing to count from.`,
      { rpoMs: MINUTE, notBefore: "any" },
      [[3 * MINUTE, told(DONE, backups(null, listed(OTHER, { createdAt: START })))]],
    ],
    [
      `${REPORTED} the objective cannot be judged: gateway says throttled.`,
      { rtoMs: MINUTE, healthCheck: "off" },
      [[35 * MINUTE, told(DONE, { partition: refused("throttled") })]],
    ],
    [
      "An objective cannot be judged: with not-before: any and no declared data loss there is nothing to count from.",
      { rtoMs: MINUTE, notBefore: "any" },
      [DONE_LOOK],
    ],
  ])("%s", (sentence, plan, looks) => {
    expect(said(plan, looks)).toBe(sentence);
  });
});

describe("a restore that is not what was wanted", () => {
  const lost = told(DONE, { partition: partition({ dataLossVersion: filetime(-SECOND) }) });
  const POINT_2: NonNullable<Backup["point"]> = { ...POINT, lsn: sure(parseInt64("1")) };

  test.each<Case>([
    [
      `The restore brings back backup ${OTHER}, not the expected backup ${EXPECTED}.`,
      { expectedBackupId: EXPECTED },
      [[3 * MINUTE, told(DONE, backups(null, listed(OTHER)))]],
    ],
    [
      `The restore brings back the restore point of LSN 3552, epoch 133801234567890123/8589934592, not the expected backup ${EXPECTED}.`,
      { expectedBackupId: EXPECTED },
      [[3 * MINUTE, told(DONE, backups(listed(EXPECTED, { point: POINT_2 }), null))]],
    ],
    [
      "Restored, but it took 2 min 1 s since data loss was declared (2026-02-03T09:59:59.000Z): the objective of 1 min was missed by 1 min 1 s.",
      { rtoMs: MINUTE },
      [[3 * MINUTE, lost]],
    ],
    [
      "Restored, but it took 2 min since not-before (2026-02-03T10:00:00.000Z): the objective of 1 min was missed by 1 min.",
      { rtoMs: MINUTE },
      [DONE_LOOK],
    ],
    [
      "Restored, but from a backup that was 15 min old: the objective of 10 min was missed by 5 min.",
      { rpoMs: 10 * MINUTE },
      [[3 * MINUTE, told(DONE, backups(null, listed(OTHER, { createdAt: afterStart(-15 * MINUTE) })))]],
    ],
  ])("%s", (sentence, plan, looks) => {
    expect(said(plan, looks)).toBe(sentence);
  });

  test("names the restore point where nothing else is known of it", () => {
    const watch = beginWatch(planned({ expectedBackupId: EXPECTED }), START, 0);
    expect(say.wrongBackup(watch, undefined)).toBe(
      `The restore brings back another restore point, not the expected backup ${EXPECTED}.`,
    );
  });
});
