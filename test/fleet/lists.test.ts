import { describe, expect, test } from "vitest";
import type { ClusterGateway } from "../../shared/cluster-gateway.ts";
import { afterStart, MINUTE, SECOND, START, sure } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { type Crowd, idOf, outage, peakOf, watchCrowd, type Watched } from "./crowd.ts";

const reasons = ({ results }: Watched): readonly string[] => results.map(({ verdict }) => verdict.reason);
const countOf = (watched: Watched, reason: string): number => reasons(watched).filter((one) => one === reason).length;

/** A hundred restores of twenty minutes and more, in five services; every tenth fails. */
const LONG: Crowd = {
  endsAfterMs: Array.from({ length: 100 }, (_, nth) => (nth % 10 === 0 ? -1 : 1) * (20 * MINUTE + nth * 5 * SECOND)),
  services: 5,
};

/** How long after the end of its restore each verdict came, on average. */
function meanLateness({ results }: Watched, { endsAfterMs }: Crowd): number {
  const late = results.map(({ endedAt }, nth) => endedAt - START - Math.abs(sure(endsAfterMs[nth])));
  return late.reduce((sum, ms) => sum + ms, 0) / late.length;
}

function looksPer({ looks }: Watched): number {
  return [...looks.values()].reduce((sum, { length }) => sum + length, 0) / looks.size;
}

describe("the lists of services", () => {
  test("show what is worth a look: far fewer looks, verdicts sooner, and the same ones", async () => {
    const [single, listed] = [await watchCrowd({ ...LONG, services: 0 }), await watchCrowd(LONG)];
    expect(reasons(listed)).toEqual(reasons(single));
    expect(countOf(listed, "restored")).toBe(90);
    expect(looksPer(listed)).toBeLessThan(looksPer(single) / 5);
    expect(listed.requests.length).toBeLessThan(single.requests.length / 2);
    expect(meanLateness(listed, LONG)).toBeLessThan(meanLateness(single, LONG));
    expect(peakOf(listed.requests, SECOND)).toBeLessThanOrEqual(20);
  });

  test("are not trusted: every partition is looked at each five minutes, whatever they show", async () => {
    const watched = await watchCrowd({ ...LONG, lists: "silent" });
    expect(countOf(watched, "restored")).toBe(90);
    expect(countOf(watched, "restore-failed")).toBe(10);
    for (const looks of watched.looks.values()) {
      for (const [nth, at] of looks.entries()) {
        expect(at - (looks[nth - 1] ?? START)).toBeLessThanOrEqual(5 * MINUTE + 30 * SECOND);
      }
    }
  });

  test("that are denied are asked for once, and one that leaves partitions out is as good as none for them", async () => {
    const single = await watchCrowd({ ...LONG, services: 0 });
    const last = idOf(99);
    for (const lists of ["denied", "absent"] as const) {
      const watched = await watchCrowd({ ...LONG, lists });
      expect(reasons(watched)).toEqual(reasons(single));
      expect(sure(watched.looks.get(last)).length).toBeGreaterThan(sure(single.looks.get(last)).length * 0.9);
      expect(watched.lists === 5).toBe(lists === "denied");
    }
  });

  test("say nothing of a partition that stays Ready while it is restored: it is looked at as if there were none", async () => {
    const crowd: Crowd = { ...LONG, endsAfterMs: LONG.endsAfterMs.map(Math.abs), lists: "ready" };
    const watched = await watchCrowd(crowd);
    expect(countOf(watched, "restored")).toBe(100);
    expect(meanLateness(watched, crowd)).toBeLessThan(30 * SECOND);
  });

  test("that show no restore to begin end the wait for one on time", async () => {
    const watched = await watchCrowd({ ...LONG, endsAfterMs: LONG.endsAfterMs.map(() => Number.NaN), lists: "quiet" });
    expect(countOf(watched, "no-restore")).toBe(100);
    expect(looksPer(watched)).toBeLessThanOrEqual(3);
    for (const { endedAt } of watched.results) expect(endedAt).toBeGreaterThanOrEqual(afterStart(5 * MINUTE));
  });

  test("are read again after an outage, and no verdict is lost by it", async () => {
    const watched = await watchCrowd({ ...LONG, trouble: outage(19.5 * MINUTE, 20.5 * MINUTE) });
    expect(countOf(watched, "restored")).toBe(90);
    expect(countOf(watched, "restore-failed")).toBe(10);
  });

  test("are no longer read once all of a service have their verdicts", async () => {
    const clock = new FakeClock(START);
    const read: string[] = [];
    const but = (gateway: ClusterGateway): Partial<ClusterGateway> => ({
      partitions(name, look) {
        if (clock.now() >= afterStart(2 * MINUTE)) read.push(name);
        return gateway.partitions(name, look);
      },
    });
    const endsAfterMs = [MINUTE, 30 * MINUTE, MINUTE, 30 * MINUTE];
    const watched = await watchCrowd({ endsAfterMs, services: 2, clock, but });
    expect(countOf(watched, "restored")).toBe(4);
    expect(new Set(read)).toEqual(new Set(["fabric:/DemoApp/Svc1"]));
  });

  test("that cannot be had for long are asked for seldom, and hold nothing up", async () => {
    const single = await watchCrowd({ ...LONG, services: 0 });
    const watched = await watchCrowd({ ...LONG, lists: "out-of-reach" });
    expect(reasons(watched)).toEqual(reasons(single));
    expect(watched.lists).toBeLessThanOrEqual(5 * 14);
    expect(meanLateness(watched, LONG)).toBeLessThan(30 * SECOND);
  });
});
