import { GatewayError } from "../cluster-gateway.ts";
import { lookDelay } from "../restore/cadence.ts";
import { given } from "../restore/fields.ts";
import { type Instant, later } from "../restore/instant.ts";
import type { PartitionInfo } from "../restore/partition-info.ts";
import { type Problem, TREATMENT } from "../restore/problem.ts";
import { answerBy } from "../restore/watch.ts";
import type { Told } from "../restore/witness.ts";
import type { Item } from "./agenda.ts";
import { type Grant, isOpen, type Wish } from "./budget.ts";
import { isHint, listEveryMs, type Sighting, SLOW_LOOK_MS } from "./feed.ts";
import {
  breakOff,
  type Feed,
  type Fleet,
  type ListedPartition,
  mayTakeAll,
  type Member,
  memberOf,
  type Parked,
  schedule,
  scheduleNow,
  type ServiceList,
} from "./fleet.ts";
import { shareTrouble } from "./looks.ts";
import { metByOne, outcomeOf } from "./outcome.ts";
import { openPurse, paying } from "./pace.ts";
import { answerParked, callOne, wantList } from "./together.ts";

/** A list of one partition tells no more than a look at it, and costs as much. */
const LEAST_PARTITIONS = 2;
/** So many lists in a row without an answer, and its partitions are looked at as if there were none. */
const SILENT_AFTER = 2;
/** One that is silent is tried again after that, and then more and more seldom: each trial that fails costs the budget its rate. */
const AFTER_SILENCE_MS = 30_000;

/** Which lists are read; the members are told which theirs is. */
export function feedsOf(members: readonly Member[], services: readonly ServiceList[]): readonly Feed[] {
  const keyOf = new Map(members.map(({ partitionId }, key) => [partitionId, key]));
  const watched = services.map(({ name, partitions }) => ({
    name,
    keys: partitions.flatMap(({ partitionId }) => keyOf.get(partitionId) ?? []),
  }));
  const feeds = watched
    .filter(({ keys }) => keys.length >= LEAST_PARTITIONS)
    .map((service, nth) => feedOf(service, members.length + nth));
  for (const feed of feeds) {
    for (const key of feed.keys) memberOf({ members }, key).feed = feed;
  }
  return feeds;
}

function feedOf({ name, keys }: Pick<Feed, "name" | "keys">, key: number): Feed {
  const nothing = { failures: 0, pages: 1, reading: false, outstanding: 0 };
  return { name, key, keys, open: keys.length, ...nothing, asking: new Set(), parked: [], alone: [] };
}

/** The first lists come one after the other. */
export function startFeeds(fleet: Fleet, services: readonly ServiceList[]): void {
  const { feeds, startedAt } = fleet;
  const shown = new Map(services.map(({ name, partitions }) => [name, partitions]));
  for (const [nth, feed] of feeds.entries()) {
    show(fleet, feed, shown.get(feed.name) ?? [], startedAt);
    put(fleet, feed, startedAt, Math.ceil((everyMsAt(fleet, feed, startedAt) * (nth + 1)) / feeds.length));
  }
}

/** Starts to read a list, if the budget allows. It answers for all whose results were read before this. */
export function startList(fleet: Fleet, { key, last }: Item): Grant {
  const { agenda, feeds, members, pace } = fleet;
  const feed = feeds[key - members.length];
  if (feed === undefined) throw new TypeError("there is a list of no service on the agenda");
  if (isOpen(pace.budget)) {
    // What a list meets says too little of what a look would: it is no trial.
    put(fleet, feed, fleet.world.clock.now(), AFTER_SILENCE_MS);
    return { granted: true, budget: pace.budget };
  }
  const answer = pace.ask({ ...LIST, urgent: last, all: mayTakeAll(fleet, fleet.world.clock.now()) });
  if (!answer.granted) return answer;
  agenda.drop(key);
  feed.reading = true;
  void read(fleet, feed, feed.parked.splice(0));
  return answer;
}

const LIST: Wish = { following: 0, atOnce: 1, urgent: false };

async function read(fleet: Fleet, feed: Feed, parked: readonly Parked[]): Promise<void> {
  const { alarm, pace, world } = fleet;
  try {
    const told = await listOf(fleet, feed);
    const met = metByOne(told.ok ? undefined : told.problem);
    const { trouble } = met;
    pace.settle(LIST, outcomeOf(met));
    feed.reading = false;
    if (world.signal.aborted) {
      for (const one of parked) await callOne(fleet, one);
      return;
    }
    const now = world.clock.now();
    if (told.ok) show(fleet, feed, told.value, now, parked);
    else miss(fleet, feed, told.problem, now);
    await answerParked(fleet, feed, parked, told);
    if (isRead(feed)) put(fleet, feed, now);
    await wantList(fleet, feed);
    if (trouble !== undefined && isOpen(pace.budget)) shareTrouble(fleet, trouble);
    alarm.wake(world.clock.now());
  } catch (error) {
    breakOff(fleet, error);
  }
}

