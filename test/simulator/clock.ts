import type { Clock } from "../../shared/clock.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";

interface Due {
  readonly at: Instant;
  readonly sleeper: boolean;
  readonly run: () => void;
}

/**
 * Virtual time: an hour of sleep takes no time. Sleepers wake in the order of their times, also when several sleep at once;
 * the time jumps to the next one as soon as nothing else is left to run in this turn of the event loop.
 */
export class FakeClock implements Clock {
  /** Every sleep asked for, in order, in milliseconds. */
  readonly sleeps: number[] = [];
  #now: Instant;
  #due: readonly Due[] = [];
  #armed = false;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        this.#due = this.#due.filter((other) => other !== due);
        resolve();
      };
      const due: Due = { at: later(this.#now, Math.max(0, ms)), sleeper: true, run: wake };
      signal.addEventListener("abort", wake, { once: true });
      this.#due = [...this.#due, due];
      this.#arm();
    });
  }

  /** Runs `what` when the time comes by; it does not make the time pass. */
  at(instant: Instant, what: () => void): void {
    this.#due = [...this.#due, { at: instant, sleeper: false, run: what }];
  }

  /** A signal that aborts when the time comes by. */
  abortAt(instant: Instant, reason: unknown): AbortSignal {
    const controller = new AbortController();
    this.at(instant, () => controller.abort(reason));
    return controller.signal;
  }

  /** Lets time pass by hand; whoever is due on the way is woken at their time. */
  advanceBy(ms: number): void {
    const until = later(this.#now, ms);
    for (let due = this.#next(); due !== undefined && due.at <= until; due = this.#next()) this.#run(due);
    this.#now = until;
  }

  #arm(): void {
    if (this.#armed) return;
    this.#armed = true;
    setImmediate(() => {
      this.#armed = false;
      const due = this.#due.some(({ sleeper }) => sleeper) ? this.#next() : undefined;
      if (due === undefined) return;
      this.#run(due);
      this.#arm();
    });
  }

  /** Of two at the same time, the one that was there first. */
  #next(): Due | undefined {
    return this.#due.toSorted((a, b) => a.at - b.at)[0];
  }

  #run(due: Due): void {
    if (due.at > this.#now) this.#now = due.at;
    this.#due = this.#due.filter((other) => other !== due);
    due.run();
  }
}
