import type { Problem } from "../restore/problem.ts";
import type { Observation } from "../restore/watch.ts";
import { isTrouble, type Outcome } from "./budget.ts";

/** What something that went out met of the gateway's own troubles, and which part of what was asked met it (from 0 to 1). */
export interface Met {
  readonly trouble: Problem | undefined;
  readonly lost: number;
}

/** What a look, or a question beside it, met. */
export function metBy(observation: Observation | undefined): Met {
  if (observation === undefined || observation.kind === "cancelled") return { lost: 0, trouble: undefined };
  if (observation.kind === "unavailable")
    return { lost: 1, trouble: isTrouble(observation.problem) ? observation.problem : undefined };
  const { partition, healthEvent, backups } = observation.testimony ?? {};
  const asked = [partition, healthEvent, backups].filter((told) => told !== undefined);
  const troubles = asked.flatMap((told) => (told.ok || !isTrouble(told.problem) ? [] : told.problem));
  return {
    lost: troubles.length / (1 + asked.length),
    trouble: troubles.find(({ code }) => code === "throttled") ?? troubles[0],
  };
}

/** The same of one request. */
export function metByOne(problem: Problem | undefined): Met {
  return { trouble: problem !== undefined && isTrouble(problem) ? problem : undefined, lost: 1 };
}

/** What the budget learns from it. */
export function outcomeOf({ trouble, lost }: Met): Outcome {
  if (trouble === undefined) return CLEAN;
  const { code, retryAfterMs = 0 } = trouble;
  return { kind: "trouble", lost, throttled: code === "throttled", retryAfterMs };
}

export const CLEAN: Outcome = { kind: "clean" };
