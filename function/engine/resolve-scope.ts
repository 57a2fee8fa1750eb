import {
  type BatchMember,
  beginMember,
  commonPlan,
  type DrillRequest,
  type PartitionId,
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
import { budgetedLists } from "./budgeted-lists.ts";
import { enlistOpen } from "./enlist-open.ts";
import { NOTHING_SEEN, openVerification, settle } from "./settle.ts";
import { batchesOf, beginBatch, decideScope, forgetState, readScope, type ScopeDocument } from "./state.ts";
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
export async function partitionsNow(
  world: World,
  cluster: Cluster,
  { targets, requestTimeoutMs }: DrillRequest,
  { id, deadline }: Verification,
): Promise<Scope | Verdict> {
  const lists = budgetedLists(world, cluster, id, requestTimeoutMs);
  const found = await scopeOrVerdict(targets, lists.watching, deadline, requestTimeoutMs);
  await lists.leave();
  return found;
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
  await inTurn(fresh, async ({ ids, batch }) => {
    await beginBatch(store.state, id, batch, membersOf(ids, batch, verification, request, scope));
  });
  const partitionCount = batches.reduce((sum, { length }) => sum + length, 0);
  await store.verifications.resolved(id, { batches: batches.length, partitionCount });
  if (!(await enlistOpen(store, { ...verification, batches: batches.length, partitionCount }, scope.partitionIds))) {
    // It was settled while this came late with its batches, and nobody else will clear them away.
    await forgetState(store.state, id);
    return;
  }
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
 * would be many.
 */
export function membersOf(
  ids: readonly PartitionId[],
  batch: number,
  { startedAt, deadline, notBefore }: Verification,
  request: DrillRequest,
  { resolvedAt, dice }: ScopeDocument,
): readonly BatchMember[] {
  const plan = { ...commonPlan(request, startedAt, deadline), notBefore };
  return ids.map((partitionId) =>
    beginMember({ ...plan, partitionId }, resolvedAt, (dice + Math.imul(batch, 0x9e3779b1)) >>> 0),
  );
}
