import type { Instant } from "./instant.ts";
import type { Int64 } from "./int64.ts";
import type { PartitionId } from "./partition-id.ts";
import type { RestorePoint } from "./restore-progress.ts";

/**
 * A partition as the failover manager sees it, independent of the Backup Restore Service: the second witness.
 * @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-statefulservicepartitioninfo
 */
export interface PartitionInfo {
  readonly partitionId: PartitionId;
  readonly stateful: boolean;
  /** `Ready`, `NotReady`, `InQuorumLoss`, `Reconfiguring`, `Deleting`, ... as the cluster spelled it. */
  readonly status: string;
  /** `Ok`, `Warning`, `Error`, `Unknown`, ... as the cluster spelled it. */
  readonly health: string;
  /** When data loss was last declared, as the cluster counts it (FILETIME). Every restore begins by declaring data loss. */
  readonly dataLossVersion?: Int64;
  readonly targetReplicaSetSize?: number;
  readonly minReplicaSetSize?: number;
}

/** Whether the partition can serve: `Ready`, and nothing worse than a warning. */
export function isHealthy({ status, health }: Pick<PartitionInfo, "status" | "health">): boolean {
  return status === "Ready" && (health === "Ok" || health === "Warning");
}

/**
 * The health event a replica posts when a restore has succeeded: the third witness. Its absence proves nothing: it lives two
 * hours, and failures post none.
 */
export interface RestoreHealthEvent {
  readonly health: string;
  /** By the replica's clock. */
  readonly at: Instant;
  /** When it reached the health store, by the clock of the health manager. */
  readonly storedAt?: Instant;
  readonly description: string;
}

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-serviceinfo */
export interface ServiceInfo {
  /** `fabric:/App/Service`. */
  readonly name: string;
  /** Only these can be restored. */
  readonly persisted: boolean;
  /** Why not, for people: `stateless`, `its state is not persisted`. */
  readonly kind: string;
}

/** An entry of the backup list. @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-backupinfo */
export interface Backup {
  /** GUID, lower case. */
  readonly backupId: string;
  readonly type: string;
  readonly location: string;
  readonly createdAt?: Instant;
  /** Absent where the entry describes a failure, or a backup whose metadata cannot be read. */
  readonly point?: RestorePoint;
}
