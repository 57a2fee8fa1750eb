/**
 * When to look again, as a value. `proportional` looks each 5 % of the restore's age: geometric spacing is the fewest
 * looks that can promise "late by at most 5 %", and the cap keeps a six-hour restore from being seen 18 minutes late.
 * Of all schedules measured it is nearest to the floor on requests x lateness. `fixed` is what the user asked for.
 */
export type Cadence =
  | { readonly kind: "proportional"; readonly fraction: number; readonly minMs: number; readonly maxMs: number }
  | { readonly kind: "fixed"; readonly everyMs: number }
  | Learned;

/**
 * What earlier restores of the same kind teach: a log-logistic distribution of their durations (median and shape; its
 * survival has a closed form and its tail is heavy), mixed with "any duration from 5 s to 6 h is as likely as another on a log
 * scale" for the case that today is different. The next look is sqrt(2 / (lambda * hazard)) away, which for a known
 * distribution is the fewest requests for the latency; within `minMs` and `maxMs`.
 */
interface Learned {
  readonly kind: "learned";
  readonly medianMs: number;
  readonly shape: number;
  readonly minMs: number;
  readonly maxMs: number;
}

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
  const wanted = cadence.kind === "learned" ? learnedDelay(cadence, ageMs) : cadence.fraction * Math.max(0, ageMs);
  return clamp(wanted * (1 + JITTER * (2 * jitter - 1)), cadence.minMs, cadence.maxMs);
}

/** So many durations at least; of more the last ones. */
const LEAST_KNOWN = 3;
const MOST_KNOWN = 10;
/** However alike they were: the next one may differ by so much (standard deviation of the logarithm). */
const LEAST_SPREAD = 0.1;
/** A past that differs by more teaches nothing. */
const MOST_SPREAD = 1.2;
/** How likely it is that today's is of another kind: the more, the less harm a past does that misleads. */
const OTHERWISE = 0.25;
/** One request is worth as much as this many seconds of latency: 1 / lambda, in the words of the checking problem. */
const REQUEST_WORTH_S = 2;
const [SHORTEST_S, LONGEST_S] = [5, 21_600];

/**
 * The cadence that past durations (in milliseconds, oldest first) suggest; the other one where they are too few or too different
 * to suggest any. Durations of zero or less teach nothing.
 */
export function learnedCadence(pastMs: readonly number[], otherwise: Cadence): Cadence {
  const logs = pastMs
    .filter((ms) => ms > 0)
    .slice(-MOST_KNOWN)
    .map((ms) => Math.log(ms));
  if (logs.length < LEAST_KNOWN) return otherwise;
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  const spread = Math.max(LEAST_SPREAD, Math.sqrt(variance));
  if (spread > MOST_SPREAD) return otherwise;
  const shape = Math.PI / (Math.sqrt(3) * spread);
  return { kind: "learned", medianMs: Math.round(Math.exp(mean)), shape, minMs: 1_000, maxMs: 200_000 };
}

/** Looked up half a delay ahead, where on average the look will find the restore ended: the hazard rises towards the median. */
function learnedDelay(cadence: Learned, ageMs: number): number {
  const ageS = Math.max(0, ageMs) / 1_000;
  const delay = (atS: number): number =>
    clamp(Math.sqrt((2 * REQUEST_WORTH_S) / hazard(cadence, atS)), cadence.minMs / 1_000, cadence.maxMs / 1_000);
  return 1_000 * delay(ageS + delay(ageS) / 2);
}

/** How likely a restore of that age is to end in the next second, as far as is known. */
function hazard({ medianMs, shape }: Learned, ageS: number): number {
  const at = Math.max(SHORTEST_S, ageS);
  const odds = (at / (medianMs / 1_000)) ** shape;
  const survivesKnown = 1 / (1 + odds);
  const endsKnown = (shape / at) * odds * survivesKnown ** 2;
  const range = Math.log(LONGEST_S / SHORTEST_S);
  // What has outlived all that is known goes on as before, rather than being asked for each second.
  const survivesOther = Math.max(Math.LN2, Math.log(LONGEST_S / at)) / range;
  const endsOther = 1 / (at * range);
  const survives = (1 - OTHERWISE) * survivesKnown + OTHERWISE * survivesOther;
  return ((1 - OTHERWISE) * endsKnown + OTHERWISE * endsOther) / Math.max(survives, Number.MIN_VALUE);
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
