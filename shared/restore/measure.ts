import { dataLossDeclaredAt } from "./filetime.ts";
import { earlier, type Instant, later } from "./instant.ts";
import type { Terminal } from "./restore-progress.ts";
import type { Watch } from "./watch.ts";

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

type Success = Extract<Terminal, { state: "Success" }>;

/** `undefined` where there is nothing to count from (`not-before: any`, and no data loss that fits). */
export function measure(watch: Watch, success: Success): Duration | undefined {
  const end = endOf(watch, success);
  const start = startOf(watch, end);
  if (start === undefined) return undefined;
  // Two times of the cluster's clock need no correction; against one of ours the cluster's is corrected.
  const correction = start.source === "not-before" && end.source === "cluster" ? watch.clockSkewMs : 0;
  const between = (to: Instant): number => Math.max(0, to - correction - start.at);
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

interface End {
  readonly least: Instant;
  readonly most: Instant;
  readonly source: "cluster" | "observer";
}

function endOf(watch: Watch, success: Success): End {
  if (success.at !== undefined) return { least: success.at, most: later(success.at, 1_000), source: "cluster" };
  const seen = watch.phases.at(-1)?.firstSeen ?? watch.startedAt;
  const before = watch.phases.at(-2)?.lastSeen ?? watch.startedAt;
  return { least: earlier(before, seen), most: seen, source: "observer" };
}

/** A data loss counts as the start if it was declared for this attempt: not before `not-before`, not after the end. */
function startOf(
  watch: Watch,
  end: End,
): { readonly at: Instant; readonly source: Duration["fromSource"] } | undefined {
  const { notBefore, toleranceMs } = watch.plan;
  const partition = watch.heard.partition;
  const version = partition?.ok === true ? partition.value?.dataLossVersion : undefined;
  const declared = version === undefined ? undefined : dataLossDeclaredAt(version);
  if (declared !== undefined && declared <= end.most) {
    const ours = declared - watch.clockSkewMs;
    if (notBefore === "any" || ours >= notBefore - toleranceMs) return { at: declared, source: "data-loss" };
  }
  return notBefore === "any" ? undefined : { at: notBefore, source: "not-before" };
}
