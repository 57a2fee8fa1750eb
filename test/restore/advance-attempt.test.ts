import { describe, expect, test } from "vitest";
import type { Instant } from "../../shared/restore/instant.ts";
import type { Observation } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  FAILURE,
  fault,
  HOUR,
  IN_PROGRESS,
  INVALID,
  type Look,
  MINUTE,
  planned,
  play,
  saw,
  SECOND,
  SECONDARIES,
  success,
  TIMEOUT,
  UNDATED_SUCCESS,
  UNKNOWN,
} from "./scenes.ts";

/* Whose result is it? Nothing here may ever turn yesterday's success into today's pass. */

const DAY = 24 * HOUR;
const isStale = { verdict: "inconclusive", reason: "stale" };

describe("a success by its own date", () => {
  test.each([
    ["the very moment of not-before", 0],
    ["a minute after it", MINUTE],
    ["within the tolerance of 5 s before it", -5 * SECOND],
  ])("counts at %s", (_, ms) => {
    const verdict = concluded(play(planned(), [2 * MINUTE, saw(success(afterStart(ms)))]));
    expect(verdict).toMatchObject({ verdict: "passed", reason: "restored", identifiedBy: "timestamp" });
  });

  test.each([
    ["just outside the tolerance", -5 * SECOND - 1],
    ["yesterday", -DAY],
    ["years ago", -2_000 * DAY],
  ])("a success older than not-before is stale: %s", (_, ms) => {
    const old = saw(success(afterStart(ms)));
    expect(play(planned(), [0, old]).next).toBe("look");
    expect(concluded(play(planned(), [0, old], [5 * MINUTE, old]))).toMatchObject(isStale);
  });

  test("without a tolerance not a millisecond is forgiven", () => {
    const plan = planned({ toleranceMs: 0 });
    expect(concluded(play(plan, [MINUTE, saw(success(afterStart(0)))])).verdict).toBe("passed");
    expect(play(plan, [MINUTE, saw(success(afterStart(-1)))]).next).toBe("look");
  });

  test("a success dated in the future proves nothing yet, and passes once that moment has come", () => {
    const ahead = saw(success(afterStart(2 * MINUTE)));
    const early: Look = [0, ahead];
    expect(play(planned(), early).next).toBe("look");
    expect(play(planned(), early, [2 * MINUTE - 5 * SECOND - 1, ahead]).next).toBe("look");
    const verdict = concluded(play(planned(), early, [2 * MINUTE - 5 * SECOND, ahead]));
    expect(verdict).toMatchObject({ verdict: "passed", identifiedBy: "timestamp" });
  });

  test("a success dated far in the future is stale at the start timeout", () => {
    const ahead = saw(success(afterStart(30 * DAY)));
    expect(concluded(play(planned(), [0, ahead], [5 * MINUTE, ahead]))).toMatchObject(isStale);
  });
});

describe("the cluster's clock", () => {
  const at = (ms: number): Instant => afterStart(ms);

  test.each<readonly [string, Instant, number, boolean]>([
    ["ahead by 10 min: an old success that looks fresh is stale", at(9 * MINUTE), 10 * MINUTE, false],
    ["ahead by 10 min: a fresh success that looks future counts", at(11 * MINUTE), 10 * MINUTE, true],
    [
      "behind by 10 min: a success that looks old does not count: an old answer looks the same",
      at(-9 * MINUTE),
      -10 * MINUTE,
      false,
    ],
    ["behind by 10 min: a success that does not even look old counts", at(0), -10 * MINUTE, true],
    ["behind by 4 s: a success that looks as old counts", at(-4 * SECOND), -4 * SECOND, true],
    ["behind by 10 min: an old success is stale", at(-11 * MINUTE), -10 * MINUTE, false],
    ["ahead by 10 min: the tolerance holds after the correction", at(10 * MINUTE - 5 * SECOND), 10 * MINUTE, true],
    ["ahead by 10 min: and is not exceeded", at(10 * MINUTE - 5 * SECOND - 1), 10 * MINUTE, false],
  ])("%s", (_, dated, skewMs, passes) => {
    const agreed: readonly [Look, Look] = [
      [30 * SECOND, saw(null, skewMs)],
      [MINUTE, saw(null, skewMs)],
    ];
    const step = play(planned(), ...agreed, [2 * MINUTE, saw(success(dated), skewMs)]);
    expect(step.next === "conclude" && step.verdict.verdict === "passed").toBe(passes);
  });

  test.each([
    ["told only once", [[2 * MINUTE, -30 * DAY]]],
    [
      "told twice at once",
      [
        [2 * MINUTE, -30 * DAY],
        [2 * MINUTE + SECOND, -30 * DAY],
      ],
    ],
    [
      "that grows as time passes: the date of a cached reply stands still",
      [
        [MINUTE, -30 * DAY],
        [2 * MINUTE, -30 * DAY - MINUTE],
      ],
    ],
  ] as const)("behind by a month makes nothing younger where it is %s", (_, told) => {
    const lastMonth = success(afterStart(-30 * DAY + MINUTE));
    const looks = told.map(([ms, skewMs]): Look => [ms, saw(lastMonth, skewMs)]);
    expect(play(planned(), [0, saw(null)], ...looks).next).toBe("look");
  });

  test("the skew of the answer that is judged counts, not that of an earlier one", () => {
    const old = success(afterStart(-9 * MINUTE));
    expect(play(planned(), [0, saw(null, -10 * MINUTE)], [MINUTE, saw(old, 0)]).next).toBe("look");
  });
});

