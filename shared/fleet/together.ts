import { GatewayError } from "../cluster-gateway.ts";
import { taken, takeLook } from "../look.ts";
import { withPartition } from "../observe-restore.ts";
import { later } from "../restore/instant.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import { isHealthy, type PartitionInfo } from "../restore/partition-info.ts";
import type { Problem } from "../restore/problem.ts";
import { isTerminal } from "../restore/restore-progress.ts";
import { answerBy, type Observation } from "../restore/watch.ts";
import type { Told } from "../restore/witness.ts";
import { isOpen, isTrouble, type Wish } from "./budget.ts";
import { type Feed, type Fleet, HINT_MS, type Parked } from "./fleet.ts";
import { land } from "./land.ts";
import { metByOne, outcomeOf } from "./outcome.ts";
import { openPurse, paying } from "./pace.ts";

/*
 * That a partition is well is asked once per service instead of once per partition. The partitions whose restores a list has shown
 * to be over are looked at one by one; a look that has read a success waits, and one list that is read *after* all of those successes
 * confirms all of them. It is the word of the same witness (the failover manager and the health store) as a request for each would
 * bring, and no older. Any other word of a list is none: then the partition itself is asked.
 */

/** So long a result waits for others of its service before the list is read. */
const PARKED_MS = 2_000;

/** Whether the next list is to answer for a partition: it stands in one, and there are enough to ask to make it worth its requests. */
export function isShared(feed: Feed | undefined, key: number): boolean {
  if (feed === undefined || feed.failures > 0) return false;
  const others = feed.asking.size - (feed.asking.has(key) ? 1 : 0);
  return 1 + others + feed.outstanding + feed.parked.length > feed.pages;
}

/** Only a result is judged by what its partition says. */
export function awaitsPartition(observation: Observation | undefined): observation is Parked["observation"] {
  return observation?.kind === "progress" && observation.progress !== null && isTerminal(observation.progress);
}

/**
 * A success waits for the list. Of what failed the list may tell too little, and what bears no date ended when we knew of it: their partitions are
 * asked at once.
 */
export async function park(fleet: Fleet, feed: Feed, one: Parked): Promise<void> {
  const { progress } = one.observation;
  if (progress?.state === "Success" && progress.at !== undefined) feed.parked.push(one);
  else await answerParked(fleet, feed, [one], undefined);
}

/** Puts the list on the agenda that those who are parked wait for: after the looks that are due with them, but not for long. */
export async function wantList(fleet: Fleet, feed: Feed): Promise<void> {
  const [first] = feed.parked;
  if (first === undefined || feed.reading) return;
  if (feed.failures > 0) return answerParked(fleet, feed, feed.parked.splice(0), undefined);
  const now = fleet.world.clock.now();
  const isLate = now - first.at >= PARKED_MS;
  if (feed.outstanding > 0 && !isLate) return;
  const { due, last } = feed.parked.reduce((a, b) => (b.last || b.due > a.due ? b : a));
  fleet.agenda.put({ key: feed.key, due: isLate ? later(first.due, -1) : due, intervalMs: HINT_MS, last });
  fleet.alarm.wake(now);
}

/**
 * Those that the list calls well are confirmed by it. Of all others the partition itself is asked, and of all where there is no
 * list; only trouble of the gateway's own they would meet alone as well, and it is borne alike.
 */
export async function answerParked(
  fleet: Fleet,
  feed: Feed,
  all: readonly Parked[],
  told: Told<readonly PartitionInfo[]> | undefined,
): Promise<void> {
  const confirmed = confirmedBy(told?.ok === true ? told.value : []);
  const trouble = told?.ok === false && isTrouble(told.problem) ? told : undefined;
  for (const one of all) {
    const value = confirmed.get(one.watch.plan.partitionId);
    const answer = value !== undefined ? { ok: true as const, value } : one.last ? undefined : trouble;
    if (answer === undefined) feed.alone.push(one);
    else unpark(fleet, one, answer);
  }
  await Promise.all(
    Array.from({ length: Math.min(ALONE_AT_ONCE, feed.alone.length) }, () => askEachAlone(fleet, feed)),
  );
}

