import type { DrillEvent } from "./drill-event.ts";
import { advance } from "./restore/advance.ts";
import type { Dice } from "./restore/dice.ts";
import type { Instant } from "./restore/instant.ts";
import { type Verdict, verdict } from "./restore/verdict.ts";
import { answerBy, beginWatch, type Watch, type WatchPlan } from "./restore/watch.ts";
import { stuck } from "./restore/warnings.ts";
import type { Question } from "./restore/witness.ts";
import { observeRestore, type World } from "./observe-restore.ts";

/**
 * The only in-process loop: looks, lets the heart decide, tells what changed, sleeps. The last event is always
 * `concluded`, also when `signal` aborts and when the verification itself breaks. (It is an event because `for await`
 * discards a generator's return value.)
 */
export async function* watchRestore(
  plan: WatchPlan,
  world: World,
  options: { readonly requestTimeoutMs: number; readonly dice: Dice },
): AsyncGenerator<DrillEvent, void, void> {
  const { clock, signal } = world;
  const { partitionId } = plan;
  let watch = beginWatch(plan, clock.now(), options.dice);
  let ask: readonly Question[] = [];
  yield { type: "watching", partitionId, at: watch.startedAt };

  for (;;) {
    const before = watch;
    let step;
    let now: Instant;
    try {
      const lookAt = clock.now();
      const budgetMs = answerBy(before, lookAt, options.requestTimeoutMs) - lookAt;
      const observation = await observeRestore(world, plan, ask, budgetMs);
      now = clock.now();
      step = advance(before, observation, now);
    } catch (error) {
      yield { type: "concluded", partitionId, at: clock.now(), verdict: internalError(error), watch };
      return;
    }
    watch = step.watch;
    yield* whatChanged(before, watch, now);
    if (step.next === "conclude") {
      yield { type: "concluded", partitionId, at: now, verdict: step.verdict, watch };
      return;
    }
    ask = step.ask;
    await clock.sleep(step.at - clock.now(), signal);
  }
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

/** Our own defect: never a pass, and said to be no word about the restore. */
export function internalError(error: unknown): Verdict {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return verdict("internal-error", `The verification itself broke; this says nothing about the restore. ${what}`);
}
