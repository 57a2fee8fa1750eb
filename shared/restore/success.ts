import { wasUnderWay } from "./attempt.ts";
import { byOurClock, type Duration, measure } from "./measure.ts";
import * as say from "./messages.ts";
import { isHealthy } from "./partition-info.ts";
import { type Problem, TREATMENT } from "./problem.ts";
import type { RestorePoint, Success } from "./restore-progress.ts";
import { type IdentifiedBy, type Reason, type Verdict, verdict } from "./verdict.ts";
import type { Watch } from "./watch.ts";
import { declaredDataLoss, type Question, samePoint } from "./witness.ts";

/**
 * What an identified `Success` comes to: a verdict, or what must be asked before there is one. `ask` at once where a question
 * has not been put yet; `later` where the answer was not good enough and may become so.
 */
export type Judgement =
  | { readonly next: "verdict"; readonly verdict: Verdict }
  | { readonly next: "ask"; readonly questions: readonly Question[] }
  | { readonly next: "later"; readonly questions: readonly Question[]; readonly otherwise: Verdict };

/**
 * A `Success` is not yet an answer: the right backup, the objectives, and the partition's own word that it is back. What can
 * only get worse with time is judged first; health is what is waited for.
 */
export function judgeSuccess(watch: Watch, success: Success, identifiedBy: IdentifiedBy): Judgement {
  const questions = openQuestions(watch);
  if (questions.length > 0) return { next: "ask", questions };
  const end = (reason: Reason, message: string): Judgement => ({
    next: "verdict",
    verdict: verdict(reason, message, identifiedBy),
  });

  const backup = judgeBackup(watch, success.point);
  if (backup === "another") return end("wrong-backup", say.wrongBackup(watch, success.point));
  if (backup !== "as-expected") return waitOrEnd(backup, "backups", "expected-backup-id", identifiedBy);

  const { rtoMs, rpoMs } = watch.plan;
  if (rtoMs !== undefined || rpoMs !== undefined) {
    const obstacle = mayStillTellOfLoss(watch);
    if (obstacle !== undefined) return waitOrEnd(obstacle, "partition", "the objective", identifiedBy);
  }
  const duration = measure(watch, success);
  if (rtoMs !== undefined) {
    if (duration === undefined) return end("rejected", say.noStart());
    if (duration.ms > rtoMs) return end("rto-missed", say.rtoMissed(duration, rtoMs));
    const mostMs = sinceOlderLoss(watch, duration);
    if (mostMs > rtoMs)
      return waitOrEnd({ never: say.olderLoss(duration, mostMs) }, "partition", "rto-minutes", identifiedBy);
  }
  if (rpoMs !== undefined) {
    const age = restoredPointAge(watch, duration);
    if (!("leastMs" in age)) return waitOrEnd(age, "backups", "rpo-minutes", identifiedBy);
    if (age.leastMs > rpoMs) return end("rpo-missed", say.rpoMissed(age.leastMs, rpoMs));
    if (age.mostMs > rpoMs) return waitOrEnd({ never: say.ageUnknown(age) }, "partition", "rpo-minutes", identifiedBy);
  }
  const health = judgeHealth(watch, success, identifiedBy);
  const doubt = identifiedBy === "timestamp" ? mayStillContradict(watch) : undefined;
  const passes = health.next === "verdict" && health.verdict.verdict === "passed";
  return doubt !== undefined && passes ? waitOrEnd(doubt, "health-event", "its date", identifiedBy) : health;
}

/**
 * The health store can show that a date is of a clock that is ahead: while its answer is only lost on the way, no date passes by itself. What
 * breaks at that question for ever is not waited for: that there is no event proves nothing either.
 */
function mayStillContradict({ heard }: Watch): Obstacle | undefined {
  const { healthEvent } = heard;
  if (healthEvent === undefined || healthEvent.ok) return undefined;
  return TREATMENT[healthEvent.problem.code].treatment === "bear" ? { problem: healthEvent.problem } : undefined;
}

/**
 * What keeps the partition from telling of its data loss, where it may still do so. Objectives count from that: meanwhile `not-before` does not
 * stand in for it.
 */
export function mayStillTellOfLoss({ heard }: Watch): Obstacle | undefined {
  const { partition } = heard;
  if (partition === undefined || partition.ok) return undefined;
  return TREATMENT[partition.problem.code].treatment === "give-up" ? undefined : { problem: partition.problem };
}

/**
 * How long it took if it began with a data loss that was declared before `not-before`. Every restore begins with one, and the last
 * one told may well be its own: of a restore that was started before the workflow, or of a clock that was corrected by too much.
 */
function sinceOlderLoss(watch: Watch, { from, fromSource, ms }: Duration): number {
  const declared = declaredDataLoss(watch.heard);
  if (fromSource === "data-loss" || declared === undefined) return ms;
  return ms + Math.max(0, from - byOurClock(watch, declared));
}

/**
 * All that has not been asked yet and matters. Backups and the health event go into the record, so they are asked for once,
 * unless the plan does without what only corroborates.
 */
