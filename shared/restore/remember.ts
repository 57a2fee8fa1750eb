import { given } from "./fields.ts";
import { formatDuration, type Instant, later } from "./instant.ts";
import { type Problem, TREATMENT } from "./problem.ts";
import { withReply } from "./raw-reply.ts";
import { isTerminal, pointOf, type RestoreProgress } from "./restore-progress.ts";
import {
  DATE_RESOLUTION_MS,
  type Observation,
  type Phase,
  PHASES_KEPT,
  type Stretch,
  STRETCHES_KEPT,
  type Watch,
} from "./watch.ts";
import { declaredDataLoss, type Heard, samePoint, type Testimony } from "./witness.ts";

/** The watch with what was seen in its memory, and beside it what came. Nothing is decided here. */
export function remember(watch: Watch, came: Observation, seen: Observation, now: Instant): Watch {
  const withEvidence = { ...watch, ...evidenced(watch, withoutRaw(came), now), ...rawReply(watch, came, now) };
  switch (seen.kind) {
    case "cancelled":
      return withEvidence;
    case "unavailable":
      return withFault(withEvidence, seen.problem);
    case "progress":
      return withAnswer(withEvidence, seen, now);
  }
}

function rawReply(watch: Watch, observation: Observation, now: Instant): ReturnType<typeof withReply> {
  return withReply(watch, observation.kind === "cancelled" ? undefined : observation.raw, now);
}

