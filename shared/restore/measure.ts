import { earlier, type Instant, instantFromMs, later } from "./instant.ts";
import type { Success } from "./restore-progress.ts";
import type { Watch } from "./watch.ts";
import { declaredDataLoss } from "./witness.ts";

/**
 * How long a restore took. Polling never enters it where the cluster dates its success: the end is the cluster's own time
 * (whole seconds, so the bounds are a second apart). Without a date the end lies between the last look that saw the
 * restore under way and the first that saw it ended.
 */
export interface Duration {
  readonly from: Instant;
  /** `data-loss`: when the cluster declared it; `not-before`: what the user named, or what `auto` stood for. */
  readonly fromSource: "data-loss" | "not-before";
  readonly to: Instant;
  readonly toSource: "cluster" | "observer";
  readonly ms: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * `undefined` where there is nothing to count from (`not-before: any`, and no data loss that fits). All times are brought to
 * our own clock first; between two of the cluster's the correction cancels out.
 */
export function measure(watch: Watch, success: Success): Duration | undefined {
  const end = endOf(watch, success);
  const start = startOf(watch, end);
  if (start === undefined) return undefined;
  const between = (to: Instant): number => Math.max(0, to - start.at);
  return {
    from: start.at,
    fromSource: start.source,
    to: end.least,
    toSource: end.source,
    ms: between(end.source === "cluster" ? end.least : end.most),
    leastMs: between(end.least),
    mostMs: between(end.most),
  };
}

/** When a success ended, by our clock, where that was after the deadline or may have been: a late look sees more than there was in time. */
export interface LateEnd {
  readonly at: Instant;
  readonly source: End["source"];
  readonly lateMs: number;
}

/**
 * `undefined` where it ended in time, within the tolerance. Looks are late where many share a budget, and where a worker was away; what a
 * late look finds must not turn a missed deadline green.
 */
export function endedLate(watch: Watch, success: Success): LateEnd | undefined {
  const { deadline, toleranceMs } = watch.plan;
  const { least, most, source } = endOf(watch, success);
  // Whatever a clock says, it was over when it was first seen to be.
  const at = earlier(source === "cluster" ? least : most, seenSince(watch));
  return at - deadline > toleranceMs ? { at, source, lateMs: at - deadline } : undefined;
}

/** A time of the cluster's clock, by ours. */
export function byOurClock({ clockSkewMs }: Watch, at: Instant): Instant {
  return instantFromMs(at - clockSkewMs);
}

interface End {
  readonly least: Instant;
  readonly most: Instant;
  readonly source: "cluster" | "observer";
}

/** The cluster's date, unless its answers show the restore still under way after it: then a replica's clock is wrong, and ours counts. */
function endOf(watch: Watch, success: Success): End {
  const { lastInFlight, plan, startedAt } = watch;
  const seen = seenSince(watch);
  if (success.at !== undefined && (lastInFlight === undefined || later(success.at, plan.toleranceMs) >= lastInFlight)) {
    const at = byOurClock(watch, success.at);
    return { least: at, most: later(at, 1_000), source: "cluster" };
  }
  const before = lastInFlight === undefined ? startedAt : byOurClock(watch, lastInFlight);
  return { least: earlier(before, seen), most: seen, source: "observer" };
}

/** When the result on record was first seen: itself, for the state alone may have been another restore's before. */
function seenSince({ last, startedAt }: Watch): Instant {
  return last?.since ?? startedAt;
}

/**
 * A data loss counts as the start if it was declared for this attempt: not before `not-before`, not after the end. One between the
 * bounds of an end that nothing dates may be of other trouble, and would make the restore look shorter than it was. So would one that
 * was declared while the restore was seen running already: it did not begin with that.
 */
function startOf(
  watch: Watch,
  end: End,
): { readonly at: Instant; readonly source: Duration["fromSource"] } | undefined {
  const { notBefore, toleranceMs } = watch.plan;
  const declared = declaredDataLoss(watch.heard);
  if (declared !== undefined) {
    const at = byOurClock(watch, declared);
    const fits =
      at <= (end.source === "cluster" ? end.most : end.least) &&
      at <= runningSince(watch) + toleranceMs &&
      (notBefore === "any" || at >= notBefore - toleranceMs);
    if (fits) return { at, source: "data-loss" };
  }
  return notBefore === "any" ? undefined : { at: notBefore, source: "not-before" };
}

/** The replica has been told of the data loss by then; `Accepted` comes before. */
const RUNNING: ReadonlySet<string | null> = new Set([
  "RestoreInProgress",
  "SecondariesInProgress",
  "SecondaryInProgress",
]);

/** When the attempt on record was first seen running, by our clock; `Infinity` where it was not. */
function runningSince({ inFlightSince, phases }: Watch): number {
  if (inFlightSince === undefined) return Infinity;
  return phases.find(({ state, firstSeen }) => firstSeen >= inFlightSince && RUNNING.has(state))?.firstSeen ?? Infinity;
}
