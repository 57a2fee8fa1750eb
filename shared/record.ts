import type { DrillRequest } from "./drill-request.ts";
import { formatInstant, type Instant } from "./restore/instant.ts";
import type { RestoreProgress } from "./restore/restore-progress.ts";
import type { IdentifiedBy, Outcome, Reason } from "./restore/verdict.ts";
import type { Credential } from "./service-fabric/credentials.ts";
import { TOOL_NAME, TOOL_VERSION } from "./version.ts";
import type { DrillResult, PartitionResult } from "./verify-restore.ts";

/**
 * What a verification leaves behind: plain JSON, times in UTC (RFC 3339), durations in seconds, 64-bit numbers as strings,
 * no secrets. The outputs, the summary and the files are projections of it.
 */
export interface RestoreRecord {
  readonly schema: typeof SCHEMA;
  readonly tool: { readonly name: string; readonly version: string };
  readonly cluster: {
    readonly endpoints: readonly string[];
    readonly apiVersion: string;
    /** How we were known to it: the kind of credential, never the credential. */
    readonly authKind: Credential["kind"];
  };
  readonly plan: {
    readonly notBeforeUtc: string;
    readonly notBeforeSource: string;
    readonly toleranceSeconds: number;
    readonly deadlineSeconds: number;
    readonly startTimeoutSeconds: number;
  };
  readonly verdict: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly startedAtUtc: string;
  readonly endedAtUtc: string;
  readonly elapsedSeconds: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Worst first. */
  readonly partitions: readonly PartitionRecord[];
}

export interface PartitionRecord {
  readonly partitionId: string;
  readonly verdict: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly identifiedBy: IdentifiedBy | null;
  /** The state on record at the last answer, as the cluster spelled it; `null` where it had none or never answered. */
  readonly restoreState: string | null;
  readonly restoredAtUtc: string | null;
  /** Which backup the cluster claims: copied from the request when the restore was asked for, not measured. */
  readonly restorePoint: {
    readonly lsn: string;
    readonly dataLossVersion: string;
    readonly configurationVersion: string;
  } | null;
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly restoreSeconds: number | null;
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
}

const SCHEMA = "service-fabric-restore-verification/record/1";

export function toRecord(request: DrillRequest, result: DrillResult): RestoreRecord {
  const { verdict, startedAt, endedAt, notBefore } = result;
  const count = (outcome: Outcome): number => result.partitions.filter((one) => one.verdict.verdict === outcome).length;
  return {
    schema: SCHEMA,
    tool: { name: TOOL_NAME, version: TOOL_VERSION },
    cluster: {
      endpoints: request.endpoints.map((url) => url.origin),
      apiVersion: request.apiVersion,
      authKind: request.access.credential.kind,
    },
    plan: {
      notBeforeUtc: notBefore.at === "any" ? "any" : formatInstant(notBefore.at),
      notBeforeSource: notBefore.source,
      toleranceSeconds: request.toleranceMs / 1_000,
      deadlineSeconds: request.timeoutMs / 1_000,
      startTimeoutSeconds: Math.min(request.startTimeoutMs, request.timeoutMs) / 1_000,
    },
    verdict: verdict.verdict,
    reason: verdict.reason,
    message: verdict.message,
    startedAtUtc: formatInstant(startedAt),
    endedAtUtc: formatInstant(endedAt),
    elapsedSeconds: seconds(startedAt, endedAt),
    counts: { passed: count("passed"), failed: count("failed"), inconclusive: count("inconclusive") },
    partitions: result.partitions.map((one) => toPartitionRecord(one, notBefore.at)),
  };
}

function toPartitionRecord(
  { partitionId, verdict, watch }: PartitionResult,
  notBefore: Instant | "any",
): PartitionRecord {
  const progress = watch.last?.progress ?? null;
  const { restoredAt, ...seen } = ofProgress(progress);
  return {
    partitionId,
    verdict: verdict.verdict,
    reason: verdict.reason,
    message: verdict.message,
    identifiedBy: verdict.identifiedBy ?? null,
    restoreState: progress?.spelled ?? null,
    restoredAtUtc: restoredAt === null ? null : formatInstant(restoredAt),
    ...seen,
    restoreSeconds:
      restoredAt === null || notBefore === "any" || verdict.identifiedBy === undefined
        ? null
        : Math.max(0, seconds(notBefore, restoredAt)),
    looks: watch.looks,
    faults: watch.faults,
    transitions: watch.phases.map(({ state, firstSeen, lastSeen, looks }) => ({
      state,
      firstSeenUtc: formatInstant(firstSeen),
      lastSeenUtc: formatInstant(lastSeen),
      looks,
    })),
    transitionsDropped: watch.phasesDropped,
  };
}

function ofProgress(
  progress: RestoreProgress | null,
): Pick<PartitionRecord, "restorePoint" | "failure"> & { readonly restoredAt: Instant | null } {
  const point = progress !== null && "point" in progress ? progress.point : undefined;
  const failure = progress !== null && "failure" in progress ? progress.failure : undefined;
  return {
    restoredAt: (progress?.state === "Success" ? progress.at : undefined) ?? null,
    restorePoint: point === undefined ? null : { lsn: point.lsn, ...point.epoch },
    failure: failure ?? null,
  };
}

function seconds(from: Instant, to: Instant): number {
  return Math.round(to - from) / 1_000;
}
