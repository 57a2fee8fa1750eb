import type { Clock } from "../clock.ts";
import type { Instant } from "../restore/instant.ts";

/** A sleep that ends early when something happens: woken by hand, or by the signal. */
export interface Alarm {
  /** Sleeps until then; without a time, until woken. A `wake` that came first counts. */
  sleep(until: Instant | undefined): Promise<void>;
  /** Ends the sleep if it would last beyond `before`. */
  wake(before: Instant): void;
  end(): void;
}

export function openAlarm(clock: Clock, signal: AbortSignal): Alarm {
  let asleep: { readonly until: Instant | undefined; readonly ring: () => void } | undefined;
  let rung = false;
  const ring = (): void => {
    rung = true;
    asleep?.ring();
  };
  signal.addEventListener("abort", ring, { once: true });
  return {
    async sleep(until) {
      if (!rung) {
        const bell = new AbortController();
        const { promise, resolve } = Promise.withResolvers<void>();
        asleep = { until, ring: () => (bell.abort("woken"), resolve()) };
        await (until === undefined ? promise : clock.sleep(until - clock.now(), bell.signal));
        asleep = undefined;
      }
      rung = false;
    },
    wake(before) {
      if (asleep === undefined || asleep.until === undefined || before < asleep.until) ring();
    },
    end: () => signal.removeEventListener("abort", ring),
  };
}
