import {
  type BatchMember,
  callOff,
  formatInstant,
  given,
  isExplicit,
  type PartitionId,
  type PartitionResult,
  seal,
  verdict,
} from "../../shared/index.ts";
import type { Log } from "../events.ts";
import type { Verification } from "../verification.ts";
import type { World } from "../world.ts";
import type { Engine } from "./engine.ts";
import { requestOf } from "./request-of.ts";
import { batchOf, beginRound, partitionsNow } from "./resolve-scope.ts";
import { batchRecordPath } from "./commit.ts";
import { brokenBy, contentOfEnd, type Ending, finish, settle } from "./settle.ts";
import { BATCH, batchesOf, decideScope, readBatch, readScopes, type ScopeDocument, stage } from "./state.ts";
import { type Answer, FINISHED, ownerOf, type Task } from "./wire.ts";

/**
 * Puts a batch's end on record; the last batch to end concludes the verification, unless partitions have appeared meanwhile, which
 * are then watched too. May be done twice and by several at once.
 */
export async function recordVerification(world: World, engine: Engine, task: Task, log: Log): Promise<Answer> {
  const { id, batch } = task;
  const { store, clock } = world;
  const verification = await store.verifications.find(id);
  if (verification === undefined) return FINISHED;
  if (verification.conclusion !== null) {
    if (await store.work.claim(id, ownerOf(task), clock.now())) await finish(world, id, ownerOf(task), log);
    return FINISHED;
  }
  const kept = await readBatch(store.state, id, batch);
  if (kept === undefined) return { finished: false, call: "resolveScope" };
  const results = resultsOf(kept.document.members);
  if (results.length < kept.document.members.length) return { finished: false, call: "pollRestoreProgress" };

  await store.verifications.batchEnded(id, batch);
  const [scopes, ended] = await Promise.all([readScopes(store.state, id), store.verifications.endedBatches(id)]);
  if (!batchesOf(scopes).every((_, at) => ended.has(at))) return FINISHED;
  const closed = await closeScope(world, engine, verification, scopes, log);
  if (closed === undefined) return FINISHED;
  await settle(world, verification, await endingOf(world, verification, closed), ownerOf(task), log);
  return FINISHED;
}

/**
 * All rounds, once there is nothing more to watch; `undefined` where there is, and it has been begun. As the Action does: services and
 * applications are listed again at the end, because a partition nobody watched is one nobody verified.
 */
async function closeScope(
  world: World,
  engine: Engine,
  verification: Verification,
  scopes: readonly ScopeDocument[],
  log: Log,
): Promise<readonly ScopeDocument[] | undefined> {
  const { store, clock } = world;
  const found = requestOf(world, verification);
  const closed = scopes.length > 1 && scopes.at(-1)?.partitionIds.length === 0;
  if (closed || found === undefined || isExplicit(found.request.targets)) return scopes;
  if (clock.now() >= verification.deadline) return scopes;
  const now = await partitionsNow(world, found.cluster, found.request, verification);
  const known = new Set(scopes.flatMap(({ partitionIds }) => partitionIds));
  const common = { schema: 1, resolvedAt: clock.now(), dice: world.newDice(), skipped: [] } as const;
  const scope = await decideScope(
    store.state,
    verification.id,
    scopes.length,
    "verdict" in now
      ? {
          ...common,
          partitionIds: [],
          serviceOf: {},
          warning: `Whether partitions appeared meanwhile could not be seen. ${now.message}`,
        }
      : {
          ...common,
          ...appeared(now.partitionIds.filter((id) => !known.has(id))),
          serviceOf: Object.fromEntries(now.serviceOf),
        },
  );
  const all = [...scopes, scope];
  if (scope.partitionIds.length === 0) return all;
  await beginRound(world, engine, verification, found.request, all, log);
  return undefined;
}

