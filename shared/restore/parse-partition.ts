import { cut, describe, type Fields, given, good, isObject, type Read, unreadable } from "./fields.ts";
import { parseInt64 } from "./int64.ts";
import { parsePartitionId } from "./partition-id.ts";
import type { Backup, PartitionInfo, RestoreHealthEvent, ServiceInfo } from "./partition-info.ts";
import { readEpoch, readPoint, readTime } from "./restore-point.ts";

/** One partition, alone or out of a list: `PrimaryEpoch` in newer lists, `CurrentConfigurationEpoch` otherwise. */
export function parsePartitionInfo(body: unknown): Read<PartitionInfo> {
  if (!isObject(body)) return unreadable(`a partition is ${describe(body)}`);
  const information = body["PartitionInformation"];
  const id = isObject(information) ? text(information["Id"]) : undefined;
  const partitionId = id === undefined ? undefined : parsePartitionId(id);
  const [status, health] = [text(body["PartitionStatus"]), text(body["HealthState"])];
  if (partitionId === undefined) return unreadable("PartitionInformation holds no partition GUID");
  if (status === undefined || health === undefined) return unreadable("PartitionStatus or HealthState is missing");
  if (!isKind(body["ServiceKind"])) return unreadable(`ServiceKind is ${describe(body["ServiceKind"])}`);
  const epoch = body["PrimaryEpoch"] ?? body["CurrentConfigurationEpoch"];
  return good({
    partitionId,
    stateful: body["ServiceKind"] === "Stateful",
    status,
    health,
    ...given("dataLossVersion", isObject(epoch) ? readEpoch(epoch)?.dataLossVersion : undefined),
    ...given("targetReplicaSetSize", count(body["TargetReplicaSetSize"])),
    ...given("minReplicaSetSize", count(body["MinReplicaSetSize"])),
  });
}

/** A service out of a list. Only stateful ones with persisted state can be restored; which those are must be beyond doubt. */
export function parseServiceInfo(body: unknown): Read<ServiceInfo> {
  if (!isObject(body)) return unreadable(`a service is ${describe(body)}`);
  const [name, kind] = [text(body["Name"]), text(body["ServiceKind"])];
  if (name === undefined) return unreadable("a service has no Name");
  if (kind === undefined || !isKind(kind)) return unreadable(`ServiceKind of a service is ${describe(kind)}`);
  const persists = body["HasPersistedState"];
  if (kind === "Stateful" && typeof persists !== "boolean")
    return unreadable(`HasPersistedState is ${describe(persists)}`);
  const persisted = kind === "Stateful" && persists === true;
  return good({
    name,
    persisted,
    kind: kind === "Stateful" ? (persisted ? "stateful" : "its state is not persisted") : kind.toLowerCase(),
  });
}

/**
 * Whether it says what a service is; newer clusters know more kinds than `Stateful` and `Stateless`. By `Invalid` a cluster says
 * that it does not know: who took it for stateless would leave it out, and be green without it.
 */
function isKind(kind: unknown): boolean {
  return typeof kind === "string" && kind !== "" && kind !== "Invalid";
}

/** A backup out of a list. A broken store answers with an entry that describes its failure: it has no `point`. */
export function parseBackup(body: unknown): Read<Backup> {
  if (!isObject(body)) return unreadable(`a backup is ${describe(body)}`);
  const backupId = parsePartitionId(text(body["BackupId"]) ?? "");
  if (backupId === undefined) return unreadable("a backup has no BackupId");
  const point = readPoint(body, "EpochOfLastBackupRecord", "LsnOfLastBackupRecord");
  if (!point.ok) return point;
  return good({
    backupId,
    type: text(body["BackupType"]) ?? "",
    location: text(body["BackupLocation"]) ?? "",
    ...given("createdAt", readTime(body["CreationTimeUtc"])),
    ...given("point", (body["FailureError"] ?? null) === null ? point.value : undefined),
  });
}

/** The newest event a replica posted about a restore, out of a partition's health; `null` where there is none that still lives. */
export function parseRestoreHealthEvent(body: unknown): Read<RestoreHealthEvent | null> {
  const events = isObject(body) ? body["HealthEvents"] : undefined;
  if (!Array.isArray(events)) return unreadable(`HealthEvents is ${describe(events)}`);
  const found = events
    .filter((event): event is Fields => isObject(event))
    .filter((event) => event["SourceId"] === "System.BackupRestoreManager" && event["Property"] === "Restore")
    .filter((event) => event["IsExpired"] !== true)
    .flatMap((event) => {
      const at = readTime(event["SourceUtcTimestamp"]);
      const description = cut(text(event["Description"]) ?? "", 300);
      const storedAt = given("storedAt", readTime(event["LastModifiedUtcTimestamp"]));
      return at === undefined ? [] : [{ health: text(event["HealthState"]) ?? "", at, ...storedAt, description }];
    })
    .toSorted((a, b) => b.at - a.at);
  return good(found[0] ?? null);
}

export function parseServiceName(body: unknown): Read<string> {
  const name = isObject(body) ? text(body["Name"]) : undefined;
  return name === undefined ? unreadable("the service has no Name") : good(name);
}

export interface Page {
  readonly items: readonly unknown[];
  /** Where the next page begins; `""` at the end, whether the cluster said `""`, `null` or nothing. */
  readonly continuationToken: string;
}

export function parsePage(body: unknown): Read<Page> {
  const items = isObject(body) ? body["Items"] : undefined;
  if (!isObject(body) || !Array.isArray(items)) return unreadable(`Items is ${describe(items)}`);
  const token = body["ContinuationToken"] ?? "";
  // Half a character could not be written into the URL of the next page.
  return typeof token === "string" && token.isWellFormed()
    ? good({ items, continuationToken: token })
    : unreadable(`ContinuationToken is ${describe(token)}`);
}

/** Names and locations are far shorter (a `fabric:/` name has at most some hundred characters). */
const LONGEST_TEXT = 4_096;

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? cut(value, LONGEST_TEXT) : undefined;
}

function count(value: unknown): number | undefined {
  const exact = parseInt64(value);
  return exact === undefined ? undefined : Number(exact);
}
