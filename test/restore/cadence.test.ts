import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ACTION_CADENCE,
  type Cadence,
  FUNCTION_CADENCE,
  learnedCadence,
  lookDelay,
  restoreDelay,
  retryDelay,
} from "../../shared/restore/cadence.ts";
import { draw } from "../../shared/restore/dice.ts";
import { HOUR, MINUTE, SECOND } from "./scenes.ts";

const MIDDLE = 0.5;
const fixed = (everyMs: number): Cadence => ({ kind: "fixed", everyMs });
const jitters = fc.double({ min: 0, max: 1, noNaN: true });

describe("the interval between two looks", () => {
  test.each([
    ["just begun", 0, 2 * SECOND],
    ["40 s old", 40 * SECOND, 2 * SECOND],
    ["1 min old", MINUTE, 3 * SECOND],
    ["4 min old", 4 * MINUTE, 12 * SECOND],
    ["10 min old", 10 * MINUTE, 30 * SECOND],
    ["six hours old", 6 * HOUR, 30 * SECOND],
    ["younger than nothing", -MINUTE, 2 * SECOND],
  ])("is 5 %% of the restore's age, from 2 s to 30 s: %s", (_, ageMs, delay) => {
    expect(lookDelay(ACTION_CADENCE, ageMs, MIDDLE)).toBeCloseTo(delay, 6);
  });

  test("is drawn from a band of 10 % either side", () => {
    expect(lookDelay(ACTION_CADENCE, 4 * MINUTE, 0)).toBeCloseTo(10.8 * SECOND, 6);
    expect(lookDelay(ACTION_CADENCE, 4 * MINUTE, 1)).toBeCloseTo(13.2 * SECOND, 6);
  });

  test("never leaves 2 to 30 s nor the band, whatever the dice", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 * HOUR }), jitters, (ageMs, jitter) => {
        const delay = lookDelay(ACTION_CADENCE, ageMs, jitter);
        const clamped = (ms: number): number => Math.min(30 * SECOND, Math.max(2 * SECOND, ms));
        expect(delay).toBeGreaterThanOrEqual(clamped(0.045 * ageMs) - 1e-6);
        expect(delay).toBeLessThanOrEqual(clamped(0.055 * ageMs) + 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  test.each([0, 0.25, 1])("fixed is exact, whatever the age and the dice: %d", (jitter) => {
    for (const ageMs of [0, MINUTE, 6 * HOUR]) expect(lookDelay(fixed(7_500), ageMs, jitter)).toBe(7_500);
  });
});

describe("a cadence that learnt from earlier restores", () => {
  const past = [9, 10, 11, 10, 9, 12, 10].map((minutes) => minutes * MINUTE);
  const learned = learnedCadence(past, ACTION_CADENCE);
  const delays = (ageMs: number): number => restoreDelay(learned, ageMs, MIDDLE) / SECOND;

  test("looks seldom before any was ever over, often when most are, and not for ever so", () => {
    expect(delays(MINUTE)).toBeGreaterThan(60);
    expect(delays(10 * MINUTE)).toBeLessThan(20);
    expect(delays(HOUR)).toBeGreaterThan(60);
  });

  test("is plain JSON, and keeps its delays between 2 s and 150 s at whatever age", () => {
    expect(JSON.parse(JSON.stringify(learned))).toEqual(learned);
    const pasts = fc.array(fc.double({ min: 0, max: 7 * 24 * HOUR, noNaN: true }), { minLength: 3, maxLength: 20 });
    fc.assert(
      fc.property(pasts, fc.integer({ min: -HOUR, max: 48 * HOUR }), jitters, (durations, ageMs, jitter) => {
        const delay = restoreDelay(learnedCadence(durations, ACTION_CADENCE), ageMs, jitter);
        expect(delay).toBeGreaterThanOrEqual(2 * SECOND);
        expect(delay).toBeLessThanOrEqual(150 * SECOND);
      }),
      { numRuns: 500 },
    );
  });

  test("what outlives all that is known is not asked for each second", () => {
    for (const hours of [6, 7, 24]) expect(delays(hours * HOUR)).toBeGreaterThan(60);
  });

  test.each([
    ["nothing", []],
    ["two durations", [MINUTE, 2 * MINUTE]],
    ["no durations at all", [0, -1, 0, 0]],
    ["durations that have nothing in common", [5 * SECOND, 6 * HOUR, MINUTE, 20 * MINUTE]],
  ])("%s teaches nothing: the other cadence stands", (_, durations) => {
    expect(learnedCadence(durations, ACTION_CADENCE)).toBe(ACTION_CADENCE);
  });

  test("says nothing of what is no restore: that goes by its age", () => {
    for (const ageMs of [0, MINUTE, 4 * MINUTE, HOUR])
      expect(lookDelay(learned, ageMs, 0.3)).toBe(lookDelay(ACTION_CADENCE, ageMs, 0.3));
    for (const cadence of [ACTION_CADENCE, fixed(300)])
      expect(restoreDelay(cadence, 4 * MINUTE, 0.3)).toBe(lookDelay(cadence, 4 * MINUTE, 0.3));
  });

  test("a fixed interval stands: that is what was asked for", () => {
    expect(learnedCadence(past, fixed(500))).toEqual(fixed(500));
  });

  test("never looks sooner than the other one's shortest delay", () => {
    const quick = learnedCadence([1_000, 1_000, 1_000], FUNCTION_CADENCE);
    for (const ageMs of [0, 900, 5_000]) expect(restoreDelay(quick, ageMs, 0)).toBeGreaterThanOrEqual(5 * SECOND);
  });

  test("goes by the last ten", () => {
    const old = Array.from({ length: 50 }, () => 2 * HOUR);
    const last = Array.from({ length: 10 }, (_, nth) => 10 * MINUTE + nth * SECOND);
    expect(learnedCadence([...old, ...last], ACTION_CADENCE)).toEqual(learnedCadence(last, ACTION_CADENCE));
  });
});

describe("the delay after a fault", () => {
  test("begins at a second, and is drawn up to three times the last one, at most 30 s", () => {
    expect(retryDelay(ACTION_CADENCE, 0, 1)).toBe(1 * SECOND);
    expect(retryDelay(ACTION_CADENCE, 2 * SECOND, 0)).toBe(1 * SECOND);
    expect(retryDelay(ACTION_CADENCE, 2 * SECOND, 0.5)).toBe(3.5 * SECOND);
    expect(retryDelay(ACTION_CADENCE, 2 * SECOND, 1)).toBe(6 * SECOND);
    expect(retryDelay(ACTION_CADENCE, 30 * SECOND, 1)).toBe(30 * SECOND);
  });

  test("never leaves the band from a second to half a minute, whatever the draws", () => {
    fc.assert(
      fc.property(fc.array(jitters, { minLength: 1, maxLength: 50 }), (draws) => {
        let delay = 0;
        for (const jitter of draws) {
          delay = retryDelay(ACTION_CADENCE, delay, jitter);
          expect(delay).toBeGreaterThanOrEqual(1 * SECOND);
          expect(delay).toBeLessThanOrEqual(30 * SECOND);
        }
      }),
      { numRuns: 200 },
    );
  });

  test("begins at a fixed interval below a second, and at a second for a longer one", () => {
    expect(retryDelay(fixed(200), 0, 1)).toBe(200);
    expect(retryDelay(fixed(200), 200, 1)).toBe(600);
    expect(retryDelay(fixed(60_000), 0, 1)).toBe(1 * SECOND);
  });

  test("Retry-After outranks it, up to a day", () => {
    expect(retryDelay(ACTION_CADENCE, 0, 0, 90 * SECOND)).toBe(90 * SECOND);
    expect(retryDelay(ACTION_CADENCE, 0, 0, 90 * 24 * HOUR)).toBe(24 * HOUR);
    expect(retryDelay(ACTION_CADENCE, 30 * SECOND, 1, 3 * SECOND)).toBe(30 * SECOND);
    expect(retryDelay(ACTION_CADENCE, 0, 1, 0)).toBe(1 * SECOND);
  });
});

describe("the dice", () => {
  test("draw numbers from 0 to below 1, and the dice to go on with", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (dice) => {
        const drawn = draw(dice);
        expect(drawn.value).toBeGreaterThanOrEqual(0);
        expect(drawn.value).toBeLessThan(1);
        expect(drawn.dice >>> 0).toBe(drawn.dice);
        expect(draw(dice)).toEqual(drawn);
      }),
      { numRuns: 500 },
    );
  });

  test("do not repeat soon, and fall evenly", () => {
    const seen = new Set<number>();
    const tenths = Array.from({ length: 10 }, () => 0);
    let dice = 7;
    for (let count = 0; count < 10_000; count++) {
      const drawn = draw(dice);
      ({ dice } = drawn);
      seen.add(dice);
      const tenth = Math.floor(drawn.value * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(seen.size).toBe(10_000);
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
});

test("the dice are those of Numerical Recipes: 1664525 times the last, plus 1013904223, modulo 2^32", () => {
  expect([draw(0).dice, draw(1).dice, draw(2 ** 32 - 1).dice]).toEqual([1_013_904_223, 1_015_568_748, 1_012_239_698]);
});
