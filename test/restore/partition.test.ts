import { describe, expect, test } from "vitest";
import {
  parseBackup,
  parsePage,
  parsePartitionInfo,
  parseRestoreHealthEvent,
  parseServiceInfo,
  parseServiceName,
} from "../../shared/restore/parse-partition.ts";
import { isHealthy } from "../../shared/restore/partition-info.ts";
import { at, PARTITION } from "./scenes.ts";

/* What a cluster tells beside the progress, as it was captured and as it must not be believed. */

const PARTITION_BODY = {
  ServiceKind: "Stateful",
  PartitionInformation: { ServicePartitionKind: "Int64Range", Id: PARTITION, LowKey: "0", HighKey: "9" },
  TargetReplicaSetSize: "3",
  MinReplicaSetSize: 2,
  HealthState: "Ok",
  PartitionStatus: "Ready",
  CurrentConfigurationEpoch: { ConfigurationVersion: "8589934592", DataLossVersion: "131675205859825409" },
};
const PARTITION_READ = {
  partitionId: PARTITION,
  stateful: true,
  status: "Ready",
  health: "Ok",
  dataLossVersion: "131675205859825409",
  targetReplicaSetSize: 3,
  minReplicaSetSize: 2,
};
const NO_GUID = "PartitionInformation holds no partition GUID";
const NO_STATE = "PartitionStatus or HealthState is missing";
const without = (key: keyof typeof PARTITION_BODY): unknown => ({ ...PARTITION_BODY, [key]: undefined });

describe("a partition", () => {
  test("is read whole, its data loss version to the digit", () => {
    expect(parsePartitionInfo(PARTITION_BODY)).toEqual({ ok: true, value: PARTITION_READ });
  });

  test.each([
    ["PrimaryEpoch comes before CurrentConfigurationEpoch", "2", { ConfigurationVersion: "1", DataLossVersion: "2" }],
    ["the preview's spelling will do", "3", { ConfigurationNumber: "1", DataLossNumber: "3" }],
    ["a small number will do", "4", { ConfigurationVersion: 1, DataLossVersion: 4 }],
    [
      "one that JSON has rounded is none",
      undefined,
      { ConfigurationVersion: "1", DataLossVersion: 131675205859825408 },
    ],
    ["half an epoch is none", undefined, { DataLossVersion: "5" }],
  ])("tells when data was lost: %s", (_, version, epoch) => {
    const parsed = parsePartitionInfo({ ...PARTITION_BODY, PrimaryEpoch: epoch });
    expect(parsed.ok && parsed.value.dataLossVersion).toBe(version);
  });

  test("may be of a list of the preview, which tells no epoch, or stateless", () => {
    const bare = parsePartitionInfo(without("CurrentConfigurationEpoch"));
    expect(bare.ok && bare.value.dataLossVersion).toBeUndefined();
    const stateless = parsePartitionInfo({ ...PARTITION_BODY, ServiceKind: "Stateless" });
    expect(stateless.ok && stateless.value.stateful).toBe(false);
  });

  test.each([
    ["nothing", null, "a partition is null"],
    ["a list", [PARTITION_BODY], "a partition is a list"],
    ["a text", "Ready", 'a partition is "Ready"'],
    ["no information", without("PartitionInformation"), NO_GUID],
    ["no id", { ...PARTITION_BODY, PartitionInformation: {} }, NO_GUID],
    ["an id that is none", { ...PARTITION_BODY, PartitionInformation: { Id: "Ready" } }, NO_GUID],
    ["no status", without("PartitionStatus"), NO_STATE],
    ["no health", without("HealthState"), NO_STATE],
    ["a status by number, as old api-versions have it", { ...PARTITION_BODY, PartitionStatus: 1 }, NO_STATE],
    ["a health by number", { ...PARTITION_BODY, HealthState: 1 }, NO_STATE],
    ["an empty status", { ...PARTITION_BODY, PartitionStatus: "" }, NO_STATE],
  ])("cannot be read out of %s", (_, body, why) => {
    expect(parsePartitionInfo(body)).toEqual({ ok: false, why });
  });

  test("may keep to itself how many replicas it has; no size is not zero", () => {
    const parsed = parsePartitionInfo({ ...PARTITION_BODY, TargetReplicaSetSize: "many", MinReplicaSetSize: null });
    const { targetReplicaSetSize: _, minReplicaSetSize: __, ...rest } = PARTITION_READ;
    expect(parsed).toEqual({ ok: true, value: rest });
  });

  test.each([
    ["Ready", "Ok", true],
    ["Ready", "Warning", true],
    ["Ready", "Error", false],
    ["Ready", "Unknown", false],
    ["NotReady", "Ok", false],
    ["", "", false],
  ])("%s with %s is healthy: %s", (status, health, healthy) => {
    expect(isHealthy({ status, health })).toBe(healthy);
  });
});

