import type { Clock } from "../../shared/clock.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { Outcome, Reason } from "../../shared/restore/verdict.ts";
import { SimulatedCluster } from "./cluster.ts";
import { noBackupService, partitionNotFound, signInPage, truncatedJson, unavailable } from "./replies.ts";
import {
  accepted,
  ended,
  future,
  inTurn,
  nothing,
  reset,
  restorePoint,
  restoring,
  secondaries,
  succeeded,
  type Timeline,
} from "./timeline.ts";

export interface Story {
  readonly name: string;
  readonly title: string;
  readonly why: string;
  /** In the durations of real life; `now` is what "last month" is counted from. */
  readonly timeline: (now: Instant) => Timeline;
  /** With the default inputs, watched from the timeline's origin on. */
  readonly expect: { readonly verdict: Outcome; readonly reason: Reason };
  /** What a loop comes to that polls until it reads `Success`, and how that compares. */
  readonly naive: { readonly concludes: "passed" | "never"; readonly remark: string };
  /** Its partition in a cluster of all stories: 00000000-0000-4000-8000-0000000000NN, counted from 01. */
  readonly partitionId: PartitionId;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 1_440 * MINUTE;

const RESTORED = { verdict: "passed", reason: "restored" } as const;
const STALE = { verdict: "inconclusive", reason: "stale" } as const;

/** Every way a restore is known to go, good and bad. */
export const STORIES: readonly Story[] = numbered([
  {
    name: "clean",
    title: "A restore that goes well",
    why: "The one case everybody tests.",
    timeline: () => inTurn([accepted(), 20 * SECOND], [restoring(), 3 * MINUTE], [succeeded()]),
    expect: RESTORED,
    naive: { concludes: "passed", remark: "right" },
  },
  {
    name: "slow",
    title: "A large backup",
    why: "Longer than the server's own RestoreTimeout used to be, still within the deadline.",
    timeline: () => inTurn([accepted(), 50 * SECOND], [restoring(), 24 * MINUTE], [succeeded()]),
    expect: RESTORED,
    naive: { concludes: "passed", remark: "right" },
  },
  {
    name: "fails-without-reason",
    title: "A restore that fails, without a word why",
    why: "Current clusters keep the reason to themselves: no FailureError, no date, LSN 0.",
    timeline: () => inTurn([accepted(), 20 * SECOND], [restoring(), 90 * SECOND], [ended("Failure")]),
    expect: { verdict: "failed", reason: "restore-failed" },
    naive: { concludes: "never", remark: "waits for a Success that cannot come" },
  },
  {
    name: "server-timeout",
    title: "The cluster stops waiting",
    why: "Timeout ends the record, not necessarily the restore.",
    timeline: () => inTurn([accepted(), 30 * SECOND], [restoring(), 9.5 * MINUTE], [ended("Timeout")]),
    expect: { verdict: "failed", reason: "restore-timed-out" },
    naive: { concludes: "never", remark: "waits for a Success that cannot come" },
  },
  {
    name: "stale-success-then-new",
    title: "Last month's success, then tonight's",
    why: "The record never expires: the first look can meet an old Success.",
    timeline: (now) =>
      inTurn(
        [
          succeeded({ at: later(now, -30 * DAY), point: restorePoint("133500000000000001", "8589934592", "2771") }),
          MINUTE,
        ],
        [accepted(), 20 * SECOND],
        [restoring(), 3 * MINUTE],
        [succeeded()],
      ),
    expect: RESTORED,
    naive: { concludes: "passed", remark: "green at once, minutes before the restore ends" },
  },
  {
    name: "stale-success-only",
    title: "Last month's success and nothing newer",
    why: "Nobody triggered tonight's restore; the record of the last one is still there.",
    timeline: (now) => inTurn([succeeded({ at: later(now, -30 * DAY) })]),
    expect: STALE,
    naive: { concludes: "passed", remark: "falsely green: nothing was restored" },
  },
  {
    name: "stale-failure",
    title: "An old failure, which bears no date",
    why: "Failures cannot be dated: two different ones are byte-identical.",
    timeline: () => inTurn([ended("Failure")]),
    expect: STALE,
    naive: { concludes: "never", remark: "waits for a Success that cannot come" },
  },
  {
    name: "success-without-date-unseen",
    title: "A success without a date, never seen under way",
    why: "Year 1 stands for no time: nothing says that this is tonight's.",
    timeline: () => inTurn([succeeded({ at: "undated" })]),
    expect: STALE,
    naive: { concludes: "passed", remark: "green on a record nobody can date" },
  },
  {
    name: "never-restored",
    title: "No restore on record",
    why: "200 with the body null is a normal answer, and neither an error nor a success.",
    timeline: () => inTurn([nothing]),
    expect: { verdict: "inconclusive", reason: "no-restore" },
    naive: { concludes: "never", remark: "waits for a restore nobody asked for" },
  },
  {
    name: "stuck-in-accepted",
    title: "Accepted for ever",
    why: "A lost work item: the server's timeout never fires and new restores get 409.",
    timeline: () => inTurn([accepted()]),
    expect: { verdict: "failed", reason: "deadline-exceeded" },
    naive: { concludes: "never", remark: "waits for ever" },
  },
  {
    name: "secondaries-in-progress",
    title: "Primary restored, secondaries still building",
    why: "A state of newer clusters that is in no schema, and not the end.",
    timeline: () =>
      inTurn([accepted(), 20 * SECOND], [restoring(), 2 * MINUTE], [secondaries(), 2 * MINUTE], [succeeded()]),
    expect: RESTORED,
    naive: { concludes: "passed", remark: "right; clients with a closed list of states read it as Invalid" },
  },
  {
    name: "unknown-state",
    title: "A state of the future",
    why: "Clusters are updated before their clients: what nobody knows is not the end.",
    timeline: () =>
      inTurn([accepted(), 20 * SECOND], [restoring(), 2 * MINUTE], [future("DataVerification"), MINUTE], [succeeded()]),
    expect: RESTORED,
    naive: { concludes: "passed", remark: "right" },
  },
  {
    name: "garbage-then-recovery",
    title: "Trouble on the way to the cluster",
    why: "A fault of transport is never a fault of the restore.",
    timeline: () =>
      inTurn(
        [accepted(), 20 * SECOND],
        [signInPage, 20 * SECOND],
        [truncatedJson, 20 * SECOND],
        [unavailable, 20 * SECOND],
        [reset, 20 * SECOND],
        [restoring(), 2 * MINUTE],
        [succeeded()],
      ),
    expect: RESTORED,
    naive: { concludes: "passed", remark: "right, if it takes an error for a state it does not know; most crash" },
  },
  {
    name: "big-lsn",
    title: "An LSN beyond 2^53",
    why: "A bare 64-bit number on the wire, which JSON.parse rounds.",
    timeline: () => {
      const point = restorePoint("133801234567890123", "8589934592", "9007199254740993");
      return inTurn([accepted(point), 20 * SECOND], [restoring(point), MINUTE], [succeeded({ point })]);
    },
    expect: RESTORED,
    naive: { concludes: "passed", remark: "right, with a wrong LSN in its report" },
  },
  {
    name: "no-backup-service",
    title: "No Backup Restore Service in the cluster",
    why: "A 404 without a body: the code is in the reason phrase.",
    timeline: () => inTurn([noBackupService]),
    expect: { verdict: "inconclusive", reason: "backup-service-unavailable" },
    naive: { concludes: "never", remark: "asks for ever" },
  },
  {
    name: "partition-not-found",
    title: "No such partition",
    why: "The other 404: JSON labelled text/plain.",
    timeline: () => inTurn([partitionNotFound]),
    expect: { verdict: "inconclusive", reason: "partition-not-found" },
    naive: { concludes: "never", remark: "asks for ever" },
  },
]);

export function story(name: string): Story {
  const found = STORIES.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no story is called ${name}`);
  return found;
}

/** A cluster in which every story is a partition. */
export function clusterOfStories(
  clock: Clock,
  { speed = 1, stories = STORIES }: { readonly speed?: number; readonly stories?: readonly Story[] } = {},
): SimulatedCluster {
  const now = clock.now();
  const partitions = stories.map(({ partitionId, timeline }) => ({ id: partitionId, timeline: timeline(now) }));
  return new SimulatedCluster({ clock, speed, partitions });
}

function numbered(stories: readonly Omit<Story, "partitionId">[]): readonly Story[] {
  return stories.map((one, index) => {
    const partitionId = parsePartitionId(`00000000-0000-4000-8000-${String(index + 1).padStart(12, "0")}`);
    if (partitionId === undefined) throw new RangeError("too many stories");
    return { ...one, partitionId };
  });
}
