import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { GatewayError } from "../../shared/cluster-gateway.ts";
import { openPace } from "../../shared/fleet/pace.ts";
import { watchFleet } from "../../shared/fleet/watch-fleet.ts";
import { draw } from "../../shared/restore/dice.ts";
import type { Verdict } from "../../shared/restore/verdict.ts";
import { watchRestore } from "../../shared/watch-restore.ts";
import { FakeClock } from "../simulator/clock.ts";
import { afterStart, MINUTE, planned, SECOND, START, sure } from "../restore/scenes.ts";
import { type Crowd, crowdedGateway, idOf, outage, peakOf, watchCrowd, type Watched } from "./crowd.ts";

const reasons = ({ results }: Watched): readonly string[] => results.map(({ verdict }) => verdict.reason);
const countOf = (watched: Watched, reason: string): number => reasons(watched).filter((one) => one === reason).length;
/** So many durations between 5 s and 30 min, evenly on a log scale, shuffled. */
const spreadOut = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, nth) => Math.round(5_000 * 360 ** (((nth * 7) % count) / count)));

describe("a fleet in good weather", () => {
  test("keeps to its budget in every second, to eight requests at once, and everybody gets a verdict", async () => {
    const watched = await watchCrowd({ endsAfterMs: spreadOut(300).map((ms, nth) => (nth % 5 === 0 ? -ms : ms)) });
    expect(countOf(watched, "restored")).toBe(240);
    expect(countOf(watched, "restore-failed")).toBe(60);
    expect(peakOf(watched.requests, SECOND)).toBeLessThanOrEqual(20);
    expect(watched.mostInFlight).toBeLessThanOrEqual(8);
  });

  test("a budget below one request a second is kept too", async () => {
    const watched = await watchCrowd({ endsAfterMs: [60_000, 120_000, -180_000], perSecond: 0.5 });
    expect(reasons(watched)).toEqual(["restored", "restored", "restore-failed"]);
    expect(peakOf(watched.requests, 8 * SECOND)).toBeLessThanOrEqual(4);
  });

  test("looks at nobody less often than every four of its intervals where the budget allows", async () => {
    const watched = await watchCrowd({ endsAfterMs: Array.from({ length: 100 }, () => Infinity) });
    for (const looks of watched.looks.values()) {
      for (const [nth, at] of looks.entries()) {
        const before = looks[nth - 1] ?? START;
        const own = Math.min(30 * SECOND, Math.max(5 * SECOND, 0.055 * (before - START)));
        expect(at - before).toBeLessThanOrEqual(4 * own);
      }
    }
  });

  test("where it does not, all are looked at alike: about every n / rate seconds", async () => {
    const watched = await watchCrowd({ endsAfterMs: Array.from({ length: 400 }, () => Infinity), perSecond: 4 });
    for (const looks of watched.looks.values()) {
      const gaps = looks.slice(1).map((at, nth) => at - sure(looks[nth]));
      expect(Math.max(...gaps.slice(0, -1))).toBeLessThanOrEqual(2 * 100 * SECOND);
    }
  });

  test("first looks are spread out", async () => {
    const { looks } = await watchCrowd({ endsAfterMs: Array.from({ length: 400 }, () => MINUTE) });
    const firsts = [...looks.values()].map(([first]) => sure(first));
    expect(
      peakOf(
        firsts.toSorted((a, b) => a - b),
        SECOND,
      ),
    ).toBeLessThanOrEqual(21);
    expect(Math.max(...firsts) - START).toBeGreaterThan(15 * SECOND);
  });

  test("every deadline gets its look, in order and within what the budget needs for them", async () => {
    const count = 200;
    const watched = await watchCrowd({ endsAfterMs: Array.from({ length: count }, () => Infinity) });
    expect(countOf(watched, "deadline-exceeded")).toBe(count);
    const deadline = afterStart(35 * MINUTE);
    for (const looks of watched.looks.values()) expect(looks.at(-1)).toBeGreaterThanOrEqual(deadline);
    // Each last look asks the other witnesses too: four requests.
    expect(watched.endedAt - deadline).toBeLessThanOrEqual(((4 * count) / 20 + 2) * SECOND);
  });

  test("what ends just in time passes, however many there are", async () => {
    const watched = await watchCrowd({ endsAfterMs: Array.from({ length: 150 }, () => 35 * MINUTE - 1) });
    expect(countOf(watched, "restored")).toBe(150);
  });

  test("tells how it stands at most once a minute", async () => {
    const { events } = await watchCrowd({ endsAfterMs: spreadOut(120) });
    const told = events.filter((event) => event.type === "progress");
    expect(told.length).toBeGreaterThan(20);
    for (const [nth, { at }] of told.entries()) {
      expect(at - (told[nth - 1]?.at ?? START)).toBeGreaterThanOrEqual(10 * SECOND);
    }
    const { concluded, watched, states, ...standing } = sure(
      told.find(({ estimatedEnd }) => estimatedEnd !== undefined),
    );
    expect(concluded.passed + watched).toBe(120);
    expect(states.reduce((sum, { count }) => sum + count, 0)).toBe(watched);
    expect(standing).toMatchObject({ rate: 20, setRate: 20, blind: false });
    expect(standing.estimatedEnd).toBeLessThanOrEqual(afterStart(35 * MINUTE));
  });
});

