import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { advance } from "../../shared/restore/advance.ts";
import { later } from "../../shared/restore/instant.ts";
import { isTerminal } from "../../shared/restore/restore-progress.ts";
import { beginWatch, type Step, type WatchPlan } from "../../shared/restore/watch.ts";
import { HOUR, saw, START, sure } from "./scenes.ts";
import {
  anyAnswer,
  anyDice,
  anyFault,
  anyPlan,
  anyProgress,
  anySeen,
  anyStory,
  type Event,
  passed,
  tell,
  type Turn,
} from "./stories.ts";

/*
 * What holds for whatever a cluster says, in whatever order and at whatever times. The rule of what may pass is written
 * here a second time, from the product's description and over the whole history, not from the code's memory.
 */

/** May a history that ends like this pass? The contract's section 3 and nothing else. */
function datedInTime(
  { notBefore, toleranceMs }: WatchPlan,
  { seen, now }: Event,
  before: readonly Event[] = [],
): boolean {
  if (notBefore === "any" || seen.kind !== "progress" || seen.progress?.state !== "Success") return false;
  if (seen.progress.at === undefined) return false;
  const { at } = seen.progress;
  // A clock that is ahead is always corrected; one that is behind only once it is confirmed.
  const told = seen.clockSkewMs ?? 0;
  // An answer without a time goes by what the answers before it told of a clock that is ahead.
  const known = before.map((event) => (event.seen.kind === "progress" ? (event.seen.clockSkewMs ?? 0) : 0));
  const candidates = [told, ...(told < 0 ? [0] : []), ...known.filter((ms) => ms > 0)];
  // Answers agree on a skew to within the second of the header and a little for the way.
  const spread = toleranceMs + 1_200;
  return candidates.some((skewMs) => at - skewMs >= notBefore - spread && at - skewMs <= now + spread);
}

function seenUnderWay({ notBefore }: WatchPlan, history: readonly Event[]): boolean {
  const lost = history.findLastIndex(({ seen }) => seen.kind === "progress" && seen.progress === null);
  return history
    .slice(lost + 1)
    .some(
      ({ seen, now }) =>
        notBefore !== "any" &&
        now >= notBefore &&
        seen.kind === "progress" &&
        seen.progress !== null &&
        !["Success", "Failure", "Timeout", "Invalid"].includes(seen.progress.state),
    );
}

