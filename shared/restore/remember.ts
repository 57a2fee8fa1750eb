import type { Instant } from "./instant.ts";
import { type Problem, TREATMENT } from "./problem.ts";
import { isTerminal, type RestorePoint, type RestoreProgress } from "./restore-progress.ts";
import { type Observation, type Phase, PHASES_KEPT, type Stretch, STRETCHES_KEPT, type Watch } from "./watch.ts";
import { type Heard, samePoint, type Testimony } from "./witness.ts";

/** The watch with an observation in its memory. Nothing is decided here. */
export function remember(watch: Watch, observation: Observation, now: Instant): Watch {
  const withEvidence = { ...watch, ...evidenced(watch, observation, now) };
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
  const inFlightSince = isDoubtful(watch, skew) ? keptSighting(watch, progress) : sightedSince(watch, progress, now);
  return {
    ...rest,
    ...withPhase(watch, progress === null ? null : progress.spelled, now),
    ...(inFlightSince === undefined ? {} : { inFlightSince }),
    looks: watch.looks + 1,
    faultsInARow: 0,
    retryMs: 0,
    reachedAt: watch.reachedAt ?? now,
    last: { progress, at: now },
    everInFlight: watch.everInFlight || (progress !== null && !isTerminal(progress)),
    ...skew,
    heard: withTestimony(stillValid(watch, progress), testimony ?? {}, now),
  };
}

/** A skew that two answers agree on must be this long confirmed, and may differ by this much (the header has whole seconds). */
const SKEW_CONFIRMED_MS = 5_000;
const SKEW_SPREAD_MS = 2_000;

/**
 * A cluster whose clock is ahead makes old results look fresh, so that is corrected at once. One that is behind makes fresh
 * results look old, and correcting it lets more pass: a reply out of a cache, with the date of another day, must not do that.
 * So it is believed once answers some seconds apart agree; a cached date stands still and agrees with nothing.
 */
function withSkew(watch: Watch, reported: number | undefined, now: Instant): Pick<Watch, "clockSkewMs" | "skewSince"> {
  if (reported === undefined) return { clockSkewMs: 0 };
  const agrees = watch.skewSince !== undefined && Math.abs(watch.skewSince.ms - reported) <= SKEW_SPREAD_MS;
  const skewSince = agrees && watch.skewSince !== undefined ? watch.skewSince : { ms: reported, at: now };
  const believed = skewSince.ms >= 0 || now - skewSince.at >= SKEW_CONFIRMED_MS;
  return { clockSkewMs: believed ? skewSince.ms : 0, skewSince };
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

/** An answer of doubtful age sights nothing; that there is no record it may still say. */
function keptSighting(watch: Watch, progress: RestoreProgress | null): Instant | undefined {
  return progress === null ? undefined : watch.inFlightSince;
}

/** Testimony is about the restore on record: of one that has only begun, the partition has not spoken yet. */
function stillValid({ heard, last }: Watch, progress: RestoreProgress | null): Heard {
  if (progress === null) return {};
  const { backups } = heard;
  const sameBackup = samePoint(pointOf(progress), pointOf(last?.progress ?? null));
  const kept: Heard = backups !== undefined && sameBackup ? { backups } : {};
  return isTerminal(progress) && last?.progress?.state === progress.state ? { ...heard, ...kept } : kept;
}

function pointOf(progress: RestoreProgress | null): RestorePoint | undefined {
  return progress !== null && "point" in progress ? progress.point : undefined;
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
