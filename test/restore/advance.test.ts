import { describe, expect, test } from "vitest";
import { advance } from "../../shared/restore/advance.ts";
import { ACTION_CADENCE, learnedCadence } from "../../shared/restore/cadence.ts";
import { formatInstant } from "../../shared/restore/instant.ts";
import { answerBy, beginWatch, PHASES_KEPT, type Observation } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  FAILURE,
  failureOf,
  fault,
  IN_PROGRESS,
  INVALID,
  type Look,
  MINUTE,
  nextLook,
  planned,
  play,
  saw,
  sawPartition,
  SECOND,
  SECONDARIES,
  START,
  success,
  sure,
  TIMEOUT,
  UNDATED_SUCCESS,
  UNKNOWN,
} from "./scenes.ts";

describe("the last look", () => {
  test("asks whatever a success would have to answer, also what was answered of something else before", () => {
    const stale: Observation = { kind: "progress", progress: FAILURE, testimony: ALL_IS_WELL };
    const step = play(planned({ startBy: afterStart(35 * MINUTE) }), [0, saw(FAILURE)], [35 * MINUTE - 100, stale]);
    expect(nextLook(step)).toBe(35 * MINUTE);
    const asked = step.next === "look" ? step.ask : [];
    expect(asked.toSorted()).toEqual(["backups", "health-event", "partition"]);
  });
});

describe("when to look again", () => {
  test.each([
    ["a restore under way", saw(IN_PROGRESS)],
    ["a fault", fault("unreachable")],
    ["a server that asks for an hour", fault("throttled", 60 * MINUTE)],
  ])("a sleep never crosses the deadline, and one last look is taken at it: %s", (_, observation) => {
    const step = play(planned(), [0, saw(ACCEPTED)], [35 * MINUTE - 100, observation]);
    expect(nextLook(step)).toBe(35 * MINUTE);
  });

  test.each([
    ["nothing on record", saw(null)],
    ["an old success on record", saw(success(afterStart(-60 * MINUTE)))],
    ["an undated failure on record", saw(FAILURE)],
  ])("one last look is taken at the start timeout: %s", (_, observation) => {
    expect(nextLook(play(planned(), [5 * MINUTE - 100, observation]))).toBe(5 * MINUTE);
  });

  test("a start timeout longer than the deadline is cut to it", () => {
    const plan = planned({ startBy: afterStart(60 * MINUTE), deadline: afterStart(10 * MINUTE) });
    expect(beginWatch(plan, START, 0).plan.startBy).toBe(plan.deadline);
    expect(nextLook(play(plan, [10 * MINUTE - 1, saw(null)]))).toBe(10 * MINUTE);
    expect(concluded(play(plan, [10 * MINUTE, saw(null)])).reason).toBe("no-restore");
  });

  test("the interval grows with the age of the restore, not with that of the watch", () => {
    const young = play(planned(), [0, saw(null)], [4 * MINUTE, saw(ACCEPTED)]);
    expect(nextLook(young)).toBe(4 * MINUTE + 2 * SECOND);
    const older = nextLook(play(planned(), [0, saw(ACCEPTED)], [200 * SECOND, saw(IN_PROGRESS)])) - 200 * SECOND;
    expect(older).toBeGreaterThanOrEqual(9 * SECOND);
    expect(older).toBeLessThanOrEqual(11 * SECOND);
  });

  test.each([
    ["Accepted", ACCEPTED],
    ["SecondariesInProgress", SECONDARIES],
    ["an unrecognised state", UNKNOWN],
  ])("%s waits the normal interval", (_, progress) => {
    const normal = play(planned(), [0, saw(IN_PROGRESS)], [3 * MINUTE, saw(IN_PROGRESS)]);
    const step = play(planned(), [0, saw(progress)], [3 * MINUTE, saw(progress)]);
    expect(nextLook(step)).toBe(nextLook(normal));
  });

  test("the next look is at least a millisecond away, even where the cadence says less", () => {
    const plan = planned({ cadence: { kind: "fixed", everyMs: 0.2 } });
    expect(nextLook(play(plan, [500, saw(ACCEPTED)]))).toBe(501);
  });

  test("what earlier restores took says when to look while one is under way, and not before or after", () => {
    const cadence = learnedCadence(
      [600, 610, 620].map((seconds) => seconds * SECOND),
      ACTION_CADENCE,
    );
    const waits = (...story: readonly [Look, ...Look[]]): number =>
      nextLook(play(planned({ cadence }), ...story)) - (story.at(-1)?.[0] ?? 0);
    expect(waits([0, saw(null)], [MINUTE, saw(null)])).toBeLessThan(4 * SECOND);
    expect(waits([0, saw(ACCEPTED)], [MINUTE, saw(IN_PROGRESS)])).toBeGreaterThan(MINUTE);
    expect(waits([0, saw(ACCEPTED)], [10 * MINUTE, saw(IN_PROGRESS)])).toBeLessThan(24 * SECOND);
    const unhealthy = sawPartition(success(afterStart(9 * MINUTE)), { status: "InQuorumLoss" });
    expect(waits([0, saw(ACCEPTED)], [10 * MINUTE, unhealthy])).toBeLessThan(4 * SECOND);
  });

  test("after the start timeout an in-flight restore is still watched", () => {
    const step = play(planned(), [0, saw(ACCEPTED)], [20 * MINUTE, saw(IN_PROGRESS)]);
    expect(nextLook(step)).toBeGreaterThan(20 * MINUTE);
  });
});

