import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type RestoreRecord, toRecord } from "../shared/record.ts";
import type { Instant } from "../shared/restore/instant.ts";
import { parseInt64 } from "../shared/restore/int64.ts";
import type { RestoreProgress } from "../shared/restore/restore-progress.ts";
import { TOOL_NAME, TOOL_VERSION } from "../shared/version.ts";
import { ended, requested, resultOf } from "./records.ts";
import {
  ACCEPTED,
  afterStart,
  FAILURE,
  failureOf,
  fault,
  HOUR,
  MINUTE,
  PARTITION,
  planned,
  POINT,
  saw,
  SECOND,
  START,
  success,
  sure,
} from "./restore/scenes.ts";

const restored = ended(
  planned(),
  [0, saw(null)],
  [2 * SECOND, saw(ACCEPTED)],
  [3 * SECOND, fault("unreachable")],
  [90_500, saw(success(afterStart(85 * SECOND)))],
);
const theOnly = (record: RestoreRecord): RestoreRecord["partitions"][number] => sure(record.partitions[0]);

describe("the record of a run", () => {
  test("says what was planned, how it ended and how long it took, in plain units", () => {
    const { partitions, integrity, ...run } = toRecord(requested(), resultOf(restored));
    expect(partitions).toHaveLength(1);
    expect(integrity.predecessorSha256).toBeNull();
    expect(run).toEqual({
      schema: "service-fabric-restore-verification/record/1",
      verificationId: null,
      batches: [],
      tool: { name: TOOL_NAME, version: TOOL_VERSION },
      cluster: { endpoints: ["https://one.example:19080", "https://two.example"], apiVersion: "6.4", authKind: "none" },
      plan: {
        notBeforeUtc: "2026-02-03T10:00:00.000Z",
        notBeforeSource: "step",
        toleranceSeconds: 5,
        deadlineSeconds: 2_100,
        startTimeoutSeconds: 300,
        healthCheck: "require",
        expectedBackupId: null,
        rtoSeconds: null,
        rpoSeconds: null,
      },
      skipped: [],
      warnings: [],
      verdict: "passed",
      reason: "restored",
      message: restored.verdict.message,
      startedAtUtc: "2026-02-03T10:00:00.000Z",
      endedAtUtc: "2026-02-03T10:01:30.500Z",
      elapsedSeconds: 90.5,
      counts: { passed: 1, failed: 0, inconclusive: 0 },
    });
  });

  test("counts every partition, and keeps the order of the result", () => {
    const failed = ended(planned(), [0, saw(ACCEPTED)], [SECOND, saw(FAILURE)]);
    const none = ended(planned(), [0, saw(null)], [5 * MINUTE, saw(null)]);
    const record = toRecord(requested(), resultOf(failed, [none, restored, restored]));
    expect(record.counts).toEqual({ passed: 2, failed: 1, inconclusive: 1 });
    expect(record.partitions.map(({ reason }) => reason)).toEqual([
      "restore-failed",
      "no-restore",
      "restored",
      "restored",
    ]);
  });

  test("tells the start timeout as it held: never longer than the deadline", () => {
    const record = toRecord(requested({ "timeout-minutes": "0.05" }), resultOf(restored));
    expect(record.plan).toMatchObject({ deadlineSeconds: 3, startTimeoutSeconds: 3 });
  });

  test("is plain JSON: nothing is lost on the way out and back", () => {
    const record = toRecord(requested(), resultOf(restored, [ended(planned(), [0, fault("access-denied")])]));
    expect(JSON.parse(JSON.stringify(record))).toStrictEqual(record);
  });
});

