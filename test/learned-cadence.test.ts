import { expect, test } from "vitest";
import { parseDrillRequest } from "../shared/drill-request.ts";
import { explain } from "../shared/explain.ts";
import { type RestoreRecord, toRecord } from "../shared/record.ts";
import { verifyRestore } from "../shared/verify-restore.ts";
import { afterStart, MINUTE, PARTITION, SECOND, START, sure } from "./restore/scenes.ts";
import { jumpingClock } from "./restore/scripted-world.ts";
import { SimulatedCluster } from "./simulator/cluster.ts";
import { simulatedGateway } from "./simulator/gateway.ts";
import { accepted, inTurn, nothing, restoring, succeeded } from "./simulator/timeline.ts";

/** A restore that appears after half a minute and takes so long, watched with such a past: the record. */
async function watched(tookMs: number, pastSeconds: string): Promise<RestoreRecord> {
  const clock = jumpingClock();
  const timeline = inTurn([nothing, 30 * SECOND], [accepted(), 10 * SECOND], [restoring(), tookMs], [succeeded()]);
  const cluster = new SimulatedCluster({ clock, partitions: [{ id: PARTITION, timeline }] });
  const parsed = parseDrillRequest({
    "cluster-endpoint": "http://localhost:19080",
    "partition-id": PARTITION,
    "past-restore-seconds": pastSeconds,
  });
  if (!parsed.ok) throw new Error("the test itself is wrong");
  const world = { gateway: simulatedGateway(cluster), clock, signal: new AbortController().signal };
  const seed = { autoNotBefore: { at: START, source: "step" }, dice: 7 };
  return toRecord(parsed.request, await verifyRestore(parsed.request, world, seed, () => {}));
}

const PAST = "595,612,604,631,588";
const lateMs = (record: RestoreRecord, endedMs: number): number =>
  Date.parse(record.endedAtUtc) - afterStart(40 * SECOND + endedMs);

test("a restore that takes what they took before is asked for a fraction of the looks, and its verdict is the same", async () => {
  const [usual, learned] = [await watched(10 * MINUTE, ""), await watched(10 * MINUTE, PAST)];
  const [one, other] = [sure(usual.partitions[0]), sure(learned.partitions[0])];
  expect(other.looks).toBeLessThan(one.looks / 2);
  for (const { reason, identifiedBy } of [one, other])
    expect([reason, identifiedBy]).toEqual(["restored", "in-flight"]);
  expect(lateMs(learned, 10 * MINUTE)).toBeLessThan(30 * SECOND);
  expect(other.evidence.plan.cadence).toMatchObject({ kind: "learned", fraction: 0.05, minMs: 2_000, maxMs: 30_000 });
  // Borne out by its own evidence, whatever the cadence was.
  expect(explain(other.evidence).verdict).toMatchObject({ verdict: "passed", reason: "restored" });
});

test.each([
  ["much shorter", MINUTE],
  ["much longer", 25 * MINUTE],
])("one that is %s than any before is seen late by minutes at most, and passes all the same", async (_, tookMs) => {
  const record = await watched(tookMs, PAST);
  expect(record.reason).toBe("restored");
  expect(lateMs(record, tookMs)).toBeLessThanOrEqual(160 * SECOND);
});

test("one that never ends has its look at the deadline", async () => {
  const record = await watched(90 * MINUTE, PAST);
  expect(record.reason).toBe("deadline-exceeded");
  expect(record.endedAtUtc).toBe(new Date(afterStart(35 * MINUTE)).toISOString());
});
