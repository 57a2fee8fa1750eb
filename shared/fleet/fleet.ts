import type { FleetProgress, Recorder } from "../drill-event.ts";
import type { World } from "../observe-restore.ts";
import { isLast } from "../restore/advance.ts";
import type { Dice } from "../restore/dice.ts";
import { earlier, type Instant, later } from "../restore/instant.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import { lastQuestions } from "../restore/success.ts";
import type { Verdict } from "../restore/verdict.ts";
import { beginWatch, type Observation, type Watch, type WatchPlan } from "../restore/watch.ts";
import type { Question } from "../restore/witness.ts";
import type { Agenda } from "./agenda.ts";
import type { Alarm } from "./alarm.ts";
import { type Budget, isOpen, spanMs } from "./budget.ts";
import { restsUntil, type Sighting } from "./feed.ts";
import type { Pace } from "./pace.ts";

export interface PartitionResult {
  readonly partitionId: PartitionId;
  /** Absent where the partition was named itself. */
  readonly serviceName?: string;
  readonly endedAt: Instant;
  readonly verdict: Verdict;
  readonly watch: Watch;
}

export interface FleetOptions {
  readonly requestTimeoutMs: number;
  readonly dice: Dice;
  readonly pace: Pace;
  /** The services whose lists are to be read, with what they showed when the partitions were found. None: single looks only. */
  readonly services?: readonly ServiceList[];
}

export interface ServiceList {
  readonly name: string;
  readonly partitions: readonly ListedPartition[];
}

export interface ListedPartition extends Sighting {
  readonly partitionId: PartitionId;
}

/** One of those that are watched. `watch` and `lookedAt` from its first look on, `result` from its last. */
export interface Member {
  readonly partitionId: PartitionId;
  readonly dice: Dice;
  ask: readonly Question[];
  /** The list it stands in, where there is one. */
  feed?: Feed;
  watch?: Watch;
  lookedAt?: Instant;
  result?: PartitionResult;
  /** When the heart wants its next look. */
  wantedAt?: Instant;
  /** What its service's list last showed; gone while the list cannot be read. */
  sighting?: Sighting;
  /** The list showed that its restore may be over: the next look asks what a success has to answer. */
  endsSoon?: true;
  /** The list showed a change since the look that is under way was begun. */
  hinted?: true;
}

/** A service whose list is read. */
export interface Feed {
  readonly name: string;
  /** Under which its own looks stand on the agenda. */
  readonly key: number;
  /** The keys of its partitions. */
  readonly keys: readonly number[];
  /** How many of them are still watched. */
  open: number;
  /** Lists in a row that were not to be had; `Infinity` where they are denied. */
  failures: number;
  /** How many requests the last one took. */
  pages: number;
  /** Whether one is being read. */
  reading: boolean;
  /** Partitions whose next look asks how they are. */
  readonly asking: Set<number>;
  /** How many looks are under way whose question the next list is to answer. */
  outstanding: number;
  /** Those that have been answered but for that question, oldest first. */
  readonly parked: Parked[];
  /** Those of them that no list has confirmed: their partitions are asked. */
  readonly alone: Parked[];
}

/** A look that has read a result; how its partition is the next list of its service tells. */
export interface Parked {
  readonly key: number;
  /** As it was before this look. */
  readonly watch: Watch;
  readonly observation: Extract<Observation, { kind: "progress" }>;
  readonly at: Instant;
  /** When the look was due. */
  readonly due: Instant;
  readonly last: boolean;
}

export interface Fleet {
  readonly members: readonly Member[];
  /** Their looks stand on the agenda under the keys after those of the members. */
  readonly feeds: readonly Feed[];
  readonly plan: Omit<WatchPlan, "partitionId">;
  readonly world: World;
  readonly startedAt: Instant;
  readonly requestTimeoutMs: number;
  readonly pace: Pace;
  readonly record: Recorder;
  readonly agenda: Agenda;
  readonly alarm: Alarm;
  readonly progress: (budget: Budget, now: Instant) => FleetProgress | undefined;
  /** How many are still watched. */
  open: number;
  /** A defect of ours outside any one watch: it ends the run as an exception. */
  broken?: { readonly error: unknown };
}

export function memberOf({ members }: Pick<Fleet, "members">, key: number): Member {
  const member = members[key];
  if (member === undefined) throw new TypeError("there is a look of nobody on the agenda");
  return member;
}

/** A watch begins with its first look: however long that had to wait for its turn, it is not held against the cluster. */
export function watchOf({ plan }: Fleet, { watch, partitionId, dice }: Member, now: Instant): Watch {
  return watch ?? beginWatch({ ...plan, partitionId }, now, dice);
}

/** Puts the next look of a member on the agenda. */
export function schedule(fleet: Fleet, key: number, now: Instant): void {
  const member = memberOf(fleet, key);
  const due = dueAt(fleet, member, now);
  fleet.agenda.put({ key, due, intervalMs: due - now, last: due >= fleet.plan.deadline });
  if (asksAt(fleet, member, due).includes("partition")) member.feed?.asking.add(key);
  fleet.alarm.wake(due);
}

/** What a look at that time asks beside the progress. */
export function asksAt(fleet: Fleet, member: Member, at: Instant): readonly Question[] {
  const watch = watchOf(fleet, member, at);
  if (!isLast(watch, at) && member.endsSoon !== true) return member.ask;
  return [...new Set([...member.ask, ...lastQuestions(watch)])];
}

/** A look that goes before those that only come by regularly. */
export function scheduleNow(fleet: Fleet, key: number, now: Instant): void {
  const { agenda, alarm, plan } = fleet;
  const member = memberOf(fleet, key);
  agenda.put({ key, due: now, intervalMs: HINT_MS, last: now >= plan.deadline });
  if (asksAt(fleet, member, now).includes("partition")) member.feed?.asking.add(key);
  alarm.wake(now);
}

export const HINT_MS = 1_000;
const AT_ONCE_MS = 1;

/** Ends the run: something is wrong with the verification itself, outside any one watch. */
export function breakOff(fleet: Fleet, error: unknown): void {
  fleet.broken = { error };
  fleet.alarm.wake(fleet.startedAt);
}

/**
 * When the heart wants it, but not before all others can have had their turn; later where the list will tell. What the heart
 * wants at once it gets at once; and while only trials get through, all that are due share what a trial meets, and want
 * to be due by then.
 */
function dueAt({ open, pace, plan }: Fleet, member: Member, now: Instant): Instant {
  const { wantedAt = now, watch, sighting } = member;
  if (open === 1 || wantedAt - now <= AT_ONCE_MS || isOpen(pace.budget)) return wantedAt;
  const turn = later(now, Math.max(wantedAt - now, Math.ceil(perLookMs(open, pace.budget))));
  const until = watch === undefined || sighting === undefined ? undefined : restsUntil(watch, sighting, now);
  return earlier(plan.deadline, until === undefined || until < turn ? turn : until);
}

/** Whether the reserve for last looks may be drawn on: the deadline, which all share, is so far away that it will be there again. */
export function mayTakeAll({ pace, plan }: Fleet, now: Instant): boolean {
  return plan.deadline - now > 2 * spanMs(pace.budget);
}

/** The interval at which the budget, as it was set, can look at all of so many. */
export function perLookMs(count: number, { set }: Budget): number {
  return (count / set) * 1_000;
}
