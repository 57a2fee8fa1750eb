import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Agenda, type Item, openAgenda } from "../../shared/fleet/agenda.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { afterStart, SECOND, START } from "../restore/scenes.ts";

const item = (key: number, dueMs: number, intervalMs = 2 * SECOND, last = false): Item => ({
  key,
  due: afterStart(dueMs),
  intervalMs,
  last,
});

function agendaOf(...items: readonly Item[]): Agenda {
  const agenda = openAgenda();
  for (const one of items) agenda.put(one);
  return agenda;
}

/** Everything that is due, in the order in which it would be served at that moment. */
function order(agenda: Agenda, now: Instant): readonly number[] {
  const keys: number[] = [];
  for (let next = agenda.first(now); next !== undefined; next = agenda.first(now)) {
    keys.push(next.key);
    agenda.drop(next.key);
  }
  return keys;
}

describe("the agenda", () => {
  test("serves nobody before the time, and tells when that is", () => {
    const agenda = agendaOf(item(1, 500), item(2, 300));
    expect(agenda.first(START)).toBeUndefined();
    expect(agenda.nextDue(START)).toBe(afterStart(300));
    expect(agenda.nextDue(afterStart(300))).toBe(afterStart(500));
    expect(agenda.first(afterStart(300))?.key).toBe(2);
  });

  test("goes by lateness in proportion to the interval: a young restore passes an old one", () => {
    const [old, young] = [item(1, 0, 30 * SECOND), item(2, 2_000, 2 * SECOND)];
    expect(order(agendaOf(old, young), afterStart(2_050))).toEqual([1, 2]);
    expect(order(agendaOf(old, young), afterStart(3_000))).toEqual([2, 1]);
  });

  test("serves equals in turn: whoever was served goes to the end", () => {
    const agenda = agendaOf(item(1, 0), item(2, 0), item(3, 0));
    agenda.drop(1);
    agenda.put(item(1, 0));
    expect(order(agenda, START)).toEqual([2, 3, 1]);
  });

  test("puts last looks before all others, once they are due", () => {
    const agenda = agendaOf(item(1, 0), item(2, 5_000, 2 * SECOND, true));
    expect(agenda.first(afterStart(4_999))?.key).toBe(1);
    expect(agenda.first(afterStart(5_000))?.key).toBe(2);
  });

  test("a key has one look: the newer replaces the older, before and after it was due", () => {
    const agenda = agendaOf(item(1, 0), item(2, 100));
    expect(agenda.first(START)?.key).toBe(1);
    agenda.put(item(1, 200));
    agenda.put(item(2, 50));
    expect(agenda.first(START)).toBeUndefined();
    expect(order(agenda, afterStart(300))).toEqual([2, 1]);
    expect(agenda.nextDue(afterStart(300))).toBeUndefined();
  });

  test("of whatever there is due, who is served is within a class of the most overdue", () => {
    const anyItems = fc.array(fc.tuple(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 1_000, max: 300_000 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(anyItems, fc.integer({ min: 0, max: 120_000 }), (all, nowMs) => {
        const items = all.map(([due, interval], key) => item(key, due, interval));
        const now = afterStart(nowMs);
        const ratio = ({ due, intervalMs }: Item): number => (now - due) / intervalMs;
        const due = items.filter((one) => one.due <= now);
        const first = agendaOf(...items).first(now);
        expect(first === undefined).toBe(due.length === 0);
        if (first === undefined) return;
        expect(ratio(first) * Math.SQRT2).toBeGreaterThanOrEqual(Math.max(...due.map(ratio)) - 1e-9);
      }),
      { numRuns: 500 },
    );
  });

  test("in the long run nobody waits more than four intervals where there is room for all", () => {
    const anyIntervals = fc.array(fc.integer({ min: 1_000, max: 60_000 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(anyIntervals, (intervals) => {
        // As much room as is needed, and a tenth more.
        const gapMs = 1_000 / (1.1 * intervals.reduce((sum, each) => sum + 1_000 / each, 0));
        const agenda = agendaOf(...intervals.map((each, key) => item(key, 0, each)));
        const seen = intervals.map(() => START);
        for (let turn = 1; turn < 2_000; turn++) {
          const now = later(START, Math.floor(turn * gapMs));
          const next = agenda.first(now);
          if (next === undefined) continue;
          expect(now - (seen[next.key] ?? START)).toBeLessThanOrEqual(4 * next.intervalMs);
          seen[next.key] = now;
          agenda.put({ ...next, due: later(now, next.intervalMs) });
        }
      }),
      { numRuns: 60 },
    );
  });
});