/** Those a list calls well. One that stands in it twice is well if it is so each time. */
function confirmedBy(listed: readonly PartitionInfo[]): ReadonlyMap<PartitionId, PartitionInfo> {
  const confirmed = new Map(listed.filter(confirms).map((info) => [info.partitionId, info]));
  for (const info of listed) if (!confirms(info)) confirmed.delete(info.partitionId);
  return confirmed;
}

/** Objectives count from the data loss, so a list that does not tell it says too little. */
function confirms(info: PartitionInfo): boolean {
  return info.stateful && isHealthy(info) && info.dataLossVersion !== undefined;
}

/** While only trials get through they are not kept waiting for one. */
export function letParkedGo(fleet: Fleet, problem: Problem): void {
  for (const feed of fleet.feeds) {
    for (const one of allOf(feed)) unpark(fleet, one, { ok: false, problem });
  }
}

/** Told to stop: what was read of a result that has not been confirmed counts for nothing. */
export async function callParkedOff(fleet: Fleet): Promise<void> {
  for (const feed of fleet.feeds) {
    for (const one of allOf(feed)) await callOne(fleet, one);
  }
}

function allOf({ parked, alone }: Feed): readonly Parked[] {
  return [...parked.splice(0), ...alone.splice(0)];
}

export async function callOne(fleet: Fleet, { key, watch }: Parked): Promise<void> {
  land(fleet, key, await takeLook(watch, [], fleet.world, fleet.requestTimeoutMs));
}

/** A part of looks that are under way; each is a request in flight like any other, and what it meets is what a look would. */
async function askEachAlone(fleet: Fleet, feed: Feed): Promise<void> {
  const { pace, world } = fleet;
  while (await mayAsk(fleet, feed)) {
    const one = feed.alone.shift();
    const answer = one === undefined ? undefined : await askAlone(fleet, one);
    const met = metByOne(answer === undefined || answer.ok ? undefined : answer.problem);
    pace.settle(ALONE, outcomeOf(met));
    if (one === undefined) continue;
    if (answer === undefined) await callOne(fleet, one);
    else unpark(fleet, one, answer);
    if (met.trouble !== undefined && isOpen(pace.budget)) letParkedGo(fleet, met.trouble);
  }
  if (world.signal.aborted) for (const one of feed.alone.splice(0)) await callOne(fleet, one);
}

const ALONE: Wish = { following: 0, atOnce: 1, urgent: true };
/** Of each service; the budget says how many in all. */
const ALONE_AT_ONCE = 4;
/** Where all there may be is in flight, its end has no time. */
const RETRY_MS = 100;

/** Whoever waits here may be let go meanwhile, so nobody is taken before the request is granted. */
async function mayAsk({ pace, world: { clock, signal } }: Fleet, feed: Feed): Promise<boolean> {
  while (feed.alone.length > 0 && !signal.aborted) {
    const answer = pace.ask(ALONE);
    if (answer.granted) return true;
    await clock.sleep(answer.at === undefined ? RETRY_MS : Math.max(1, answer.at - clock.now()), signal);
  }
  return false;
}

/** Nothing where the run was told to stop. */
async function askAlone(fleet: Fleet, { watch }: Parked): Promise<Told<PartitionInfo | null> | undefined> {
  const { requestTimeoutMs, world, pace } = fleet;
  const { clock, signal } = world;
  const budgetMs = answerBy(watch, clock.now(), requestTimeoutMs) - clock.now();
  const gateway = paying(world.gateway, openPurse(pace, ALONE.following).pay);
  try {
    return { ok: true, value: await gateway.partitionInfo(watch.plan.partitionId, { budgetMs, signal }) };
  } catch (error) {
    if (error instanceof GatewayError) return { ok: false, problem: error.toProblem() };
    if (signal.aborted) return undefined;
    throw error;
  }
}

function unpark(fleet: Fleet, { key, watch, observation, at }: Parked, partition: Told<PartitionInfo | null>): void {
  const now = fleet.world.clock.now();
  land(fleet, key, taken(watch, withPartition(observation, partition, now - at), now));
}
