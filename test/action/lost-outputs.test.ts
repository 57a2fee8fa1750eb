import { expect, test } from "vitest";
import { run } from "../../action/run.ts";
import { systemClock } from "../../shared/clock.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { ended, inTurn, type Shows, succeeded } from "../simulator/timeline.ts";
import { quietRunner } from "./quiet-runner.ts";

const ID = "00000000-0000-4000-8000-0000000000ef";

/** Tells what is annotated; all that is written down meets a full disk. */
async function toFullDisk(shows: Shows): Promise<{ readonly code: number; readonly told: readonly string[] }> {
  const told: string[] = [];
  const partitions = [{ id: ID, timeline: inTurn([shows]) }];
  await using server = await startServer(new SimulatedCluster({ clock: systemClock, partitions }));
  const inputs = { "cluster-endpoint": server.url.origin, "partition-id": ID, "not-before": "any" };
  const runner = quietRunner(inputs, {
    annotate: (kind, title, ...lines) => void told.push(`${kind}: ${title}: ${lines.join(" ")}`),
    output: () => {
      throw new Error("ENOSPC: no space left on device");
    },
  });
  return { code: await run(runner, systemClock, new AbortController().signal), told };
}

test.each<readonly [string, Shows, string]>([
  ["passed", succeeded(), "notice: Restore verification passed: restored"],
  ["failed", ended("Failure"), "error: Restore verification failed: restore-failed"],
])("a verdict whose outputs cannot be written is told all the same, and is red: %s", async (_, shows, ending) => {
  const { code, told } = await toFullDisk(shows);
  expect(code).toBe(1);
  expect(told[0]?.startsWith(ending)).toBe(true);
  expect(told.slice(1)).toEqual([
    "error: Restore verification: broken after its verdict: Error: ENOSPC: no space left on device",
  ]);
});
