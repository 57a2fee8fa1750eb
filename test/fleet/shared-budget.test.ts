import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Answer,
  asSet,
  claim,
  type Claim,
  type Claimed,
  leave,
  type SharedBudget,
} from "../../shared/fleet/shared-budget.ts";
import { metByOne } from "../../shared/fleet/outcome.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import type { Problem } from "../../shared/restore/problem.ts";
import { afterStart, MINUTE, SECOND, START, sure } from "../restore/scenes.ts";

const RATE = 20;
const fresh = asSet(undefined, RATE, START);
const THROTTLED: Problem = { code: "throttled", message: "HTTP 429" };

const wanting = (holder: string, different: Partial<Claim> = {}): Claim => {
  const { requests = 1, due = requests, all = due } = different;
  const common = { atOnce: 1, urgent: false, stoodInLine: false, until: afterStart(10 * MINUTE), met: [] };
  return { holder, ...common, ...different, requests, due, all };
};

function granted({ answer, shared }: Claimed): {
  readonly shared: SharedBudget;
  readonly requests: number;
  readonly atOnce: number;
} {
  if (answer.kind !== "granted") throw new Error(`not granted: ${JSON.stringify(answer)}`);
  return { shared, requests: answer.requests, atOnce: answer.atOnce };
}

function waits({ answer }: { readonly answer: Answer }): number {
  if (answer.kind !== "wait") throw new Error(`no wait: ${JSON.stringify(answer)}`);
  return answer.at - START;
}

