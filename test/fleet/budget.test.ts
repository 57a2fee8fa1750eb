import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Budget,
  burstOf,
  type Grant,
  grant,
  isOpen,
  openBudget,
  type Outcome,
  settle,
  spend,
  type Wish,
} from "../../shared/fleet/budget.ts";
import { draw } from "../../shared/restore/dice.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { afterStart, MINUTE, SECOND, START } from "../restore/scenes.ts";

const LOOK: Wish = { following: 0, atOnce: 1, urgent: false };
const LAST: Wish = { ...LOOK, urgent: true };
/** One more request of something under way: nothing to hand back. */
const MORE: Wish = { following: 0, atOnce: 0, urgent: true };
const CLEAN = { kind: "clean" } as const;
const TROUBLE = { kind: "trouble" } as const;
const THROTTLED = { kind: "trouble", throttled: true } as const;

function granted(answer: Grant): Budget {
  if (!answer.granted) throw new Error(`refused until ${answer.at}`);
  return answer.budget;
}

/** Takes looks and ends them at once, as many as there are. */
function drain(budget: Budget, wish: Wish, now: Instant): { readonly budget: Budget; readonly looks: number } {
  let [left, looks] = [budget, 0];
  for (let answer = grant(left, wish, now); answer.granted; answer = grant(left, wish, now)) {
    left = settle(answer.budget, wish, CLEAN, now);
    looks += 1;
  }
  return { budget: left, looks };
}

function troubled(budget: Budget, times: number, now: Instant, outcome: Outcome = TROUBLE): Budget {
  let worse = budget;
  for (let nth = 0; nth < times; nth++) worse = settle(worse, MORE, outcome, later(now, nth * SECOND));
  return worse;
}

