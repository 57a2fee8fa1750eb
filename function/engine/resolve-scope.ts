import {
  beginMember,
  commonPlan,
  type DrillRequest,
  type ListedBatch,
  listsOf,
  type PartitionId,
  planOfMany,
  type Scope,
  scopeOrVerdict,
  type Verdict,
} from "../../shared/index.ts";
import type { Cluster } from "../cluster.ts";
import { type Log, tell } from "../events.ts";
import { inTurn } from "../in-turn.ts";
import type { Verification } from "../verification.ts";
import type { World } from "../world.ts";
import type { Engine } from "./engine.ts";
import { cadenceFor } from "./past-restores.ts";
import { watchingIn } from "./request-of.ts";
import { NOTHING_SEEN, openVerification, settle } from "./settle.ts";
import { batchesOf, beginBatch, decideScope, readScope, type ScopeDocument } from "./state.ts";
import { type Answer, FINISHED, ownerOf, type Task } from "./wire.ts";

/** Finds the partitions, writes their batches and starts an instance for each further one. */
export async function resolveScope(world: World, engine: Engine, task: Task, log: Log): Promise<Answer> {
  const { id } = task;
  const { store, clock } = world;
  const found = await openVerification(world, task, log);
  if (found === undefined) return FINISHED;
  const { verification } = found;
  let scope = await readScope(store.state, id, 0);
  if (scope === undefined) {
    const resolved = await partitionsNow(world, found.cluster, found.request, verification);
    if ("verdict" in resolved) {
      await settle(world, verification, { ...NOTHING_SEEN, otherwise: resolved }, ownerOf(task), log);
      return FINISHED;
    }
    const { partitionIds, skipped } = resolved;
    const serviceOf = Object.fromEntries(resolved.serviceOf);
    const decided = {
      schema: 1,
      partitionIds,
      skipped,
      serviceOf,
      resolvedAt: clock.now(),
      dice: world.newDice(),
    } as const;
    scope = await decideScope(store.state, id, 0, decided);
  }
  await beginRound(world, engine, verification, found.request, [scope], log);
  return { finished: false, call: "pollRestoreProgress" };
}

/** The partitions of the targets as they are now, or why they cannot be told. */
export function partitionsNow(
  world: World,
  cluster: Cluster,
  { targets, requestTimeoutMs }: DrillRequest,
  { deadline }: Verification,
): Promise<Scope | Verdict> {
  return scopeOrVerdict(targets, watchingIn(world, cluster), deadline, requestTimeoutMs);
}

/** Begins the batches of the last of `scopes`. May be done twice: what is there stays. */
export async function beginRound(
  world: World,
  engine: Engine,
  verification: Verification,
  request: DrillRequest,
  scopes: readonly ScopeDocument[],
  log: Log,
): Promise<void> {
  const { id } = verification;
  const { store } = world;
  const scope = scopes.at(-1);
  if (scope === undefined) throw new TypeError("a round without a scope");
  const [batches, before] = [batchesOf(scopes), batchesOf(scopes.slice(0, -1)).length];
  const fresh = batches.map((ids, batch) => ({ ids, batch })).slice(before);
  const cadence = await cadenceFor(world, verification, request, scope.partitionIds);
  const partitionCount = batches.reduce((sum, { length }) => sum + length, 0);
  await inTurn(fresh, async ({ ids, batch }) => {
    await beginBatch(store.state, id, batch, batchOf(ids, batch, verification, { ...request, cadence }, scope));
  });
  await store.verifications.resolved(id, { batches: batches.length, partitionCount });
  await store.lists.enlist({ ...verification, batches: batches.length, partitionCount }, scope.partitionIds);
  tell(log, "verification.resolved", {
    id,
    cluster: verification.cluster,
    partitions: partitionCount,
    batches: batches.length,
  });
  await inTurn(fresh, async ({ batch }) => {
    if (batch > 0) await engine.start(id, batch);
  });
}

/**
 * Batches are kept apart by their dice, partitions of a batch are not: looks that fall together are one activity, and what jitters apart
 * would be many. As in a run of the Action, a crowd is asked only what its verdicts depend on.
 */
function batchOf(
  ids: readonly PartitionId[],
  batch: number,
  { startedAt, deadline, notBefore }: Verification,
  request: DrillRequest,
  { dice, partitionIds, resolvedAt, serviceOf }: ScopeDocument,
): ListedBatch {
  const plan = planOfMany({ ...commonPlan(request, startedAt, deadline), notBefore }, partitionIds.length);
  const lists = listsOf(ids, partitionIds, serviceOf, resolvedAt);
  const listed = new Set(lists.map(({ service }) => service));
  const members = ids.map((partitionId) => {
    const service = serviceOf[partitionId];
    const its = service !== undefined && listed.has(service) ? service : undefined;
    return beginMember({ ...plan, partitionId }, resolvedAt, (dice + Math.imul(batch, 0x9e3779b1)) >>> 0, its);
  });
  return { members, lists };
}
