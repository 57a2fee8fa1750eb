import { wasUnderWay } from "../restore/attempt.ts";
import { dataLossDeclaredAt } from "../restore/filetime.ts";
import { earlier, type Instant, later } from "../restore/instant.ts";
import { isHealthy, type PartitionInfo } from "../restore/partition-info.ts";
import { isTerminal } from "../restore/restore-progress.ts";
import type { Watch, WatchPlan } from "../restore/watch.ts";

/*
 * The list of a service's partitions (`GetPartitions`) as a hint that something changed, for all of them in one request. It never
 * says what happened: that is for `GetRestoreProgress` to say, and no verdict rests on a list.
 */

/** What a list shows of a partition. */
export type Sighting = Pick<PartitionInfo, "status" | "health" | "dataLossVersion">;

/** Every partition is looked at this often also while the lists show no change: they may be silent, or wrong. */
export const SLOW_LOOK_MS = 300_000;

const SHORTEST_MS = 2_000;
const LONGEST_MS = 20_000;
/** The lists get so much of the budget at most; the rest is for the looks they lead to. */
const SHARE = 0.4;
/** One list is worth as much as so many seconds of lateness of one verdict. */
const LIST_WORTH_S = 1;

/** What it depends on how often the list of a service is read. */
export interface ListNeeds {
  /** How long the run has been going on. */
  readonly ageMs: number;
  /** What the cadence says of a restore of that age. */
  readonly wantedMs: number;
  /** Of how many partitions the list still tells something. */
  readonly open: number;
  /** How many lists are read. */
  readonly lists: number;
  readonly perSecond: number;
}

/**
 * How often a list is read. Of the restores that are as old as the run, `open / age` a second may be expected to end (any duration
 * as likely as another on a log scale); lists that are sqrt(2 * worth / that) apart are then the fewest for the lateness. Never
 * less often than the cadence would look at one restore, within 2 s and 20 s; or as often as their share of the budget lets through.
 */
export function listEveryMs({ ageMs, wantedMs, open, lists, perSecond }: ListNeeds): number {
  const affordableMs = (lists / (SHARE * perSecond)) * 1_000;
  const worthMs = 1_000 * Math.sqrt((2 * LIST_WORTH_S * (ageMs / 1_000)) / Math.max(1, open));
  return Math.max(affordableMs, Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.min(wantedMs, worthMs))));
}

/**
 * Whether the next look may wait for the list to show a change, because whatever is waited for must show there:
 * a restore that begins moves `DataLossVersion`; one that is under way keeps its partition from being `Ready` until it ends,
 * however it ends; and a success that waits for health waits for what the list tells. A partition that is `Ready` while
 * its restore is under way is not one whose end would show.
 */
export function mayRest(watch: Watch, sighting: Sighting): boolean {
  const { last, plan, problem } = watch;
  if (problem !== undefined || last === undefined) return false;
  const { progress } = last;
  // One that was seen under way too early has to be seen so again.
  const isOurs = plan.notBefore === "any" || wasUnderWay(watch, plan.notBefore);
  if (progress !== null && !isTerminal(progress)) return isOurs && sighting.status !== "Ready";
  if (progress?.state === "Success" && !isHealthy(sighting)) return true;
  return isQuiet(plan, sighting);
}

/**
 * Until when a look may wait for the list, counted from `from`; `undefined` where it may not. The end of the wait for a restore to appear is a
 * moment of its own.
 */
export function restsUntil(watch: Watch, sighting: Sighting, from: Instant): Instant | undefined {
  const { everInFlight, plan } = watch;
  if (!mayRest(watch, sighting)) return undefined;
  const slow = earlier(plan.deadline, later(from, SLOW_LOOK_MS));
  return from < plan.startBy && !everInFlight ? earlier(slow, plan.startBy) : slow;
}

/** Nothing has happened to the partition since the restore that counts could have begun. */
function isQuiet(
  { notBefore, toleranceMs }: Pick<WatchPlan, "notBefore" | "toleranceMs">,
  sighting: Sighting,
): boolean {
  const { dataLossVersion, status } = sighting;
  if (dataLossVersion === undefined || notBefore === "any" || status !== "Ready") return false;
  const declared = dataLossDeclaredAt(dataLossVersion);
  // The clocks may differ by the tolerance, and what is quiet must be so by either of them.
  return declared === undefined || declared < notBefore - 2 * toleranceMs;
}

/** Whether what a list shows is worth a look at once. A partition that was never looked at has no watch yet. */
export function isHint(
  before: Sighting | undefined,
  now: Sighting,
  watch: Watch | undefined,
  plan: Omit<WatchPlan, "partitionId">,
): boolean {
  const changed = before !== undefined && !isSame(before, now);
  if (watch?.last === undefined)
    return now.status === "Ready" && !isQuiet(plan, now) && (changed || before === undefined);
  if (!changed) return false;
  const { progress } = watch.last;
  const underWay = progress !== null && !isTerminal(progress);
  return !underWay || now.status === "Ready" || before.dataLossVersion !== now.dataLossVersion;
}

function isSame(a: Sighting, b: Sighting): boolean {
  return a.status === b.status && a.health === b.health && a.dataLossVersion === b.dataLossVersion;
}
