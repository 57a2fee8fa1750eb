import type { Instant } from "./instant.ts";
import type { Terminal } from "./restore-progress.ts";
import type { IdentifiedBy } from "./verdict.ts";
import { DATE_RESOLUTION_MS, type Watch } from "./watch.ts";
import { declaredDataLoss } from "./witness.ts";

/**
 * Whose result is it? The API has no operation id and never forgets the last restore, so a terminal state counts only if
 * it is known to belong to an attempt that began at or after `not-before`. Returns the rule that held, or nothing.
 *
 * 1. This run saw the attempt under way, at or after `not-before`, and this is its end. (One seen under way *before* it, for a
 *    `not-before` that lies in the future, is thereby shown to be older, and no date of its end makes up for that.)
 * 2. A `Success` bears a time at or after `not-before`. A time in the future dates nothing: a clock is wrong somewhere, and
 *    last month's result stamped by it must not look fresh. If it is off by a little, it stops being in the future soon.
 *    Nor does one that the health store contradicts, which has its own clock: it had word of that very success before `not-before`.
 * 3. `Failure`, `Timeout` and `Invalid` bear no time, but the partition's last declared data loss does, and every restore
 *    begins with one. So does other trouble: this rule makes a red verdict certain and never lets a `Success` pass. The result must
 *    have been read after the data loss was: a restore may begin between the two questions of one look, and what was read
 *    before it is an older one's.
 *
 * All of it goes by the dates of the cluster's answers. A clock that is ahead is corrected, since it makes old results look fresh.
 * One that is behind is not: an answer of an hour ago, out of a cache that does not say so, looks exactly the same.
 */
export function identify(terminal: Terminal, watch: Watch, now: Instant): IdentifiedBy | undefined {
  const { notBefore } = watch.plan;
  if (notBefore === "any") return "any";
  if (watch.inFlightSince !== undefined) {
    if (watch.inFlightSince < notBefore) return undefined;
    if (wasUnderWay(watch, notBefore) && isItsEnd(terminal, watch, now)) return "in-flight";
  }
  if (terminal.state === "Success") {
    const { at } = terminal;
    return at !== undefined && isRecent(at, notBefore, watch, now) && storedBefore(watch, at) === undefined
      ? "timestamp"
      : undefined;
  }
  return isDatedByDataLoss(watch, notBefore, now) && !isReadTooEarly(watch) ? "data-loss-version" : undefined;
}

/** Whether rule 3 would hold, had the result been read after the data loss: one more look tells. */
export function awaitsRereading(terminal: Terminal, watch: Watch, now: Instant): boolean {
  const { notBefore } = watch.plan;
  if (terminal.state === "Success" || notBefore === "any") return false;
  return isDatedByDataLoss(watch, notBefore, now) && isReadTooEarly(watch);
}

function isDatedByDataLoss(watch: Watch, notBefore: Instant, now: Instant): boolean {
  const dates = [declaredDataLoss(watch.heard), watch.last?.dated];
  return dates.every((at) => at !== undefined && isRecent(at, notBefore, watch, now));
}

function isReadTooEarly({ dataLossHeard, last }: Watch): boolean {
  return dataLossHeard === undefined || last === undefined || last.at <= dataLossHeard;
}

/** Whether the attempt on record was under way at or after `not-before`, by our clock and by the dates of the answers. */
export function wasUnderWay(watch: Watch, notBefore: Instant): boolean {
  const { inFlightSince, lastInFlight, plan } = watch;
  if (inFlightSince === undefined || lastInFlight === undefined || inFlightSince < notBefore) return false;
  return lastInFlight - watch.aheadMs >= notBefore - plan.toleranceMs;
}

/**
 * Whether a result can be the end of what was under way: it is dated after that, and not in the future, or else it was told after
 * that. A date that was on record before is an older restore's, wherever it comes from. A success without a date must have been
 * told later beyond doubt: then one more look is taken.
 */
function isItsEnd(terminal: Terminal, watch: Watch, now: Instant): boolean {
  const { lastInFlight = now, last, plan, resultBefore } = watch;
  const told = last?.dated ?? now;
  if (terminal.state !== "Success") return told >= lastInFlight - DATE_RESOLUTION_MS;
  const { at } = terminal;
  if (at === undefined) return told >= lastInFlight + DATE_RESOLUTION_MS;
  return at !== resultBefore && at >= lastInFlight - plan.toleranceMs && at - watch.aheadMs <= now + plan.toleranceMs;
}

/** Whether a time of the cluster's clock lies between `not-before` and now, within the tolerance. */
function isRecent(clusterTime: Instant, notBefore: Instant, watch: Watch, now: Instant): boolean {
  const at = clusterTime - watch.aheadMs;
  return at >= notBefore - watch.plan.toleranceMs && at <= now + watch.plan.toleranceMs;
}

/**
 * When the health store had word of the success of that date, where that was before `not-before`. The date and the event's own time are
 * of the replica's clock, the `Date` header is of a gateway's: that the replica's is ahead shows nowhere else.
 */
export function storedBefore({ heard, plan, aheadMs }: Watch, success: Instant): Instant | undefined {
  const event = heard.healthEvent?.ok === true ? heard.healthEvent.value : null;
  if (event?.storedAt === undefined || plan.notBefore === "any") return undefined;
  if (Math.abs(event.at - success) > plan.toleranceMs) return undefined;
  return event.storedAt - aheadMs < plan.notBefore - plan.toleranceMs ? event.storedAt : undefined;
}
