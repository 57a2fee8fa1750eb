import { type OrchestrationHandler, RetryOptions } from "durable-functions";
import { type Orchestrated, readAnswer } from "./wire.ts";

/** Eight events of history a look: so many stay below 250, and the work of replaying them grows with their square. */
const PER_GENERATION = 30;
/** Seven days of a look a minute, and room for trouble: no verification asks for more. */
const MOST_POLLS = 20_000;
/** For what an activity cannot answer for itself, such as a worker that dies of it: a minute apart. */
const RETRY = new RetryOptions(60_000, 5);

/**
 * The engine, and all of it: calls the activity that is next, waits for as long as it was told, and goes on. It decides nothing;
 * what is terminal, due or worth a retry is decided in the activities, which replay does not touch.
 *
 * Only `callActivityWithRetry`, `createTimer` and `continueAsNew`: `Task.any` and external events lose messages in durable-functions 3.5.
 */
export const verifyRestore: OrchestrationHandler = function* ({ df }) {
  const input: Orchestrated = df.getInput();
  const { schema, id, batch, polls } = input;
  if (polls >= MOST_POLLS) throw new Error("the verification was looked at more often than any deadline allows");
  let { call } = input;
  for (let look = 0; look < PER_GENERATION; look++) {
    const answer = readAnswer(yield df.callActivityWithRetry(call, RETRY, { schema, id, batch }));
    if (answer.finished) return;
    call = answer.call;
    const { waitMs = 0 } = answer;
    if (waitMs > 0) yield df.createTimer(new Date(df.currentUtcDateTime.getTime() + waitMs));
  }
  df.continueAsNew({ schema, id, batch, call, polls: polls + PER_GENERATION });
};