describe("whoever asks", () => {
  const workers = fc.array(
    fc.record({
      holder: fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "h", "i", "j"),
      waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 700 })),
      due: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 5, max: 200 })),
      atOnce: fc.integer({ min: 1, max: 3 }),
      leaves: fc.boolean(),
      trouble: fc.constantFrom(0, 0, 0, 1, 4),
    }),
    { maxLength: 120 },
  );

  test("together they never ask for more than the rate and one burst, nor have more in flight than eight", () => {
    fc.assert(
      fc.property(workers, fc.integer({ min: 4, max: 200 }), (all, perSecond) => {
        let [shared, now] = [asSet(undefined, perSecond, START), START];
        const sent: Instant[] = [];
        for (const { holder, waitMs, due, atOnce, leaves, trouble } of all) {
          now = later(now, waitMs);
          // It crosses a store.
          expect(JSON.parse(JSON.stringify(shared))).toStrictEqual(shared);
          const met = Array.from({ length: trouble }, () => metByOne(THROTTLED));
          const claimed = claim(shared, wanting(holder, { due, atOnce, met, stoodInLine: due > 50 }), now);
          ({ shared } = claimed);
          const { answer } = claimed;
          const letOut = answer.kind === "granted" ? answer.requests : 0;
          sent.push(...Array.from({ length: letOut }, () => now));
          expect(letOut).toBeLessThanOrEqual(due);
          expect(answer.kind === "wait" ? answer.at - now : 1).toBeGreaterThan(0);
          expect(shared.leases.reduce((sum, lease) => sum + lease.atOnce, 0)).toBeLessThanOrEqual(8);
          expect(shared.leases.filter((lease) => lease.many).length).toBeLessThanOrEqual(1);
          if (leaves) shared = leave(shared, { holder, met: [] }, now);
        }
        // What is granted may go out within a second: over any n seconds of grants at most n times the rate, and one burst.
        for (const [first, at] of sent.entries()) {
          const inASecond = sent.slice(first).filter((other) => other < at + SECOND).length;
          expect(inASecond).toBeLessThanOrEqual(perSecond);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("a turn of many looks", () => {
  const turn = (holder: string, different: Partial<Claim> = {}): Claim => wanting(holder, { due: 100, ...different });

  test("is granted a part of a burst and most of what may be in flight; a single look goes out beside it", () => {
    const first = granted(claim(fresh, turn("a"), START));
    expect(first).toMatchObject({ requests: 16, atOnce: 6 });
    expect(granted(claim(first.shared, wanting("one"), START)).requests).toBe(1);
  });

  test("is one at a time: the next stands in line for as long as those before it take, and does not wait at the door", () => {
    const a = claim(fresh, turn("a"), START);
    const b = claim(a.shared, turn("b"), START);
    const c = claim(b.shared, turn("c"), START);
    expect([waits(b), waits(c)]).toEqual([6_250, 12_500]);
    // Too early, because the one before it is not done: at the end of the line.
    const early = claim(c.shared, turn("b", { stoodInLine: true }), afterStart(6_250));
    expect(waits(early)).toBe(18_750);
    const left = leave(c.shared, { holder: "a", met: [] }, afterStart(6_250));
    expect(granted(claim(left, turn("b", { stoodInLine: true }), afterStart(6_250))).requests).toBe(16);
  });

  test("where the one before is late and nobody else waits, it asks again in a second", () => {
    const a = claim(fresh, turn("a"), START);
    const b = claim({ ...a.shared, spokenFor: START }, turn("b"), START);
    expect(waits(b)).toBe(1_000);
  });

  test("whoever has to wait long is reckoned to find everything due", () => {
    const far = { ...fresh, spokenFor: afterStart(MINUTE) };
    const line = claim(far, turn("a", { due: 16, all: 160 }), START);
    expect(waits(line)).toBe(MINUTE);
    expect(line.shared.spokenFor).toBe(afterStart(MINUTE + 10 * SECOND));
  });

  test("a line that is longer than any set of partitions was a wrong clock's: it is begun anew", () => {
    expect(granted(claim({ ...fresh, spokenFor: afterStart(180 * MINUTE) }, turn("a"), START)).requests).toBe(16);
  });

  test("asked again it goes on where it was; a worker that died is forgotten when its time is up", () => {
    const a = granted(claim(fresh, turn("a", { until: afterStart(MINUTE) }), START));
    expect(granted(claim(a.shared, turn("a"), afterStart(SECOND))).requests).toBe(16);
    const dead = claim(a.shared, turn("b", { stoodInLine: true }), afterStart(59 * SECOND));
    expect(dead.answer.kind).toBe("wait");
    expect(granted(claim(a.shared, turn("b", { stoodInLine: true }), afterStart(MINUTE))).requests).toBe(16);
  });

  test("refused without anything to tell, nothing is put down; what it has under way it keeps", () => {
    const a = granted(claim(fresh, turn("a"), START));
    const again = claim(a.shared, turn("a"), afterStart(10));
    expect(again.answer).toEqual({ kind: "wait", at: afterStart(SECOND) });
    expect(again.shared).toBe(a.shared);
  });
});

describe("trouble of the gateway", () => {
  const told = (problems: readonly (Problem | undefined)[], at: Instant, shared = fresh): SharedBudget =>
    leave(shared, { holder: "a", met: problems.map(metByOne) }, at);

  test("halves the rate for all, and it comes back step by step", () => {
    const slow = told([THROTTLED], START);
    expect(slow.budget.rate).toBe(10);
    const many = wanting("b", { due: 100, stoodInLine: true });
    expect(granted(claim(slow, many, START)).requests).toBe(8);
    const better = told([undefined], afterStart(11 * SECOND), slow);
    expect(better.budget.rate).toBe(11);
  });

  test("what the cluster asked for in Retry-After all wait for, but not a last look", () => {
    const paused = told([{ ...THROTTLED, retryAfterMs: 30_000 }], START);
    expect(waits(claim(paused, wanting("b"), START))).toBe(30_000);
    expect(granted(claim(paused, wanting("b", { urgent: true }), START)).requests).toBe(1);
  });

  test("ten in a row, and one trial at a time gets through; everybody else is told what it met", () => {
    const broken = told(
      Array.from({ length: 10 }, () => THROTTLED),
      START,
    );
    const tell = { kind: "known", problem: THROTTLED };
    expect(claim(broken, wanting("b"), afterStart(5 * SECOND)).answer).toEqual(tell);
    const trial = claim(broken, wanting("c", { due: 100, stoodInLine: true }), afterStart(15 * SECOND));
    expect(granted(trial).requests).toBe(1);
    expect(claim(trial.shared, wanting("d"), afterStart(15 * SECOND)).answer).toEqual(tell);
    // It is news for so long; then they wait for the trial's end.
    expect(waits(claim(trial.shared, wanting("d"), afterStart(16 * SECOND)))).toBe(17 * SECOND);
    const closed = leave(trial.shared, { holder: "c", met: [metByOne(undefined)] }, afterStart(16 * SECOND));
    expect(closed).not.toHaveProperty("trouble");
    expect(granted(claim(closed, wanting("d"), afterStart(16 * SECOND))).requests).toBe(1);
  });

  test("what a cluster says at length is kept short", () => {
    const broken = told(
      Array.from({ length: 10 }, () => ({ ...THROTTLED, message: "x".repeat(5_000) })),
      START,
    );
    expect(sure(broken.trouble).problem.message).toHaveLength(500);
  });
});

test("another rate than was set before holds from then on", () => {
  expect(asSet(fresh, RATE, START)).toBe(fresh);
  expect(asSet(fresh, 5, START).budget).toMatchObject({ set: 5, rate: 5 });
  expect(asSet(fresh, 100, START).budget).toMatchObject({ set: 100, rate: 20 });
});
