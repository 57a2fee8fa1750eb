import { setTimeout as after } from "node:timers/promises";
import { type Instant, instantFromMs } from "./restore/instant.ts";

/** PORT: time. One of the few things the heart is given from outside. */
export interface Clock {
  /** The observer's wall clock. It must not run backwards during a watch. */
  now(): Instant;
  /** Resolves after `ms`, or early when `signal` aborts: an abort means "wake up", not "fail". */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * The machine's clock as it was when the process started, carried on by the monotonic timer: a time correction in the
 * middle of a drill then neither shortens nor stretches a deadline.
 */
export const systemClock: Clock = {
  now: () => instantFromMs(performance.timeOrigin + performance.now()),
  async sleep(ms, signal) {
    try {
      await after(Math.max(0, ms), undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};