describe("the record of a partition", () => {
  test("that was restored", () => {
    const { evidence, ...partition } = theOnly(toRecord(requested(), resultOf(restored)));
    expect(evidence.stretches.map(({ times }) => times)).toEqual([1, 1, 1, 1]);
    expect(partition).toEqual({
      partitionId: PARTITION,
      serviceName: null,
      verdict: "passed",
      reason: "restored",
      message: restored.verdict.message,
      warnings: [],
      identifiedBy: "in-flight",
      restoreState: "Success",
      restoredAtUtc: "2026-02-03T10:01:25.000Z",
      restorePoint: { lsn: "3552", dataLossVersion: "133801234567890123", configurationVersion: "8589934592" },
      restoredBackup: null,
      failure: null,
      timing: {
        restoreSeconds: 85,
        lowerBoundSeconds: 85,
        upperBoundSeconds: 86,
        startUtc: "2026-02-03T10:00:00.000Z",
        startSource: "not-before",
        endSource: "cluster",
        clockSkewSeconds: 0,
      },
      witnesses: {
        partition: { result: "agrees", problem: null, status: "Ready", health: "Ok", dataLossVersion: null },
        healthEvent: { result: "not-seen", problem: null, health: null, atUtc: null },
      },
      looks: 4,
      faults: 1,
      transitions: [
        { state: null, firstSeenUtc: "2026-02-03T10:00:00.000Z", lastSeenUtc: "2026-02-03T10:00:00.000Z", looks: 1 },
        {
          state: "Accepted",
          firstSeenUtc: "2026-02-03T10:00:02.000Z",
          lastSeenUtc: "2026-02-03T10:00:02.000Z",
          looks: 1,
        },
        {
          state: "Success",
          firstSeenUtc: "2026-02-03T10:01:30.500Z",
          lastSeenUtc: "2026-02-03T10:01:30.500Z",
          looks: 1,
        },
      ],
      transitionsDropped: 0,
    });
  });

  test("that never answered has nulls where there is nothing to say, not gaps", () => {
    const denied = ended(planned(), [0, fault("access-denied")]);
    expect(theOnly(toRecord(requested(), resultOf(denied)))).toMatchObject({
      verdict: "inconclusive",
      reason: "access-denied",
      identifiedBy: null,
      restoreState: null,
      restoredAtUtc: null,
      restorePoint: null,
      failure: null,
      timing: null,
      looks: 1,
      faults: 1,
      transitions: [],
    });
  });

  test("that failed bears the cluster's own words", () => {
    const why = { code: "2148734263", message: "Input was in an unexpected form." };
    const failed = ended(planned(), [0, saw(ACCEPTED)], [SECOND, saw(failureOf(why))]);
    expect(theOnly(toRecord(requested(), resultOf(failed)))).toMatchObject({
      restoreState: "Failure",
      failure: why,
      restorePoint: null,
      restoredAtUtc: null,
      timing: null,
    });
  });

  test("tells why another witness did not speak", () => {
    const ill = { ok: false, problem: { code: "server-fault", message: "HTTP 500" } } as const;
    const seen = saw(success(afterStart(MINUTE)), undefined, { partition: ill, healthEvent: ill, backups: ill });
    const { witnesses } = theOnly(
      toRecord(requested(), resultOf(ended(planned({ healthCheck: "report" }), [2 * MINUTE, seen]))),
    );
    expect(witnesses).toMatchObject({
      partition: { result: "not-performed", problem: "HTTP 500", status: null },
      healthEvent: { result: "not-performed", problem: "HTTP 500", health: null, atUtc: null },
    });
  });

  test("keeps every digit of 64-bit numbers, as strings", () => {
    const lsn = sure(parseInt64("9007199254740993"));
    const big: RestoreProgress = { state: "Success", spelled: "Success", at: START, point: { ...POINT, lsn } };
    const partition = theOnly(toRecord(requested(), resultOf(ended(planned(), [0, saw(big)]))));
    expect(JSON.stringify(partition)).toContain('"lsn":"9007199254740993"');
  });

  test.each<readonly [string, Instant | "any", Instant, number | null]>([
    ["from not-before to the success", START, afterStart(90_500), 90.5],
    ["0 where the success is within the tolerance before it", START, afterStart(-SECOND), 0],
    ["nothing where not-before is any", "any", afterStart(-HOUR), null],
  ])("restoreSeconds is %s", (_, notBefore, when, seconds) => {
    const done = ended(planned({ notBefore }), [2 * MINUTE, saw(success(when))]);
    expect(theOnly(toRecord(requested(), resultOf(done, [], notBefore))).timing?.restoreSeconds ?? null).toBe(seconds);
  });

  test("restoreSeconds is nothing where the success on record is another restore's", () => {
    const old = saw(success(afterStart(-HOUR)));
    const stale = ended(planned(), [0, old], [5 * MINUTE, old]);
    expect(theOnly(toRecord(requested(), resultOf(stale)))).toMatchObject({
      reason: "stale",
      restoredAtUtc: "2026-02-03T09:00:00.000Z",
      timing: null,
    });
  });

  test("tells that the check was switched off", () => {
    const done = ended(planned({ notBefore: "any" }), [0, saw(success(afterStart(-HOUR)))]);
    const record = toRecord(requested({ "not-before": "any" }), resultOf(done, [], "any"));
    expect(record.plan).toMatchObject({ notBeforeUtc: "any", notBeforeSource: "switched off" });
    expect(theOnly(record).identifiedBy).toBe("any");
  });
});

test("the version in the record is that of package.json", () => {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  expect(JSON.parse(text)).toMatchObject({ name: TOOL_NAME, version: TOOL_VERSION });
});
