import { awaitsRereading, identify, wasUnderWay } from "./attempt.ts";
import { lookDelay, restoreDelay, retryDelay } from "./cadence.ts";
import { draw } from "./dice.ts";
import { earlier, type Instant, later } from "./instant.ts";
import { endedLate } from "./measure.ts";
import * as say from "./messages.ts";
import { NEVER_REACHED_MS, type Problem, TREATMENT } from "./problem.ts";
import { remember, settled, withoutOldNews } from "./remember.ts";
import { isTerminal, pointOf, type RestoreProgress, type Success, type Terminal } from "./restore-progress.ts";
import { isAnotherBackup, judgeSuccess, lastQuestions, mayStillTellOfLoss } from "./success.ts";
import { type IdentifiedBy, type Verdict, verdict } from "./verdict.ts";
import type { Observation, Step, Watch } from "./watch.ts";
import type { Question } from "./witness.ts";

/**
 * The heart: everything that is decided about a restore is decided here, from what is remembered, what was just seen and
 * the time. It always concludes once `now` is at or past the deadline, and nothing but an identified `Success` passes.
 */
export function advance(before: Watch, observation: Observation, now: Instant): Step {
  const came = settled(before, observation);
  const seen = withoutOldNews(before, came, now);
  const watch = remember(before, came, seen, now);
  switch (seen.kind) {
    case "cancelled":
      return conclude(watch, verdict("cancelled", say.cancelled(watch, seen.why)));
    case "unavailable":
      return bear(watch, seen.problem, now);
    case "progress":
      return judge(watch, seen.progress, now);
  }
}

function judge(watch: Watch, progress: RestoreProgress | null, now: Instant): Step {
  if (progress === null) return awaitRestore(watch, now, [], () => verdict("no-restore", say.noRestore(watch)));
  if (!isTerminal(progress)) return underWay(watch, progress, now);
  const identifiedBy = identify(progress, watch, now);
  if (identifiedBy === undefined) return unidentified(watch, progress, now);
  return progress.state === "Success"
    ? succeeded(watch, progress, identifiedBy, now)
    : failed(watch, progress, identifiedBy);
}

/** A restore still in flight is this attempt whatever its age: if it never ends, that is what went wrong. */
function underWay(watch: Watch, progress: Exclude<RestoreProgress, Terminal>, now: Instant): Step {
  const { plan, heard } = watch;
  const point = pointOf(progress);
  const ours = plan.notBefore === "any" || wasUnderWay(watch, plan.notBefore);
  if (ours && isAnotherBackup(watch, point))
    return conclude(watch, verdict("wrong-backup", say.wrongBackup(watch, point)));
  if (now >= plan.deadline) return conclude(watch, verdict("deadline-exceeded", say.deadlineExceeded(watch, now)));
  if (plan.expectedBackupId !== undefined && heard.backups === undefined) return askNow(watch, now, ["backups"]);
  return lookAgain(watch, now, plan.deadline, []);
}

/** A result that nothing dates. What has no time of its own may still be dated by the partition's data loss (rule 3). */
function unidentified(watch: Watch, terminal: Terminal, now: Instant): Step {
  const questions: readonly Question[] = terminal.state === "Success" ? [] : ["partition"];
  if (questions.length > 0 && watch.heard.partition === undefined && now < watch.plan.deadline)
    return askNow(watch, now, questions);
  if (awaitsRereading(terminal, watch, now) && now < watch.plan.deadline) return askNow(watch, now, []);
  // What would date it was lost on the way, and may come yet: a fault of transport does not make it stale.
  const untold = questions.length > 0 && mayStillTellOfLoss(watch) !== undefined;
  if (untold && now >= watch.plan.startBy && now < watch.plan.deadline)
    return lookAgain(watch, now, watch.plan.deadline, questions);
  return awaitRestore(watch, now, questions, () => verdict("stale", say.stale(watch, terminal)));
}

function succeeded(watch: Watch, success: Success, identifiedBy: IdentifiedBy, now: Instant): Step {
  const late = endedLate(watch, success);
  if (late !== undefined) return conclude(watch, verdict("deadline-exceeded", say.succeededLate(late), identifiedBy));
  const judgement = judgeSuccess(watch, success, identifiedBy);
  if (judgement.next === "verdict") return conclude(watch, judgement.verdict);
  if (judgement.next === "ask" && now < watch.plan.deadline) return askNow(watch, now, judgement.questions);
  if (now >= watch.plan.deadline) return conclude(watch, unconfirmed(watch, judgement, identifiedBy));
  // Whatever else is waited for: what passes in the end is to be healthy then, not when it was first asked.
  const questions = new Set<Question>([...judgement.questions, ...healthQuestion(watch)]);
  return lookAgain(watch, now, watch.plan.deadline, [...questions]);
}

function healthQuestion({ plan }: Watch): readonly Question[] {
  return plan.healthCheck === "require" ? ["partition"] : [];
}

function failed(watch: Watch, terminal: Exclude<Terminal, Success>, identifiedBy: IdentifiedBy): Step {
  return terminal.state === "Timeout"
    ? conclude(watch, verdict("restore-timed-out", say.restoreTimedOut(watch, terminal), identifiedBy))
    : conclude(watch, verdict("restore-failed", say.restoreFailed(watch, terminal), identifiedBy));
}

