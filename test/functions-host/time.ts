import type { Clock } from "../../shared/clock.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import type { FakeClock } from "../simulator/clock.ts";
import type { Hub } from "./hub.ts";

/** Lets a hub work on a virtual clock until nothing is left to do or `until` has come; the time jumps from work to work. */
export async function pass(hub: Hub, clock: FakeClock, until: Instant): Promise<void> {
  for (;;) {
    await hub.work();
    const next = hub.nextAt;
    if (next === undefined || next > until) break;
    if (next > clock.now()) clock.advanceBy(next - clock.now());
  }
  if (until > clock.now()) clock.advanceBy(until - clock.now());
}

/** Lets it work until nothing is left to do, for a month at most. */
export async function finish(hub: Hub, clock: FakeClock): Promise<void> {
  const until = later(clock.now(), 30 * 86_400_000);
  for (;;) {
    await hub.work();
    const next = hub.nextAt;
    if (next === undefined) return;
    if (next > until) throw new Error("an orchestration has no end");
    clock.advanceBy(next - clock.now());
  }
}

/** Lets it work in real time until told to stop. */
export async function live(hub: Hub, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await hub.work();
    const woken = new AbortController();
    const next = hub.nextAt;
    const either = AbortSignal.any([signal, woken.signal]);
    void hub.wake().then(() => woken.abort());
    await clock.sleep(next === undefined ? 60_000 : next - clock.now(), either);
  }
}