describe("whatever the cluster says", () => {
  test("a look is never scheduled past the deadline, nor for a moment that is not ahead", () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        for (const { step, now } of tell(story)) {
          if (step.next === "conclude") return;
          expect(step.at).toBeGreaterThan(now);
          expect(step.at).toBeLessThanOrEqual(story.plan.deadline);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("a watch always concludes once the deadline has come", () => {
    fc.assert(
      fc.property(anyStory, anySeen, fc.integer({ min: 0, max: HOUR }), (story, seen, late) => {
        for (const { before, now } of tell(story)) {
          const due = later(story.plan.deadline, Math.max(late, now - story.plan.deadline));
          expect(advance(before, seen, due).next).toBe("conclude");
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test("a pass is a success seen under way since not-before, or dated in time, or any was asked for", () => {
    let passes = 0;
    fc.assert(
      fc.property(anyStory, (story) => {
        const turns = tell(story);
        if (!passed(turns)) return;
        passes += 1;
        const last = sure(turns.at(-1));
        expect(last.seen).toMatchObject({ kind: "progress", progress: { state: "Success" } });
        const { plan } = story;
        expect(plan.notBefore === "any" || datedInTime(plan, last, turns) || seenUnderWay(plan, turns)).toBe(true);
      }),
      { numRuns: 4_000 },
    );
    expect(passes).toBeGreaterThan(400);
  });

  test("a success dated in time always passes, unless its restore was seen under way before not-before", () => {
    // Without a skew: what is believed of one depends on the answers before. `advance-attempt.test.ts` has those.
    const fresh = fc.record({ share: fc.double({ min: 0, max: 1, noNaN: true }), skew: fc.constant(undefined) });
    fc.assert(
      fc.property(anyStory, fresh, ({ plan, dice, events }, { share, skew }) => {
        const turns = tell({ plan, dice, events });
        const open = turns.filter(({ step }) => step.next === "look").at(-1);
        const now = open?.now ?? START;
        const from = plan.notBefore === "any" ? START : plan.notBefore;
        const span = Math.max(0, now + plan.toleranceMs - (from - plan.toleranceMs));
        const dated = later(from, -plan.toleranceMs + Math.floor(share * span));
        const seen = saw({ state: "Success", spelled: "Success", at: dated }, skew);
        fc.pre(plan.notBefore === "any" || (dated >= from - plan.toleranceMs && dated <= now + plan.toleranceMs));
        fc.pre((open?.step.watch.clockSkewMs ?? 0) <= 0);
        const sighted = open?.step.watch.inFlightSince;
        fc.pre(plan.notBefore === "any" || sighted === undefined || sighted >= plan.notBefore);
        const step = advance(open?.step.watch ?? beginWatch(plan, START, dice), seen, now);
        expect(step).toMatchObject({ next: "conclude", verdict: { verdict: "passed", reason: "restored" } });
      }),
      { numRuns: 1_000 },
    );
  });

  test("state and observations survive JSON: a replayed history decides the same", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of a value is what is tested
    const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    fc.assert(
      fc.property(anyStory, (story) => {
        for (const { before, seen, now, step } of tell(story)) {
          expect(advance(overJson(before), overJson(seen), now)).toStrictEqual(step);
          expect(overJson(step)).toStrictEqual(step);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("blindness never turns what did not pass into a pass", () => {
    const moreFaults = fc.array(fc.tuple(fc.nat(), anyFault), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(anyStory, moreFaults, (story, more) => {
        const turns = tell(story);
        fc.pre(!passed(turns));
        // Only what led to that end is told again: a watch that goes on longer may well see a real success later.
        let events: readonly Event[] = turns.map(({ seen, now }) => ({ seen, now }));
        for (const [place, seen] of more) {
          const index = place % events.length;
          events = events.toSpliced(index, 0, { seen, now: sure(events[index]).now });
        }
        expect(passed(tell({ ...story, events }))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test("equal dice give equal steps, and dice decide nothing but the time of the next look", () => {
    const ends = (turns: readonly Turn[]): unknown =>
      turns.map(({ step }) => (step.next === "conclude" ? step.verdict : step.next));
    fc.assert(
      fc.property(anyStory, anyDice, (story, dice) => {
        expect(tell(story)).toStrictEqual(tell(structuredClone(story)));
        expect(ends(tell({ ...story, dice }))).toStrictEqual(ends(tell(story)));
      }),
      { numRuns: 500 },
    );
  });

  test("left to its own schedule it ends by the deadline, and looks no more often than it may", () => {
    const answers = fc.array(fc.oneof(anyAnswer, anyFault), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(anyPlan, anyDice, answers, (plan, dice, script) => {
        let [now, looks] = [START, 0];
        let step: Step = { next: "look", at: now, ask: [], watch: beginWatch(plan, START, dice) };
        while (step.next === "look") {
          now = step.at;
          step = advance(step.watch, sure(script[looks % script.length]), now);
          looks += 1;
        }
        expect(now).toBeLessThanOrEqual(plan.deadline);
        // A retry comes after half a second at the earliest, and nothing comes sooner but the last look or two.
        expect(looks).toBeLessThanOrEqual(3 + (now - START) / 500);
      }),
      { numRuns: 150 },
    );
  });
});

test("the states of the oracle above are the terminal ones", () => {
  fc.assert(
    fc.property(anyProgress, (progress) => {
      fc.pre(progress !== null);
      expect(isTerminal(progress)).toBe(["Success", "Failure", "Timeout", "Invalid"].includes(progress.state));
    }),
    { numRuns: 50 },
  );
});