function appeared(partitionIds: ScopeDocument["partitionIds"]): Pick<ScopeDocument, "partitionIds" | "warning"> {
  if (partitionIds.length === 0) return { partitionIds };
  return { partitionIds, warning: `Appeared while watching, and watched too: ${partitionIds.join(", ")}.` };
}

async function endingOf(world: World, verification: Verification, scopes: readonly ScopeDocument[]): Promise<Ending> {
  return {
    ...brokenBy("It had no partitions."),
    ...(await collect(world, verification, scopes, (members) => members)),
    skipped: scopes.flatMap(({ skipped }) => skipped),
    warnings: scopes.flatMap(({ warning }) => warning ?? []),
  };
}

/** How it stands if it is called off now: what has concluded keeps its verdict, all else is `cancelled`. */
export async function endingIfCalledOff(world: World, verification: Verification, why: string): Promise<Ending> {
  const scopes = await readScopes(world.store.state, verification.id);
  const now = world.clock.now();
  const found = requestOf(world, verification);
  /** Of a batch that nobody has begun yet. */
  const begun: BeginBatch = (ids, batch) => {
    const scope = scopes.at(-1);
    return scope === undefined || found === undefined
      ? []
      : batchOf(ids, batch, verification, found.request, scope).members;
  };
  const message = `Stopped by ${why} at ${formatInstant(now)}, before the partitions were known.`;
  return {
    ...(await collect(world, verification, scopes, (members) => members.map((one) => callOff(one, why, now)), begun)),
    otherwise: verdict("cancelled", message),
    skipped: scopes.flatMap(({ skipped }) => skipped),
    warnings: scopes.flatMap(({ warning }) => warning ?? []),
  };
}

type BeginBatch = (ids: readonly PartitionId[], batch: number) => readonly BatchMember[];

/**
 * The results of all batches. Ten thousand partitions with all that was seen of them are no document: beyond one batch the evidence goes
 * into a record of each batch, which is laid aside: it becomes one together with the record that names its digest.
 */
async function collect(
  world: World,
  verification: Verification,
  scopes: readonly ScopeDocument[],
  end: (members: readonly BatchMember[]) => readonly BatchMember[],
  begin: BeginBatch = () => [],
): Promise<Pick<Ending, "results" | "batches">> {
  const { state } = world.store;
  const batches = batchesOf(scopes);
  const many = batches.flat().length > BATCH;
  const serviceOf = new Map(scopes.flatMap((scope) => Object.entries(scope.serviceOf)));
  const all: PartitionResult[] = [];
  const named: { readonly name: string; readonly sha256: string }[] = [];
  for (const [batch, ids] of batches.entries()) {
    const kept = await readBatch(state, verification.id, batch);
    const results = resultsOf(end(kept?.document.members ?? begin(ids, batch))).map((result) => ({
      ...result,
      ...given("serviceName", serviceOf.get(result.partitionId)),
    }));
    // A partition that is missing here would be one nobody verified.
    if (results.length < ids.length)
      throw new TypeError(`batch ${batch} of verification ${verification.id} is not whole`);
    if (many) {
      const content = contentOfEnd(world, verification, { ...brokenBy("A batch without partitions."), results });
      const sha256 = await stage(state, verification.id, seal(content, null));
      named.push({ name: batchRecordPath(verification.id, batch), sha256 });
    }
    all.push(...(many ? results.map(withoutEvidence) : results));
  }
  return { results: all, batches: named };
}

function withoutEvidence(result: PartitionResult): PartitionResult {
  const { watch } = result;
  return { ...result, watch: { ...watch, evidence: [], evidenceDropped: watch.looks } };
}

function resultsOf(members: readonly BatchMember[]): readonly PartitionResult[] {
  return members.flatMap((member) => {
    if (member.state !== "concluded") return [];
    const { endedAt, watch } = member;
    return [{ partitionId: watch.plan.partitionId, endedAt, verdict: member.verdict, watch }];
  });
}
