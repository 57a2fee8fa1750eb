import { describe, expect, test } from "vitest";
import { type ClusterGateway, GatewayError } from "../../shared/cluster-gateway.ts";
import type { Reason } from "../../shared/restore/verdict.ts";
import { afterStart, MINUTE, SECOND, START } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { type Crowd, watchCrowd, type Watched } from "./crowd.ts";

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
    "and then do not answer, end no later than in a run that reads no lists: restored after %i ms",
    async (endsAfterMs) => {
      const ends = async (services: number): Promise<number> => {
        const clock = new FakeClock(START);
        const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
          ...illListed(gateway),
          async partitionInfo(_id, { budgetMs, signal }) {
            await clock.sleep(budgetMs, signal);
            signal.throwIfAborted();
            throw new GatewayError("timed-out", `no answer within ${budgetMs} ms`);
          },
        });
        const watched = await watchCrowd({ ...ILL, endsAfterMs: together(200, endsAfterMs), services, clock, but });
        expect(reasons(watched)).not.toContain("restored");
        return watched.endedAt;
      };
      expect(await ends(2)).toBeLessThanOrEqual((await ends(0)) + 30 * SECOND);
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
