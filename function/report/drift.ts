import type { Verification } from "./target-report.ts";

/** With how many passed restores a new one is compared, and from where on it counts as slower. */
export const DRIFT = {
  /** The newest passed restores before the one compared. */
  window: 20,
  /** With fewer than these there is no "usual" to compare with. */
  leastHistory: 3,
  factor: 1.5,
  /** The Function looks every 5 to 60 s, so that without the cluster's own date small restores differ by chance. */
  leastExcessSeconds: 30,
} as const;

/** The newest measured restore against those before it. */
export interface Drift {
  /** The verification compared: the newest one with a measured restore, which is not always the latest. */
  readonly id: string;
  readonly restoreSeconds: number;
  readonly medianSeconds: number;
  /** How many passed restores the median is of: `DRIFT.leastHistory` to `DRIFT.window`. */
  readonly medianOf: number;
  /** `restoreSeconds / medianSeconds`; `null` where the median is 0. */
  readonly ratio: number | null;
  readonly slower: boolean;
}

/** `null` where nothing was measured, or too little to compare with. `series` is oldest first. */
export function driftOf(series: readonly Verification[]): Drift | null {
  const index = series.findLastIndex((one) => one.restoreSeconds !== null);
  const newest = series[index];
  if (newest === undefined || newest.restoreSeconds === null) return null;
  const before = series
    .slice(0, index)
    .flatMap((one) => (one.verdict === "passed" && one.restoreSeconds !== null ? [one.restoreSeconds] : []))
    .slice(-DRIFT.window);
  const medianSeconds = median(before);
  if (medianSeconds === undefined || before.length < DRIFT.leastHistory) return null;
  const { id, restoreSeconds } = newest;
  return {
    id,
    restoreSeconds,
    medianSeconds,
    medianOf: before.length,
    ratio: medianSeconds > 0 ? restoreSeconds / medianSeconds : null,
    slower:
      restoreSeconds >= DRIFT.factor * medianSeconds && restoreSeconds - medianSeconds >= DRIFT.leastExcessSeconds,
  };
}

/** The middle value, or the mean of the two in the middle; `undefined` of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const high = sorted[Math.floor(sorted.length / 2)];
  const low = sorted[Math.floor((sorted.length - 1) / 2)];
  return high === undefined || low === undefined ? undefined : (low + high) / 2;
}
