import type { DrillEvent } from "./drill-event.ts";
import { observeRestore, type World } from "./observe-restore.ts";
import { redact } from "./redact.ts";
import { advance } from "./restore/advance.ts";
import type { Instant } from "./restore/instant.ts";
import { type Verdict, verdict } from "./restore/verdict.ts";
import { answerBy, type Observation, type Watch } from "./restore/watch.ts";
import { stuck } from "./restore/warnings.ts";
import type { Question } from "./restore/witness.ts";

/** What a look came to: what to tell of it in order (the conclusion last), and when to look again unless that was the end. */
export interface Looked {
  readonly watch: Watch;
  readonly events: readonly DrillEvent[];
  readonly observation?: Observation;
  readonly next: { readonly at: Instant; readonly ask: readonly Question[] } | { readonly verdict: Verdict };
}

/** One turn of a watch: looks, and lets the heart decide. A defect of ours is an end too, so it never rejects. */
export async function takeLook(
  watch: Watch,
  ask: readonly Question[],
  world: World,
  requestTimeoutMs: number,
): Promise<Looked> {
  try {
    const lookAt = world.clock.now();
    const budgetMs = answerBy(watch, lookAt, requestTimeoutMs) - lookAt;
    return taken(watch, await observeRestore(world, watch.plan, ask, budgetMs), world.clock.now());
  } catch (error) {
    return concluded(watch, internalError(error), world.clock.now(), []);
  }
}

/** The same where what a look would bring is known without taking it. */
export function taken(watch: Watch, observation: Observation, now: Instant): Looked {
  const step = advance(watch, observation, now);
  const events = [...whatChanged(watch, step.watch, now)];
  if (step.next === "conclude") return { ...concluded(step.watch, step.verdict, now, events), observation };
  return { watch: step.watch, events, observation, next: { at: step.at, ask: step.ask } };
}

function concluded(watch: Watch, reached: Verdict, at: Instant, events: readonly DrillEvent[]): Looked {
  const { partitionId } = watch.plan;
  return {
    watch,
    events: [...events, { type: "concluded", partitionId, at, verdict: reached, watch }],
    next: { verdict: reached },
  };
}

function* whatChanged(before: Watch, after: Watch, at: Instant): Generator<DrillEvent, void, void> {
  const { partitionId } = after.plan;
  if (after.looks === before.looks) return;
  if (after.problem !== undefined) {
    yield { type: "fault", partitionId, at, problem: after.problem, inARow: after.faultsInARow };
  } else if (before.problem !== undefined) {
    yield { type: "recovered", partitionId, at };
  }
  const [was, is] = [before.phases.at(-1), after.phases.at(-1)];
  if (is !== undefined && after.problem === undefined && (was === undefined || was.state !== is.state)) {
    yield { type: "state", partitionId, at, from: was?.state, to: is.state };
  }
  const overstayed = stuck(before, after, at);
  if (overstayed !== undefined) yield { type: "stuck", partitionId, at, ...overstayed };
  yield { type: "looked", partitionId, at, watch: after };
}

/** Our own defect: never a pass, and said to be no word about the restore. An error may quote what it stumbled over. */
export function internalError(error: unknown): Verdict {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return verdict(
    "internal-error",
    `The verification itself broke; this says nothing about the restore. ${redact(what)}`,
  );
}
