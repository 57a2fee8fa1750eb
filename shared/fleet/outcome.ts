import type { Problem } from "../restore/problem.ts";
import type { Observation } from "../restore/watch.ts";
import { isTrouble, type Outcome } from "./budget.ts";

/** What a look, or a question beside it, met of the gateway's own troubles. */
export function troubleOf(observation: Observation | undefined): Problem | undefined {
  if (observation === undefined || observation.kind === "cancelled") return undefined;
  if (observation.kind === "unavailable") return isTrouble(observation.problem) ? observation.problem : undefined;
  const { partition, healthEvent, backups } = observation.testimony ?? {};
  const problems = [partition, healthEvent, backups].flatMap((told) => (told?.ok === false ? told.problem : []));
  return problems.find(isTrouble);
}

/** What the budget learns from it. */
export function outcomeOf(trouble: Problem | undefined): Outcome {
  if (trouble === undefined) return CLEAN;
  return { kind: "trouble", retryAfterMs: trouble.retryAfterMs ?? 0 };
}

export const CLEAN: Outcome = { kind: "clean" };