function withoutRaw(observation: Observation): Observation {
  if (observation.kind === "cancelled") return observation;
  const { raw: _, ...parsed } = observation;
  return parsed;
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

function withAnswer(watch: Watch, observation: Extract<Observation, { kind: "progress" }>, now: Instant): Watch {
  const { problem: _, inFlightSince: __, lastInFlight: ___, dataLossHeard: ____, ...rest } = watch;
  const { progress, clockSkewMs, testimony } = observation;
  const clock = clusterClock(watch, observation, now);
  const dated = later(now, clockSkewMs ?? clock.clockSkewMs);
  const valid = stillValid(watch, progress);
  const heard = withTestimony(valid, testimony ?? {}, now);
  return {
    ...rest,
    ...clock,
    ...withPhase(watch, progress === null ? null : progress.spelled, now),
    ...given("inFlightSince", sightedSince(watch, progress, now)),
    ...given("lastInFlight", lastInFlight(watch, progress, dated)),
    looks: watch.looks + 1,
    faultsInARow: 0,
    retryMs: 0,
    reachedAt: watch.reachedAt ?? now,
    last: { progress, at: now, since: unchangedSince(watch, progress) ?? now, dated },
    ...resultBefore(watch, progress),
    everInFlight: watch.everInFlight || (progress !== null && !isTerminal(progress)),
    heard,
    ...given("dataLossHeard", dataLossHeard(watch, valid, heard, now)),
  };
}

function unchangedSince({ last }: Watch, progress: RestoreProgress | null): Instant | undefined {
  return last !== undefined && isSame(progress, last.progress) ? last.since : undefined;
}

/** To the letter the same result, its date included, is the same attempt's; anything else has to be asked about anew. */
function isSame(a: RestoreProgress | null, b: RestoreProgress | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A data loss that was declared while this very look was under way says nothing about the result it read before. */
function dataLossHeard(watch: Watch, before: Heard, after: Heard, now: Instant): Instant | undefined {
  const declared = declaredDataLoss(after);
  if (declared === undefined) return undefined;
  return declared === declaredDataLoss(before) ? (watch.dataLossHeard ?? now) : now;
}

/**
 * An old answer tells less than the true skew, and never more. So the greatest that was told is nearest to the truth, however many
 * answers came out of caches, and once a clock is known to be ahead it is for the run.
 */
function clusterClock(
  watch: Watch,
  { clockSkewMs, clockSlackMs = 0 }: Extract<Observation, { kind: "progress" }>,
  now: Instant,
): Pick<Watch, "clockSkewMs" | "aheadMs" | "newestDate"> {
  const { newestDate, aheadMs } = watch;
  if (clockSkewMs === undefined) return { clockSkewMs: watch.clockSkewMs, aheadMs, ...given("newestDate", newestDate) };
  const dated = later(now, clockSkewMs);
  return {
    clockSkewMs: newestDate === undefined ? clockSkewMs : Math.max(watch.clockSkewMs, clockSkewMs),
    aheadMs: Math.max(aheadMs, clockSkewMs + clockSlackMs),
    newestDate: newestDate !== undefined && newestDate > dated ? newestDate : dated,
  };
}

/**
 * What an answer comes to that bears an earlier date than one heard before it: a fault of whatever stands between. It tells
 * what was, and that is known already. (That there is no record it may still say: that lets less pass.)
 */
export function withoutOldNews({ newestDate, plan }: Watch, observation: Observation, now: Instant): Observation {
  if (observation.kind !== "progress" || observation.progress === null) return observation;
  if (observation.clockSkewMs === undefined || newestDate === undefined) return observation;
  const byMs = newestDate - (now + observation.clockSkewMs);
  if (byMs <= plan.toleranceMs + DATE_RESOLUTION_MS) return observation;
  const message = `the answer is dated ${formatDuration(byMs)} before one that was heard already: it comes out of some cache`;
  return { kind: "unavailable", problem: { code: "server-trouble", message } };
}

/**
 * Since when the attempt now on record has been seen under way. `null` means that the record is gone (the Backup Restore
 * Service lost its store): whatever appears next must prove itself anew. `Accepted` after a later state is a new attempt.
 * A state this version does not know begins nothing: it may be the end of an older restore under a new name.
 */
function sightedSince(watch: Watch, progress: RestoreProgress | null, now: Instant): Instant | undefined {
  if (progress === null) return undefined;
  if (isTerminal(progress)) return watch.inFlightSince;
  const before = watch.last?.progress ?? null;
  if (progress.state === "Unrecognized") return watch.inFlightSince;
  const another =
    before === null || isTerminal(before) || (progress.state === "Accepted" && before.state !== "Accepted");
  return another ? now : (watch.inFlightSince ?? now);
}

/** The same, for the last time it was seen so and by the date of the answer. */
function lastInFlight(watch: Watch, progress: RestoreProgress | null, dated: Instant): Instant | undefined {
  if (progress === null) return undefined;
  return isTerminal(progress) || progress.state === "Unrecognized" ? watch.lastInFlight : dated;
}

/** When a restore appears, the dated success it replaces is remembered: it must not come back as this one's. */
function resultBefore({ last }: Watch, progress: RestoreProgress | null): Pick<Watch, "resultBefore"> {
  const replaced = last?.progress ?? null;
  const appears = progress !== null && !isTerminal(progress);
  return appears && replaced?.state === "Success" && replaced.at !== undefined ? { resultBefore: replaced.at } : {};
}

/** Testimony is about the restore on record: of one that has only begun, the partition has not spoken yet. */
function stillValid({ heard, last }: Watch, progress: RestoreProgress | null): Heard {
  if (progress === null) return {};
  const before = last?.progress ?? null;
  if (isTerminal(progress) && isSame(progress, before)) return heard;
  // Which backups there are was heard while this very restore was under way.
  const { backups } = heard;
  const wasUnderWay = before !== null && !isTerminal(before);
  return backups !== undefined && wasUnderWay && samePoint(pointOf(progress), pointOf(before)) ? { backups } : {};
}

/** A passing fault does not outweigh what was heard before it. */
function withTestimony(heard: Heard, testimony: Testimony, at: Instant): Heard {
  const { partition, healthEvent, backups } = testimony;
  return {
    ...heard,
    ...(partition !== undefined && outweighs(partition, heard.partition) ? { partition: { ...partition, at } } : {}),
    ...(healthEvent !== undefined && outweighs(healthEvent, heard.healthEvent)
      ? { healthEvent: { ...healthEvent, at } }
      : {}),
    ...(backups !== undefined && outweighs(backups, heard.backups) ? { backups: { ...backups, at } } : {}),
  };
}

type Answer = { readonly ok: true } | { readonly ok: false; readonly problem: Problem };

function outweighs(answer: Answer, before: Answer | undefined): boolean {
  if (answer.ok || before === undefined || !before.ok) return true;
  return TREATMENT[answer.problem.code].treatment === "give-up";
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

/**
 * Equal observations in a row are one stretch. They are equal although the skew of the clock is told to the millisecond; what is
 * judged is the one that is kept, so that a replay judges the same.
 */
export function settled({ evidence }: Watch, observation: Observation): Observation {
  const kept = evidence.at(-1)?.observation;
  if (kept === undefined || !sameText(kept, withoutRaw(observation))) return observation;
  return observation.kind === "cancelled" ? kept : { ...kept, ...given("raw", observation.raw) };
}

function evidenced(watch: Watch, observation: Observation, now: Instant): Pick<Watch, "evidence" | "evidenceDropped"> {
  const { evidence, evidenceDropped } = watch;
  const current = evidence.at(-1);
  if (current !== undefined && evidenceDropped === 0 && sameText(current.observation, observation)) {
    const grown: Stretch = { ...current, last: now, times: current.times + 1 };
    return { evidence: [...evidence.slice(0, -1), grown], evidenceDropped };
  }
  if (evidence.length >= STRETCHES_KEPT) return { evidence, evidenceDropped: evidenceDropped + 1 };
  return { evidence: [...evidence, { observation, first: now, last: now, times: 1 }], evidenceDropped };
}

/** Skews agree to within the whole second of the header, more or less. */
const SKEW_SPREAD_MS = 600;

function sameText(a: Observation, b: Observation): boolean {
  const skewOf = (one: Observation): number => (one.kind === "progress" ? (one.clockSkewMs ?? Number.NaN) : Number.NaN);
  const [skewA, skewB] = [skewOf(a), skewOf(b)];
  if (Number.isNaN(skewA) !== Number.isNaN(skewB) || Math.abs(skewA - skewB) > SKEW_SPREAD_MS) return false;
  return JSON.stringify({ ...a, clockSkewMs: 0 }) === JSON.stringify({ ...b, clockSkewMs: 0 });
}
