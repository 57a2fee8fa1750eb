import type { Instant } from "../../shared/index.ts";
import { median } from "./drift.ts";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** When a target has been silent for too long: a drill that no longer runs tells nobody (a dead man's switch). */
export const SILENCE = {
  /** Whatever the rhythm, and where there is none yet. */
  mostSeconds: 35 * DAY,
  /** Three times its usual interval, which is the median of the last 20. */
  factor: 3,
  window: 20,
  leastIntervals: 4,
  /** Several runs within an hour make no rhythm that anybody promised. */
  leastSeconds: 26 * HOUR,
} as const;

export interface Silence {
  /** Since the latest verification ended, whatever its verdict. */
  readonly seconds: number;
  /** The median of the last intervals between verifications; `null` with fewer than `SILENCE.leastIntervals`. */
  readonly usualSeconds: number | null;
  /** From here on it is overdue. */
  readonly limitSeconds: number;
  readonly overdue: boolean;
}

/** `times` of a target's verifications, oldest first. A time ahead of `now` (a clock that was wrong) counts as now. */
export function silenceOf(times: readonly Instant[], now: Instant): Silence {
  const intervals = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1_000);
  const recent = intervals.slice(-SILENCE.window);
  const usualSeconds = recent.length < SILENCE.leastIntervals ? null : (median(recent) ?? null);
  const limitSeconds =
    usualSeconds === null
      ? SILENCE.mostSeconds
      : Math.min(SILENCE.mostSeconds, Math.max(SILENCE.leastSeconds, SILENCE.factor * usualSeconds));
  const seconds = Math.max(0, (now - (times.at(-1) ?? now)) / 1_000);
  return { seconds, usualSeconds, limitSeconds, overdue: seconds > limitSeconds };
}
