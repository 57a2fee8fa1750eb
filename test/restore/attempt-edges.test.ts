import { describe, expect, test } from "vitest";
import { identify, wasUnderWay } from "../../shared/restore/attempt.ts";
import type { Terminal } from "../../shared/restore/restore-progress.ts";
import { beginWatch, type Watch, type WatchPlan } from "../../shared/restore/watch.ts";
import { afterStart, filetime, MINUTE, PARTITION, planned, POINT, SECOND, START } from "./scenes.ts";

/* Whose result it is, at every bound and a millisecond beyond it. Times are milliseconds after not-before, which is START. */

const NOW = 10 * MINUTE;
/** The tolerance of the plan, and how near a date is. */
const [TOLERANCE, RESOLUTION] = [5 * SECOND, 2 * SECOND];

interface Memory {
  readonly since?: number;
  readonly last?: number;
  readonly told?: number;
  readonly aheadMs?: number;
  readonly before?: number;
  readonly lossMs?: number;
}

function watched({ since, last, told, aheadMs = 0, before, lossMs }: Memory, plan: Partial<WatchPlan> = {}): Watch {
  const at = afterStart(NOW);
  const value = { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" };
  return {
    ...beginWatch(planned(plan), START, 0),
    aheadMs,
    ...(since === undefined ? {} : { inFlightSince: afterStart(since) }),
    ...(last === undefined ? {} : { lastInFlight: afterStart(last) }),
    ...(before === undefined ? {} : { resultBefore: afterStart(before) }),
    ...(told === undefined ? {} : { last: { progress: null, at, since: at, dated: afterStart(told) } }),
    ...(lossMs === undefined
      ? {}
      : {
          heard: { partition: { ok: true, value: { ...value, dataLossVersion: filetime(lossMs) }, at } },
          dataLossHeard: afterStart(NOW - 1),
        }),
  };
}
const done = (ms?: number): Terminal => ({
  state: "Success",
  spelled: "Success",
  point: POINT,
  ...(ms === undefined ? {} : { at: afterStart(ms) }),
});
const failed: Terminal = { state: "Failure", spelled: "Failure" };
const whose = (terminal: Terminal, memory: Memory, plan: Partial<WatchPlan> = {}): string | undefined =>
  identify(terminal, watched(memory, plan), afterStart(NOW));

describe("the end of what was seen under way", () => {
  const [since, last] = [MINUTE, 5 * MINUTE];
  const seen = { since, last, told: NOW };

  test.each<readonly [string, Terminal, Memory, string | undefined]>([
    ["a success dated as it was last seen, less the tolerance", done(last - TOLERANCE), seen, "in-flight"],
    ["dated a millisecond earlier it is its own witness", done(last - TOLERANCE - 1), seen, "timestamp"],
    ["dated now and the tolerance", done(NOW + TOLERANCE), seen, "in-flight"],
    ["dated later it is none yet", done(NOW + TOLERANCE + 1), seen, undefined],
    ["but by a clock that is so far ahead", done(NOW + TOLERANCE + 1), { ...seen, aheadMs: 1 }, "in-flight"],
    ["which is no excuse for more", done(NOW + TOLERANCE + 2), { ...seen, aheadMs: 1 }, undefined],
    [
      "one that was on record before is dated, not seen",
      done(6 * MINUTE),
      { ...seen, before: 6 * MINUTE },
      "timestamp",
    ],
    ["another one was on record before", done(6 * MINUTE), { ...seen, before: 4 * MINUTE }, "in-flight"],
    ["undated, but told after it beyond doubt", done(), { ...seen, told: last + RESOLUTION }, "in-flight"],
    ["undated, and told a millisecond sooner", done(), { ...seen, told: last + RESOLUTION - 1 }, undefined],
    ["undated, told by nothing but our clock", done(), { since, last: NOW - RESOLUTION }, "in-flight"],
    ["undated, our clock a millisecond short", done(), { since, last: NOW - RESOLUTION + 1 }, undefined],
    ["a failure told not before it", failed, { ...seen, told: last - RESOLUTION }, "in-flight"],
    ["a failure told a millisecond before that", failed, { ...seen, told: last - RESOLUTION - 1 }, undefined],
    ["nothing was seen: only its date counts", done(last), { told: NOW }, "timestamp"],
    ["nothing was seen, and it has none", done(), { told: NOW }, undefined],
    ["seen, but not when last: no proof", failed, { since, told: NOW }, undefined],
  ])("%s", (_, terminal, memory, by) => {
    expect(whose(terminal, memory)).toBe(by);
  });

  test("is not what began before not-before, whatever its date", () => {
    const memory = { since: -1, last, told: NOW };
    expect(whose(done(6 * MINUTE), memory)).toBeUndefined();
    expect(whose(done(6 * MINUTE), { ...memory, since: 0 })).toBe("in-flight");
    expect(whose(failed, { ...memory, lossMs: MINUTE })).toBeUndefined();
  });

  test("is whatever is on record with not-before: any", () => {
    expect(whose(failed, {}, { notBefore: "any" })).toBe("any");
  });
});

describe("under way at or after not-before", () => {
  test.each<readonly [string, Memory, boolean]>([
    ["at it", { since: 0, last: 0 }, true],
    ["seen first a millisecond before it", { since: -1, last: MINUTE }, false],
    ["by answers dated before it by the tolerance", { since: 0, last: -TOLERANCE }, true],
    ["by answers dated a millisecond earlier", { since: 0, last: -TOLERANCE - 1 }, false],
    ["by a clock that is ahead it was earlier", { since: 0, last: 0, aheadMs: TOLERANCE }, true],
    ["by one that is further ahead, too early", { since: 0, last: 0, aheadMs: TOLERANCE + 1 }, false],
    ["never seen", {}, false],
    ["never seen since", { last: MINUTE }, false],
    ["no last sight", { since: 0 }, false],
  ])("%s: %s", (_, memory, expected) => {
    expect(wasUnderWay(watched(memory), START)).toBe(expected);
  });
});

describe("a date of the cluster's", () => {
  test.each<readonly [string, number, Memory, boolean]>([
    ["at not-before less the tolerance", -TOLERANCE, {}, true],
    ["a millisecond earlier", -TOLERANCE - 1, {}, false],
    ["now and the tolerance", NOW + TOLERANCE, {}, true],
    ["a millisecond later", NOW + TOLERANCE + 1, {}, false],
    ["of a clock that is ahead is earlier", 0, { aheadMs: TOLERANCE }, true],
    ["of one further ahead is too early", 0, { aheadMs: TOLERANCE + 1 }, false],
    ["of one ahead may lie ahead", NOW + TOLERANCE + MINUTE, { aheadMs: MINUTE }, true],
  ])("%s counts, of a success and of a data loss: %s", (_, ms, memory, counts) => {
    expect(whose(done(ms), memory)).toBe(counts ? "timestamp" : undefined);
    const byLoss = whose(failed, { told: MINUTE, lossMs: ms, ...memory });
    expect(byLoss).toBe(counts ? "data-loss-version" : undefined);
  });

  test("of a failure's answer must lie between them as well as its data loss", () => {
    expect(whose(failed, { told: -TOLERANCE, lossMs: MINUTE })).toBe("data-loss-version");
    expect(whose(failed, { told: -TOLERANCE - 1, lossMs: MINUTE })).toBeUndefined();
    expect(whose(failed, { lossMs: MINUTE })).toBeUndefined();
    expect(whose(failed, { told: MINUTE })).toBeUndefined();
  });
});