describe("how long an answer is waited for", () => {
  test.each([
    ["the request's own timeout, in the middle of a watch", 35 * MINUTE, 0, 20 * SECOND],
    ["what is left, close to the deadline", 35 * MINUTE, 35 * MINUTE - 8 * SECOND, 8 * SECOND],
    ["5 s at the deadline of a long watch", 35 * MINUTE, 35 * MINUTE, 5 * SECOND],
    ["a tenth of a short watch at its deadline", 10 * SECOND, 10 * SECOND, 1 * SECOND],
    ["a quarter of a second, however short the watch", 100, 100, 250],
    ["as long past the deadline as at it", 10 * SECOND, 11 * SECOND, 1 * SECOND],
  ])("%s", (_, deadlineMs, nowMs, waitMs) => {
    const watch = beginWatch(planned({ deadline: afterStart(deadlineMs) }), START, 7);
    expect(answerBy(watch, afterStart(nowMs), 20 * SECOND)).toBe(afterStart(nowMs + waitMs));
    expect(answerBy(watch, afterStart(nowMs), 100)).toBe(afterStart(nowMs + 100));
  });
});

describe("how a watch ends", () => {
  const underWay: Look = [0, saw(ACCEPTED)];

  test.each([
    ["Success", UNDATED_SUCCESS, "passed", "restored"],
    ["Failure", FAILURE, "failed", "restore-failed"],
    ["Invalid", INVALID, "failed", "restore-failed"],
    ["Timeout", TIMEOUT, "failed", "restore-timed-out"],
  ])("%s after the restore was seen under way", (_, progress, outcome, reason) => {
    const verdict = concluded(play(planned(), underWay, [MINUTE, saw(progress)]));
    expect(verdict).toMatchObject({ verdict: outcome, reason, identifiedBy: "in-flight" });
  });

  test("a server Timeout says the restore may still complete", () => {
    expect(concluded(play(planned(), underWay, [MINUTE, saw(TIMEOUT)])).message).toMatch(/may still complete/i);
  });

  test("a failure says what the cluster gave as its reason", () => {
    const told = failureOf({
      code: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED",
      message: "The backup store refused access.",
    });
    const { message } = concluded(play(planned(), underWay, [MINUTE, saw(told)]));
    expect(message).toContain("FABRIC_E_BACKUPCOPIER_ACCESS_DENIED: The backup store refused access.");
  });

  test.each([
    ["Accepted", ACCEPTED],
    ["RestoreInProgress", IN_PROGRESS],
    ["SecondariesInProgress", SECONDARIES],
    ["an unrecognised state", UNKNOWN],
  ])("a restore still under way at the deadline has failed: %s", (_, progress) => {
    const verdict = concluded(play(planned(), underWay, [MINUTE, saw(progress)], [35 * MINUTE, saw(progress)]));
    expect(verdict).toMatchObject({ verdict: "failed", reason: "deadline-exceeded" });
    expect(verdict).not.toHaveProperty("identifiedBy");
  });

  test("at the deadline it says since when the state has not moved", () => {
    const verdict = concluded(play(planned(), underWay, [MINUTE, saw(IN_PROGRESS)], [35 * MINUTE, saw(IN_PROGRESS)]));
    expect(verdict.message).toContain(formatInstant(afterStart(MINUTE)));
    expect(verdict.message).toContain("34 min");
  });

  test("no restore on record by the start timeout is inconclusive", () => {
    const verdict = concluded(play(planned(), [0, saw(null)], [5 * MINUTE, saw(null)]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "no-restore" });
  });

  test("a restore that vanishes is looked for until the deadline", () => {
    const plan = planned();
    const gone = play(plan, underWay, [MINUTE, saw(null)], [6 * MINUTE, saw(null)]);
    expect(nextLook(gone)).toBeGreaterThan(6 * MINUTE);
    const verdict = concluded(play(plan, underWay, [MINUTE, saw(null)], [35 * MINUTE, saw(null)]));
    expect(verdict.reason).toBe("no-restore");
    expect(verdict.message).toContain("vanished");
  });

  test.each<readonly [string, Look[]]>([
    ["before any answer", []],
    ["while the restore is under way", [underWay]],
    ["while an old success is on record", [[0, saw(success(afterStart(-MINUTE)))]]],
    ["past the deadline", [underWay, [35 * MINUTE - 1, fault("unreachable")]]],
  ])("cancelled always concludes, with the reason: %s", (_, looks) => {
    const stop: Observation = { kind: "cancelled", why: "SIGTERM" };
    const [first, ...others] = [...looks, [36 * MINUTE, stop] as const];
    const verdict = concluded(play(planned(), sure(first), ...others));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "cancelled" });
    expect(verdict.message).toContain("SIGTERM");
  });
});

