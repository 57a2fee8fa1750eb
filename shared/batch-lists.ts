import { GatewayError } from "./cluster-gateway.ts";
import { isHint } from "./fleet/feed.ts";
import type { World } from "./observe-restore.ts";
import { lookDelay } from "./restore/cadence.ts";
import { given } from "./restore/fields.ts";
import { type Instant, later } from "./restore/instant.ts";
import type { PartitionInfo } from "./restore/partition-info.ts";
import type { PartitionId } from "./restore/partition-id.ts";
import { TREATMENT } from "./restore/problem.ts";
import { lastQuestions } from "./restore/success.ts";
import type { Told } from "./restore/witness.ts";
import { AT_ONCE_MS, type BatchMember, resting, type Turn, type Watching } from "./watch-batch.ts";

/*
 * The lists of services for hosts that live for minutes, as `fleet/lists.ts` is for a process: one request tells of a hundred partitions
 * which of them are worth a look. As there, a list is a hint and never a word on which a verdict rests.
 */

/** A service whose list is read for a batch, between two turns, as plain JSON. */
export interface BatchList {
  readonly service: string;
  readonly dueAt: Instant;
  /** How often in a row it was not to be had. */
  readonly failures: number;
}

export interface ListedBatch {
  readonly members: readonly BatchMember[];
  readonly lists: readonly BatchList[];
}

/** With fewer partitions single looks are few enough, and lists would be requests of their own. */
export const LISTS_FROM = 20;
/** A list of one partition tells no more than a look at it, and costs as much. */
const LEAST_PARTITIONS = 2;
/** A list is read whole: where most of it is other batches', looks are cheaper. */
const LEAST_SHARE = 0.5;
/** So many lists in a row without an answer, and its partitions are looked at as if there were none. */
const SILENT_AFTER = 2;

/**
 * The lists worth reading for a batch.
 * @param all whoever is watched with them, in this batch or another
 */
export function listsOf(
  batch: readonly PartitionId[],
  all: readonly PartitionId[],
  serviceOf: Readonly<Record<PartitionId, string>>,
  dueAt: Instant,
): readonly BatchList[] {
  if (all.length < LISTS_FROM) return [];
  const mine = countBy(batch.flatMap((id) => serviceOf[id] ?? []));
  const others = countBy(all.flatMap((id) => serviceOf[id] ?? []));
  return [...mine]
    .filter(([name, count]) => count >= LEAST_PARTITIONS && count >= LEAST_SHARE * (others.get(name) ?? 0))
    .map(([service]) => ({ service, dueAt, failures: 0 }));
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** How many requests the lists that are due now will take. */
export function listsDue(lists: readonly BatchList[], now: Instant): number {
  return lists.filter((list) => isDue(list, now)).length;
}

function isDue({ dueAt }: BatchList, now: Instant): boolean {
  return dueAt <= now + AT_ONCE_MS;
}

/**
 * Reads the lists that are due, before the looks of a turn: what they hint at becomes due, what they show to be at rest waits. Never rejects for
 * anything the cluster does. Whoever is not shown by a list, or whose list is not to be had, is looked at when the heart wants.
 */
export async function readLists(batch: ListedBatch, world: World, turn: Turn): Promise<ListedBatch> {
  const members = [...batch.members];
  const kept: BatchList[] = [];
  const waiting = [...batch.lists];
  const worker = async (): Promise<void> => {
    for (let list = waiting.shift(); list !== undefined; list = waiting.shift()) {
      const next = isDue(list, world.clock.now()) ? await readOne(list, members, world, turn) : list;
      if (next !== undefined) kept.push(next);
    }
  };
  await Promise.all(Array.from({ length: turn.inFlight }, worker));
  return { members, lists: kept };
}

/** The list as it goes on; `undefined` where it is not read again. */
async function readOne(
  list: BatchList,
  members: BatchMember[],
  world: World,
  turn: Turn,
): Promise<BatchList | undefined> {
  const { clock, signal } = world;
  const ofList = (member: BatchMember): member is Watching =>
    member.state === "watching" && member.service === list.service;
  const [one] = members.filter(ofList);
  if (one === undefined) return undefined;
  if (clock.now() >= turn.until || !(await turn.pace(1, signal))) return list;

  const told = await partitionsOf(list.service, world, turn);
  const now = clock.now();
  const change = (after: (member: Watching) => Watching): void => {
    for (const [at, member] of members.entries()) if (ofList(member)) members[at] = after(member);
  };
  const next = later(now, Math.ceil(lookDelay(one.watch.plan.cadence, now - one.watch.startedAt, 0.5)));
  if (told.ok) {
    const shown = new Map(told.value.map((info) => [info.partitionId, info]));
    change((member) => sighted(member, shown.get(member.watch.plan.partitionId), now));
    return { ...list, dueAt: next, failures: 0 };
  }
  const denied = TREATMENT[told.problem.code].treatment === "give-up";
  const failures = list.failures + 1;
  if (denied || failures >= SILENT_AFTER) change((member) => sighted(member, undefined, now));
  return denied ? undefined : { ...list, dueAt: next, failures };
}

async function partitionsOf(
  service: string,
  { gateway, signal }: World,
  { pace, requestTimeoutMs }: Turn,
): Promise<Told<readonly PartitionInfo[]>> {
  const further = async (): Promise<void> => void (await pace(1, signal));
  try {
    return { ok: true, value: await gateway.partitions(service, { budgetMs: requestTimeoutMs, signal, further }) };
  } catch (error) {
    if (error instanceof GatewayError) return { ok: false, problem: error.toProblem() };
    throw error;
  }
}

/** The member after its list was read; `shown` is absent where the list does not have it, or was not to be had. */
function sighted(member: Watching, shown: PartitionInfo | undefined, now: Instant): Watching {
  const { sighting: before, ...rest } = member;
  // One that is gone from its list is looked at when the heart wants, which may be long ago.
  if (shown === undefined) return { ...rest, dueAt: member.hinted === true ? member.dueAt : member.wantedAt };
  const { status, health, dataLossVersion } = shown;
  const sighting = { status, health, ...given("dataLossVersion", dataLossVersion) };
  const hinted = member.hinted === true || isHint(before, sighting, member.watch, member.watch.plan);
  if (!hinted) return resting({ ...rest, sighting });
  // What may have ended is asked at once whatever a success has to answer.
  const ends = status === "Ready" ? lastQuestions(member.watch) : [];
  return { ...rest, sighting, hinted: true, dueAt: now, ask: [...new Set([...member.ask, ...ends])] };
}
