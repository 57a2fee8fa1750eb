import type { Recorder } from "./drill-event.ts";
import type { DrillRequest } from "./drill-request.ts";
import { internalError } from "./look.ts";
import type { World } from "./observe-restore.ts";
import { isExplicit, type Scope, scopeOrVerdict } from "./resolve-scope.ts";
import type { Dice } from "./restore/dice.ts";
import { openPace, type Pace, paying } from "./fleet/pace.ts";
import type { PartitionResult } from "./fleet/fleet.ts";
import { placed } from "./fleet/place.ts";
import { watchFleet } from "./fleet/watch-fleet.ts";
import { given } from "./restore/fields.ts";
import { type Instant, later } from "./restore/instant.ts";
import type { PartitionId } from "./restore/partition-id.ts";
import { type Verdict, worstFirst } from "./restore/verdict.ts";
import type { WatchPlan } from "./restore/watch.ts";

export type { PartitionResult } from "./fleet/fleet.ts";

/** A finished verification. */
export interface DrillResult {
  readonly startedAt: Instant;
  readonly endedAt: Instant;
  /** The worst partition's; or why there is none. */
  readonly verdict: Verdict;
  readonly notBefore: { readonly at: Instant | "any"; readonly source: string };
  /** Worst first; empty where the targets came to nothing. */
  readonly partitions: readonly PartitionResult[];
  readonly skipped: Scope["skipped"];
  readonly warnings: readonly string[];
}

/** The result of a run that our own defect ended. `source` says what `startedAt` is the start of. */
export function brokenRun(error: unknown, startedAt: Instant, endedAt: Instant, source: string): DrillResult {
  const notBefore = { at: startedAt, source };
  return { startedAt, endedAt, notBefore, verdict: internalError(error), partitions: [], skipped: [], warnings: [] };
}

/** What differs from run to run and is not asked of the user. */
export interface DrillSeed {
  /** What `not-before: auto` stands for, and how it was found. */
  readonly autoNotBefore: { readonly at: Instant; readonly source: string };
  readonly dice: Dice;
  /** From how many partitions on their services' lists are read, to know where a look is worth while; 20 unless said. */
  readonly listsFrom?: number;
}

/** Below that, single looks are few enough, and lists would be requests of their own. */
const LISTS_FROM = 20;
/** Above that, the witnesses on which no verdict depends are not asked: the budget is for verdicts. */
const CORROBORATED_UP_TO = 100;

/** Watches every partition of the targets to its end. Never rejects for anything the cluster or the network does. */
export async function verifyRestore(
  request: DrillRequest,
  world: World,
  seed: DrillSeed,
  record: Recorder,
): Promise<DrillResult> {
  const startedAt = world.clock.now();
  const notBefore = resolveNotBefore(request, seed);
  const deadline = later(startedAt, request.timeoutMs);
  const pace = openPace(request.maxRequestsPerSecond, world.clock);
  const scope = await scoped(request, world, deadline, pace);
  const ended = (partial: Pick<DrillResult, "verdict" | "partitions" | "skipped" | "warnings">): DrillResult => ({
    startedAt,
    endedAt: world.clock.now(),
    notBefore,
    ...partial,
  });
  if ("verdict" in scope) return ended({ verdict: scope, partitions: [], skipped: [], warnings: [] });

  const plan: Omit<WatchPlan, "partitionId"> = { ...commonPlan(request, startedAt, deadline), notBefore: notBefore.at };
  const watched = await watchAll(request, scope, plan, world, { ...seed, pace }, record);
  const partitions = watched.results.toSorted((a, b) => worstFirst(a.verdict, b.verdict));
  const [worst] = partitions;
  if (worst === undefined) throw new TypeError("a verification without partitions has no verdict");
  return ended({
    verdict: ofRun(worst, partitions.length),
    partitions,
    skipped: scope.skipped,
    warnings: watched.warnings,
  });
}

function scoped(
  { targets, requestTimeoutMs }: DrillRequest,
  world: World,
  deadline: Instant,
  pace: Pace,
): Promise<Scope | Verdict> {
  const gateway = paying(world.gateway, (signal) => pace.one(signal));
  return scopeOrVerdict(targets, { ...world, gateway }, deadline, requestTimeoutMs);
}

/** What the watches of a verification have in common. */
export function commonPlan(
  request: DrillRequest,
  startedAt: Instant,
  deadline: Instant,
): Omit<WatchPlan, "partitionId" | "notBefore"> {
  return {
    toleranceMs: request.toleranceMs,
    startBy: later(startedAt, request.startTimeoutMs),
    deadline,
    cadence: request.cadence,
    healthCheck: request.healthCheck,
    ...given("expectedBackupId", request.expectedBackupId ?? undefined),
    ...given("rtoMs", request.rtoMs ?? undefined),
    ...given("rpoMs", request.rpoMs ?? undefined),
  };
}

interface Watched {
  readonly results: readonly PartitionResult[];
  readonly warnings: readonly string[];
}

/**
 * Watches the scope; then looks whether partitions have appeared in it meanwhile, and watches those too, until there are no
 * new ones or the deadline has come. A partition that vanishes ends its own watch as `partition-not-found`.
 */
async function watchAll(
  request: DrillRequest,
  scope: Scope,
  plan: Omit<WatchPlan, "partitionId">,
  world: World,
  { dice, listsFrom = LISTS_FROM, pace }: DrillSeed & { readonly pace: Pace },
  record: Recorder,
): Promise<Watched> {
  const { requestTimeoutMs, targets } = request;
  const known = new Set<PartitionId>();
  const results: PartitionResult[] = [];
  const warnings: string[] = [];
  let { services, serviceOf } = scope;
  for (let fresh = scope.partitionIds; fresh.length > 0;) {
    for (const id of fresh) known.add(id);
    const placing = { ...world, gateway: paying(world.gateway, (stop) => pace.one(stop)) };
    const lists =
      fresh.length >= listsFrom ? await placed(fresh, services, placing, plan.deadline, requestTimeoutMs) : [];
    const options = { requestTimeoutMs, dice: dice + results.length, pace, services: lists };
    const ofCrowd = fresh.length > CORROBORATED_UP_TO ? { ...plan, corroborate: false as const } : plan;
    const watched = await watchFleet(fresh, ofCrowd, world, options, record);
    results.push(...watched.map((one) => ({ ...one, ...given("serviceName", serviceOf.get(one.partitionId)) })));
    if (isExplicit(targets) || world.signal.aborted || world.clock.now() >= plan.deadline) break;
    const now = await scoped(request, world, plan.deadline, pace);
    if ("verdict" in now) {
      warnings.push(`Whether partitions appeared meanwhile could not be seen. ${now.message}`);
      break;
    }
    ({ services, serviceOf } = now);
    fresh = now.partitionIds.filter((id) => !known.has(id));
    if (fresh.length > 0) warnings.push(`Appeared while watching, and watched too: ${fresh.join(", ")}.`);
  }
  return { results, warnings };
}

function resolveNotBefore(request: DrillRequest, seed: DrillSeed): DrillResult["notBefore"] {
  if (request.notBefore === "auto") return seed.autoNotBefore;
  return { at: request.notBefore, source: request.notBefore === "any" ? "switched off" : "input" };
}

/** The verdict of a run is its worst partition's. */
export function ofRun(worst: PartitionResult, count: number): Verdict {
  if (count === 1) return worst.verdict;
  return { ...worst.verdict, message: `${worst.partitionId}: ${worst.verdict.message}` };
}
