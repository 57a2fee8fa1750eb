import { advance } from "./restore/advance.ts";
import { type Instant, instantFromMs } from "./restore/instant.ts";
import type { Verdict } from "./restore/verdict.ts";
import { beginWatch, type Stretch, type WatchPlan } from "./restore/watch.ts";

/** What a record keeps of a watch so that its verdict can be reached again: the plan, and every distinct observation. */
export interface Evidence {
  readonly plan: WatchPlan;
  readonly startedAt: Instant;
  readonly stretches: readonly Stretch[];
  /** Observations that were not kept; the replay is certain only where it is 0. */
  readonly dropped: number;
}

/** What a replay came to, and every step on the way there. */
export interface Explanation {
  readonly verdict: Verdict | undefined;
  readonly steps: readonly { readonly at: Instant; readonly saw: string; readonly decision: string }[];
}

/**
 * Replays the evidence through the same heart that judged the first time. Equal observations in a row were kept as one
 * stretch; their looks are spread evenly over it, which no decision depends on: those hang on what was seen, how often, and on
 * the first and the last time.
 */
export function explain({ plan, startedAt, stretches }: Evidence): Explanation {
  let watch = beginWatch(plan, startedAt, 0);
  const steps: Explanation["steps"][number][] = [];
  for (const stretch of stretches) {
    for (let look = 0; look < stretch.times; look++) {
      const share = stretch.times === 1 ? 0 : look / (stretch.times - 1);
      const at = instantFromMs(stretch.first + share * (stretch.last - stretch.first));
      const step = advance(watch, stretch.observation, at);
      watch = step.watch;
      const decision = step.next === "conclude" ? `${step.verdict.verdict}: ${step.verdict.reason}` : "looks on";
      if (look === 0 || step.next === "conclude") steps.push({ at, saw: summary(stretch), decision });
      if (step.next === "conclude") return { verdict: step.verdict, steps };
    }
  }
  return { verdict: undefined, steps };
}

function summary({ observation }: Stretch): string {
  switch (observation.kind) {
    case "progress":
      return observation.progress?.spelled ?? "no restore on record";
    case "unavailable":
      return `no answer (${observation.problem.code})`;
    case "cancelled":
      return `told to stop by ${observation.why}`;
  }
}
