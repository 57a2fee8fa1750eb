import { describe, expect, test } from "vitest";
import { explain } from "../shared/explain.ts";
import { seal } from "../shared/evidence/seal.ts";
import { type RestoreRecord, toRecord } from "../shared/record.ts";
import { isObject } from "../shared/restore/fields.ts";
import { TREATMENT } from "../shared/restore/problem.ts";
import { REASONS, type Reason, verdict } from "../shared/restore/verdict.ts";
import { beginWatch, type Observation } from "../shared/restore/watch.ts";
import type { Testimony } from "../shared/restore/witness.ts";
import type { PartitionResult } from "../shared/verify-restore.ts";
import { SCHEMA, wrongWithRecord } from "./record-schema.ts";
import { ended, requested, resultOf } from "./records.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
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
  TIMEOUT,
  UNKNOWN,
} from "./restore/scenes.ts";

/* Every record is one of the published schema, and what is no record is refused by it. */

const EXPECTED = "3a056ac9-7206-43c3-8424-000000000001";
const BACKUP = { backupId: EXPECTED, type: "Full", location: "a\\b", createdAt: afterStart(-HOUR), point: POINT };
const RICH: Testimony = {
  partition: {
    ok: true,
    value: {
      partitionId: PARTITION,
      stateful: true,
      status: "Ready",
      health: "Ok",
      dataLossVersion: POINT.lsn,
      targetReplicaSetSize: 3,
      minReplicaSetSize: 2,
    },
  },
  healthEvent: {
    ok: true,
    value: { health: "Ok", at: afterStart(MINUTE), storedAt: afterStart(MINUTE), description: "restored" },
  },
  backups: { ok: true, value: { expected: BACKUP, restored: BACKUP } },
};
const raw = (seen: Observation, body: string): Observation =>
  seen.kind === "cancelled" ? seen : { ...seen, raw: body };
const DONE = success(afterStart(2 * MINUTE));
const another: Testimony = {
  ...RICH,
  backups: {
    ok: true,
    value: { expected: { ...BACKUP, point: { ...POINT, lsn: POINT.epoch.dataLossVersion } }, restored: BACKUP },
  },
};
const ill: Testimony = {
  ...ALL_IS_WELL,
  partition: { ok: true, value: { partitionId: PARTITION, stateful: true, status: "NotReady", health: "Error" } },
};

const BROKEN: PartitionResult = {
  partitionId: PARTITION,
  endedAt: START,
  verdict: verdict("internal-error", "The verification itself broke."),
  watch: beginWatch(planned(), START, 7),
};

const ENDS: Readonly<Record<Reason, PartitionResult>> = {
  restored: ended(
    planned({ expectedBackupId: EXPECTED, rtoMs: HOUR, rpoMs: 2 * HOUR }),
    [0, raw(saw(null, 40), "null")],
    [SECOND, raw(saw(ACCEPTED), '{"RestoreState":"Accepted"}')],
    [2 * SECOND, raw(fault("throttled", 2_000), "<html>")],
    [3 * SECOND, saw(UNKNOWN)],
    [3 * MINUTE, raw(saw(DONE, 0, RICH), '{"RestoreState":"Success"}')],
  ),
  "restore-failed": ended(planned(), [0, saw(ACCEPTED)], [SECOND, saw(failureOf({ code: "", message: "no" }))]),
  "restore-timed-out": ended(planned(), [0, saw(ACCEPTED)], [SECOND, saw(TIMEOUT)]),
  "deadline-exceeded": ended(planned(), [0, saw(ACCEPTED)], [35 * MINUTE, saw(ACCEPTED)]),
  "wrong-backup": ended(planned({ expectedBackupId: EXPECTED }), [3 * MINUTE, saw(DONE, 0, another)]),
  "rto-missed": ended(planned({ rtoMs: SECOND }), [3 * MINUTE, saw(DONE, 0, RICH)]),
  "rpo-missed": ended(planned({ rpoMs: SECOND }), [3 * MINUTE, saw(DONE, 0, RICH)]),
  unhealthy: ended(planned(), [3 * MINUTE, saw(DONE, 0, ill)], [35 * MINUTE, saw(DONE, 0, ill)]),
  "no-restore": ended(planned(), [0, saw(null)], [5 * MINUTE, saw(null)]),
  stale: ended(planned({ cadence: { kind: "fixed", everyMs: SECOND } }), [5 * MINUTE, saw(FAILURE)]),
  unreachable: ended(planned(), [2 * MINUTE, fault("timed-out")]),
  "access-denied": ended(planned(), [0, fault("access-denied")]),
  "untrusted-server": ended(planned(), [0, fault("untrusted-server")]),
  "partition-not-found": ended(planned(), [0, fault("partition-not-found")]),
  "backup-service-unavailable": ended(
    planned(),
    [0, fault("backup-service-unavailable")],
    [SECOND, fault("backup-service-unavailable")],
  ),
  rejected: ended(planned(), [0, fault("rejected")]),
  unintelligible: ended(planned(), [2 * MINUTE, raw(fault("unintelligible"), "nobody knows")]),
  cancelled: ended(planned({ notBefore: "any" }), [0, { kind: "cancelled", why: "SIGTERM" }]),
  "internal-error": BROKEN,
};
const RECORDS = Object.entries(ENDS).map(
  ([reason, result]) => [reason, toRecord(requested(), resultOf(result))] as const,
);
const RICHEST = sure(RECORDS[0])[1];

