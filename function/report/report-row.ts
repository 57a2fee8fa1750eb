import type { Outcome, Reason } from "../../shared/index.ts";

/** One concluded verification, as the report reads it: a row of the table storage, not the full record. */
export interface ReportRow {
  readonly id: string;
  /** The configured name of the cluster, never its endpoint. */
  readonly cluster: string;
  /** A label of what was verified that is the same from run to run: rows with the same cluster and label make one series. */
  readonly target: string;
  /** The plan that started it; `null` where somebody asked for it. */
  readonly plan: string | null;
  readonly verdict: Outcome;
  readonly reason: Reason;
  /** RFC 3339. */
  readonly startedAtUtc: string;
  readonly endedAtUtc: string;
  /** How long the restore took (of several partitions the longest); `null` where it was not measured. */
  readonly restoreSeconds: number | null;
  readonly rtoSeconds: number | null;
  readonly partitionCount: number;
}
