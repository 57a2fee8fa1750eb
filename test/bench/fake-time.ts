import { mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

/**
 * Lets other people's waiters run in no time: while `work` is under way, `setTimeout` and `Date` are Node's own mock timers, and
 * whenever nothing else is left to run, the time jumps to the next timer. One waiter at a time.
 */
export async function inFakeTime<T>(work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
  const state = { over: false };
  try {
    const result = work().finally(() => (state.over = true));
    while (!state.over) {
      await turn();
      mock.timers.runAll();
    }
    return await result;
  } finally {
    mock.timers.reset();
  }
}
