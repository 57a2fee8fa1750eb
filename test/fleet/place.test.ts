import { describe, expect, test } from "vitest";
import { type ClusterGateway, GatewayError } from "../../shared/cluster-gateway.ts";
import { placed } from "../../shared/fleet/place.ts";
import type { ServiceList } from "../../shared/fleet/fleet.ts";
import { afterStart, MINUTE, SECOND, START } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { crowdedGateway, idOf, outage } from "./crowd.ts";

/** So many partitions in so many services; what it takes to find out which is where. */
function crowd(count: number, services: number, trouble?: (elapsedMs: number) => GatewayError | undefined) {
  const clock = new FakeClock(START);
  const ids = Array.from({ length: count }, (_, nth) => idOf(nth));
  const crowded = crowdedGateway(
    { services, ...(trouble && { trouble }) },
    clock,
    new Map(ids.map((id) => [id, MINUTE])),
  );
  const place = (
    different: Partial<ClusterGateway> = {},
    known: readonly ServiceList[] = [],
    signal = new AbortController().signal,
  ) =>
    placed(ids, known, { gateway: { ...crowded, ...different }, clock, signal }, afterStart(30 * MINUTE), 20 * SECOND);
  return { ids, clock, crowded, place };
}

const sizes = (lists: readonly ServiceList[]): readonly number[] => lists.map(({ partitions }) => partitions.length);

describe("partitions that are named one by one", () => {
  test("are placed by one name and one list for each service", async () => {
    const { crowded, place } = crowd(100, 4);
    expect(sizes(await place())).toEqual([25, 25, 25, 25]);
    expect(crowded.requests.length).toBe(8);
  });

  test("of which each is in a service of its own cost six requests, and are left alone", async () => {
    const { crowded, place } = crowd(100, 100);
    expect(sizes(await place())).toEqual([1, 1, 1]);
    expect(crowded.requests.length).toBe(6);
  });

  test("are not asked about where a list is known already", async () => {
    const { crowded, ids, place } = crowd(50, 1);
    const known = [{ name: "fabric:/DemoApp/Svc0", partitions: ids.map((id) => crowded.listed(id, 0)) }];
    expect(await place({}, known)).toEqual(known);
    expect(crowded.requests.length).toBe(0);
  });

  test("of which one does not exist are placed all the same", async () => {
    const { crowded, ids, place } = crowd(60, 2);
    const lists = await place({
      serviceName(id, look) {
        if (id === ids[0]) throw new GatewayError("partition-not-found", "404");
        return crowded.serviceName(id, look);
      },
    });
    expect(sizes(lists)).toEqual([30, 30]);
  });

  test("are left alone where names are refused, where nobody answers, and when told to stop", async () => {
    const refused = crowd(60, 2);
    const lists = await refused.place({ serviceName: () => Promise.reject(new GatewayError("access-denied", "403")) });
    expect(lists).toEqual([]);
    const gone = crowd(60, 2, outage(0, Infinity));
    expect(await gone.place()).toEqual([]);
    expect(gone.crowded.requests.length).toBe(3);
    const stopped = crowd(60, 2);
    expect(await stopped.place({}, [], AbortSignal.abort("SIGTERM"))).toEqual([]);
    expect(stopped.crowded.requests.length).toBe(0);
  });

  test("do not wait for it longer than half a minute", async () => {
    const { clock, crowded, place } = crowd(200, 50);
    await place({
      async serviceName(id, look) {
        await clock.sleep(4 * SECOND, look.signal);
        return crowded.serviceName(id, look);
      },
    });
    expect(clock.now() - START).toBeLessThanOrEqual(35 * SECOND);
  });

  test("hide no defect of ours", async () => {
    const { place } = crowd(60, 2);
    await expect(place({ serviceName: () => Promise.reject(new TypeError("a defect")) })).rejects.toThrow("a defect");
  });
});
