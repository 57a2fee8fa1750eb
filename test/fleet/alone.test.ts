import { describe, expect, test } from "vitest";
import { type ClusterGateway, GatewayError } from "../../shared/cluster-gateway.ts";
import type { Reason } from "../../shared/restore/verdict.ts";
import { afterStart, MINUTE, SECOND, START, UNDATED_SUCCESS } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { type Crowd, idOf, watchCrowd, type Watched } from "./crowd.ts";

/* What a list does not confirm is asked of each partition alone; that must end like any other look. */

const reasons = ({ results }: Watched): readonly Reason[] => results.map(({ verdict }) => verdict.reason);
const together = (count: number, endsAfterMs: number): readonly number[] =>
  Array.from({ length: count }, () => endsAfterMs);

/** Two hundred restores that end in the same moment, whose services' lists call none of them well. */
const ILL: Crowd = { endsAfterMs: together(200, 12 * MINUTE), services: 2, plan: { corroborate: false } };

const illListed = (gateway: ClusterGateway): Pick<ClusterGateway, "partitions"> => ({
  partitions: async (name, look) =>
    (await gateway.partitions(name, look)).map((info) => ({ ...info, health: "Error" })),
});

describe("partitions that the list does not call well", () => {
  test.each([2, 60])("of %i services are asked several at a time, and eight at most", async (services) => {
    const clock = new FakeClock(START);
    const slowly = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
      ...illListed(gateway),
      async partitionInfo(id, look) {
        await clock.sleep(2 * SECOND, look.signal);
        return gateway.partitionInfo(id, look);
      },
    });
    const watched = await watchCrowd({ ...ILL, services, clock, but: slowly });
    expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
    // Two hundred of two seconds each would be 200 s for each of two services, one after the other.
    expect(Math.max(...watched.results.map(({ endedAt }) => endedAt))).toBeLessThan(afterStart(14 * MINUTE));
    expect(watched.mostInFlight).toBeLessThanOrEqual(8);
  });

  test.each([12 * MINUTE, 35 * MINUTE - 1])(
    "and then do not answer, end as soon after the deadline as one request a second allows: restored after %i ms",
    async (endsAfterMs) => {
      const clock = new FakeClock(START);
      const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
        ...illListed(gateway),
        async partitionInfo(_id, { budgetMs, signal }) {
          await clock.sleep(budgetMs, signal);
          signal.throwIfAborted();
          throw new GatewayError("timed-out", `no answer within ${budgetMs} ms`);
        },
      });
      const watched = await watchCrowd({ ...ILL, endsAfterMs: together(200, endsAfterMs), clock, but });
      expect(reasons(watched)).not.toContain("restored");
      // That is what is left of the rate where half of all that is asked is lost; one after the other, five seconds each, would be a thousand.
      expect(watched.endedAt).toBeLessThan(afterStart(35 * MINUTE + 240 * SECOND));
    },
  );
});

test("a partition that stands in its list twice is well only if it is so each time", async () => {
  const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
    async partitions(name, look) {
      const listed = await gateway.partitions(name, look);
      const ill = listed.map((info) => ({ ...info, health: "Error" }));
      return [...ill, ...listed];
    },
    partitionInfo: async (id, look) => {
      const info = await gateway.partitionInfo(id, look);
      return info === null ? null : { ...info, health: "Error" };
    },
  });
  const watched = await watchCrowd({ ...ILL, endsAfterMs: together(40, 12 * MINUTE), but });
  expect(new Set(reasons(watched))).toEqual(new Set(["unhealthy"]));
});

test("a list that hangs at the deadline is given up as soon as a look would be", async () => {
  const clock = new FakeClock(START);
  const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
    async partitions(name, look) {
      if (clock.now() < afterStart(35 * MINUTE)) return gateway.partitions(name, look);
      await clock.sleep(look.budgetMs, look.signal);
      throw new GatewayError("timed-out", `no answer within ${look.budgetMs} ms`);
    },
  });
  const endsAfterMs = together(40, 35 * MINUTE - 1);
  const watched = await watchCrowd({ ...ILL, endsAfterMs, services: 1, clock, but });
  expect(new Set(reasons(watched))).toEqual(new Set(["restored"]));
  expect(watched.endedAt).toBeLessThan(afterStart(35 * MINUTE + 15 * SECOND));
});

test("a success without a date does not wait for a list that would have it end after the deadline", async () => {
  const clock = new FakeClock(START);
  const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
    async restoreProgress(id, look) {
      const { progress } = await gateway.restoreProgress(id, look);
      return { progress: progress?.state === "Success" ? UNDATED_SUCCESS : progress };
    },
    async partitions(name, look) {
      if (clock.now() >= afterStart(35 * MINUTE)) await clock.sleep(6 * SECOND, look.signal);
      return gateway.partitions(name, look);
    },
  });
  const crowd = { ...ILL, endsAfterMs: together(20, 35 * MINUTE - 1), services: 1, clock, but };
  expect(new Set(reasons(await watchCrowd(crowd)))).toEqual(new Set(["restored"]));
});

test("one look that hangs keeps nobody waiting but itself: not those who wait for its list, nor other services", async () => {
  const clock = new FakeClock(START);
  let hangs = 1;
  const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
    async restoreProgress(id, look) {
      const answer = await gateway.restoreProgress(id, look);
      if (answer.progress?.state !== "Success" || id !== idOf(17) || hangs-- <= 0) return answer;
      await clock.sleep(look.budgetMs, look.signal);
      throw new GatewayError("timed-out", `no answer within ${look.budgetMs} ms`);
    },
  });
  const crowd = { ...ILL, endsAfterMs: together(300, 12 * MINUTE), roundTripMs: SECOND, clock, but };
  const { requests } = await watchCrowd(crowd);
  expect(hangs).toBeLessThanOrEqual(0);
  const after = requests.filter((at) => at >= afterStart(12 * MINUTE));
  const gaps = after.slice(1).map((at, nth) => at - (after[nth] ?? at));
  expect(Math.max(...gaps)).toBeLessThan(5 * SECOND);
});
