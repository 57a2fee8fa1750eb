import { given } from "./fields.ts";
import type { Instant } from "./instant.ts";
import { type Problem, TREATMENT } from "./problem.ts";
import { withReply } from "./raw-reply.ts";
import { isTerminal, pointOf, type RestoreProgress } from "./restore-progress.ts";
import { type Observation, type Phase, PHASES_KEPT, type Stretch, STRETCHES_KEPT, type Watch } from "./watch.ts";
import { type Heard, samePoint, type Testimony } from "./witness.ts";

/** The watch with an observation in its memory. Nothing is decided here. */
export function remember(watch: Watch, observation: Observation, now: Instant): Watch {
  const withEvidence = {
    ...watch,
    ...evidenced(watch, withoutRaw(observation), now),
    ...rawReply(watch, observation, now),
  };
  switch (observation.kind) {
    case "cancelled":
      return withEvidence;
    case "unavailable":
      return withFault(withEvidence, observation.problem);
    case "progress":
      return withAnswer(withEvidence, observation, now);
    default:
      return observation satisfies never;
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
  const { problem: _, inFlightSince: __, skewSince: ___, ...rest } = watch;
  const { progress, clockSkewMs, testimony } = observation;
  const skew = withSkew(watch, clockSkewMs, now);
  const doubtful = isDoubtful(watch, skew) || isOlder(watch, clockSkewMs);
  const inFlightSince = sighting(watch, progress, clockSkewMs, doubtful, now);
  return {
    ...rest,
    ...withPhase(watch, progress === null ? null : progress.spelled, now),
    ...given("inFlightSince", inFlightSince),
    looks: watch.looks + 1,
    faultsInARow: 0,
    retryMs: 0,
    reachedAt: watch.reachedAt ?? now,
    last: { progress, at: now },
    ...resultBefore(watch, progress),
    everInFlight: watch.everInFlight || (progress !== null && !isTerminal(progress)),
    ...skew,
    doubtful,
    heard: withTestimony(stillValid(watch, progress), testimony ?? {}, now),
  };
}

/** Two answers at least so far apart must agree, to within the whole second of the header and a little for the way. */
const SKEW_CONFIRMED_MS = 1_500;
const SKEW_SPREAD_MS = 1_200;

/**
 * A cluster whose clock is ahead makes old results look fresh, so that is corrected at once. One that is behind makes fresh
 * results look old, and correcting it lets more pass: a reply out of a cache, with the date of another day, must not do that.
 * So it is believed once answers some seconds apart agree; a cached date stands still and agrees with nothing.
 */
function withSkew(watch: Watch, reported: number | undefined, now: Instant): Pick<Watch, "clockSkewMs" | "skewSince"> {
  if (reported === undefined) return withoutSkew(watch);
  const agrees = watch.skewSince !== undefined && Math.abs(watch.skewSince.ms - reported) <= SKEW_SPREAD_MS;
  const skewSince = agrees && watch.skewSince !== undefined ? watch.skewSince : { ms: reported, at: now };
  // Ahead once is ahead for the run: an answer that tells less may be an old one.
  if (isOlder(watch, reported) && watch.clockSkewMs > 0) return withoutSkew(watch);
  // Counted to the answer before: this one was asked since, so that a date which stands still has moved away by then.
  const believed = skewSince.ms >= 0 || (watch.last?.at ?? now) - skewSince.at >= SKEW_CONFIRMED_MS;
  return { clockSkewMs: believed ? skewSince.ms : 0, skewSince };
}

/** An answer that does not tell the time: what was known goes on, as far as it lets less pass. */
function withoutSkew({ clockSkewMs, skewSince }: Watch): Pick<Watch, "clockSkewMs" | "skewSince"> {
  return { clockSkewMs: Math.max(0, clockSkewMs), ...given("skewSince", skewSince) };
}

/** Whether the answer says of itself that it is older than the tolerance, and nothing confirms that its clock is just behind. */
function isDoubtful(watch: Watch, skew: Pick<Watch, "clockSkewMs" | "skewSince">): boolean {
  const told = skew.skewSince?.ms ?? 0;
  return told < -watch.plan.toleranceMs && skew.clockSkewMs === 0;
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

/**
 * Since when the attempt is known to be under way, with regard to how old the answers may be. One of doubtful age sights
 * nothing (that there is no record it may still say). One that is dated later than the clock as it seemed exposes those before it
 * as older than they looked, out of some cache: what they sighted is dropped.
 */
function sighting(
  watch: Watch,
  progress: RestoreProgress | null,
  reported: number | undefined,
  doubtful: boolean,
  now: Instant,
): Instant | undefined {
  if (doubtful) return progress === null ? undefined : watch.inFlightSince;
  const before = watch.skewSince?.ms;
  const exposes = reported !== undefined && before !== undefined && reported > before + watch.plan.toleranceMs;
  if (!exposes) return sightedSince(watch, progress, now);
  const { inFlightSince: _, ...unsighted } = watch;
  return sightedSince(unsighted, progress, now);
}

/** Whether the answer is dated earlier than the clock as it seemed by the answers before. */
function isOlder({ skewSince, plan }: Watch, reported: number | undefined): boolean {
  return reported !== undefined && skewSince !== undefined && reported < skewSince.ms - plan.toleranceMs;
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
  // To the letter the same result, its date included, is the same attempt's; anything else has to be asked about anew.
  const before = last?.progress ?? null;
  if (isTerminal(progress) && JSON.stringify(progress) === JSON.stringify(before)) return heard;
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

/** Equal observations in a row are one stretch; they are equal although the skew of the clock is told to the millisecond. */
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

function sameText(a: Observation, b: Observation): boolean {
  const skewOf = (one: Observation): number => (one.kind === "progress" ? (one.clockSkewMs ?? Number.NaN) : Number.NaN);
  const [skewA, skewB] = [skewOf(a), skewOf(b)];
  if (Number.isNaN(skewA) !== Number.isNaN(skewB) || Math.abs(skewA - skewB) > SKEW_SPREAD_MS / 2) return false;
  return JSON.stringify({ ...a, clockSkewMs: 0 }) === JSON.stringify({ ...b, clockSkewMs: 0 });
}
