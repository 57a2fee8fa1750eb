import type { DrillRequest } from "./drill-request.ts";
import type { Recorder } from "./drill-event.ts";
import { draw, type Dice } from "./restore/dice.ts";
import { given } from "./restore/fields.ts";
import { type Instant, later } from "./restore/instant.ts";
import type { PartitionId } from "./restore/partition-id.ts";
import { type Verdict, worstFirst } from "./restore/verdict.ts";
import type { Watch, WatchPlan } from "./restore/watch.ts";
import type { World } from "./observe-restore.ts";
import { watchRestore } from "./watch-restore.ts";

export interface PartitionResult {
  readonly partitionId: PartitionId;
  readonly endedAt: Instant;
  readonly verdict: Verdict;
  readonly watch: Watch;
}

/** A finished verification; `partitions` worst first. */
export interface DrillResult {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** The worst partition's. */
  readonly verdict: Verdict;
  readonly notBefore: { readonly at: Instant | "any"; readonly source: string };
  readonly partitions: readonly [PartitionResult, ...PartitionResult[]];
}

/** What differs from run to run and is not asked of the user. */
export interface DrillSeed {
  /** What `not-before: auto` stands for, and how it was found (`step`, ...). */
  readonly autoNotBefore: { readonly at: Instant; readonly source: string };
  readonly dice: Dice;
}

/** Watches every partition of the request to its end. Never rejects for anything the cluster or the network does. */
export async function verifyRestore(
  request: DrillRequest,
  world: World,
  seed: DrillSeed,
  record: Recorder,
): Promise<DrillResult> {
  const startedAt = world.clock.now();
  const notBefore = resolveNotBefore(request, seed);
  const common = {
    notBefore: notBefore.at,
    toleranceMs: request.toleranceMs,
    startBy: later(startedAt, request.startTimeoutMs),
    deadline: later(startedAt, request.timeoutMs),
    cadence: request.cadence,
    healthCheck: request.healthCheck,
    ...given("expectedBackupId", request.expectedBackupId ?? undefined),
    ...given("rtoMs", request.rtoMs ?? undefined),
    ...given("rpoMs", request.rpoMs ?? undefined),
  };
  let dice = seed.dice;
  const watches = request.partitionIds.map((partitionId) => {
    ({ dice } = draw(dice));
    return follow({ ...common, partitionId }, request, world, dice, record);
  });
  const [worst, ...others] = (await Promise.all(watches)).toSorted((a, b) => worstFirst(a.verdict, b.verdict));
  if (worst === undefined) throw new TypeError("a verification without partitions has no verdict");
  return {
    startedAt,
    endedAt: world.clock.now(),
    verdict: ofRun(worst, others.length + 1),
    notBefore,
    partitions: [worst, ...others],
  };
}

async function follow(
  plan: WatchPlan,
  request: DrillRequest,
  world: World,
  dice: Dice,
  record: Recorder,
): Promise<PartitionResult> {
  for await (const event of watchRestore(plan, world, { requestTimeoutMs: request.requestTimeoutMs, dice })) {
    record(event);
    if (event.type === "concluded") {
      return { partitionId: plan.partitionId, endedAt: event.at, verdict: event.verdict, watch: event.watch };
    }
  }
  throw new TypeError("a watch ended without a conclusion");
}

function resolveNotBefore(request: DrillRequest, seed: DrillSeed): DrillResult["notBefore"] {
  if (request.notBefore === "auto") return seed.autoNotBefore;
  return { at: request.notBefore, source: request.notBefore === "any" ? "switched off" : "input" };
}

function ofRun(worst: PartitionResult, count: number): Verdict {
  if (count === 1) return worst.verdict;
  return { ...worst.verdict, message: `${worst.partitionId}: ${worst.verdict.message}` };
}
