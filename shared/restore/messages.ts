import { formatDuration, formatInstant, type Instant } from "./instant.ts";
import { storedBefore } from "./attempt.ts";
import type { Problem } from "./problem.ts";
import type { Duration, LateEnd } from "./measure.ts";
import type { PartitionInfo } from "./partition-info.ts";
import type { FabricFailure, RestorePoint, Success, Terminal } from "./restore-progress.ts";
import type { IdentifiedBy } from "./verdict.ts";
import type { Watch } from "./watch.ts";

/*
 * Every sentence a verdict speaks, in one place. They say what happened, since when, and what the cluster said; they may
 * quote the cluster, so whoever prints them cleans them.
 */

const HOW: Readonly<Record<IdentifiedBy, string>> = {
  "in-flight": "this run saw it under way",
  timestamp: "the cluster dated it",
  "data-loss-version": "its data loss was declared in time",
  any: "not-before: any takes whatever is on record",
};

export function restored(watch: Watch, success: Success, identifiedBy: IdentifiedBy): string {
  return `Restored${when(success)}; it is this restore because ${HOW[identifiedBy]}. ${partitionSays(watch)}`;
}

function when(success: Success): string {
  return success.at === undefined ? " (the cluster does not tell when)" : ` at ${formatInstant(success.at)}`;
}

function partitionSays({ heard, plan }: Watch): string {
  if (plan.healthCheck === "off") return "Whether the partition is healthy was not asked (health-check: off).";
  const { partition } = heard;
  if (partition === undefined || !partition.ok || partition.value === null)
    return "Whether the partition is healthy could not be seen.";
  const { status, health } = partition.value;
  return `The partition is ${status}, its health ${health}.`;
}

export function unhealthy(success: Success, { status, health }: Pick<PartitionInfo, "status" | "health">): string {
  return `Restored${when(success)}, but by the deadline the partition was ${status} with health ${health}, not Ready with Ok or Warning.`;
}

export function partitionGone(): string {
  return "The restore succeeded, but the cluster no longer knows the partition.";
}

export function unconfirmed(watch: Watch): string {
  const asked = watch.plan.healthCheck === "require" ? "whether the partition is healthy" : "what the verdict needs";
  return `The cluster reports Success for this restore, but did not answer ${asked} before the deadline.`;
}

export function cannotConfirm(input: string, why: string): string {
  const wayOut = input === "health-check" ? " `health-check: report` notes the health without judging by it." : "";
  return `The cluster reports Success for this restore, but ${input} cannot be judged: ${why}.${wayOut}`.replace(
    "..",
    ".",
  );
}

export function wrongBackup(watch: Watch, point: RestorePoint | undefined): string {
  const { backups } = watch.heard;
  const restoredId = backups?.ok === true ? backups.value.restored?.backupId : undefined;
  const got = restoredId === undefined ? describePoint(point) : `backup ${restoredId}`;
  return `The restore brings back ${got}, not the expected backup ${watch.plan.expectedBackupId ?? ""}.`;
}

function describePoint(point: RestorePoint | undefined): string {
  if (point === undefined) return "another restore point";
  const { dataLossVersion, configurationVersion } = point.epoch;
  return `the restore point of LSN ${point.lsn}, epoch ${dataLossVersion}/${configurationVersion}`;
}

const FROM: Readonly<Record<Duration["fromSource"], string>> = {
  "data-loss": "since data loss was declared",
  "not-before": "since not-before",
};

export function rtoMissed({ ms, fromSource, from }: Duration, rtoMs: number): string {
  return (
    `Restored, but it took ${formatDuration(ms)} ${FROM[fromSource]} (${formatInstant(from)}): ` +
    `the objective of ${formatDuration(rtoMs)} was missed by ${formatDuration(ms - rtoMs)}.`
  );
}

export function rpoMissed(ageMs: number, rpoMs: number): string {
  return (
    `Restored, but from a backup that was ${formatDuration(ageMs)} old: ` +
    `the objective of ${formatDuration(rpoMs)} was missed by ${formatDuration(ageMs - rpoMs)}.`
  );
}

export function ageUnknown({ leastMs, mostMs }: { readonly leastMs: number; readonly mostMs: number }): string {
  return `when the data was lost is not known, so the backup was between ${formatDuration(leastMs)} and ${formatDuration(mostMs)} old`;
}

export function olderLoss({ ms }: { readonly ms: number }, mostMs: number): string {
  return `it took ${formatDuration(ms)} since not-before, but ${formatDuration(mostMs)} since data loss was last declared: a not-before ahead of that tells`;
}

export function noStart(): string {
  return "An objective cannot be judged: with not-before: any and no declared data loss there is nothing to count from.";
}

export function restoreFailed(
  watch: Watch,
  terminal: { readonly spelled: string; readonly failure?: FabricFailure },
): string {
  return `The cluster reports ${terminal.spelled}${underWay(watch)}${because(terminal.failure)}. The data may already have changed.`;
}

