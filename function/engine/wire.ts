/*
 * What travels through the durable history. It outlives deployments, so it is small and carries its schema number; the state of the
 * watches does not travel, it lies in the store.
 */

export const ORCHESTRATION = "verifyRestore";

const ACTIVITIES = ["resolveScope", "pollRestoreProgress", "recordVerification"] as const;
export type ActivityName = (typeof ACTIVITIES)[number];

/** Input of the orchestration, again at every `continueAsNew`. */
export interface Orchestrated {
  readonly schema: 1;
  readonly id: string;
  readonly batch: number;
  /** Activities called so far, over all generations. */
  readonly polls: number;
  readonly call: ActivityName;
}

/** Input of every activity. */
export type Task = Pick<Orchestrated, "schema" | "id" | "batch">;

/**
 * What an activity answers: which one comes next and in how long, or that there is none. Not at what time: the engine has a clock of its own, and
 * where that is ahead of ours every such time would be past, and the call repeated at once, for ever.
 */
export type Answer =
  | { readonly finished: true }
  | { readonly finished: false; readonly call: ActivityName; readonly waitMs?: number };

export const FINISHED: Answer = { finished: true };

/** As whom an activity settles: delivered again it is still the same. */
export function ownerOf({ batch }: Task): string {
  return `batch ${batch}`;
}

export function firstInput(id: string, batch: number): Orchestrated {
  return { schema: 1, id, batch, polls: 0, call: batch === 0 ? "resolveScope" : "pollRestoreProgress" };
}

/** @throws TypeError where a later version of the app has written what this one cannot read */
export function readTask(input: unknown): Task {
  if (!isTask(input)) throw new TypeError("an activity was called with an input of another schema");
  return input;
}

/** @throws TypeError where an activity of another version has answered what this one cannot read */
export function readAnswer(value: unknown): Answer {
  if (!isAnswer(value)) throw new TypeError("an activity answered in another schema");
  return value;
}

function isAnswer(value: unknown): value is Answer {
  if (typeof value !== "object" || value === null) return false;
  const { finished, call, waitMs } = value as { finished?: unknown; call?: unknown; waitMs?: unknown };
  const timed = waitMs === undefined || (typeof waitMs === "number" && Number.isFinite(waitMs));
  return finished === true || (finished === false && ACTIVITIES.some((name) => name === call) && timed);
}

function isTask(input: unknown): input is Task {
  if (typeof input !== "object" || input === null) return false;
  const { schema, id, batch } = input as { readonly schema?: unknown; readonly id?: unknown; readonly batch?: unknown };
  return schema === 1 && typeof id === "string" && /^[0-9a-f]{32}$/.test(id) && Number.isSafeInteger(batch);
}