describe("what is remembered", () => {
  test("a stretch of looks at the same state is one phase, and faults do not interrupt it", () => {
    const { watch } = play(
      planned(),
      [0, saw(null)],
      [1 * SECOND, saw(ACCEPTED)],
      [2 * SECOND, fault("unreachable")],
      [3 * SECOND, saw(ACCEPTED)],
      [4 * SECOND, saw(SECONDARIES)],
    );
    expect(watch.phases).toEqual([
      { state: null, firstSeen: START, lastSeen: START, looks: 1 },
      { state: "Accepted", firstSeen: afterStart(1 * SECOND), lastSeen: afterStart(3 * SECOND), looks: 2 },
      { state: "SecondaryInProgress", firstSeen: afterStart(4 * SECOND), lastSeen: afterStart(4 * SECOND), looks: 1 },
    ]);
    expect(watch).toMatchObject({ looks: 5, faults: 1, faultsInARow: 0, reachedAt: START, phasesDropped: 0 });
    expect(watch).not.toHaveProperty("problem");
  });

  test("the phases kept are the first and the newest", () => {
    let watch = beginWatch(planned(), START, 7);
    const seen = PHASES_KEPT + 60;
    for (let look = 0; look < seen; look++) {
      const progress = { state: "Unrecognized", spelled: `state ${look}` } as const;
      ({ watch } = advance(watch, saw(progress), afterStart(look)));
    }
    expect(watch.phases).toHaveLength(PHASES_KEPT);
    expect(watch.phasesDropped).toBe(60);
    const spelled = watch.phases.map(({ state }) => state);
    const newest = Array.from({ length: PHASES_KEPT - 1 }, (_, index) => `state ${61 + index}`);
    expect(spelled).toEqual(["state 0", ...newest]);
  });

  test("a watch is never changed in place", () => {
    const watch = beginWatch(planned(), START, 7);
    const before = structuredClone(watch);
    advance(watch, saw(ACCEPTED), afterStart(1));
    advance(watch, fault("unreachable"), afterStart(1));
    expect(watch).toEqual(before);
  });
});