describe("whatever is asked of it", () => {
  const rate = fc.oneof(fc.integer({ min: 4, max: 1_000 }), fc.double({ min: 0.1, max: 1_000, noNaN: true }));
  const wish = fc.record({
    following: fc.integer({ min: 0, max: 3 }),
    atOnce: fc.integer({ min: 0, max: 3 }),
    urgent: fc.boolean(),
  });
  const turns = fc.array(
    fc.record({
      waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3 * SECOND })),
      wish,
      fails: fc.boolean(),
      uses: fc.nat({ max: 3 }),
      roundTripMs: fc.nat({ max: 300 }),
    }),
    { maxLength: 300 },
  );

  test("no second, and no other span, sees more than the set rate allows", () => {
    fc.assert(
      fc.property(rate, turns, fc.integer({ min: 1_000, max: 30_000 }), (perSecond, all, spanMs) => {
        let [budget, now] = [openBudget(perSecond, START), START];
        const sent: Instant[] = [];
        for (const turn of all) {
          now = later(now, turn.waitMs);
          const answer = grant(budget, turn.wish, now);
          if (!answer.granted) continue;
          sent.push(now);
          ({ budget } = answer);
          // Of what was granted some is sent, a little later, and some is handed back.
          const used = Math.min(turn.uses, turn.wish.following);
          for (let nth = 0; nth < used; nth++) {
            now = later(now, turn.roundTripMs);
            budget = spend(budget, now);
            sent.push(now);
          }
          const left = { ...turn.wish, following: turn.wish.following - used };
          budget = settle(budget, left, turn.fails ? TROUBLE : CLEAN, now);
        }
        const most = Math.max(4, Math.floor(perSecond));
        const bursts = Math.ceil(spanMs / Math.max(1_000, (most / perSecond) * 1_000));
        for (const from of sent) {
          const within = sent.filter((at) => at >= from && at < from + spanMs);
          expect(within.length).toBeLessThanOrEqual(bursts * most);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("whoever comes back when told is let in, unless something in flight is in the way", () => {
    fc.assert(
      fc.property(rate, turns, wish, (perSecond, all, last) => {
        let [budget, now] = [openBudget(perSecond, START), START];
        for (const turn of all) {
          now = later(now, turn.waitMs);
          const answer = grant(budget, turn.wish, now);
          if (answer.granted) budget = settle(answer.budget, turn.wish, turn.fails ? TROUBLE : CLEAN, now);
        }
        let waits = 0;
        for (let answer = grant(budget, last, now); !answer.granted; answer = grant(budget, last, now)) {
          expect(answer.at).toBeGreaterThan(now);
          now = answer.at ?? now;
          waits += 1;
          expect(waits).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("it is plain JSON, and stays small", () => {
    fc.assert(
      fc.property(rate, turns, (perSecond, all) => {
        let [budget, now] = [openBudget(perSecond, START), START];
        for (const turn of all) {
          now = later(now, turn.waitMs);
          const answer = grant(budget, turn.wish, now);
          if (answer.granted) budget = answer.budget;
        }
        expect(JSON.parse(JSON.stringify(budget))).toStrictEqual(budget);
        expect(budget.spent.length).toBeLessThanOrEqual(101);
      }),
      { numRuns: 100 },
    );
  });
});

describe("the rate", () => {
  test("lets a second's worth out at once, and then as much each second", () => {
    const first = drain(openBudget(20, START), LAST, START);
    expect(first.looks).toBe(20);
    expect(drain(first.budget, LAST, afterStart(999)).looks).toBe(0);
    expect(drain(first.budget, LAST, afterStart(SECOND)).looks).toBe(20);
  });

  test("of less than one look with all its questions lets that look out all the same, and then pauses for it", () => {
    const whole: Wish = { following: 3, atOnce: 3, urgent: false };
    let after = granted(grant(openBudget(0.5, START), whole, START));
    for (let nth = 0; nth < 3; nth++) after = spend(after, START);
    after = settle(after, { ...whole, following: 0 }, CLEAN, START);
    expect(grant(after, whole, START)).toEqual({ granted: false, at: afterStart(8 * SECOND) });
  });

  test("keeps a tenth for last looks", () => {
    const { budget, looks } = drain(openBudget(20, START), LOOK, START);
    expect(looks).toBe(18);
    expect(drain(budget, LAST, START).looks).toBe(2);
  });

  test("is halved where the cluster asks for it, once for what fails together, and never below one a second", () => {
    const together = settle(settle(openBudget(20, START), MORE, THROTTLED, START), MORE, THROTTLED, afterStart(10));
    expect(together.rate).toBe(10);
    expect(settle(openBudget(20, START), MORE, { kind: "trouble", retryAfterMs: SECOND }, START).rate).toBe(10);
    expect(troubled(openBudget(20, START), 9, START, THROTTLED).rate).toBe(1);
    expect(troubled(openBudget(0.5, START), 9, START, THROTTLED).rate).toBe(0.5);
  });

  test("is halved by fourteen troubles in a row, and not by fewer", () => {
    expect([13, 14, 15].map((times) => troubled(openBudget(20, START), times, START).rate)).toEqual([20, 10, 5]);
  });

  test("is not halved by one trouble in five, however long it lasts, nor by looks of which a part is lost", () => {
    let [busy, torn, dice] = [openBudget(20, START), openBudget(20, START), 7];
    for (let nth = 0; nth < 10_000; nth++) {
      const drawn = draw(dice);
      ({ dice } = drawn);
      busy = settle(busy, MORE, drawn.value < 0.2 ? TROUBLE : CLEAN, afterStart(nth * SECOND));
      torn = settle(torn, MORE, { ...TROUBLE, lost: 0.25 }, afterStart(nth * SECOND));
    }
    expect([busy.rate, torn.rate, isOpen(torn)]).toEqual([20, 20, false]);
  });

  test("is halved again and again while most of what comes back is trouble", () => {
    let budget = openBudget(20, START);
    for (let nth = 0; nth < 60; nth++)
      budget = settle(budget, MORE, nth % 4 === 0 ? CLEAN : TROUBLE, afterStart(nth * SECOND));
    expect(budget.rate).toBe(1);
  });

  test("grows back by one for every ten seconds, up to what was set, also while some answers are lost", () => {
    const halved = settle(openBudget(20, START), MORE, THROTTLED, START);
    const at = (ms: number): number => settle(halved, MORE, CLEAN, afterStart(ms)).rate;
    expect([9 * SECOND, 10 * SECOND, 35 * SECOND, 10 * MINUTE].map(at)).toEqual([10, 11, 13, 20]);
    const again = settle(settle(halved, MORE, TROUBLE, afterStart(9 * SECOND)), MORE, CLEAN, afterStart(10 * SECOND));
    expect(again.rate).toBe(11);
  });

  test("is not drawn on while the cluster asks for a pause, but for last looks", () => {
    const paused = settle(openBudget(20, START), MORE, { kind: "trouble", retryAfterMs: 7 * SECOND }, START);
    expect(grant(paused, LOOK, afterStart(SECOND))).toEqual({ granted: false, at: afterStart(7 * SECOND) });
    expect(grant(paused, LAST, afterStart(SECOND)).granted).toBe(true);
    const forADay = settle(openBudget(20, START), MORE, { kind: "trouble", retryAfterMs: 1_440 * MINUTE }, START);
    expect(grant(forADay, LOOK, START)).toEqual({ granted: false, at: afterStart(MINUTE) });
  });
});

test("at most eight requests are in flight, and one that is done makes room", () => {
  let budget = openBudget(100, START);
  for (let nth = 0; nth < 8; nth++) budget = granted(grant(budget, LOOK, START));
  expect(grant(budget, LOOK, START)).toEqual({ granted: false });
  expect(grant(settle(budget, LOOK, CLEAN, START), LOOK, START).granted).toBe(true);
  expect(grant(budget, { ...LOOK, atOnce: 0 }, START).granted).toBe(true);
  expect(burstOf(budget)).toBe(100);
});

test("what is held for a look is handed back when the look does without it", () => {
  const whole: Wish = { following: 3, atOnce: 3, urgent: true };
  let budget = openBudget(4, START);
  budget = granted(grant(budget, whole, START));
  expect(grant(budget, MORE, START)).toEqual({ granted: false, at: afterStart(SECOND) });
  expect(drain(settle(budget, whole, CLEAN, START), MORE, START).looks).toBe(3);
});

describe("the breaker", () => {
  const ended = afterStart(9 * SECOND);
  const open = troubled(openBudget(20, START), 10, START);

  test("opens after ten troubles in a row; an answer in between starts the count anew", () => {
    expect(isOpen(troubled(openBudget(20, START), 9, START))).toBe(false);
    expect(isOpen(open)).toBe(true);
    const answered = settle(troubled(openBudget(20, START), 9, START), MORE, CLEAN, ended);
    expect(isOpen(settle(answered, MORE, TROUBLE, ended))).toBe(false);
  });

  test("lets one trial through each fifteen seconds; a last look need not wait for that", () => {
    expect(grant(open, LOOK, ended)).toEqual({ granted: false, at: later(ended, 15 * SECOND) });
    expect(grant(open, LAST, ended)).toEqual({ granted: false, at: later(ended, SECOND) });
    const trial = granted(grant(open, LOOK, later(ended, 15 * SECOND)));
    expect(grant(trial, LAST, later(ended, MINUTE))).toEqual({ granted: false });
    const failed = settle(trial, LOOK, TROUBLE, later(ended, 16 * SECOND));
    expect(grant(failed, LOOK, later(ended, 17 * SECOND))).toEqual({ granted: false, at: later(ended, 31 * SECOND) });
  });

  test("is closed by a look of which only a part came back", () => {
    expect(isOpen(settle(open, MORE, { ...TROUBLE, lost: 0.5 }, later(ended, MINUTE)))).toBe(false);
  });

  test("closes with the first answer, at half the set rate", () => {
    const closed = settle(open, MORE, CLEAN, later(ended, MINUTE));
    expect(isOpen(closed)).toBe(false);
    expect(closed.rate).toBe(10);
  });
});
