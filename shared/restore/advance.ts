import { identify } from "./attempt.ts";
import { lookDelay, retryDelay } from "./cadence.ts";
import { draw } from "./dice.ts";
import { earlier, type Instant, later } from "./instant.ts";
import * as say from "./messages.ts";
import { type Problem, TREATMENT } from "./problem.ts";
import { isTerminal, type RestoreProgress, type Terminal } from "./restore-progress.ts";
import { type Verdict, verdict } from "./verdict.ts";
import { type Observation, PHASES_KEPT, type Phase, type Step, type Watch } from "./watch.ts";

/** How long a cluster that never answered at all is waited for. */
const NEVER_REACHED_MS = 120_000;

/**
 * The heart: everything that is decided about a restore is decided here, from what is remembered, what was just seen and
 * the time. It always concludes once `now` is at or past the deadline, and nothing but an identified `Success` passes.
 */
export function advance(watch: Watch, observation: Observation, now: Instant): Step {
  switch (observation.kind) {
    case "cancelled":
      return conclude(watch, verdict("cancelled", say.cancelled(watch, observation.why)));
    case "unavailable":
      return bear(withFault(watch, observation.problem), observation.problem, now);
    case "progress":
      return judge(
        withAnswer(watch, observation.progress, now),
        observation.progress,
        now,
        observation.clockSkewMs ?? 0,
      );
    default:
      return observation satisfies never;
  }
}

function judge(watch: Watch, progress: RestoreProgress | null, now: Instant, clockSkewMs: number): Step {
  if (progress === null) return awaitRestore(watch, now, () => verdict("no-restore", say.noRestore(watch)));
  if (!isTerminal(progress)) {
    // A restore still in flight is this attempt whatever its age: if it never ends, that is what went wrong.
    if (now >= watch.plan.deadline)
      return conclude(watch, verdict("deadline-exceeded", say.deadlineExceeded(watch, now)));
    return lookAgain(watch, now, watch.plan.deadline);
  }
  const identifiedBy = identify(progress, watch, now, clockSkewMs);
  if (identifiedBy === undefined) return awaitRestore(watch, now, () => verdict("stale", say.stale(watch, progress)));
  return conclude(watch, ended(watch, progress, identifiedBy));
}

function ended(watch: Watch, terminal: Terminal, identifiedBy: NonNullable<Verdict["identifiedBy"]>): Verdict {
  switch (terminal.state) {
    case "Success":
      return verdict("restored", say.restored(terminal, identifiedBy), identifiedBy);
    case "Failure":
    case "Invalid":
      return verdict("restore-failed", say.restoreFailed(watch, terminal), identifiedBy);
    case "Timeout":
      return verdict("restore-timed-out", say.restoreTimedOut(watch, terminal), identifiedBy);
    default:
      return terminal satisfies never;
  }
}

/** Nothing of this attempt is on record: wait for it to appear. Once one was under way and is gone, only the deadline ends it. */
function awaitRestore(watch: Watch, now: Instant, otherwise: () => Verdict): Step {
  const until = watch.everInFlight ? watch.plan.deadline : watch.plan.startBy;
  return now >= until ? conclude(watch, otherwise()) : lookAgain(watch, now, until);
}

function lookAgain(watch: Watch, now: Instant, until: Instant): Step {
  const { value: jitter, dice } = draw(watch.dice);
  const delay = lookDelay(watch.plan.cadence, now - (watch.inFlightSince ?? watch.startedAt), jitter);
  return { next: "look", at: soon(now, delay, until), watch: { ...watch, dice } };
}

