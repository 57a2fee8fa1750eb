import { formatDuration, formatInstant, type Instant } from "./instant.ts";
import type { Problem } from "./problem.ts";
import type { FabricFailure, Terminal } from "./restore-progress.ts";
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

export function restored(success: Extract<Terminal, { state: "Success" }>, identifiedBy: IdentifiedBy): string {
  const at = success.at === undefined ? "at a time the cluster does not tell" : `at ${formatInstant(success.at)}`;
  return `Restored ${at}; it is this restore because ${HOW[identifiedBy]}.`;
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
  const phase = watch.phases.findLast(({ state }) => state !== null);
  const since =
    phase === undefined
      ? ""
      : ` ${phase.state}, unchanged for ${formatDuration(now - phase.firstSeen)} since ${formatInstant(phase.firstSeen)}`;
  return `Still under way at the deadline:${since}. The restore goes on in the cluster.`;
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
  return `What is on record is a ${terminal.spelled}${dated}${bound}; nothing newer appeared${sinceStart(watch)}.`;
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
