import { describe, expect, test } from "vitest";
import { isHint, listEveryMs, mayRest, type Sighting } from "../../shared/fleet/feed.ts";
import { advance } from "../../shared/restore/advance.ts";
import { parseInt64 } from "../../shared/restore/int64.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { beginWatch, type Watch } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  fault,
  HOUR,
  IN_PROGRESS,
  planned,
  saw,
  SECOND,
  START,
  success,
  sure,
  UNKNOWN,
} from "../restore/scenes.ts";

const lostAt = (ms: number) => ({
  dataLossVersion: sure(parseInt64(String((BigInt(ms) + 11_644_473_600_000n) * 10_000n))),
});
const READY: Sighting = { status: "Ready", health: "Ok", ...lostAt(afterStart(-HOUR)) };
const LOST: Sighting = { status: "Reconfiguring", health: "Error", ...lostAt(afterStart(SECOND)) };
const BACK: Sighting = { ...LOST, status: "Ready", health: "Ok" };
const OLD_SUCCESS = success(afterStart(-2 * HOUR));

const seen = (progress: RestoreProgress | null, plan = planned()): Watch =>
  advance(beginWatch(plan, START, 1), saw(progress), START).watch;

describe("a look may wait for the list", () => {
  test.each<readonly [string, RestoreProgress | null, Sighting]>([
    ["no restore on record, and nothing has happened to the partition", null, READY],
    ["an old result, and nothing has happened since", OLD_SUCCESS, READY],
    ["under way, and not ready before it ends", IN_PROGRESS, LOST],
    ["a success that waits to become healthy", success(START), { ...BACK, status: "NotReady" }],
  ])("%s", (_, progress, sighting) => {
    expect(mayRest(seen(progress), sighting)).toBe(true);
  });
});

describe("a look must not wait for the list", () => {
  test.each<readonly [string, Watch, Sighting]>([
    ["under way while the list says Ready: its end would not show", seen(IN_PROGRESS), READY],
    ["no restore on record, but data was lost: one may be about to appear", seen(null), BACK],
    ["no restore on record, and the list does not tell of data loss", seen(null), { status: "Ready", health: "Ok" }],
    [
      "no restore on record, and data was lost as late as the clocks may differ",
      seen(null),
      { ...READY, ...lostAt(afterStart(-8 * SECOND)) },
    ],
    ["in a state this version does not know, which may be the end of an older restore", seen(UNKNOWN), LOST],
    ["whatever is on record counts", seen(null, planned({ notBefore: "any" })), READY],
    ["nothing was ever answered", beginWatch(planned(), START, 1), READY],
    ["the last look met a fault", advance(seen(IN_PROGRESS), fault("unreachable"), afterStart(SECOND)).watch, LOST],
    [
      "it was seen under way too early: it has to be seen so again",
      seen(IN_PROGRESS, planned({ notBefore: afterStart(HOUR) })),
      LOST,
    ],
  ])("%s", (_, watch, sighting) => {
    expect(mayRest(watch, sighting)).toBe(false);
  });
});

describe("what a list shows", () => {
  test.each<readonly [string, boolean, Sighting | undefined, Sighting, Watch | undefined]>([
    ["is a hint where data was lost", true, READY, LOST, seen(null)],
    ["is a hint where data was lost and all is well again", true, READY, BACK, seen(OLD_SUCCESS)],
    ["is a hint where a partition under way is ready", true, LOST, BACK, seen(IN_PROGRESS)],
    [
      "is a hint where data was lost anew under way",
      true,
      LOST,
      { ...LOST, ...lostAt(afterStart(HOUR)) },
      seen(ACCEPTED),
    ],
    ["is a hint where a success has become healthy", true, { ...BACK, health: "Error" }, BACK, seen(success(START))],
    ["is none where nothing changed", false, LOST, LOST, seen(IN_PROGRESS)],
    [
      "is none where a partition under way is worse off",
      false,
      LOST,
      { ...LOST, status: "InQuorumLoss" },
      seen(IN_PROGRESS),
    ],
    ["is a hint at once where data was lost and all is well, and nobody has looked", true, undefined, BACK, undefined],
    ["is none where nobody has looked and nothing has happened", false, undefined, READY, undefined],
    ["is none where nobody has looked and it is under way", false, undefined, LOST, undefined],
    ["is no second hint before anybody has looked", false, BACK, BACK, undefined],
  ])("%s", (_, expected, before, now, watch) => {
    expect(isHint(before, now, watch, planned())).toBe(expected);
  });
});

describe("a list is read", () => {
  const needs = { ageMs: HOUR, wantedMs: 30 * SECOND, open: 100, lists: 1, perSecond: 20 };

  test("the more often the younger the restores are and the more of them there are, but not more often than each 2 s", () => {
    expect(listEveryMs(needs)).toBeCloseTo(1_000 * Math.sqrt(72), 6);
    expect(listEveryMs({ ...needs, ageMs: HOUR / 4 })).toBeCloseTo(500 * Math.sqrt(72), 6);
    expect(listEveryMs({ ...needs, open: 10_000 })).toBe(2 * SECOND);
  });

  test("not less often than the cadence would look at one restore, nor than each 20 s", () => {
    expect(listEveryMs({ ...needs, open: 1, wantedMs: 5 * SECOND })).toBe(5 * SECOND);
    expect(listEveryMs({ ...needs, open: 1 })).toBe(20 * SECOND);
    expect(listEveryMs({ ...needs, open: 0, wantedMs: 500 })).toBe(2 * SECOND);
  });

  test("as often as the lists' share of the budget lets through", () => {
    expect(listEveryMs({ ...needs, lists: 100 })).toBe(12_500);
  });
});
