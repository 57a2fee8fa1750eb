import {
  contentOf,
  internalError,
  type Instant,
  parseInstant,
  parsePartitionId,
  type PartitionResult,
  type RecordContent,
  type Scope,
  type Verdict,
  worstFirst,
  ofRun,
} from "../../shared/index.ts";
import { type Log, tell } from "../events.ts";
import type { Conclusion, Verification } from "../verification.ts";
import type { World } from "../world.ts";
import { commit, readRecord } from "./commit.ts";
import { type Asked, requestOf, requestOfNobody } from "./request-of.ts";
import { forgetState } from "./state.ts";
import { ownerOf, type Task } from "./wire.ts";

/** How a verification came to its end. */
export interface Ending {
  readonly results: readonly PartitionResult[];
  /** Where there are no partitions to have one. */
  readonly otherwise: Verdict;
  readonly skipped: Scope["skipped"];
  readonly warnings: readonly string[];
  /** Records laid aside that hold the evidence, where the record itself does not. */
  readonly batches: RecordContent["batches"];
}

export const NOTHING_SEEN = { results: [], skipped: [], warnings: [], batches: [] } as const;

export function brokenBy(why: string): Ending {
  return { ...NOTHING_SEEN, otherwise: internalError(why) };
}

/**
 * The verification of a task and what it asks for, where there is still something to do. One whose cluster is no longer
 * configured is settled here: nothing more can be done for it.
 */
export async function openVerification(
  world: World,
  task: Task,
  log: Log,
): Promise<(Asked & { readonly verification: Verification }) | undefined> {
  const verification = await world.store.verifications.find(task.id);
  if (verification === undefined || verification.conclusion !== null) return undefined;
  const asked = requestOf(world, verification);
  if (asked !== undefined) return { ...asked, verification };
  await settle(world, verification, brokenBy("Its cluster is no longer configured."), ownerOf(task), log);
  return undefined;
}

/**
 * Puts the end on record. The record is decided once (see `commit`), by whoever comes first: the row and the lists are brought in line
 * with what is on record, by whoever comes by. So a cancellation and a verdict that race are one or the other, everywhere.
 */
export async function settle(
  world: World,
  verification: Verification,
  ending: Ending,
  owner: string,
  log: Log,
): Promise<Verification> {
  await commit(world, verification.id, contentOfEnd(world, verification, ending), log);
  return finish(world, verification.id, owner, log);
}

/** Brings everything in line with the record. May be done twice; `verification.ended` is told at least once. `owner` is who does it. */
export async function finish({ store, clock }: World, id: string, owner: string, log: Log): Promise<Verification> {
  const record = await readRecord(store.records, id);
  if (record === undefined) throw new TypeError(`verification ${id} has no record`);
  const row = await store.verifications.conclude(id, conclusionOf(record));
  if (!(await store.work.claim(id, owner, clock.now()))) return row;
  await store.lists.enlist(
    row,
    record.partitions.flatMap(({ partitionId }) => parsePartitionId(partitionId) ?? []),
  );
  await forgetState(store.state, id);
  tell(log, "verification.ended", {
    id,
    cluster: row.cluster,
    plan: row.plan,
    verdict: record.verdict,
    reason: record.reason,
    partitions: row.partitionCount,
    elapsedSeconds: record.elapsedSeconds,
    looks: record.partitions.reduce((sum, { looks }) => sum + looks, 0),
  });
  await store.work.settled(id);
  return row;
}

/** The record of an end, at this moment. */
export function contentOfEnd(world: World, verification: Verification, ending: Ending): RecordContent {
  const found = requestOf(world, verification);
  const results = ending.results.toSorted((a, b) => worstFirst(a.verdict, b.verdict));
  const [worst] = results;
  const content = contentOf(found?.request ?? requestOfNobody(), {
    startedAt: verification.startedAt,
    endedAt: world.clock.now(),
    notBefore: { at: verification.notBefore, source: verification.notBeforeSource },
    verdict: worst === undefined ? ending.otherwise : ofRun(worst, results.length),
    partitions: results,
    skipped: ending.skipped,
    warnings: ending.warnings,
  });
  const { cluster } = content;
  return {
    ...content,
    verificationId: verification.id,
    cluster: found === undefined ? { ...cluster, endpoints: [] } : cluster,
    batches: ending.batches,
  };
}

function conclusionOf({ verdict: outcome, reason, message, endedAtUtc, partitions }: RecordContent): Conclusion {
  const measured = partitions.flatMap(({ timing }) => (timing === null ? [] : [timing.restoreSeconds]));
  return {
    verdict: outcome,
    reason,
    message,
    endedAt: instantOf(endedAtUtc),
    restoreSeconds: measured.length === 0 ? null : Math.max(...measured),
  };
}

function instantOf(text: string): Instant {
  const at = parseInstant(text);
  if (at === undefined) throw new TypeError("a record without its end");
  return at;
}
