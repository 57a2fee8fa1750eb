/**
 * When to look again, as a value. `proportional` looks each 5 % of the restore's age: geometric spacing is the fewest
 * looks that can promise "late by at most 5 %", and the cap keeps a six-hour restore from being seen 18 minutes late.
 * Of all schedules measured it is nearest to the floor on requests x lateness. `fixed` is what the user asked for.
 */
export type Cadence =
  | ({ readonly kind: "proportional" } & ByAge)
  | { readonly kind: "fixed"; readonly everyMs: number }
  | Learned;

interface ByAge {
  readonly fraction: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * What earlier restores of the same kind teach: a log-logistic distribution of their durations (median and shape; its
 * survival has a closed form and its tail is heavy), mixed with "any duration from 5 s to 6 h is as likely as another on a log
 * scale" for the case that today is different. The next look is sqrt(2 / (lambda * hazard)) away, which for a known
 * distribution is the fewest requests for the latency; within `minMs` and `latestMs`. Whatever is waited for beside the restore's own
 * end goes by age, as if nothing had been learnt. ADR 0014.
 */
interface Learned extends ByAge {
  readonly kind: "learned";
  readonly medianMs: number;
  readonly shape: number;
  readonly latestMs: number;
}

/** The Action's: the server itself works in steps of about 2 s, and 30 s is as late as a log reader will forgive. */
export const ACTION_CADENCE: Cadence = { kind: "proportional", fraction: 0.05, minMs: 2_000, maxMs: 30_000 };

/** The Function's: every look is paid for, and nobody reads along. */
export const FUNCTION_CADENCE: Cadence = { kind: "proportional", fraction: 0.05, minMs: 5_000, maxMs: 60_000 };

const JITTER = 0.1;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;

/**
 * Milliseconds until the next look at what has been waited for since `ageMs`: a restore to appear, or a restored partition to become
 * healthy. Never negative, never zero.
 * @param jitter from 0 to 1: where in the band of ±10 % this look falls (0.5 is the middle). A fixed interval is exact.
 */
export function lookDelay(cadence: Cadence, ageMs: number, jitter: number): number {
  if (cadence.kind === "fixed") return cadence.everyMs;
  return clamp(jittered(cadence.fraction * Math.max(0, ageMs), jitter), cadence.minMs, cadence.maxMs);
}

/** The same for a restore under way, of age `ageMs`: the one whose end a past can tell of. */
export function restoreDelay(cadence: Cadence, ageMs: number, jitter: number): number {
  if (cadence.kind !== "learned") return lookDelay(cadence, ageMs, jitter);
  return clamp(jittered(learnedDelay(cadence, ageMs), jitter), cadence.minMs, cadence.latestMs);
}

function jittered(wantedMs: number, jitter: number): number {
  return wantedMs * (1 + JITTER * (2 * jitter - 1));
}

/** So many durations at least; of more the last ones. */
const LEAST_KNOWN = 3;
export const MOST_KNOWN = 10;
/** However alike they were: the next one may differ by so much (standard deviation of the logarithm). */
const LEAST_SPREAD = 0.1;
/** A past that differs by more teaches nothing. */
const MOST_SPREAD = 1.2;
/** How likely it is that today's is of another kind: the more, the less harm a past does that misleads. */
const OTHERWISE = 0.35;
/**
 * One request is worth as much as so many seconds of latency: 1 / lambda, in the words of the checking problem. Less where today's is of
 * another kind: what the past saves is not to be paid for by whom it misleads. Found by search (ADR 0014).
 */
const REQUEST_WORTH_S = { known: 2.25, otherwise: 1.5 } as const;
/** A restore that outlives its past is seen no later than this. */
const LATEST_MS = 150_000;
const [SHORTEST_S, LONGEST_S] = [5, 21_600];

/**
 * The cadence that past durations (in milliseconds, oldest first) suggest; the other one where they are too few or too different
 * to suggest any, or where it is fixed: that is what the user asked for. Durations of zero or less teach nothing. It never looks
 * sooner than the other one's shortest delay.
 */
export function learnedCadence(pastMs: readonly number[], otherwise: Cadence): Cadence {
  const logs = pastMs
    .filter((ms) => ms > 0)
    .slice(-MOST_KNOWN)
    .map((ms) => Math.log(ms));
  if (logs.length < LEAST_KNOWN || otherwise.kind === "fixed") return otherwise;
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  const spread = Math.max(LEAST_SPREAD, Math.sqrt(variance));
  if (spread > MOST_SPREAD) return otherwise;
  const shape = Math.PI / (Math.sqrt(3) * spread);
  const { fraction, minMs, maxMs } = otherwise;
  const medianMs = Math.max(1, Math.round(Math.exp(mean)));
  return { kind: "learned", medianMs, shape, fraction, minMs, maxMs, latestMs: LATEST_MS };
}

/** Looked up half a delay ahead, where on average the look will find the restore ended: the hazard rises towards the median. */
function learnedDelay(cadence: Learned, ageMs: number): number {
  const ageS = Math.max(0, ageMs) / 1_000;
  const delay = (atS: number): number =>
    clamp(Math.sqrt(2 * worthOverEnds(cadence, atS)), cadence.minMs / 1_000, cadence.latestMs / 1_000);
  return 1_000 * delay(ageS + delay(ageS) / 2);
}

/**
 * What a request is worth at that age, for as likely as a restore gets there, over how likely it is to end there in the next second: both
 * over today's being of the known kind or of another. Its inverse is lambda times the hazard, with a lambda of each kind's own.
 */
function worthOverEnds({ medianMs, shape }: Learned, ageS: number): number {
  const at = Math.max(SHORTEST_S, ageS);
  const odds = (at / (medianMs / 1_000)) ** shape;
  const survivesKnown = 1 / (1 + odds);
  const endsKnown = (shape / at) * survivesKnown * (1 - survivesKnown);
  const range = Math.log(LONGEST_S / SHORTEST_S);
  // What has outlived all that is known goes on as before, rather than being asked for each second.
  const survivesOther = Math.max(Math.LN2, Math.log(LONGEST_S / at)) / range;
  const endsOther = 1 / (at * range);
  const { known, otherwise } = REQUEST_WORTH_S;
  const worth = (1 - OTHERWISE) * survivesKnown * known + OTHERWISE * survivesOther * otherwise;
  return worth / ((1 - OTHERWISE) * endsKnown + OTHERWISE * endsOther);
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
