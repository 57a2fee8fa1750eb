import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ClusterGateway, GatewayError } from "../../shared/cluster-gateway.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import type { PartitionId } from "../../shared/restore/partition-id.ts";
import type { PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { Reason } from "../../shared/restore/verdict.ts";
import { watchRestore } from "../../shared/watch-restore.ts";
import { afterStart, MINUTE, planned, SECOND, START, sure } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { type Crowd, crowdedGateway, idOf, LISTS, outage, peakOf, watchCrowd, type Watched } from "./crowd.ts";

const reasons = ({ results }: Watched): readonly Reason[] => results.map(({ verdict }) => verdict.reason);
const together = (count: number, endsAfterMs = 12 * MINUTE): readonly number[] =>
  Array.from({ length: count }, () => endsAfterMs);

/** Forty restores in two services that end in the same moment, and nothing but what the verdict depends on is asked. */
const FORTY: Crowd = { endsAfterMs: together(40), services: 2, plan: { corroborate: false } };

describe("that many partitions of a service are well", () => {
  test("is asked once, by a list: a verdict costs its look and little more", async () => {
    const watched = await watchCrowd(FORTY);
    expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
    expect(watched.infos).toBeLessThanOrEqual(2);
    const after = watched.requests.filter((at) => at >= afterStart(12 * MINUTE));
    expect(after.length).toBeLessThanOrEqual(40 + 10);
    for (const { watch } of watched.results) expect(watch.heard.partition).toMatchObject({ ok: true });
  });

  test("is asked after each of their successes was read: a list that is older confirms nothing", async () => {
    const clock = new FakeClock(START);
    const firstRead = new Map<PartitionId, Instant>();
    /** Well as far as anybody knew before its success was read, and ill for three minutes after that. */
    const told = (info: PartitionInfo, askedAt: Instant): PartitionInfo => {
      const read = firstRead.get(info.partitionId);
      const ill = read !== undefined && askedAt >= read && clock.now() < read + 3 * MINUTE;
      return ill ? { ...info, health: "Error" } : info;
    };
    const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
      async restoreProgress(id, look) {
        const answer = await gateway.restoreProgress(id, look);
        if (answer.progress?.state === "Success" && !firstRead.has(id)) firstRead.set(id, clock.now());
        return answer;
      },
      async partitionInfo(id, look) {
        const askedAt = clock.now();
        const info = await gateway.partitionInfo(id, look);
        return info === null ? null : told(info, askedAt);
      },
      async partitions(name, look) {
        const askedAt = clock.now();
        return (await gateway.partitions(name, look)).map((info) => told(info, askedAt));
      },
    });
    const watched = await watchCrowd({ ...FORTY, clock, but });
    expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
    for (const { partitionId, endedAt } of watched.results)
      expect(endedAt).toBeGreaterThanOrEqual(sure(firstRead.get(partitionId)) + 3 * MINUTE);
  });

  test("is asked of each alone where the list does not call it well", async () => {
    for (const lists of ["silent", "undated", "absent"] as const) {
      const watched = await watchCrowd({ ...FORTY, lists });
      expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
      expect(watched.infos).toBeGreaterThanOrEqual(lists === "absent" ? 20 : 40);
    }
  });

  test.each(["access-denied", "unintelligible", "timed-out"] as const)(
    "is asked of each alone where the list that was to tell is %s",
    async (code) => {
      let over = false;
      const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
        async restoreProgress(id, look) {
          const answer = await gateway.restoreProgress(id, look);
          over ||= answer.progress?.state === "Success";
          return answer;
        },
        async partitions(name, look) {
          if (over) throw new GatewayError(code, "the list is not to be had");
          return gateway.partitions(name, look);
        },
      });
      const watched = await watchCrowd({ ...FORTY, but });
      expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
      expect(watched.infos).toBeGreaterThanOrEqual(30);
      expect(Math.max(...watched.results.map(({ endedAt }) => endedAt))).toBeLessThan(afterStart(14 * MINUTE));
    },
  );

  test("is asked at the deadline too, of all together", async () => {
    const crowd = { ...FORTY, endsAfterMs: together(200, 35 * MINUTE - 1) };
    const watched = await watchCrowd(crowd);
    expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
    const after = watched.requests.filter((at) => at >= afterStart(35 * MINUTE));
    expect(after.length).toBeLessThanOrEqual(220);
    expect(peakOf(watched.requests, SECOND)).toBeLessThanOrEqual(20);
  });

  test("is no longer asked once the run is told to stop: who waited for the list is cancelled", async () => {
    const clock = new FakeClock(START);
    let stop: (() => void) | undefined;
    const controller = new AbortController();
    const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
      async restoreProgress(id, look) {
        const answer = await gateway.restoreProgress(id, look);
        if (answer.progress?.state === "Success") stop ??= () => controller.abort("SIGTERM");
        return answer;
      },
      partitions(name, look) {
        stop?.();
        return gateway.partitions(name, look);
      },
    });
    const watched = await watchCrowd({ ...FORTY, clock, but, signal: controller.signal });
    expect(new Set(reasons(watched))).toEqual(new Set(["cancelled"]));
    expect(watched.results).toHaveLength(40);
  });

  test("is borne like any other question while the gateway is gone", async () => {
    const trouble = outage(12 * MINUTE + 3 * SECOND, 13 * MINUTE);
    const watched = await watchCrowd({ ...FORTY, endsAfterMs: together(300), services: 6, trouble });
    expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
  });
});

const story: fc.Arbitrary<Crowd> = fc.record({
  endsAfterMs: fc.array(fc.oneof(fc.integer({ min: -40 * MINUTE, max: 40 * MINUTE }), fc.constant(Infinity)), {
    minLength: 2,
    maxLength: 8,
  }),
  services: fc.integer({ min: 1, max: 2 }),
  lists: fc.constantFrom(...LISTS),
  trouble: fc
    .tuple(fc.integer({ min: 0, max: 30 * MINUTE }), fc.integer({ min: 0, max: MINUTE }))
    .map(([from, lasts]) => outage(from, from + lasts)),
  dice: fc.nat(),
});

test("with lists of whatever kind a fleet comes to the verdicts of the loop over one", async () => {
  await fc.assert(
    fc.asyncProperty(story, async (crowd) => {
      const fleet = await watchCrowd(crowd);
      for (const [nth, endsAfterMs] of crowd.endsAfterMs.entries()) {
        const clock = new FakeClock(START);
        const gateway = crowdedGateway(crowd, clock, new Map([[idOf(nth), endsAfterMs]]));
        const world = { gateway, clock, signal: new AbortController().signal };
        let alone: Reason | undefined;
        const options = { requestTimeoutMs: 20 * SECOND, dice: nth };
        for await (const event of watchRestore(planned({ partitionId: idOf(nth) }), world, options)) {
          if (event.type === "concluded") alone = event.verdict.reason;
        }
        expect(fleet.results[nth]?.verdict.reason).toBe(alone);
      }
    }),
    { numRuns: 40 },
  );
});