describe("a service", () => {
  test.each([
    ["stateful and persisted", { ServiceKind: "Stateful", HasPersistedState: true }, true, "stateful"],
    ["in memory", { ServiceKind: "Stateful", HasPersistedState: false }, false, "its state is not persisted"],
    ["stateless", { ServiceKind: "Stateless", HasPersistedState: true }, false, "stateless"],
  ])("%s", (_, body, persisted, kind) => {
    const name = "fabric:/App/Service";
    expect(parseServiceInfo({ Name: name, ...body })).toEqual({ ok: true, value: { name, persisted, kind } });
  });

  test.each([
    ["nothing", null, "a service is null"],
    ["no name", { ServiceKind: "Stateful" }, "a service has no Name"],
    ["no kind", { Name: "fabric:/App/Service" }, "ServiceKind of a service is missing"],
  ])("cannot be read out of %s", (_, body, why) => {
    expect(parseServiceInfo(body)).toEqual({ ok: false, why });
  });

  test("of a partition is told by name", () => {
    expect(parseServiceName({ Id: "App~Service", Name: "fabric:/App/Service" })).toEqual({
      ok: true,
      value: "fabric:/App/Service",
    });
    const nameless = { ok: false, why: "the service has no Name" };
    expect(parseServiceName({ Id: "App~Service" })).toEqual(nameless);
    expect(parseServiceName(null)).toEqual(nameless);
  });
});

describe("a backup", () => {
  const BACKUP = {
    BackupId: "B9577400-1131-4F88-B309-2BB1E943322C",
    BackupType: "Full",
    BackupLocation: "App\\Service\\1\\2.zip",
    CreationTimeUtc: "2026-02-03T09:00:00Z",
    EpochOfLastBackupRecord: { ConfigurationVersion: "8589934592", DataLossVersion: "131462452931584510" },
    LsnOfLastBackupRecord: "9007199254740993",
    FailureError: null,
  };
  const point = {
    epoch: { configurationVersion: "8589934592", dataLossVersion: "131462452931584510" },
    lsn: "9007199254740993",
  };

  test("is read to the digit, its id in lower case", () => {
    expect(parseBackup(BACKUP)).toEqual({
      ok: true,
      value: {
        backupId: "b9577400-1131-4f88-b309-2bb1e943322c",
        type: "Full",
        location: BACKUP.BackupLocation,
        createdAt: at("2026-02-03T09:00:00Z"),
        point,
      },
    });
  });

  test.each([
    ["that describes a failure has no restore point", { FailureError: { Code: "FABRIC_E_TIMEOUT" } }, "point"],
    ["without an epoch has no restore point", { EpochOfLastBackupRecord: null }, "point"],
    ["of year 1 has no date", { CreationTimeUtc: "0001-01-01T00:00:00Z" }, "createdAt"],
    ["without a date has none", { CreationTimeUtc: undefined }, "createdAt"],
  ])("%s", (_, different, missing) => {
    const parsed = parseBackup({ ...BACKUP, ...different });
    expect(parsed.ok && Object.keys(parsed.value)).not.toContain(missing);
    expect(parsed.ok).toBe(true);
  });

  test.each([
    ["nothing", null, "a backup is null"],
    ["no id", { ...BACKUP, BackupId: undefined }, "a backup has no BackupId"],
    ["an id that is none", { ...BACKUP, BackupId: "latest" }, "a backup has no BackupId"],
    [
      "an LSN that JSON has rounded",
      { ...BACKUP, LsnOfLastBackupRecord: 9007199254740992 },
      "LsnOfLastBackupRecord is 9007199254740992",
    ],
    [
      "half an epoch",
      { ...BACKUP, EpochOfLastBackupRecord: { DataLossVersion: "1" } },
      "EpochOfLastBackupRecord holds no pair of 64-bit integers",
    ],
    ["an epoch that is a number", { ...BACKUP, EpochOfLastBackupRecord: 7 }, "EpochOfLastBackupRecord is 7"],
  ])("cannot be read out of %s", (_, body, why) => {
    expect(parseBackup(body)).toEqual({ ok: false, why });
  });

  test("may keep its type and its place to itself", () => {
    const parsed = parseBackup({ ...BACKUP, BackupType: undefined, BackupLocation: 7 });
    expect(parsed).toMatchObject({ ok: true, value: { type: "", location: "" } });
  });
});

