/**
 * When to look again, as a value. `proportional` looks each 5 % of the restore's age: geometric spacing is the fewest
 * looks that can promise "late by at most 5 %", and the cap keeps a six-hour restore from being seen 18 minutes late.
 * Of all schedules measured it is nearest to the floor on requests x lateness. `fixed` is what the user asked for.
 */
export type Cadence =
  | { readonly kind: "proportional"; readonly fraction: number; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: "fixed"; readonly everyMs: number };

/** The Action's: the server itself works in steps of about 2 s, and 30 s is as late as a log reader will forgive. */
export const ACTION_CADENCE: Cadence = { kind: "proportional", fraction: 0.05, minMs: 2_000, maxMs: 30_000 };

/** The Function's: every look is paid for, and nobody reads along. */
export const FUNCTION_CADENCE: Cadence = { kind: "proportional", fraction: 0.05, minMs: 5_000, maxMs: 60_000 };

const JITTER = 0.1;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Milliseconds until the next look at a restore of age `ageMs`; never negative, never zero.
 * @param jitter from 0 to 1: where in the band of ±10 % this look falls (0.5 is the middle). A fixed interval is exact.
 */
export function lookDelay(cadence: Cadence, ageMs: number, jitter: number): number {
  if (cadence.kind === "fixed") return cadence.everyMs;
  const wanted = cadence.fraction * Math.max(0, ageMs) * (1 + JITTER * (2 * jitter - 1));
  return clamp(wanted, cadence.minMs, cadence.maxMs);
}

/**
 * Milliseconds until the next attempt after a fault, decorrelated: drawn between the first delay and three times the last one,
 * at most 30 s, so that partitions that failed together do not come back together. `previousMs` is what was returned for the
 * fault before (0 for the first in a row). A fixed interval below a second is the first delay instead. What the server asks
 * for (`Retry-After`) outranks it, up to a day.
 * @param jitter from 0 to 1
 */
export function retryDelay(cadence: Cadence, previousMs: number, jitter: number, retryAfterMs = 0): number {
  const first = cadence.kind === "fixed" ? Math.min(cadence.everyMs, FIRST_RETRY_MS) : FIRST_RETRY_MS;
  const most = Math.min(LONGEST_RETRY_MS, Math.max(first, 3 * previousMs));
  return Math.max(first + jitter * (most - first), Math.min(retryAfterMs, 86_400_000));
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
