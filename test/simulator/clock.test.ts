import { describe, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { FakeClock } from "./clock.ts";
import { START } from "./world.ts";

describe("the virtual clock", () => {
  const { signal } = new AbortController();

  test("lets those who sleep at once sleep at once", async () => {
    const clock = new FakeClock(START);
    const woke: (readonly [string, number])[] = [];
    const sleeper = async (name: string, naps: readonly number[]): Promise<void> => {
      for (const nap of naps) {
        await clock.sleep(nap, signal);
        woke.push([name, clock.now() - START]);
      }
    };
    await Promise.all([sleeper("a", [3_000, 3_000]), sleeper("b", [2_000, 5_000])]);
    expect(woke).toStrictEqual([
      ["b", 2_000],
      ["a", 3_000],
      ["a", 6_000],
      ["b", 7_000],
    ]);
    expect(clock.sleeps).toStrictEqual([3_000, 2_000, 5_000, 3_000]);
  });

  test("aborts at the given time and wakes the sleeper then", async () => {
    const clock = new FakeClock(START);
    const stop = clock.abortAt(later(START, 1_500), "SIGTERM");
    await clock.sleep(60_000, stop);
    expect([clock.now() - START, stop.reason]).toStrictEqual([1_500, "SIGTERM"]);
    await clock.sleep(60_000, stop);
    expect(clock.now() - START).toBe(1_500);
  });
});