describe("every record is valid", () => {
  test.each(RECORDS)("%s", (reason, record) => {
    expect(record.partitions[0]?.reason).toBe(reason);
    expect(wrongWithRecord(record)).toBeUndefined();
  });

  test("of a run over several partitions, of one over none, and one in a series with batches", () => {
    const [first, ...others] = Object.values(ENDS);
    const many = toRecord(requested({ "rto-minutes": "1" }), {
      ...resultOf(sure(first), others),
      skipped: [{ name: "fabric:/A/B", why: "stateless" }],
    });
    expect(wrongWithRecord(many)).toBeUndefined();
    expect(wrongWithRecord({ ...many, partitions: [] })).toBeUndefined();
    const { integrity, ...content } = many;
    const verificationId = "0".repeat(32);
    const batches = [{ name: `${verificationId}/batch-12.json`, sha256: integrity.sha256 }];
    expect(wrongWithRecord(seal({ ...content, verificationId, batches }, integrity.sha256))).toBeUndefined();
  });

  test.each(RECORDS.filter(([reason]) => reason !== "internal-error"))("and explains itself: %s", (reason, record) => {
    const read: RestoreRecord = structuredClone(record);
    expect(explain(sure(read.partitions[0]).evidence).verdict?.reason).toBe(reason);
  });
});

test("the closed sets of the schema are those of the code", () => {
  const reasons = Object.entries(REASONS);
  const outcomes = ["passed", "failed", "inconclusive"] as const;
  expect(inside(SCHEMA, "$defs", "verdictAndReason", "oneOf")).toEqual(
    outcomes.map((outcome) => {
      const those = reasons.filter(([, spec]) => spec.verdict === outcome).map(([reason]) => reason);
      return { properties: { verdict: { const: outcome }, reason: { enum: those } } };
    }),
  );
  expect(inside(SCHEMA, "$defs", "problem", "properties", "code", "enum")).toEqual(Object.keys(TREATMENT));
});

function inside(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner: unknown, key) => (isObject(inner) ? inner[key] : undefined), value);
}

/** What a record may lack; everything else is there, if only as `null`. */
const OPTIONAL: ReadonlySet<string> = new Set(
  (
    "point at failure clockSkewMs clockSlackMs testimony partition healthEvent backups createdAt expectedBackupId rtoMs rpoMs " +
    "retryAfterMs storedAt dataLossVersion targetReplicaSetSize minReplicaSetSize"
  ).split(" "),
);

describe("what is no record is refused", () => {
  const read: unknown = JSON.parse(JSON.stringify(RICHEST));
  const all = [...mutants(read, "record")];

  test("there is much to get wrong", () => {
    expect(all.length).toBeGreaterThan(400);
  });

  test.each(all)("$what", ({ record }) => {
    expect(wrongWithRecord(record)).toBeDefined();
  });

  test.each<readonly [string, object]>([
    ["a pass for a failure's reason", { verdict: "passed", reason: "restore-failed" }],
    ["a pass that a data loss alone identifies", { identifiedBy: "data-loss-version" }],
    ["a pass that nothing identifies", { identifiedBy: null }],
    ["a pass of what is still under way", { restoreState: "RestoreInProgress" }],
    ["a reason nobody knows", { reason: "fine" }],
    ["a verdict nobody knows", { verdict: "skipped" }],
    ["a GUID in capitals", { partitionId: PARTITION.toUpperCase() }],
    ["a local time", { restoredAtUtc: "2026-02-03T10:20:30.000+02:00" }],
    ["a day that does not exist", { restoredAtUtc: "2026-02-30T10:20:30.000Z" }],
    ["a rounded LSN", { restorePoint: { lsn: 3552, dataLossVersion: "1", configurationVersion: "1" } }],
    ["an LSN with a zero before it", { restorePoint: { lsn: "007", dataLossVersion: "1", configurationVersion: "1" } }],
  ])("%s", (_, different) => {
    const partition = { ...sure(RICHEST.partitions[0]), ...different };
    expect(wrongWithRecord({ ...RICHEST, partitions: [partition] })).toBeDefined();
  });
});

interface Mutant {
  readonly what: string;
  readonly record: unknown;
}

/** The record with one thing wrong: a member too many, one too few, or one of another type. */
function* mutants(value: unknown, path: string): Generator<Mutant> {
  yield { what: `${path} is something else`, record: isObject(value) ? [value] : { value } };
  if (Array.isArray(value)) {
    for (const [n, item] of value.entries()) {
      for (const { what, record } of mutants(item, `${path}[${n}]`)) yield { what, record: value.with(n, record) };
    }
  }
  if (!isObject(value)) return;
  yield { what: `${path} has one member more`, record: { ...value, surplus: 1 } };
  for (const [key, inner] of Object.entries(value)) {
    const { [key]: _, ...without } = value;
    if (!OPTIONAL.has(key)) yield { what: `${path} lacks ${key}`, record: without };
    for (const { what, record } of mutants(inner, `${path}.${key}`))
      yield { what, record: { ...value, [key]: record } };
  }
}
