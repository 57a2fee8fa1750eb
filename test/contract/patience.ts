import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import { drip, hang, inTurn, restoring, slow, succeeded } from "../simulator/timeline.ts";
import { AMPLE_MS, type Face, gatewayError, ID, partitionId, rejection, SHORT_MS } from "./face.ts";

export function describeTime(facing: Face): void {
  test.for([
    ["hangs", hang],
    ["drips without end", drip()],
    ["is slower than that", slow(60_000, restoring())],
  ] as const)("gives up on a reply that %s once the budget is spent", async ([, shows]) => {
    const { look } = await facing(shows);
    const before = systemClock.now();
    expect((await gatewayError(look({ budgetMs: SHORT_MS }))).code).toBe("timed-out");
    const took = systemClock.now() - before;
    expect(took).toBeGreaterThanOrEqual(SHORT_MS - 10);
    expect(took).toBeLessThan(AMPLE_MS);
  });

  test("waits for a slow reply that comes within the budget", async () => {
    const { look } = await facing(slow(50, restoring()));
    expect((await look()).progress).toMatchObject({ state: "RestoreInProgress" });
  });

  test.for([0, 90_000, -3_600_000])("tells how far the cluster's clock is off (%i ms)", async (clockSkewMs) => {
    const { look } = await facing(restoring(), { clockSkewMs });
    const { clockSkewMs: told = NaN } = await look();
    // The wire tells whole seconds; half a second is as near as anybody gets, and a loaded machine adds its own.
    expect(Math.abs(told - clockSkewMs)).toBeLessThan(5_000);
  });

  test("tells the time of a success by the cluster's clock, uncorrected", async () => {
    const hour = 3_600_000;
    const { look } = await facing(succeeded(), { clockSkewMs: hour });
    const { progress } = await look();
    const at: Instant | undefined = progress?.state === "Success" ? progress.at : undefined;
    expect(Math.abs((at ?? 0) - (systemClock.now() + hour))).toBeLessThan(AMPLE_MS);
  });
}

export function describeAborts(facing: Face): void {
  const reasons = [
    ["an error", new Error("stop")],
    ["a text", "SIGTERM"],
  ] as const;
  for (const [what, reason] of reasons) {
    test(`rejects with the reason of an abort that came before the look (${what})`, async () => {
      const { look, cluster } = await facing(restoring());
      expect(await rejection(look({ signal: AbortSignal.abort(reason) }))).toBe(reason);
      expect(cluster.looks(ID)).toBe(0);
    });

    test.for([
      ["hangs", hang],
      ["drips", drip()],
      ["is slow", slow(60_000, restoring())],
    ] as const)(`rejects at once with the reason of an abort while the reply %s (${what})`, async ([, shows]) => {
      const { look, cluster } = await facing(shows);
      const controller = new AbortController();
      const before = systemClock.now();
      const rejected = rejection(look({ signal: controller.signal, budgetMs: 60_000 }));
      await expect.poll(() => cluster.looks(ID), { interval: 5 }).toBe(1);
      controller.abort(reason);
      expect(await rejected).toBe(reason);
      expect(systemClock.now() - before).toBeLessThan(AMPLE_MS);
    });
  }

  test("answers again after a look that was given up", async () => {
    const partitions = [
      { id: ID, timeline: inTurn([hang]) },
      { id: "2daae3f5-7fd6-42e9-b1ba-8c05f873994d", timeline: inTurn([restoring()]) },
    ];
    const { look } = await facing(hang, { partitions });
    await gatewayError(look({ budgetMs: SHORT_MS }));
    const other = partitionId("2daae3f5-7fd6-42e9-b1ba-8c05f873994d");
    expect((await look({ id: other })).progress).toMatchObject({ state: "RestoreInProgress" });
  });
}
