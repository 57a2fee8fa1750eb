import type { DrillRequest } from "./drill-request.ts";
import { type Integrity, seal } from "./evidence/seal.ts";
import { type PartitionRecord, toPartitionRecord } from "./partition-record.ts";
import { formatInstant, type Instant } from "./restore/instant.ts";
import type { Outcome, Reason } from "./restore/verdict.ts";
import type { Credential } from "./service-fabric/credentials.ts";
import { TOOL_NAME, TOOL_VERSION } from "./version.ts";
import type { DrillResult } from "./verify-restore.ts";

/**
 * What a verification leaves behind: plain JSON, times in UTC (RFC 3339), durations in seconds, 64-bit numbers as strings,
 * no secrets. The outputs, the summary and the files are projections of it. Sealed: whatever is changed in it afterwards shows.
 */
export interface RestoreRecord extends RecordContent {
  readonly integrity: Integrity;
}

/** A record that is not sealed, or not yet. */
export interface RecordContent {
  readonly schema: typeof RECORD_SCHEMA;
  /** Of the Function app, so that a record cannot stand in for another; `null` elsewhere. */
  readonly verificationId: string | null;
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
    readonly healthCheck: DrillRequest["healthCheck"];
    readonly expectedBackupId: string | null;
    readonly rtoSeconds: number | null;
    readonly rpoSeconds: number | null;
  };
  readonly verdict: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly startedAtUtc: string;
  readonly endedAtUtc: string;
  readonly elapsedSeconds: number;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** Services of the targets that have nothing to restore. */
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  readonly warnings: readonly string[];
  /** Worst first. */
  readonly partitions: readonly PartitionRecord[];
  /** Records of their own that hold the evidence where this one leaves it out, with the digests they bear. */
  readonly batches: readonly { readonly name: string; readonly sha256: string }[];
}

export const RECORD_SCHEMA = "service-fabric-restore-verification/record/1";

/** Sealed, as the first of its series: a run knows of no record before its own. */
export function toRecord(request: DrillRequest, result: DrillResult): RestoreRecord {
  return seal(contentOf(request, result), null);
}

export function contentOf(request: DrillRequest, result: DrillResult): RecordContent {
  const { verdict, startedAt, endedAt, notBefore } = result;
  const count = (outcome: Outcome): number => result.partitions.filter((one) => one.verdict.verdict === outcome).length;
  return {
    schema: RECORD_SCHEMA,
    verificationId: null,
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
      healthCheck: request.healthCheck,
      expectedBackupId: request.expectedBackupId,
      rtoSeconds: secondsOrNull(request.rtoMs),
      rpoSeconds: secondsOrNull(request.rpoMs),
    },
    verdict: verdict.verdict,
    reason: verdict.reason,
    message: verdict.message,
    startedAtUtc: formatInstant(startedAt),
    endedAtUtc: formatInstant(endedAt),
    elapsedSeconds: seconds(startedAt, endedAt),
    counts: { passed: count("passed"), failed: count("failed"), inconclusive: count("inconclusive") },
    skipped: result.skipped,
    warnings: result.warnings,
    partitions: result.partitions.map(toPartitionRecord),
    batches: [],
  };
}

function seconds(from: Instant, to: Instant): number {
  return Math.round(to - from) / 1_000;
}

function secondsOrNull(ms: number | null): number | null {
  return ms === null ? null : ms / 1_000;
}