function bear(watch: Watch, problem: Problem, now: Instant): Step {
  const { treatment, times, reason } = TREATMENT[problem.code];
  const reached = watch.reachedAt !== undefined;
  const enough =
    watch.faultsInARow >= times && (treatment === "give-up" || (treatment === "bear-once-reached" && !reached));
  if (enough) return conclude(watch, verdict(reason, say.gaveUp(watch, problem)));
  if (!reached && now - watch.startedAt >= NEVER_REACHED_MS) {
    return conclude(watch, verdict(neverReached(problem), say.neverReached(watch, problem, now)));
  }
  if (now >= watch.plan.deadline) return conclude(watch, blindAtDeadline(watch, problem, now));

  const { value: jitter, dice } = draw(watch.dice);
  const delay = retryDelay(watch.plan.cadence, watch.faultsInARow, jitter, problem.retryAfterMs);
  const until = reached ? watch.plan.deadline : earlier(watch.plan.deadline, later(watch.startedAt, NEVER_REACHED_MS));
  return { next: "look", at: soon(now, delay, until), watch: { ...watch, dice } };
}

/** The deadline came while the cluster did not answer: the last thing it did say decides. */
function blindAtDeadline(watch: Watch, problem: Problem, now: Instant): Verdict {
  if (watch.last === undefined) return verdict(neverReached(problem), say.neverReached(watch, problem, now));
  const { progress } = watch.last;
  const blind = say.blindSince(watch, problem);
  if (progress === null) return verdict("no-restore", `${say.noRestore(watch)} ${blind}`);
  if (isTerminal(progress)) return verdict("stale", `${say.stale(watch, progress)} ${blind}`);
  return verdict("deadline-exceeded", `${say.deadlineExceeded(watch, now)} ${blind}`);
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

function withFault(watch: Watch, problem: Problem): Watch {
  return {
    ...watch,
    looks: watch.looks + 1,
    faults: watch.faults + 1,
    faultsInARow: faultsInARow(watch, problem),
    problem,
  };
}

/** Counted per kind of treatment: a reset after two odd bodies is a fault of another kind and starts anew. */
function faultsInARow(watch: Watch, problem: Problem): number {
  const same =
    watch.problem !== undefined && TREATMENT[watch.problem.code].treatment === TREATMENT[problem.code].treatment;
  return same ? watch.faultsInARow + 1 : 1;
}

function withAnswer(watch: Watch, progress: RestoreProgress | null, now: Instant): Watch {
  const { problem: _, inFlightSince: __, ...rest } = watch;
  const inFlightSince = sightedSince(watch, progress, now);
  return {
    ...rest,
    ...withPhase(watch, progress === null ? null : progress.spelled, now),
    ...(inFlightSince === undefined ? {} : { inFlightSince }),
    looks: watch.looks + 1,
    faultsInARow: 0,
    reachedAt: watch.reachedAt ?? now,
    last: { progress, at: now },
    everInFlight: watch.everInFlight || (progress !== null && !isTerminal(progress)),
  };
}

/**
 * Since when the attempt now on record has been seen under way. `null` means that the record is gone (the Backup Restore
 * Service lost its store): whatever appears next must prove itself anew. `Accepted` after a later state is a new attempt.
 */
function sightedSince(watch: Watch, progress: RestoreProgress | null, now: Instant): Instant | undefined {
  if (progress === null) return undefined;
  if (isTerminal(progress)) return watch.inFlightSince;
  const before = watch.last?.progress ?? null;
  const another =
    before === null || isTerminal(before) || (progress.state === "Accepted" && before.state !== "Accepted");
  return another ? now : (watch.inFlightSince ?? now);
}

function withPhase(watch: Watch, state: string | null, now: Instant): Pick<Watch, "phases" | "phasesDropped"> {
  const current = watch.phases.at(-1);
  if (current !== undefined && current.state === state) {
    const grown: Phase = { ...current, lastSeen: now, looks: current.looks + 1 };
    return { phases: [...watch.phases.slice(0, -1), grown], phasesDropped: watch.phasesDropped };
  }
  const phases: readonly Phase[] = [...watch.phases, { state, firstSeen: now, lastSeen: now, looks: 1 }];
  if (phases.length <= PHASES_KEPT) return { phases, phasesDropped: watch.phasesDropped };
  // Keep the first phase (how it began) and the newest ones (how it ends).
  return { phases: [...phases.slice(0, 1), ...phases.slice(2)], phasesDropped: watch.phasesDropped + 1 };
}