describe("the health event of a restore", () => {
  const EVENT = {
    SourceId: "System.BackupRestoreManager",
    Property: "Restore",
    HealthState: "Ok",
    SourceUtcTimestamp: "2026-02-03T10:05:00.1234567Z",
    Description: "Partition was successfully restored.",
    IsExpired: false,
  };
  const read = (...events: readonly unknown[]): unknown => parseRestoreHealthEvent({ HealthEvents: events });
  const found = { health: "Ok", at: at("2026-02-03T10:05:00.123Z"), description: EVENT.Description };

  test("is found among others, the newest of several", () => {
    const older = { ...EVENT, SourceUtcTimestamp: "2026-02-03T09:00:00Z", HealthState: "Warning" };
    const other = { ...EVENT, SourceId: "System.FM", Property: "State" };
    expect(read(other, null, older, EVENT, older)).toEqual({ ok: true, value: found });
  });

  test.each([
    ["there is none", []],
    ["it is of another source", [{ ...EVENT, SourceId: "System.RA" }]],
    ["it is another property", [{ ...EVENT, Property: "Backup" }]],
    ["it has expired", [{ ...EVENT, IsExpired: true }]],
    ["it bears no date", [{ ...EVENT, SourceUtcTimestamp: undefined }]],
  ])("is not there where %s", (_, events) => {
    expect(read(...events)).toEqual({ ok: true, value: null });
  });

  test("is cut where it is long, and unreadable without a list", () => {
    expect(read({ ...EVENT, Description: "x".repeat(400) })).toMatchObject({ value: { description: "x".repeat(300) } });
    const missing = { ok: false, why: "HealthEvents is missing" };
    expect(parseRestoreHealthEvent({})).toEqual(missing);
    expect(parseRestoreHealthEvent(null)).toEqual(missing);
  });

  test("may say neither how it is nor why", () => {
    const bare = { ...EVENT, HealthState: undefined, Description: undefined };
    expect(read(bare)).toEqual({ ok: true, value: { ...found, health: "", description: "" } });
  });
});

describe("a page of a list", () => {
  test.each([
    ["ends with an empty token", { ContinuationToken: "", Items: [1] }, ""],
    ["ends with null", { ContinuationToken: null, Items: [1] }, ""],
    ["ends without a token", { Items: [1] }, ""],
    ["goes on with a token", { ContinuationToken: "next", Items: [1] }, "next"],
  ])("%s", (_, body, continuationToken) => {
    expect(parsePage(body)).toEqual({ ok: true, value: { items: [1], continuationToken } });
  });

  test.each([
    ["nothing", null, "Items is missing"],
    ["no items", { ContinuationToken: "" }, "Items is missing"],
    ["items that are none", { Items: {} }, "Items is an object"],
    ["a token that is none", { ContinuationToken: 7, Items: [] }, "ContinuationToken is 7"],
    ["a token with half a character", { ContinuationToken: "a\ud800", Items: [] }, 'ContinuationToken is "a\\ud800"'],
  ])("cannot be read out of %s", (_, body, why) => {
    expect(parsePage(body)).toEqual({ ok: false, why });
  });
});
