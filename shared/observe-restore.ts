import type { Clock } from "./clock.ts";
import { type ClusterGateway, GatewayError, type LookBudget, type ProgressAnswer } from "./cluster-gateway.ts";
import { given } from "./restore/fields.ts";
import type { PartitionInfo } from "./restore/partition-info.ts";
import { pointOf, type RestoreProgress } from "./restore/restore-progress.ts";
import type { Observation, WatchPlan } from "./restore/watch.ts";
import { type Question, relevantBackups, type Testimony, type Told } from "./restore/witness.ts";

/** Where a watch happens: the cluster, the time, and what can stop it. */
export interface World {
  readonly gateway: ClusterGateway;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * One look as a value: the progress, and the answers to what the heart asked beside it, all within one budget. Trouble is
 * what the heart must see, so it does not travel as an exception; a defect of ours does.
 */
export async function observeRestore(
  { gateway, clock, signal }: World,
  plan: WatchPlan,
  ask: readonly Question[],
  budgetMs: number,
): Promise<Observation> {
  if (signal.aborted) return stopped(signal);
  const until = clock.now() + budgetMs;
  try {
    const answer = await gateway.restoreProgress(plan.partitionId, { budgetMs, signal });
    if (ask.length === 0) return { kind: "progress", ...answer };
    const answeredAt = clock.now();
    const look: LookBudget = { budgetMs: Math.max(1, until - answeredAt), signal };
    const testimony = await hear(gateway, plan, answer.progress, ask, look);
    return { kind: "progress", ...answer, ...agedBy(clock.now() - answeredAt, answer), testimony };
  } catch (error) {
    if (signal.aborted) return stopped(signal);
    if (error instanceof GatewayError)
      return { kind: "unavailable", problem: error.toProblem(), ...given("raw", error.raw) };
    throw error;
  }
}

/**
 * The observation with what was asked about its partition after it, `ms` later. By so much the answer has aged: to say less would
 * make it younger than it is.
 */
export function withPartition(
  observation: Extract<Observation, { kind: "progress" }>,
  partition: Told<PartitionInfo | null>,
  ms: number,
): Observation {
  return { ...observation, ...agedBy(ms, observation), testimony: { ...observation.testimony, partition } };
}

type Clocks = Pick<ProgressAnswer, "clockSkewMs" | "clockSlackMs">;

/**
 * The skew is taken for that at the end of the look: what the other questions took must not make the answer younger. Nor does it make a clock that
 * is ahead less so, and an old result by it fresh: what is taken off the skew may as well be on it. Whole seconds, so that equal looks are equal.
 */
function agedBy(ms: number, { clockSkewMs, clockSlackMs = 0 }: Clocks): Clocks {
  if (clockSkewMs === undefined || ms <= UNAGED_MS) return {};
  const agedMs = Math.ceil(ms / 1_000) * 1_000;
  return { clockSkewMs: clockSkewMs - agedMs, clockSlackMs: clockSlackMs + agedMs };
}

const UNAGED_MS = 1_000;

async function hear(
  gateway: ClusterGateway,
  plan: WatchPlan,
  progress: RestoreProgress | null,
  ask: readonly Question[],
  look: LookBudget,
): Promise<Testimony> {
  const { partitionId, expectedBackupId } = plan;
  const point = pointOf(progress);
  const asked = async <T>(question: Question, call: () => Promise<T>): Promise<Told<T> | undefined> =>
    ask.includes(question) ? told(call) : undefined;
  const [partition, healthEvent, backups] = await Promise.all([
    asked("partition", () => gateway.partitionInfo(partitionId, look)),
    asked("health-event", () => gateway.restoreHealthEvent(partitionId, look)),
    asked("backups", async () => relevantBackups(await gateway.backups(partitionId, look), expectedBackupId, point)),
  ]);
  return {
    ...given("partition", partition),
    ...given("healthEvent", healthEvent),
    ...given("backups", backups),
  };
}

async function told<T>(call: () => Promise<T>): Promise<Told<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    return { ok: false, problem: error.toProblem() };
  }
}

function stopped(signal: AbortSignal): Observation {
  const reason: unknown = signal.reason;
  return { kind: "cancelled", why: typeof reason === "string" ? reason : "the caller" };
}
