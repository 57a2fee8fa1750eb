import { type Instant, later } from "./instant.ts";
import type { Terminal } from "./restore-progress.ts";
import type { IdentifiedBy } from "./verdict.ts";
import type { Watch } from "./watch.ts";

/**
 * Whose result is it? The API has no operation id and never forgets the last restore, so a terminal state counts only if
 * it is known to belong to an attempt that began at or after `not-before`. Returns the rule that held, or nothing.
 *
 * 1. This run saw the attempt under way, at or after `not-before`. (One seen under way *before* it, for a `not-before`
 *    that lies in the future, is thereby shown to be older.)
 * 2. A `Success` bears a time at or after `not-before`. A time in the future dates nothing: a clock is wrong somewhere, and
 *    last month's result stamped by it must not look fresh. If it is off by a little, it stops being in the future soon.
 */
export function identify(
  terminal: Terminal,
  watch: Watch,
  now: Instant,
  clockSkewMs: number,
): IdentifiedBy | undefined {
  const { notBefore, toleranceMs } = watch.plan;
  if (notBefore === "any") return "any";
  if (watch.inFlightSince !== undefined && watch.inFlightSince >= notBefore) return "in-flight";
  if (terminal.state !== "Success" || terminal.at === undefined) return undefined;
  const at = later(terminal.at, -clockSkewMs);
  return at >= notBefore - toleranceMs && at <= now + toleranceMs ? "timestamp" : undefined;
}