describe("a result without a date", () => {
  test.each([
    ["a success", UNDATED_SUCCESS],
    ["a failure", FAILURE],
    ["a server timeout", TIMEOUT],
    ["an Invalid", INVALID],
  ])("%s counts only if this run saw its restore under way", (_, progress) => {
    expect(play(planned(), [0, saw(progress)]).next).toBe("look");
    expect(concluded(play(planned(), [0, saw(progress)], [5 * MINUTE, saw(progress)]))).toMatchObject(isStale);
    const seen = concluded(play(planned(), [0, saw(IN_PROGRESS)], [2 * SECOND, saw(progress)]));
    expect(seen.identifiedBy).toBe("in-flight");
  });

  test("a failure on record from before gives way to the restore that follows it", () => {
    const looks = [
      [0, saw(FAILURE)],
      [SECOND, saw(ACCEPTED)],
    ] as const;
    expect(concluded(play(planned(), ...looks, [3 * SECOND, saw(UNDATED_SUCCESS)])).verdict).toBe("passed");
    expect(concluded(play(planned(), ...looks, [2 * SECOND, saw(FAILURE)])).reason).toBe("restore-failed");
  });
});

describe("a restore seen under way", () => {
  const notBefore = afterStart(2 * MINUTE);
  const future = planned({ notBefore });

  test.each([
    ["Accepted", ACCEPTED],
    ["RestoreInProgress", IN_PROGRESS],
    ["SecondariesInProgress", SECONDARIES],
  ])("is this attempt from not-before on: %s", (_, progress) => {
    const verdict = concluded(play(future, [2 * MINUTE, saw(progress)], [3 * MINUTE, saw(UNDATED_SUCCESS)]));
    expect(verdict.identifiedBy).toBe("in-flight");
  });

  test("in a state of the future is followed, but identifies nothing: it may be an older end under a new name", () => {
    expect(play(planned(), [MINUTE, saw(UNKNOWN)], [2 * MINUTE, saw(UNDATED_SUCCESS)]).next).toBe("look");
    const seen = play(
      planned(),
      [MINUTE, saw(ACCEPTED)],
      [2 * MINUTE, saw(UNKNOWN)],
      [3 * MINUTE, saw(UNDATED_SUCCESS)],
    );
    expect(concluded(seen).identifiedBy).toBe("in-flight");
    expect(concluded(play(planned(), [MINUTE, saw(UNKNOWN)], [35 * MINUTE, saw(UNKNOWN)])).reason).toBe(
      "deadline-exceeded",
    );
  });

  test("before not-before is not made newer by the date of its end", () => {
    const before: Look = [2 * MINUTE - 1, saw(ACCEPTED)];
    expect(play(future, before, [3 * MINUTE, saw(success(afterStart(2.5 * MINUTE)))]).next).toBe("look");
  });

  test("before not-before it is shown to be older", () => {
    const before: Look = [2 * MINUTE - 1, saw(ACCEPTED)];
    expect(play(future, before, [3 * MINUTE, saw(UNDATED_SUCCESS)]).next).toBe("look");
    expect(play(future, before, [3 * MINUTE, saw(IN_PROGRESS)], [4 * MINUTE, saw(FAILURE)]).next).toBe("look");
    expect(play(future, before, [3 * MINUTE, saw(ACCEPTED)], [4 * MINUTE, saw(UNDATED_SUCCESS)]).next).toBe("look");
  });

  test.each<readonly [string, Observation]>([
    ["a result", saw(TIMEOUT)],
    ["no record", saw(null)],
    ["a later state of the same restore", saw(IN_PROGRESS)],
  ])("Accepted after %s is a new attempt", (_, between) => {
    const verdict = concluded(
      play(
        future,
        [0, saw(ACCEPTED)],
        [MINUTE, between],
        [3 * MINUTE, saw(ACCEPTED)],
        [4 * MINUTE, saw(UNDATED_SUCCESS)],
      ),
    );
    expect(verdict).toMatchObject({ verdict: "passed", identifiedBy: "in-flight" });
  });

  test("a restore under way after a result is a new attempt, also where its Accepted was missed", () => {
    const looks = [
      [0, saw(IN_PROGRESS)],
      [MINUTE, saw(TIMEOUT)],
      [3 * MINUTE, saw(IN_PROGRESS)],
    ] as const;
    const verdict = concluded(play(future, ...looks, [4 * MINUTE, saw(UNDATED_SUCCESS)]));
    expect(verdict).toMatchObject({ verdict: "passed", identifiedBy: "in-flight" });
  });

  test("faults in between do not make it another one", () => {
    const looks = [
      [0, saw(ACCEPTED)],
      [MINUTE, fault("unreachable")],
      [20 * MINUTE, fault("server-trouble")],
    ] as const;
    expect(concluded(play(planned(), ...looks, [21 * MINUTE, saw(FAILURE)])).reason).toBe("restore-failed");
  });

  test.each<readonly [string, number, boolean]>([
    ["dated later is its end", MINUTE, true],
    ["dated when it was last seen is its end", 50 * SECOND, true],
    ["dated within the tolerance before that is its end", 45 * SECOND, true],
    ["dated earlier is another one's", -10 * SECOND, false],
    ["dated in the future is none yet", 65 * SECOND + 1, false],
  ])("a success %s", (_, ms, passes) => {
    const looks: readonly [Look, Look] = [
      [0, saw(ACCEPTED)],
      [50 * SECOND, saw(ACCEPTED)],
    ];
    const step = play(planned(), ...looks, [MINUTE, saw(success(afterStart(ms)))]);
    expect(step.next === "conclude" && step.verdict.identifiedBy === "in-flight").toBe(passes);
  });

  test("is not ended by a success that was told before, out of a cache that does not say so", () => {
    const looks: readonly [Look, Look] = [
      [0, saw(ACCEPTED, 0)],
      [MINUTE, saw(UNDATED_SUCCESS, -HOUR)],
    ];
    expect(play(planned(), ...looks)).toMatchObject({ next: "look", watch: { problem: { code: "server-trouble" } } });
    expect(concluded(play(planned(), ...looks, [2 * MINUTE, saw(UNDATED_SUCCESS, 0)])).verdict).toBe("passed");
  });

  test("counts from the date of the answer that shows it, not from when that was read", () => {
    const old: Look = [0, saw(ACCEPTED, -10 * MINUTE)];
    const done: Look = [12 * MINUTE, saw(UNDATED_SUCCESS, -10 * MINUTE)];
    expect(play(planned(), old, done).next).toBe("look");
    const message = concluded(play(planned(), old, done, [35 * MINUTE, saw(UNDATED_SUCCESS, -10 * MINUTE)]));
    expect(message).toMatchObject(isStale);
    expect(message.message).toContain("not-before that is 10 min earlier");
    const still: Look = [10 * MINUTE, saw(ACCEPTED, -10 * MINUTE)];
    expect(concluded(play(planned(), old, still, done)).identifiedBy).toBe("in-flight");
  });

  test.each([
    ["an undated success", UNDATED_SUCCESS, true],
    ["an old success", success(afterStart(-DAY)), false],
    ["a failure", FAILURE, true],
  ])("null after in-flight makes the next result prove itself anew: %s", (_, progress, canBeItsEnd) => {
    const looks = [
      [0, saw(ACCEPTED)],
      [SECOND, saw(null)],
    ] as const;
    expect(play(planned(), ...looks, [2 * SECOND, saw(progress)]).next).toBe("look");
    expect(concluded(play(planned(), ...looks, [35 * MINUTE, saw(progress)]))).toMatchObject(isStale);
    const anew = play(planned(), ...looks, [2 * SECOND, saw(ACCEPTED)], [4 * SECOND, saw(progress)]);
    expect(anew.next === "conclude" && anew.verdict.identifiedBy === "in-flight").toBe(canBeItsEnd);
  });
});

describe("not-before any", () => {
  test.each([
    ["last month's success", success(afterStart(-30 * DAY)), "restored"],
    ["an undated success", UNDATED_SUCCESS, "restored"],
    ["a success of the future", success(afterStart(DAY)), "restored"],
    ["a failure", FAILURE, "restore-failed"],
    ["a server timeout", TIMEOUT, "restore-timed-out"],
  ])("takes what is on record and says so: %s", (_, progress, reason) => {
    const verdict = concluded(play(planned({ notBefore: "any" }), [0, saw(progress)]));
    expect(verdict).toMatchObject({ reason, identifiedBy: "any" });
  });

  test("says in the message of a pass that the check was off", () => {
    const verdict = concluded(play(planned({ notBefore: "any" }), [0, saw(UNDATED_SUCCESS)]));
    expect(verdict.message).toContain("not-before: any");
  });

  test("still waits for a restore that is under way, and for one to appear", () => {
    const plan = planned({ notBefore: "any" });
    expect(play(plan, [0, saw(ACCEPTED)]).next).toBe("look");
    expect(concluded(play(plan, [0, saw(null)], [5 * MINUTE, saw(null)])).reason).toBe("no-restore");
  });
});
