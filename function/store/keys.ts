import { type Instant, type Outcome, type PartitionId } from "../../shared/index.ts";

/*
 * The table's layout. A verification's own row is found by its id; each index is a partition of the table whose rows sort newest
 * first, with the same columns, so that a page of a list is one query.
 */

/** The row of a verification: a partition of its own. */
export const OWN = "verification";
/** What is not settled yet: housekeeping's list of work. Its row stands before the verification's own and goes last. */
export const OPEN = "open";
/** When a cluster's budget is free again, one row per cluster. */
export const BUDGET = "budget";
/** The end of the series of records, one row. */
export const SERIES = "series";

export const index = {
  all: "all",
  cluster: (name: string): string => `cluster:${name}`,
  partition: (id: PartitionId): string => `partition:${id}`,
  verdict: (verdict: Outcome): string => `verdict:${verdict}`,
  clusterVerdict: (name: string, verdict: Outcome): string => `cluster:${name}:${verdict}`,
} as const;

const LATEST_MS = 8.64e15;

/** Sorts the newest first. */
export function newestFirst(startedAt: Instant, id = ""): string {
  return `${String(LATEST_MS - startedAt).padStart(16, "0")}_${id}`;
}

/** Of a batch that has come to its end, in the verification's own partition. */
export function batchKey(batch: number): string {
  return `batch-${String(batch).padStart(6, "0")}`;
}
