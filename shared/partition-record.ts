import type { Evidence } from "./explain.ts";
import { formatInstant, type Instant } from "./restore/instant.ts";
import { measure } from "./restore/measure.ts";
import { isHealthy } from "./restore/partition-info.ts";
import type { RawReplies } from "./restore/raw-reply.ts";
import { pointOf, type RestorePoint } from "./restore/restore-progress.ts";
import type { IdentifiedBy, Outcome, Reason } from "./restore/verdict.ts";
import { warningsOf } from "./restore/warnings.ts";
import type { Watch } from "./restore/watch.ts";
import type { PartitionResult } from "./verify-restore.ts";

type Named = { readonly lsn: string; readonly dataLossVersion: string; readonly configurationVersion: string };

/** A partition in the record. What the cluster claims and what was measured are told apart by name. */
export interface PartitionRecord {
  readonly partitionId: string;
  /** The service it was found through; `null` where the partition was named itself. */
  readonly serviceName: string | null;
  readonly verdict: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly warnings: readonly string[];
  readonly identifiedBy: IdentifiedBy | null;
  /** The state on record at the last answer, as the cluster spelled it; `null` where it had none or never answered. */
  readonly restoreState: string | null;
  readonly restoredAtUtc: string | null;
  /** Which backup the cluster claims: copied from the request when the restore was asked for, not measured. */
  readonly restorePoint: Named | null;
  /** The entry of the backup list with that restore point, where the list could be read. */
  readonly restoredBackup: {
    readonly backupId: string;
    readonly type: string;
    readonly location: string;
    readonly createdAtUtc: string | null;
  } | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly timing: {
    readonly restoreSeconds: number;
    readonly lowerBoundSeconds: number;
    readonly upperBoundSeconds: number;
    readonly startUtc: string;
    readonly startSource: "data-loss" | "not-before";
    readonly endSource: "cluster" | "observer";
    readonly clockSkewSeconds: number;
  } | null;
  readonly witnesses: {
    readonly partition: Witnessed & {
      readonly status: string | null;
      readonly health: string | null;
      readonly dataLossVersion: string | null;
    };
    readonly healthEvent: Witnessed & { readonly health: string | null; readonly atUtc: string | null };
  };
  readonly looks: number;
  readonly faults: number;
  readonly transitions: readonly {
    readonly state: string | null;
    readonly firstSeenUtc: string;
    readonly lastSeenUtc: string;
    readonly looks: number;
  }[];
  /** How many transitions were left out of the list, between its first and its second. */
  readonly transitionsDropped: number;
  /** Enough to reach the verdict again (see `explain`), and what the cluster said word for word. */
  readonly evidence: Evidence & RawReplies;
}

/** `agrees`, `disagrees`, `not-seen` (asked, and there was nothing) or `not-performed` (not asked, or refused). */
interface Witnessed {
  readonly result: "agrees" | "disagrees" | "not-seen" | "not-performed";
  readonly problem: string | null;
}

export function toPartitionRecord({ partitionId, serviceName, verdict, watch }: PartitionResult): PartitionRecord {
  const progress = watch.last?.progress ?? null;
  const restoredAt = progress?.state === "Success" ? progress.at : undefined;
  return {
    partitionId,
    serviceName: serviceName ?? null,
    verdict: verdict.verdict,
    reason: verdict.reason,
    message: verdict.message,
    warnings: warningsOf(watch, verdict),
    identifiedBy: verdict.identifiedBy ?? null,
    restoreState: progress?.spelled ?? null,
    restoredAtUtc: utc(restoredAt),
    restorePoint: named(pointOf(progress)),
    restoredBackup: restoredBackup(watch),
    failure: (progress !== null && "failure" in progress ? progress.failure : undefined) ?? null,
    timing: verdict.identifiedBy === undefined ? null : timing(watch),
    witnesses: { partition: partitionWitness(watch), healthEvent: eventWitness(watch) },
    looks: watch.looks,
    faults: watch.faults,
    transitions: watch.phases.map(({ state, firstSeen, lastSeen, looks }) => ({
      state,
      firstSeenUtc: formatInstant(firstSeen),
      lastSeenUtc: formatInstant(lastSeen),
      looks,
    })),
    transitionsDropped: watch.phasesDropped,
    evidence: {
      plan: watch.plan,
      startedAt: watch.startedAt,
      stretches: watch.evidence,
      dropped: watch.evidenceDropped,
      replies: watch.replies,
      repliesDropped: watch.repliesDropped,
    },
  };
}

function named(point: RestorePoint | undefined): Named | null {
  return point === undefined ? null : { lsn: point.lsn, ...point.epoch };
}

function restoredBackup({ heard }: Watch): PartitionRecord["restoredBackup"] {
  const backup = heard.backups?.ok === true ? heard.backups.value.restored : null;
  if (backup === null) return null;
  const { backupId, type, location, createdAt } = backup;
  return { backupId, type, location, createdAtUtc: utc(createdAt) };
}

function timing(watch: Watch): PartitionRecord["timing"] {
  const progress = watch.last?.progress ?? null;
  const duration = progress?.state === "Success" ? measure(watch, progress) : undefined;
  if (duration === undefined) return null;
  return {
    restoreSeconds: duration.ms / 1_000,
    lowerBoundSeconds: duration.leastMs / 1_000,
    upperBoundSeconds: duration.mostMs / 1_000,
    startUtc: formatInstant(duration.from),
    startSource: duration.fromSource,
    endSource: duration.toSource,
    clockSkewSeconds: watch.clockSkewMs / 1_000,
  };
}

function partitionWitness({ heard }: Watch): PartitionRecord["witnesses"]["partition"] {
  const { partition } = heard;
  const nothing = { status: null, health: null, dataLossVersion: null };
  if (partition === undefined) return { result: "not-performed", problem: null, ...nothing };
  if (!partition.ok) return { result: "not-performed", problem: partition.problem.message, ...nothing };
  if (partition.value === null) return { result: "not-seen", problem: null, ...nothing };
  const { status, health, dataLossVersion = null } = partition.value;
  return {
    result: isHealthy({ status, health }) ? "agrees" : "disagrees",
    problem: null,
    status,
    health,
    dataLossVersion,
  };
}

function eventWitness({ heard }: Watch): PartitionRecord["witnesses"]["healthEvent"] {
  const { healthEvent } = heard;
  if (healthEvent === undefined) return { result: "not-performed", problem: null, health: null, atUtc: null };
  if (!healthEvent.ok)
    return { result: "not-performed", problem: healthEvent.problem.message, health: null, atUtc: null };
  if (healthEvent.value === null) return { result: "not-seen", problem: null, health: null, atUtc: null };
  const { health, at } = healthEvent.value;
  return { result: health === "Ok" ? "agrees" : "disagrees", problem: null, health, atUtc: formatInstant(at) };
}

function utc(at: Instant | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}
