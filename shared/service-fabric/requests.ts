import type { PartitionId } from "../restore/partition-id.ts";

/*
 * Where to ask for what. The Backup Restore Service wants api-version 6.4 or more (the preview clusters: 6.2-preview); native
 * routes want at most the cluster's own version, so each is asked for with the lowest that carries what is needed.
 */

/** The two generations of the REST surface: everything since 6.4, and the preview clusters of 6.2 and 6.3. */
export const PREVIEW_VERSION = "6.2-preview";

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionrestoreprogress */
export function restoreProgressPath(id: PartitionId, version: string): string {
  return path(["Partitions", id, "$", "GetRestoreProgress"], { "api-version": version });
}

/** Needs a backup policy over the partition. @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionbackuplist */
export function backupsPath(id: PartitionId, version: string, token: string): string {
  return path(["Partitions", id, "$", "GetBackups"], { "api-version": version, ContinuationToken: token });
}

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitioninfo */
export function partitionInfoPath(id: PartitionId): string {
  return path(["Partitions", id], { "api-version": "6.0" });
}

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionhealth */
export function partitionHealthPath(id: PartitionId): string {
  return path(["Partitions", id, "$", "GetHealth"], { "api-version": "6.0" });
}

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getservicenameinfo */
export function serviceNamePath(id: PartitionId): string {
  return path(["Partitions", id, "$", "GetServiceName"], { "api-version": "6.0" });
}

/** 6.4 adds `PrimaryEpoch`. @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitioninfolist */
export function partitionsPath(serviceName: string, brsVersion: string, token: string): string {
  return path(["Services", entityId(serviceName), "$", "GetPartitions"], {
    "api-version": brsVersion === PREVIEW_VERSION ? "6.0" : "6.4",
    ContinuationToken: token,
  });
}

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getserviceinfolist */
export function servicesPath(applicationName: string, token: string): string {
  return path(["Applications", entityId(applicationName), "$", "GetServices"], {
    "api-version": "6.0",
    ContinuationToken: token,
  });
}

/** Anonymous. @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getaadmetadata */
export function aadMetadataPath(): string {
  return path(["$", "GetAadMetadata"], { "api-version": "6.0" });
}

/** Open to users. @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getclusterversion */
export function clusterVersionPath(): string {
  return path(["$", "GetClusterVersion"], { "api-version": "6.4" });
}

/**
 * The one GET without effects that only admins may make unless the cluster's owner decided otherwise.
 * @see https://learn.microsoft.com/azure/service-fabric/service-fabric-cluster-fabric-settings (Security/ClientAccess)
 */
export function upgradeOrchestrationPath(): string {
  return path(["$", "GetUpgradeOrchestrationServiceState"], { "api-version": "6.0" });
}

/** Times in RFC 3339 without a fraction. @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionseventlist */
export function partitionEventsPath(id: PartitionId, fromUtc: string, toUtc: string): string {
  return path(["EventsStore", "Partitions", id, "$", "Events"], {
    "api-version": "6.4",
    StartTimeUtc: fromUtc,
    EndTimeUtc: toUtc,
  });
}

/**
 * Path and query with the server's own timeout in whole seconds from 1 (a 0 is answered with a 500). It does not bound the
 * gateway, which can hold a GET for two minutes; the client's own budget does.
 */
export function withTimeout(pathAndQuery: string, budgetMs: number): string {
  const seconds = Math.min(2_147_483_647, Math.max(1, Math.floor(budgetMs / 1_000)));
  return `${pathAndQuery}&timeout=${seconds}`;
}

/** `fabric:/App/Service` is `App~Service` in a URL since 6.0; both forms are taken, with or without the scheme. */
function entityId(name: string): string {
  return name.replace(/^fabric:\/+/i, "").replaceAll("/", "~");
}

/** Every segment and value is percent-encoded: continuation tokens hold `+`, spaces and slashes. Empty values are left out. */
function path(segments: readonly string[], query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== "");
  const encoded = segments.map((segment) => (segment === "$" ? segment : encodeURIComponent(segment)));
  return `/${encoded.join("/")}?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}
