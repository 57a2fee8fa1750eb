import { GatewayError } from "../cluster-gateway.ts";
import { lookDelay } from "../restore/cadence.ts";
import { given } from "../restore/fields.ts";
import { type Instant, later } from "../restore/instant.ts";
import type { PartitionInfo } from "../restore/partition-info.ts";
import { TREATMENT } from "../restore/problem.ts";
import type { Told } from "../restore/witness.ts";
import type { Item } from "./agenda.ts";
import { type Grant, isOpen, isTrouble, type Wish } from "./budget.ts";
import { isHint, listEveryMs, type Sighting } from "./feed.ts";
import {
  breakOff,
  type Feed,
  type Fleet,
  type ListedPartition,
  type Member,
  memberOf,
  schedule,
  scheduleNow,
  type ServiceList,
} from "./fleet.ts";
import { shareTrouble } from "./looks.ts";
import { outcomeOf } from "./outcome.ts";
import { openPurse, paying } from "./pace.ts";

/** A list of one partition tells no more than a look at it, and costs as much. */
const LEAST_PARTITIONS = 2;
/** So many lists in a row without an answer, and its partitions are looked at as if there were none. */
const SILENT_AFTER = 2;

/** Which lists are read; the members are told what the lists showed when the partitions were found. */
export function feedsOf(members: readonly Member[], services: readonly ServiceList[]): readonly Feed[] {
  const keys = new Map(members.map(({ partitionId }, key) => [partitionId, key]));
  return services.flatMap(({ name, partitions }): readonly Feed[] => {
    const watched = partitions.flatMap(({ partitionId }) => keys.get(partitionId) ?? []);
    return watched.length < LEAST_PARTITIONS ? [] : [{ name, keys: watched, failures: 0 }];
  });
}

/** The first lists come one after the other. */
export function startFeeds(fleet: Fleet, services: readonly ServiceList[]): void {
  const { feeds, startedAt } = fleet;
  const shown = new Map(services.map(({ name, partitions }) => [name, partitions]));
  const everyMs = everyMsAt(fleet, startedAt);
  for (const [nth, feed] of feeds.entries()) {
    show(fleet, feed, shown.get(feed.name) ?? [], startedAt);
    put(fleet, nth, startedAt, Math.ceil((everyMs * (nth + 1)) / feeds.length));
  }
}

/** Starts to read a list, if the budget allows. */
export function startList(fleet: Fleet, { key }: Item): Grant {
  const { agenda, feeds, members, pace } = fleet;
  const feed = feeds[key - members.length];
  if (feed === undefined) throw new TypeError("there is a list of no service on the agenda");
  const answer = pace.ask(LIST);
  if (!answer.granted) return answer;
  agenda.drop(key);
  void read(fleet, key - members.length, feed);
  return answer;
}

const LIST: Wish = { following: 0, atOnce: 1, urgent: false };

async function read(fleet: Fleet, nth: number, feed: Feed): Promise<void> {
  const { alarm, pace, world } = fleet;
  try {
    const told = await listOf(fleet, feed);
    const trouble = told.ok || !isTrouble(told.problem) ? undefined : told.problem;
    pace.settle(LIST, outcomeOf(trouble));
    if (world.signal.aborted) return;
    const now = world.clock.now();
    if (told.ok) show(fleet, feed, told.value, now);
    else miss(fleet, feed, now);
    const denied = !told.ok && TREATMENT[told.problem.code].treatment === "give-up";
    if (denied) forget(fleet, feed, now);
    else if (feed.keys.some((key) => isOpenStill(fleet, key))) put(fleet, nth, now);
    if (trouble !== undefined && isOpen(pace.budget)) shareTrouble(fleet, trouble);
    alarm.wake(now);
  } catch (error) {
    breakOff(fleet, error);
  }
}

async function listOf(
  { pace, requestTimeoutMs, world: { gateway, signal } }: Fleet,
  { name }: Feed,
): Promise<Told<readonly PartitionInfo[]>> {
  try {
    const { pay } = openPurse(pace, LIST.following);
    return { ok: true, value: await paying(gateway, pay).partitions(name, { budgetMs: requestTimeoutMs, signal }) };
  } catch (error) {
    if (error instanceof GatewayError) return { ok: false, problem: error.toProblem() };
    if (signal.aborted) return { ok: true, value: [] };
    throw error;
  }
}

/** Remembers what a list shows, and sees to it that what it hints at is looked at. */
function show(fleet: Fleet, feed: Feed, listed: readonly ListedPartition[], now: Instant): void {
  feed.failures = 0;
  const shown = new Map(listed.map((one) => [one.partitionId, one]));
  for (const key of feed.keys) {
    if (!isOpenStill(fleet, key)) continue;
    const member = memberOf(fleet, key);
    const before = member.sighting;
    const found = shown.get(member.partitionId);
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

function miss(fleet: Fleet, feed: Feed, now: Instant): void {
  feed.failures += 1;
  if (feed.failures === SILENT_AFTER) forget(fleet, feed, now);
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

function put({ agenda, members, ...fleet }: Fleet, nth: number, now: Instant, everyMs = everyMsAt(fleet, now)): void {
  agenda.put({ key: members.length + nth, due: later(now, everyMs), intervalMs: everyMs, last: false });
}

function everyMsAt(
  { feeds, pace, plan, startedAt }: Pick<Fleet, "feeds" | "pace" | "plan" | "startedAt">,
  now: Instant,
): number {
  return Math.ceil(listEveryMs(lookDelay(plan.cadence, now - startedAt, 0.5), feeds.length, pace.budget.set));
}

/** Of all that a list tells only what is compared is kept, thousands of times; the words as one text each. */
function sightingOf({ status, health, dataLossVersion }: Sighting): Sighting {
  return { status, health, ...given("dataLossVersion", dataLossVersion) };
}
