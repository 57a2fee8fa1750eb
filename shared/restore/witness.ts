import { dataLossDeclaredAt } from "./filetime.ts";
import type { Instant } from "./instant.ts";
import type { Backup, PartitionInfo, RestoreHealthEvent } from "./partition-info.ts";
import type { Problem } from "./problem.ts";
import type { RestorePoint } from "./restore-progress.ts";

/** What can be asked beside the progress itself, in one look. */
export type Question = "partition" | "health-event" | "backups";

/** An answer to such a question, or why there was none. */
export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Of all backups of a partition only those that matter: the expected one, and the one that was restored. */
export interface RelevantBackups {
  readonly expected: Backup | null;
  readonly restored: Backup | null;
}

/** The answers of one look. A question that was not asked is absent. */
export interface Testimony {
  readonly partition?: Told<PartitionInfo | null>;
  readonly healthEvent?: Told<RestoreHealthEvent | null>;
  readonly backups?: Told<RelevantBackups>;
}

/** The latest answer to each question, with its time. */
export type Heard = { readonly [K in keyof Testimony]?: Testimony[K] & { readonly at: Instant } };

/** When data loss was last declared, as far as the partition told. By the cluster's clock. */
export function declaredDataLoss({ partition }: Heard): Instant | undefined {
  const version = partition?.ok === true ? partition.value?.dataLossVersion : undefined;
  return version === undefined ? undefined : dataLossDeclaredAt(version);
}

/** Picks the backups that matter. Epoch and LSN must be equal to the digit; both are canonical decimal strings. */
export function relevantBackups(
  all: readonly Backup[],
  expectedBackupId: string | undefined,
  point: RestorePoint | undefined,
): RelevantBackups {
  return {
    expected: all.find(({ backupId }) => backupId === expectedBackupId) ?? null,
    restored: all.find((backup) => samePoint(backup.point, point)) ?? null,
  };
}

/** Whether two restore points are the same; what is missing is the same as nothing. */
export function samePoint(a: RestorePoint | undefined, b: RestorePoint | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.lsn === b.lsn &&
    a.epoch.dataLossVersion === b.epoch.dataLossVersion &&
    a.epoch.configurationVersion === b.epoch.configurationVersion
  );
}