function openQuestions(watch: Watch): readonly Question[] {
  const { plan, heard } = watch;
  const wanted: Question[] = [];
  if (
    (plan.healthCheck !== "off" || plan.rtoMs !== undefined || plan.rpoMs !== undefined) &&
    heard.partition === undefined
  )
    wanted.push("partition");
  const corroborates = plan.corroborate !== false;
  // What its own date alone identifies is compared with another clock: the health manager's, however many partitions there are.
  const datedOnly = plan.notBefore !== "any" && !wasUnderWay(watch, plan.notBefore);
  if ((corroborates || datedOnly) && plan.healthCheck !== "off" && heard.healthEvent === undefined)
    wanted.push("health-event");
  const compared = plan.expectedBackupId !== undefined || plan.rpoMs !== undefined;
  if ((corroborates || compared) && heard.backups === undefined) wanted.push("backups");
  return wanted;
}

/** A problem, or a sentence about something that will not change. */
type Obstacle = { readonly problem: Problem } | { readonly never: string };

/**
 * What the last look asks: whatever a success would have to answer. One that is yet to be seen has answered nothing, whatever
 * was heard before it.
 */
export function lastQuestions(watch: Watch): readonly Question[] {
  return watch.last?.progress?.state === "Success" ? openQuestions(watch) : openQuestions({ ...watch, heard: {} });
}

function judgeBackup(watch: Watch, point: RestorePoint | undefined): "as-expected" | "another" | Obstacle {
  if (watch.plan.expectedBackupId === undefined) return "as-expected";
  const { backups } = watch.heard;
  if (backups === undefined) return { never: "the backup list was not asked for" };
  if (!backups.ok) return { problem: backups.problem };
  const { expected, restored } = backups.value;
  if (expected?.point !== undefined && point !== undefined)
    return samePoint(expected.point, point) ? "as-expected" : "another";
  if (restored !== null && restored.backupId !== watch.plan.expectedBackupId) return "another";
  if (point === undefined) return { never: "the cluster does not tell which backup it restored" };
  return { never: "the expected backup is not in the partition's backup list" };
}

/** Whether a restore under way is already known to bring back another backup than the expected one. */
export function isAnotherBackup(watch: Watch, point: RestorePoint | undefined): boolean {
  return point !== undefined && judgeBackup(watch, point) === "another";
}

/**
 * How old the restored data was when it was lost: from the backup's making to the declared data loss, or to `not-before` where it was
 * lost earlier. Where that is not known, it may have been lost at any time until the end: an early `not-before` must not make a backup young.
 */
function restoredPointAge(
  watch: Watch,
  duration: Duration | undefined,
): { readonly leastMs: number; readonly mostMs: number } | Obstacle {
  const { backups } = watch.heard;
  if (backups !== undefined && !backups.ok) return { problem: backups.problem };
  const createdAt = backups?.value.restored?.createdAt;
  if (createdAt === undefined) return { never: "the restored backup is not in the partition's backup list" };
  if (duration === undefined) return { never: say.noStart() };
  // Of two times of the cluster its skew cancels out. Beside one of ours a clock that is behind may as well be an old answer.
  const age = (at: number, isClusters: boolean): number =>
    Math.max(0, at - (createdAt - (isClusters ? watch.clockSkewMs : watch.aheadMs)));
  const { from, fromSource, mostMs, toSource } = duration;
  const leastMs = age(from, fromSource === "data-loss");
  const declared = declaredDataLoss(watch.heard);
  const lostByThen = fromSource === "data-loss" || (declared !== undefined && byOurClock(watch, declared) < from);
  return { leastMs, mostMs: lostByThen ? leastMs : age(from + mostMs, toSource === "cluster") };
}

function judgeHealth(watch: Watch, success: Success, identifiedBy: IdentifiedBy): Judgement {
  const { healthCheck } = watch.plan;
  const { partition } = watch.heard;
  const passed: Judgement = {
    next: "verdict",
    verdict: verdict("restored", say.restored(watch, success, identifiedBy), identifiedBy),
  };
  if (healthCheck !== "require") return passed;
  if (partition === undefined) return { next: "ask", questions: ["partition"] };
  if (!partition.ok) return waitOrEnd({ problem: partition.problem }, "partition", "health-check", identifiedBy);
  if (partition.value === null) {
    return { next: "verdict", verdict: verdict("partition-not-found", say.partitionGone(), identifiedBy) };
  }
  if (isHealthy(partition.value)) return passed;
  return {
    next: "later",
    questions: ["partition"],
    otherwise: verdict("unhealthy", say.unhealthy(success, partition.value), identifiedBy),
  };
}

/** An answer that is needed and was not to be had: wait where it may still come, end where it will not. */
function waitOrEnd(obstacle: Obstacle, question: Question, input: string, identifiedBy: IdentifiedBy): Judgement {
  if ("never" in obstacle)
    return { next: "verdict", verdict: verdict("rejected", say.cannotConfirm(input, obstacle.never), identifiedBy) };
  const { treatment, reason } = TREATMENT[obstacle.problem.code];
  const sentence = say.cannotConfirm(input, obstacle.problem.message);
  const red = verdict(
    reason === "partition-not-found" || reason === "backup-service-unavailable" ? "rejected" : reason,
    sentence,
    identifiedBy,
  );
  return treatment === "give-up"
    ? { next: "verdict", verdict: red }
    : { next: "later", questions: [question], otherwise: red };
}
