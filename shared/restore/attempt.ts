import type { Instant } from "./instant.ts";
import type { Terminal } from "./restore-progress.ts";
import type { IdentifiedBy } from "./verdict.ts";
import type { Watch } from "./watch.ts";
import { declaredDataLoss } from "./witness.ts";

/**
 * Whose result is it? The API has no operation id and never forgets the last restore, so a terminal state counts only if
 * it is known to belong to an attempt that began at or after `not-before`. Returns the rule that held, or nothing.
 *
 * 1. This run saw the attempt under way, at or after `not-before`. (One seen under way *before* it, for a `not-before`
 *    that lies in the future, is thereby shown to be older, and no date of its end makes up for that.)
 * 2. A `Success` bears a time at or after `not-before`. A time in the future dates nothing: a clock is wrong somewhere, and
 *    last month's result stamped by it must not look fresh. If it is off by a little, it stops being in the future soon.
 * 3. `Failure`, `Timeout` and `Invalid` bear no time, but the partition's last declared data loss does, and every restore
 *    begins with one. So does other trouble: this rule makes a red verdict certain and never lets a `Success` pass.
 */
export function identify(terminal: Terminal, watch: Watch, now: Instant): IdentifiedBy | undefined {
  const { notBefore } = watch.plan;
  if (notBefore === "any") return "any";
  if (watch.inFlightSince !== undefined) {
    if (watch.inFlightSince < notBefore) return undefined;
    if (!watch.doubtful && !isOlderResult(terminal, watch)) return "in-flight";
  }
  if (terminal.state === "Success") {
    return terminal.at !== undefined && isRecent(terminal.at, notBefore, watch, now) ? "timestamp" : undefined;
  }
  const declared = watch.doubtful ? undefined : declaredDataLoss(watch.heard);
  return declared !== undefined && isRecent(declared, notBefore, watch, now) ? "data-loss-version" : undefined;
}

/** A dated result that was on record before the restore was seen under way is not that restore's: something tells old news. */
function isOlderResult(terminal: Terminal, { resultBefore }: Watch): boolean {
  return terminal.state === "Success" && terminal.at !== undefined && terminal.at === resultBefore;
}

/** Whether a time of the cluster's clock lies between `not-before` and now, within the tolerance. */
function isRecent(clusterTime: Instant, notBefore: Instant, { plan, clockSkewMs }: Watch, now: Instant): boolean {
  const at = clusterTime - clockSkewMs;
  return at >= notBefore - plan.toleranceMs && at <= now + plan.toleranceMs;
}
