import { formatDuration, formatInstant, type Instant } from "./instant.ts";
import { isHealthy } from "./partition-info.ts";
import { isTerminal, type RestoreProgress, type Success } from "./restore-progress.ts";
import type { Verdict } from "./verdict.ts";
import type { Watch } from "./watch.ts";
import { declaredDataLoss } from "./witness.ts";

/** What a reader of the verdict should know although it does not change it. */
export function warningsOf(watch: Watch, { identifiedBy }: Verdict): readonly string[] {
  const success = watch.last?.progress ?? null;
  return [
    ...(identifiedBy === "any" ? ["not-before: any: this may be the result of an older restore."] : []),
    ...(success?.state === "Success" ? aboutSuccess(watch, success) : []),
    ...unknownStates(watch),
    ...(Math.abs(watch.clockSkewMs) > watch.plan.toleranceMs
      ? [
          watch.clockSkewMs > 0
            ? `The cluster's clock is ${formatDuration(watch.clockSkewMs)} ahead of ours.`
            : `The cluster's clock is ${formatDuration(-watch.clockSkewMs)} behind ours, or its answers are that old.`,
        ]
      : []),
    ...(watch.evidenceDropped > 0
      ? [`${watch.evidenceDropped} observations were not kept: this record cannot be replayed.`]
      : []),
  ];
}

function isBefore({ notBefore, toleranceMs }: Watch["plan"], at: number): boolean {
  return notBefore !== "any" && at < notBefore - toleranceMs;
}

function* aboutSuccess({ plan, heard, clockSkewMs }: Watch, { at }: Success): Generator<string> {
  const { partition, healthEvent } = heard;
  if (partition?.ok === true && partition.value !== null) {
    const { status, health } = partition.value;
    if (plan.healthCheck === "report" && !isHealthy({ status, health })) {
      yield `The partition is ${status} with health ${health}; health-check: report does not judge by it.`;
    }
    const declared = declaredDataLoss(heard);
    if (plan.rtoMs !== undefined && declared !== undefined && isBefore(plan, declared - clockSkewMs)) {
      yield `Data loss was last declared at ${formatInstant(declared)}, before not-before: if this restore began then, it took longer than what is counted from not-before.`;
    }
    if (at !== undefined && declared !== undefined && declared > at + plan.toleranceMs) {
      yield `Data loss was declared again at ${formatInstant(declared)}, after the restore had ended.`;
    }
  }
  if (healthEvent?.ok === true && healthEvent.value !== null && healthEvent.value.health !== "Ok") {
    yield `The replica's own health event about the restore says ${healthEvent.value.health}.`;
  }
}

function unknownStates({ phases }: Watch): readonly string[] {
  const known = new Set<string | null>([
    null,
    "Accepted",
    "RestoreInProgress",
    "SecondariesInProgress",
    "SecondaryInProgress",
    "Success",
    "Failure",
    "Timeout",
    "Invalid",
  ]);
  const unknown = new Set(phases.map(({ state }) => state).filter((state) => !known.has(state)));
  return [...unknown].map((state) => `The cluster was in a state this version does not know: ${state}.`);
}

/** How long a restore usually stays in a state, and what is known to hold it there. */
const USUAL: Readonly<Partial<Record<RestoreProgress["state"], { readonly ms: number; readonly cause: string }>>> = {
  Accepted: {
    ms: 60_000,
    cause:
      "usually a lost work item of the Backup Restore Service, or a data-loss command that did not run; it may stay so for ever",
  },
  SecondariesInProgress: { ms: 600_000, cause: "the quorum is not back: look at the replicas of the partition" },
};

/** Said once per phase, when a restore has been in one state for longer than usual: for how long, and the known cause. */
export function stuck(
  before: Watch,
  watch: Watch,
  now: Instant,
): { readonly state: string; readonly forMs: number; readonly cause: string } | undefined {
  const progress = watch.last?.progress ?? null;
  const phase = watch.phases.at(-1);
  if (progress === null || isTerminal(progress) || phase === undefined || watch.problem !== undefined) return undefined;
  const usual = USUAL[progress.state];
  const previously = before.phases.at(-1);
  const [forMs, wasMs] = [
    now - phase.firstSeen,
    previously?.firstSeen === phase.firstSeen ? previously.lastSeen - phase.firstSeen : 0,
  ];
  return usual !== undefined && forMs >= usual.ms && wasMs < usual.ms
    ? { state: progress.spelled, forMs, cause: usual.cause }
    : undefined;
}
