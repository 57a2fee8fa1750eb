import type { DrillEvent } from "./drill-event.ts";
import { takeLook } from "./look.ts";
import type { World } from "./observe-restore.ts";
import type { Dice } from "./restore/dice.ts";
import { isLast } from "./restore/advance.ts";
import { lastQuestions } from "./restore/success.ts";
import { beginWatch, type WatchPlan } from "./restore/watch.ts";
import type { Question } from "./restore/witness.ts";

/**
 * The loop over one partition, without a budget: looks, lets the heart decide, tells what changed, sleeps. The last event is
 * always `concluded`, also when `signal` aborts and when the verification itself breaks. (It is an event because `for await`
 * discards a generator's return value.)
 */
export async function* watchRestore(
  plan: WatchPlan,
  world: World,
  options: { readonly requestTimeoutMs: number; readonly dice: Dice },
): AsyncGenerator<DrillEvent, void, void> {
  const { clock, signal } = world;
  let watch = beginWatch(plan, clock.now(), options.dice);
  let ask: readonly Question[] = isLast(watch, watch.startedAt) ? lastQuestions(watch) : [];
  yield { type: "watching", partitionId: plan.partitionId, at: watch.startedAt };

  for (;;) {
    const looked = await takeLook(watch, ask, world, options.requestTimeoutMs);
    yield* looked.events;
    if ("verdict" in looked.next) return;
    ({ watch } = looked);
    ({ ask } = looked.next);
    await clock.sleep(looked.next.at - clock.now(), signal);
  }
}