/** Nothing of this attempt is on record: wait for it to appear. Once one was under way and is gone, only the deadline ends it. */
function awaitRestore(watch: Watch, now: Instant, questions: readonly Question[], otherwise: () => Verdict): Step {
  const until = watch.everInFlight ? watch.plan.deadline : watch.plan.startBy;
  return now >= until ? conclude(watch, otherwise()) : lookAgain(watch, now, until, questions);
}

/** The answer is needed before anything can be said, and the cluster is there: no waiting, unless that has not helped before. */
function askNow(watch: Watch, now: Instant, ask: readonly Question[]): Step {
  const { asksInARow, plan } = watch;
  if (asksInARow >= ASKS_IN_A_ROW) return lookAgain(watch, now, plan.deadline, ask);
  return { next: "look", at: soon(now, 0, plan.deadline), ask, watch: { ...watch, asksInARow: asksInARow + 1 } };
}

const ASKS_IN_A_ROW = 2;

function lookAgain(watch: Watch, now: Instant, until: Instant, questions: readonly Question[]): Step {
  const { value: jitter, dice } = draw(watch.dice);
  const at = soon(now, delayOf(watch, now, jitter), until);
  const ask = isLast(watch, at) ? [...new Set([...questions, ...lastQuestions(watch)])] : questions;
  return { next: "look", at, ask, watch: { ...watch, dice, asksInARow: 0 } };
}

/**
 * The look at the deadline is the last one: it asks whatever a success would have to answer. So does one so close to it that it may be
 * answered after it, when it is too late to ask.
 */
export function isLast({ plan }: Pick<Watch, "plan">, at: Instant): boolean {
  return plan.deadline - at <= LAST_LOOK_MS;
}

const LAST_LOOK_MS = 1_000;

/** What the cadence grows with: the restore's age, then the time since its success waits to become healthy. */
function delayOf({ plan, last, inFlightSince, phases, startedAt }: Watch, now: Instant, jitter: number): number {
  if (inFlightSince === undefined) return lookDelay(plan.cadence, now - startedAt, jitter);
  const progress = last?.progress ?? null;
  if (progress === null || !isTerminal(progress)) return restoreDelay(plan.cadence, now - inFlightSince, jitter);
  return lookDelay(plan.cadence, now - (phases.at(-1)?.firstSeen ?? startedAt), jitter);
}

function bear(watch: Watch, problem: Problem, now: Instant): Step {
  const { treatment, times, reason } = TREATMENT[problem.code];
  const reached = watch.reachedAt !== undefined;
  const tired = treatment === "give-up" || (treatment === "bear-once-reached" && !reached);
  if (tired && watch.faultsInARow >= times) return conclude(watch, verdict(reason, say.gaveUp(watch, problem)));
  if (!reached && now - watch.startedAt >= NEVER_REACHED_MS) {
    return conclude(watch, verdict(neverReached(problem), say.neverReached(watch, problem, now)));
  }
  if (now >= watch.plan.deadline) return conclude(watch, blindAtDeadline(watch, problem, now));

  const { value: jitter, dice } = draw(watch.dice);
  const retryMs = retryDelay(watch.plan.cadence, watch.retryMs, jitter, problem.retryAfterMs);
  const until = reached ? watch.plan.deadline : earlier(watch.plan.deadline, later(watch.startedAt, NEVER_REACHED_MS));
  const at = soon(now, retryMs, until);
  const ask = isLast(watch, at) ? lastQuestions(watch) : [];
  return { next: "look", at, ask, watch: { ...watch, dice, retryMs } };
}

/** The deadline came while the cluster did not answer: the last thing it did say decides. It is never enough to pass. */
function blindAtDeadline(watch: Watch, problem: Problem, now: Instant): Verdict {
  if (watch.last === undefined) return verdict(neverReached(problem), say.neverReached(watch, problem, now));
  const { progress } = watch.last;
  const blind = say.blindSince(watch, problem);
  if (progress === null) return verdict("no-restore", `${say.noRestore(watch)} ${blind}`);
  if (!isTerminal(progress)) return verdict("deadline-exceeded", `${say.deadlineExceeded(watch, now)} ${blind}`);
  const identifiedBy = progress.state === "Success" ? identify(progress, watch, now) : undefined;
  if (identifiedBy === undefined || progress.state !== "Success")
    return verdict("stale", `${say.stale(watch, progress)} ${blind}`);
  return unconfirmed(watch, judgeSuccess(watch, progress, identifiedBy), identifiedBy);
}

/** A success for which the deadline came before everything it has to show was shown. */
function unconfirmed(watch: Watch, judgement: ReturnType<typeof judgeSuccess>, identifiedBy: IdentifiedBy): Verdict {
  if (judgement.next === "later") return judgement.otherwise;
  return verdict("unreachable", say.unconfirmed(watch), identifiedBy);
}

/** A cluster that answered, but never anything usable, is told apart from one that was never reached. */
function neverReached(problem: Problem): "unintelligible" | "unreachable" {
  return TREATMENT[problem.code].reason === "unintelligible" ? "unintelligible" : "unreachable";
}

/** `delay` from now, but exactly at `until` if that comes first; at least 1 ms away, so that no watch spins. */
function soon(now: Instant, delay: number, until: Instant): Instant {
  return later(now, Math.max(1, Math.min(Math.round(delay), until - now)));
}

function conclude(watch: Watch, reached: Verdict): Step {
  return { next: "conclude", verdict: reached, watch };
}