describe("a fleet in bad weather", () => {
  test("a gateway that is gone for a minute costs no verdict among a thousand", async () => {
    const endsAfterMs = spreadOut(1_000).map((ms, nth) => (nth % 10 === 0 ? -ms : ms));
    const trouble = outage(4 * MINUTE, 5 * MINUTE);
    const watched = await watchCrowd({ endsAfterMs, trouble });
    expect(countOf(watched, "restored")).toBe(900);
    expect(countOf(watched, "restore-failed")).toBe(100);
    const during = watched.requests.filter((at) => at >= afterStart(4 * MINUTE) && at < afterStart(5 * MINUTE));
    expect(during.length).toBeLessThanOrEqual(30);
  });

  test("a gateway that never answers is given up on after two minutes for all, on the word of a few looks", async () => {
    const watched = await watchCrowd({ endsAfterMs: spreadOut(500), trouble: outage(0, Infinity) });
    expect(countOf(watched, "unreachable")).toBe(500);
    expect(watched.endedAt - START).toBeLessThanOrEqual(3 * MINUTE);
    expect(watched.requests.length).toBeLessThanOrEqual(40);
  });

  test("one that goes silent before the deadline does not hold the run up beyond it", async () => {
    const endsAfterMs = Array.from({ length: 500 }, () => Infinity);
    const watched = await watchCrowd({ endsAfterMs, trouble: outage(20 * MINUTE, Infinity) });
    expect(countOf(watched, "deadline-exceeded")).toBe(500);
    expect(watched.endedAt - afterStart(35 * MINUTE)).toBeLessThanOrEqual(20 * SECOND);
  });

  test("throttling slows all of them down, and what is throttled is no fault of the restore", async () => {
    const busy = (elapsed: number): GatewayError | undefined =>
      elapsed % MINUTE < 2 * SECOND ? new GatewayError("throttled", "429", { retryAfterMs: 3 * SECOND }) : undefined;
    const watched = await watchCrowd({ endsAfterMs: spreadOut(200), trouble: busy });
    expect(countOf(watched, "restored")).toBe(200);
  });

  test("told to stop, it concludes all of them at once and asks nothing more", async () => {
    const clock = new FakeClock(START);
    const signal = clock.abortAt(afterStart(10 * MINUTE), "SIGTERM");
    const endsAfterMs = Array.from({ length: 300 }, () => Infinity);
    const watched = await watchCrowd({ endsAfterMs, clock, signal });
    expect(countOf(watched, "cancelled")).toBe(300);
    expect(sure(watched.requests.at(-1))).toBeLessThanOrEqual(afterStart(10 * MINUTE));
    expect(watched.endedAt).toBe(afterStart(10 * MINUTE));
  });

  test("a recorder that breaks ends the run as the defect it is", async () => {
    const clock = new FakeClock(START);
    const gateway = crowdedGateway(
      {},
      clock,
      new Map([
        [idOf(0), MINUTE],
        [idOf(1), MINUTE],
      ]),
    );
    const { partitionId: _, ...plan } = planned();
    const world = { gateway, clock, signal: new AbortController().signal };
    const options = { requestTimeoutMs: 20 * SECOND, dice: 1, pace: openPace(20, clock) };
    const run = watchFleet([idOf(0), idOf(1)], plan, world, options, ({ type }) => {
      if (type === "looked") throw new TypeError("the disk is full");
    });
    await expect(run).rejects.toThrow("the disk is full");
  });
});

describe("the fleet and the loop over one", () => {
  const story: fc.Arbitrary<Crowd> = fc.record({
    endsAfterMs: fc.array(fc.oneof(fc.integer({ min: -40 * MINUTE, max: 40 * MINUTE }), fc.constant(Infinity)), {
      minLength: 1,
      maxLength: 6,
    }),
    trouble: fc
      .tuple(fc.integer({ min: 0, max: 30 * MINUTE }), fc.integer({ min: 0, max: MINUTE }))
      .map(([from, lasts]) => outage(from, from + lasts)),
    dice: fc.nat(),
  });

  test("come to the same verdicts in the same world", async () => {
    await fc.assert(
      fc.asyncProperty(story, async (crowd) => {
        const together = await watchCrowd(crowd);
        for (const [nth, endsAfterMs] of crowd.endsAfterMs.entries()) {
          const clock = new FakeClock(START);
          const gateway = crowdedGateway(crowd, clock, new Map([[idOf(nth), endsAfterMs]]));
          const world = { gateway, clock, signal: new AbortController().signal };
          let alone: Verdict | undefined;
          const options = { requestTimeoutMs: 20 * SECOND, dice: nth };
          for await (const event of watchRestore(planned({ partitionId: idOf(nth) }), world, options)) {
            if (event.type === "concluded") alone = event.verdict;
          }
          expect(together.results[nth]?.verdict.reason).toBe(alone?.reason);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("one alone is looked at exactly when the loop would", async () => {
    await fc.assert(
      fc.asyncProperty(story, async ({ endsAfterMs, dice = 1, ...crowd }) => {
        const only = sure(endsAfterMs[0]);
        const clock = new FakeClock(START);
        const gateway = crowdedGateway(crowd, clock, new Map([[idOf(0), only]]));
        const world = { gateway, clock, signal: new AbortController().signal };
        const fleet = await watchCrowd({ ...crowd, endsAfterMs: [only], dice });
        const first = sure(fleet.results[0]).watch;
        const options = { requestTimeoutMs: 20 * SECOND, dice: draw(dice).dice };
        await Array.fromAsync(watchRestore(planned({ partitionId: idOf(0) }), world, options));
        expect(fleet.looks.get(idOf(0))).toEqual(gateway.looks.get(idOf(0)));
        expect(first.looks).toBe(gateway.looks.get(idOf(0))?.length);
      }),
      { numRuns: 60 },
    );
  });
});
