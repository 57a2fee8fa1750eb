import { parseDrillRequest, type DrillRequest, type RawInputs } from "../shared/drill-request.ts";
import type { Instant } from "../shared/restore/instant.ts";
import type { WatchPlan } from "../shared/restore/watch.ts";
import type { DrillResult, PartitionResult } from "../shared/verify-restore.ts";
import { afterStart, concluded, type Look, PARTITION, play, START, sure } from "./restore/scenes.ts";

/* What records are made of: a request, and results that the heart itself came to. */

export function requested(raw: RawInputs = {}): DrillRequest {
  const parsed = parseDrillRequest({
    "cluster-endpoint": "https://one.example:19080, https://two.example",
    "partition-id": PARTITION,
    ...raw,
  });
  if (!parsed.ok) throw new Error("the test itself is wrong");
  return parsed.request;
}

/** The end that the heart itself comes to, from what was seen. */
export function ended(plan: WatchPlan, ...looks: readonly [Look, ...Look[]]): PartitionResult {
  const step = play(plan, ...looks);
  const [endedMs] = sure(looks.at(-1));
  return { partitionId: PARTITION, endedAt: afterStart(endedMs), verdict: concluded(step), watch: step.watch };
}

export function resultOf(
  first: PartitionResult,
  others: readonly PartitionResult[] = [],
  from: Instant | "any" = START,
): DrillResult {
  return {
    startedAt: START,
    endedAt: first.endedAt,
    verdict: first.verdict,
    notBefore: { at: from, source: from === "any" ? "switched off" : "step" },
    partitions: [first, ...others],
    skipped: [],
    warnings: [],
  };
}
