import { expect, test } from "vitest";
import { type DrillRequest, parseDrillRequest } from "../../shared/drill-request.ts";
import { type RestoreRecord, toRecord } from "../../shared/record.ts";
import { ACTION_CADENCE, learnedCadence } from "../../shared/restore/cadence.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { wrongWithRecord } from "../record-schema.ts";
import { MINUTE, START } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { crowdedGateway, idOf } from "./crowd.ts";

/** The record of a run over so many partitions, all restored within a minute or two. */
async function recordOf(count: number, different: Partial<DrillRequest> = {}): Promise<RestoreRecord> {
  const clock = new FakeClock(START);
  const ends = new Map(Array.from({ length: count }, (_, nth) => [idOf(nth), MINUTE + nth * 100] as const));
  const parsed = parseDrillRequest({
    "cluster-endpoint": "http://localhost:19080",
    "partition-id": [...ends.keys()].join(),
  });
  if (!parsed.ok) throw new TypeError("the test itself is wrong");
  const request = { ...parsed.request, ...different };
  const world = { gateway: crowdedGateway({}, clock, ends), clock, signal: new AbortController().signal };
  const seed = { autoNotBefore: { at: START, source: "step" }, dice: 1 };
  return toRecord(request, await verifyRestore(request, world, seed, () => {}));
}

test("up to a hundred partitions all witnesses are asked; above, those on which the verdict depends; the schema holds for both", async () => {
  const results: string[] = [];
  for (const count of [100, 101]) {
    const record = await recordOf(count);
    expect(wrongWithRecord(record)).toBeUndefined();
    expect(record.counts.passed).toBe(count);
    for (const { witnesses } of record.partitions) {
      expect(witnesses.partition.result).toBe("agrees");
      results.push(`${count} ${witnesses.healthEvent.result}`);
    }
  }
  expect([...new Set(results)]).toEqual(["100 not-seen", "101 not-performed"]);
});

test("a cadence that was learnt stands in the record, and the schema knows it", async () => {
  const cadence = learnedCadence([MINUTE, MINUTE, 2 * MINUTE], ACTION_CADENCE);
  const record = await recordOf(2, { cadence });
  expect(wrongWithRecord(record)).toBeUndefined();
  expect(record.partitions.map(({ evidence }) => evidence.plan.cadence)).toEqual([cadence, cadence]);
});
