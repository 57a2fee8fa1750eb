import { formatInstant, type Instant, later } from "../../shared/restore/instant.ts";
import type { Generation } from "./bodies.ts";
import type { PartitionState } from "./cluster.ts";
import type { PartitionKey, Service, SimulatedBackup } from "./inventory.ts";

/* The bodies of everything around a restore: scopes, witnesses, backups. 64-bit integers are strings in all of them. */

const CONFIGURATION_VERSION = "8589934592";
const YEAR_1 = "0001-01-01T00:00:00.000Z";
const EVENT_LIVES_MS = 7_200_000;

/** Done is `""` to native routes and `null` to the Backup Restore Service. */
export function listBody(items: readonly unknown[], token: string | null, tokenFirst: boolean): string {
  return JSON.stringify(
    tokenFirst ? { ContinuationToken: token, Items: items } : { Items: items, ContinuationToken: token },
  );
}

/** `App~Svc` since 6.0, `App/Svc` before. */
export function idOf(name: string, apiVersion: number): string {
  const path = name.replace(/^fabric:\//, "");
  return apiVersion >= 6 ? path.replaceAll("/", "~") : path;
}

export function serviceItem({ name, kind, hasPersistedState }: Service, apiVersion: number): object {
  return {
    ServiceKind: kind,
    Name: name,
    TypeName: `${name.split("/").at(-1)}Type`,
    ManifestVersion: "1.0.0",
    ...(kind === "Stateful" ? { HasPersistedState: hasPersistedState } : {}),
    HealthState: "Ok",
    ServiceStatus: "Active",
    IsServiceGroup: false,
    Id: idOf(name, apiVersion),
  };
}

export function serviceNameBody({ name }: Service, apiVersion: number): string {
  return JSON.stringify({ Id: idOf(name, apiVersion), Name: name });
}

/** Out of a list it bears `PrimaryEpoch`, from 6.4 on; asked for alone `CurrentConfigurationEpoch`. */
export function partitionItem(
  partition: PartitionState,
  epoch: "PrimaryEpoch" | "CurrentConfigurationEpoch" | "",
): object {
  const { id, key, service, status, health, dataLoss } = partition;
  const [information, common] = [
    { PartitionInformation: partitionInformation(id, key) },
    { HealthState: health, PartitionStatus: status },
  ];
  if (service.kind === "Stateless") return { ServiceKind: "Stateless", ...information, InstanceCount: 1, ...common };
  return {
    ServiceKind: "Stateful",
    ...information,
    TargetReplicaSetSize: 3,
    MinReplicaSetSize: 2,
    ...common,
    LastQuorumLossDurationInSeconds: "0",
    ...(epoch === "" ? {} : { [epoch]: { ConfigurationVersion: CONFIGURATION_VERSION, DataLossVersion: dataLoss } }),
  };
}

function partitionInformation(id: string, key: PartitionKey): object {
  const common = { ServicePartitionKind: key.kind, Id: id };
  switch (key.kind) {
    case "Singleton":
      return common;
    case "Named":
      return { ...common, Name: key.name };
    case "Int64Range":
      return { ...common, LowKey: key.lowKey, HighKey: key.highKey };
    default:
      return key satisfies never;
  }
}

/** The event of a success lives two hours, whatever is restored after it. A failure posts none. */
export function restoreEventAt({ restoredAt }: PartitionState, now: Instant): Instant | undefined {
  return restoredAt !== undefined && now - restoredAt < EVENT_LIVES_MS ? later(restoredAt, 100) : undefined;
}

export function healthBody(partition: PartitionState, now: Instant): string {
  const at = restoreEventAt(partition, now);
  return JSON.stringify({
    HealthEvents: at === undefined ? [] : [restoreEvent(at)],
    AggregatedHealthState: partition.health,
    UnhealthyEvaluations: [],
    PartitionId: partition.id,
    ReplicaHealthStates: [],
  });
}

export function restoreEventText(at: Instant): string {
  const [, year, month, day, time] = /^(\d+)-(\d\d)-(\d\d)T([\d:]+)/.exec(formatInstant(at)) ?? [];
  return `Partition was successfully restored at ${month}/${day}/${year} ${time} GMT.`;
}

function restoreEvent(at: Instant): object {
  const modified = formatInstant(later(at, 200));
  return {
    SourceId: "System.BackupRestoreManager",
    Property: "Restore",
    HealthState: "Ok",
    TimeToLiveInMilliSeconds: "PT2H",
    Description: restoreEventText(at),
    SequenceNumber: String(BigInt(at + 11_644_473_600_000) * 10_000n),
    RemoveWhenExpired: true,
    SourceUtcTimestamp: formatInstant(at),
    LastModifiedUtcTimestamp: modified,
    IsExpired: false,
    LastOkTransitionAt: modified,
    LastWarningTransitionAt: YEAR_1,
    LastErrorTransitionAt: YEAR_1,
  };
}

/** Backslashes and a blank, as on a file share. */
export function backupLocation({ id, service }: PartitionState, { createdAt }: SimulatedBackup): string {
  const folder = service.name.replace(/^fabric:\//, "").replaceAll("/", "\\");
  return `${folder}\\${id}\\${fileTime(createdAt)}.zip`;
}

/** The epoch's halves are strings and the LSN is one too, unlike `RestoredLsn`. */
export function backupItem(partition: PartitionState, backup: SimulatedBackup, generation: Generation): object {
  const { backupId, chainId = backupId, point, createdAt } = backup;
  const suffix = generation === "6.2" ? "Number" : "Version";
  return {
    BackupId: backupId,
    BackupChainId: chainId,
    ApplicationName: partition.service.application,
    ServiceName: partition.service.name,
    PartitionInformation: partitionInformation(partition.id, partition.key),
    BackupLocation: backupLocation(partition, backup),
    BackupType: backupType(backup),
    EpochOfLastBackupRecord: {
      [`DataLoss${suffix}`]: point.epoch.dataLossVersion,
      [`Configuration${suffix}`]: point.epoch.configurationVersion,
    },
    LsnOfLastBackupRecord: point.lsn,
    CreationTimeUtc: wholeSeconds(createdAt),
    FailureError: null,
    ServiceManifestVersion: "1.0.0",
  };
}

export function backupType({ backupId, chainId = backupId }: SimulatedBackup): "Full" | "Incremental" {
  return chainId === backupId ? "Full" : "Incremental";
}

/** Where a page of backups ends: pluses and a blank, which a client must percent-encode. */
export function backupToken(partition: PartitionState, { createdAt }: SimulatedBackup): string {
  const [application, service] = partition.service.name.replace(/^fabric:\//, "").split("/");
  const store = "6f1b7a52-3f0f-4c2c-9d55-000000000001";
  return `${store}+${application}+${service}+${partition.id}+${fileTime(createdAt)}.bkmetadata`;
}

function wholeSeconds(at: Instant): string {
  return formatInstant(at).replace(/\.\d+Z$/, "Z");
}

function fileTime(at: Instant): string {
  return wholeSeconds(at).replace("T", " ").replaceAll(":", ".").replace("Z", "");
}
