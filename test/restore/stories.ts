import * as fc from "fast-check";
import { advance } from "../../shared/restore/advance.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { type ProblemCode, TREATMENT } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { beginWatch, type Observation, type Step, type Watch, type WatchPlan } from "../../shared/restore/watch.ts";
import { afterStart, fault, HOUR, MINUTE, planned, saw, SECOND, START } from "./scenes.ts";

/* Whatever a cluster may say, in whatever order and at whatever times, and the heart's answer to it. */

/** What was seen, when; how it was taken; what was remembered before. */
export interface Event {
  readonly seen: Observation;
  readonly now: Instant;
}
export interface Turn extends Event {
  readonly before: Watch;
  readonly step: Step;
}
export interface Story {
  readonly plan: WatchPlan;
  readonly dice: number;
  readonly events: readonly Event[];
}

const PROBLEMS = Object.keys(TREATMENT).filter((code): code is ProblemCode => code in TREATMENT);
export const anyDice = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const anyDate = fc
  .oneof(
    { weight: 3, arbitrary: fc.integer({ min: -20 * MINUTE, max: 40 * MINUTE }) },
    fc.integer({ min: -10_000 * HOUR, max: 10_000 * HOUR }),
  )
  .map(afterStart);

export const anyProgress: fc.Arbitrary<RestoreProgress | null> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom("Accepted", "RestoreInProgress", "SecondariesInProgress", "Unrecognized")
      .map((state): RestoreProgress => ({ state, spelled: state })),
  },
  {
    weight: 2,
    arbitrary: fc
      .option(anyDate, { nil: undefined })
      .map((at): RestoreProgress => ({ state: "Success", spelled: "Success", ...(at === undefined ? {} : { at }) })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("Failure", "Timeout", "Invalid")
      .map((state): RestoreProgress => ({ state, spelled: state })),
  },
);
const anySkew = fc.option(fc.integer({ min: -30 * MINUTE, max: 30 * MINUTE }), { nil: undefined });
export const anyAnswer = fc.tuple(anyProgress, anySkew).map(([progress, skewMs]) => saw(progress, skewMs));
export const anyFault = fc
  .tuple(fc.constantFrom(...PROBLEMS), fc.option(fc.integer({ min: 0, max: 2 * HOUR }), { nil: undefined }))
  .map(([code, retryAfterMs]) => fault(code, retryAfterMs));
export const anySeen: fc.Arbitrary<Observation> = fc.oneof(
  { weight: 12, arbitrary: anyAnswer },
  { weight: 4, arbitrary: anyFault },
  { weight: 1, arbitrary: fc.constant({ kind: "cancelled", why: "SIGTERM" } as const) },
);
export const anyPlan: fc.Arbitrary<WatchPlan> = fc
  .record({
    notBefore: fc.oneof(
      fc.integer({ min: -20 * MINUTE, max: 10 * MINUTE }).map(afterStart),
      fc.constant("any" as const),
    ),
    toleranceMs: fc.integer({ min: 0, max: 10 * SECOND }),
    startBy: fc.integer({ min: 0, max: HOUR }).map(afterStart),
    deadline: fc.integer({ min: 1, max: HOUR }).map(afterStart),
    cadence: fc.oneof(
      fc.integer({ min: SECOND, max: MINUTE }).map((everyMs) => ({ kind: "fixed", everyMs }) as const),
      fc.constant({ kind: "proportional", fraction: 0.05, minMs: 2_000, maxMs: 30_000 } as const),
    ),
  })
  .map(planned);
const anyEvents = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5 * MINUTE }), anySeen), { minLength: 1, maxLength: 12 })
  .map((gaps) => {
    let now = START;
    return gaps.map(([gap, seen]): Event => ({ seen, now: (now = later(now, gap)) }));
  });
export const anyStory: fc.Arbitrary<Story> = fc.record({ plan: anyPlan, dice: anyDice, events: anyEvents });

/** Shows the events to the heart until it concludes. */
export function tell({ plan, dice, events }: Story): readonly Turn[] {
  const turns: Turn[] = [];
  let watch = beginWatch(plan, START, dice);
  for (const event of events) {
    const step = advance(watch, event.seen, event.now);
    turns.push({ ...event, before: watch, step });
    if (step.next === "conclude") break;
    watch = step.watch;
  }
  return turns;
}

export const passed = (turns: readonly Turn[]): boolean => {
  const step = turns.at(-1)?.step;
  return step?.next === "conclude" && step.verdict.verdict === "passed";
};
