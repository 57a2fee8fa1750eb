import { expect, test } from "vitest";
import { run } from "../../action/run.ts";
import type { Runner } from "../../action/runner.ts";
import { type Clock, systemClock } from "../../shared/clock.ts";
import { instantFromMs } from "../../shared/restore/instant.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, inTurn, succeeded } from "../simulator/timeline.ts";
import { quietRunner } from "./quiet-runner.ts";

const ID = "00000000-0000-4000-8000-0000000000ee";
const SPEED = 600;

/** A day in two and a half minutes. */
const FAST: Clock = (() => {
  const began = systemClock.now();
  return {
    now: () => instantFromMs(began + (systemClock.now() - began) * SPEED),
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
  };
})();

function listener(
  inputs: Runner["inputs"],
  different: Partial<Runner> = {},
): Runner & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const runner = quietRunner(inputs, {
    line: (text) => void lines.push(text),
    warn: (text) => void lines.push(`warning: ${text}`),
    annotate: (_, title) => void lines.push(title),
    ...different,
  });
  return { ...runner, lines };
}

test("there is a heartbeat each minute, however seldom is looked, and none after the end", async () => {
  const partitions = [{ id: ID, timeline: inTurn([accepted()]) }];
  await using server = await startServer(new SimulatedCluster({ clock: systemClock, partitions }));
  const runner = listener({
    "cluster-endpoint": server.url.origin,
    "partition-id": ID,
    "not-before": "2020-01-01T00:00:00Z",
    "timeout-minutes": "10",
    "poll-interval-seconds": "3600",
  });
  expect(await run(runner, FAST, new AbortController().signal)).toBe(1);
  const beats = runner.lines.filter((line) => line.includes("still Accepted"));
  expect(beats.length).toBeGreaterThanOrEqual(5);
  expect(beats[0]).toMatch(/^\+\d+ min.* {2}still Accepted, for .*; \d+ min.* left, 1 look, 0 faults$/);
  const told = runner.lines.length;
  await systemClock.sleep(250, new AbortController().signal);
  expect(runner.lines).toHaveLength(told);
});

test("an error that nobody caught while the verdict is written down makes the step red, and is told", async () => {
  const partitions = [{ id: ID, timeline: inTurn([succeeded()]) }];
  await using server = await startServer(new SimulatedCluster({ clock: systemClock, partitions }));
  const stop = new AbortController();
  const inputs = { "cluster-endpoint": server.url.origin, "partition-id": ID, "not-before": "any" };
  const runner = listener(inputs, { summary: async () => stop.abort(new RangeError("too late")) });
  expect(await run(runner, systemClock, stop.signal)).toBe(1);
  expect(runner.lines.slice(-2)).toEqual([
    "Restore verification passed: restored",
    "Restore verification: broken after its verdict",
  ]);
});