/** Within what a look at that time has: those who wait for the list at the deadline are to be asked alone soon, where it does not come. */
async function listOf(fleet: Fleet, feed: Feed): Promise<Told<readonly PartitionInfo[]>> {
  const { pace, requestTimeoutMs, world } = fleet;
  const { clock, gateway, signal } = world;
  const { pay } = openPurse(pace, LIST.following);
  let pages = 0;
  const counted = (stop: AbortSignal): Promise<void> => {
    pages += 1;
    return pay(stop);
  };
  try {
    const now = clock.now();
    const look = { budgetMs: answerBy(fleet, now, requestTimeoutMs) - now, signal };
    const value = await paying(gateway, counted).partitions(feed.name, look);
    feed.pages = pages;
    return { ok: true, value };
  } catch (error) {
    if (error instanceof GatewayError) return { ok: false, problem: error.toProblem() };
    if (signal.aborted) return { ok: true, value: [] };
    throw error;
  }
}

/** Remembers what a list shows, and sees to it that what it hints at is looked at. */
function show(
  fleet: Fleet,
  feed: Feed,
  listed: readonly ListedPartition[],
  now: Instant,
  parked: readonly Parked[] = [],
): void {
  feed.failures = 0;
  const shown = new Map(listed.map((one) => [one.partitionId, one]));
  const answered = new Set(parked.map(({ key }) => key));
  for (const key of feed.keys) {
    if (!isOpenStill(fleet, key)) continue;
    const member = memberOf(fleet, key);
    const before = member.sighting;
    const found = shown.get(member.partitionId);
    if (answered.has(key) && found !== undefined) {
      // It is no hint to the look that it answers.
      member.sighting = sightingOf(found);
      delete member.hinted;
      continue;
    }
    if (found === undefined) {
      // One that is gone from its service is looked at, and no longer waited for.
      delete member.sighting;
      if (before !== undefined) hint(fleet, key, member, now);
      continue;
    }
    member.sighting = sightingOf(found);
    if (!isHint(before, member.sighting, member.watch, fleet.plan)) continue;
    if (found.status === "Ready") member.endsSoon = true;
    hint(fleet, key, member, now);
  }
}

/** A look that is under way may have been answered before the change: another one follows it. */
function hint(fleet: Fleet, key: number, member: Member, now: Instant): void {
  if (fleet.agenda.of(key) === undefined) member.hinted = true;
  else scheduleNow(fleet, key, now);
}

function miss(fleet: Fleet, feed: Feed, { code }: Problem, now: Instant): void {
  const denied = TREATMENT[code].treatment === "give-up";
  feed.failures = denied ? Infinity : feed.failures + 1;
  if (denied || feed.failures === SILENT_AFTER) forget(fleet, feed, now);
}

/** The list is not to be had: its partitions are looked at as often as the heart wants. */
function forget(fleet: Fleet, feed: Feed, now: Instant): void {
  for (const key of feed.keys) {
    const member = memberOf(fleet, key);
    delete member.sighting;
    if (fleet.agenda.of(key) !== undefined && member.watch !== undefined) schedule(fleet, key, now);
  }
}

function isOpenStill(fleet: Fleet, key: number): boolean {
  return memberOf(fleet, key).result === undefined;
}

function isRead({ failures, open }: Feed): boolean {
  return failures < Infinity && open > 0;
}

function put(fleet: Fleet, feed: Feed, now: Instant, everyMs = everyMsAt(fleet, feed, now)): void {
  fleet.agenda.put({ key: feed.key, due: later(now, everyMs), intervalMs: everyMs, last: false });
}

function everyMsAt({ feeds, pace, plan, startedAt }: Fleet, { failures, open }: Feed, now: Instant): number {
  const ageMs = now - startedAt;
  const lists = feeds.filter(isRead).length;
  const wantedMs = lookDelay(plan.cadence, ageMs, 0.5);
  const everyMs = Math.ceil(listEveryMs({ ageMs, wantedMs, open, lists, perSecond: pace.budget.set }));
  if (failures < SILENT_AFTER) return everyMs;
  return Math.max(everyMs, Math.min(SLOW_LOOK_MS, AFTER_SILENCE_MS * 2 ** (failures - SILENT_AFTER)));
}

/** Of all that a list tells only what is compared is kept, thousands of times; the words as one text each. */
function sightingOf({ status, health, dataLossVersion }: Sighting): Sighting {
  return { status, health, ...given("dataLossVersion", dataLossVersion) };
}