export function restoreTimedOut(watch: Watch, terminal: { readonly failure?: FabricFailure }): string {
  return (
    `The cluster reports Timeout${underWay(watch)}${because(terminal.failure)}: its own RestoreTimeout passed and it ` +
    "stopped waiting. The restore may still complete: check the partition before restoring again."
  );
}

export function deadlineExceeded(watch: Watch, now: Instant): string {
  const phase = watch.phases.at(-1);
  const since =
    phase === undefined
      ? ""
      : `: ${phase.state}, unchanged for ${formatDuration(now - phase.firstSeen)} since ${formatInstant(phase.firstSeen)}`;
  return `Still under way at the deadline${since}. The restore goes on in the cluster.`;
}

export function succeededLate({ at, source, lateMs }: LateEnd): string {
  const [ended, after] = [formatInstant(at), formatDuration(lateMs)];
  return source === "cluster"
    ? `Restored at ${ended}, ${after} after the deadline: at the deadline it was still under way.`
    : `Its success was first seen at ${ended}, ${after} after the deadline, and nothing shows that it ended in time.`;
}

export function noRestore(watch: Watch): string {
  return watch.everInFlight
    ? "The restore that was under way has vanished from the cluster's record."
    : `No restore is on record for this partition${sinceStart(watch)}.`;
}

export function stale(watch: Watch, terminal: Terminal): string {
  const { notBefore } = watch.plan;
  const dated =
    terminal.state === "Success" && terminal.at !== undefined
      ? ` of ${formatInstant(terminal.at)}`
      : ", which bears no date";
  const bound = notBefore === "any" ? "" : `, and only a restore from ${formatInstant(notBefore)} on counts`;
  const onRecord = `What is on record is a ${terminal.spelled}${dated}${bound}; nothing newer appeared${sinceStart(watch)}.`;
  return [onRecord, ...againstWhatWasSeen(watch, terminal), ...againstHealth(watch, terminal), ...behind(watch)].join(
    " ",
  );
}

function* againstHealth(watch: Watch, terminal: Terminal): Generator<string> {
  const at = terminal.state === "Success" ? terminal.at : undefined;
  const stored = at === undefined ? undefined : storedBefore(watch, at);
  if (stored === undefined) return;
  yield `The health store had word of it at ${formatInstant(stored)} already: the clock of the replica that dated it is ahead.`;
}

/** A restore was seen under way, and this is not taken for its end. */
function* againstWhatWasSeen({ lastInFlight, plan }: Watch, terminal: Terminal): Generator<string> {
  if (lastInFlight === undefined || terminal.state !== "Success" || terminal.at === undefined) return;
  if (terminal.at >= lastInFlight - plan.toleranceMs) return;
  yield `By the dates of the cluster's own answers a restore was still under way at ${formatInstant(lastInFlight)}: either this is an older result, or the clock that dated it is behind.`;
}

/** The answers are dated well before our clock. That shows nothing fresh, whichever of the two it is. */
function* behind({ clockSkewMs, plan }: Watch): Generator<string> {
  if (clockSkewMs >= -plan.toleranceMs) return;
  const by = formatDuration(-clockSkewMs);
  yield `The cluster's answers are dated ${by} before our clock: either its clock is behind, or they come out of a cache. If it is the clock, set it right, or name a not-before that is ${by} earlier.`;
}

export function neverReached(watch: Watch, problem: Problem, now: Instant): string {
  return `No usable answer in ${formatDuration(now - watch.startedAt)} and ${attempts(watch.looks)}. Last: ${problem.message}`;
}

export function gaveUp(watch: Watch, problem: Problem): string {
  return watch.faultsInARow > 1 ? `${problem.message} (${watch.faultsInARow} times in a row)` : problem.message;
}

export function blindSince(watch: Watch, problem: Problem): string {
  const since = watch.last === undefined ? "" : ` since ${formatInstant(watch.last.at)}`;
  return `The cluster has not answered${since}. Last: ${problem.message}`;
}

export function cancelled(watch: Watch, why: string): string {
  const seen =
    watch.last === undefined
      ? "before the cluster had answered"
      : `last seen: ${watch.last.progress?.spelled ?? "no restore on record"}`;
  return `Stopped by ${why}, ${seen}. The restore itself goes on in the cluster.`;
}

function because(failure: FabricFailure | undefined): string {
  if (failure === undefined) return ", without a reason (clusters of today give none)";
  return `: ${[failure.code, failure.message].filter((text) => text !== "").join(": ") || "with an empty reason"}`;
}

function underWay(watch: Watch): string {
  return watch.inFlightSince === undefined
    ? ""
    : ` for the restore seen under way since ${formatInstant(watch.inFlightSince)}`;
}

function sinceStart(watch: Watch): string {
  return `, after ${attempts(watch.looks)} since ${formatInstant(watch.startedAt)}`;
}

function attempts(looks: number): string {
  return looks === 1 ? "1 look" : `${looks} looks`;
}
