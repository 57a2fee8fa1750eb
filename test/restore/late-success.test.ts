import { describe, expect, test } from "vitest";
import type { Look } from "./scenes.ts";
import {
  afterStart,
  concluded,
  FAILURE,
  HOUR,
  IN_PROGRESS,
  MINUTE,
  planned,
  play,
  saw,
  sawPartition,
  SECOND,
  success,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* A look can be late: many share a budget, or a worker was away. What it finds then was not there in time. The deadline is minute 35. */

const DEADLINE = 35 * MINUTE;
const UNDER_WAY: Look = [34 * MINUTE, saw(IN_PROGRESS)];

describe("a look that comes after the deadline", () => {
  test.each<readonly [string, number, string]>([
    ["a success of before it passes", -SECOND, "restored"],
    ["one within the tolerance passes", 5 * SECOND, "restored"],
    ["one a millisecond beyond the tolerance does not", 5 * SECOND + 1, "deadline-exceeded"],
    ["one of an hour later does not", HOUR, "deadline-exceeded"],
  ])("%s", (_, afterDeadlineMs, reason) => {
    const looks: readonly [Look, Look] = [
      UNDER_WAY,
      [DEADLINE + 2 * HOUR, saw(success(afterStart(DEADLINE + afterDeadlineMs)))],
    ];
    expect(concluded(play(planned(), ...looks)).reason).toBe(reason);
  });

  test("a success that nothing dates passes only where it was seen in time", () => {
    const seenAt = (ms: number): string =>
      concluded(play(planned(), UNDER_WAY, [DEADLINE + ms, saw(UNDATED_SUCCESS)])).reason;
    expect([seenAt(5 * SECOND), seenAt(5 * SECOND + 1)]).toEqual(["restored", "deadline-exceeded"]);
  });

  test("a date before what was seen under way is a wrong clock's, and then the look counts", () => {
    const dated = saw(success(afterStart(34 * MINUTE - 4 * SECOND)), 0);
    const sighted: Look = [34 * MINUTE, saw(IN_PROGRESS, 0)];
    expect(concluded(play(planned(), sighted, [DEADLINE + HOUR, dated])).reason).toBe("restored");
  });

  test.each<readonly [string, number, number, string]>([
    ["ahead", MINUTE, 50 * SECOND, "restored"],
    ["behind", -MINUTE, -50 * SECOND, "deadline-exceeded"],
  ])("a cluster whose clock is %s dates by that clock", (_, skewMs, afterDeadlineMs, reason) => {
    const seen: Look = [34 * MINUTE, saw(IN_PROGRESS, skewMs)];
    const ended: Look = [DEADLINE + HOUR, saw(success(afterStart(DEADLINE + afterDeadlineMs)), skewMs)];
    expect(concluded(play(planned(), seen, ended)).reason).toBe(reason);
  });

  test("it says how late, and how that is known", () => {
    const dated = concluded(play(planned(), UNDER_WAY, [DEADLINE + HOUR, saw(success(afterStart(40 * MINUTE)))]));
    expect(dated).toEqual({
      verdict: "failed",
      reason: "deadline-exceeded",
      identifiedBy: "in-flight",
      message:
        "Restored at 2026-02-03T10:40:00.000Z, 5 min after the deadline: at the deadline it was still under way.",
    });
    const undated = concluded(play(planned(), UNDER_WAY, [45 * MINUTE, saw(UNDATED_SUCCESS)]));
    expect(undated.message).toBe(
      "Its success was first seen at 2026-02-03T10:45:00.000Z, 10 min after the deadline, and nothing shows that it ended in time.",
    );
  });

  test("a success that took the place of an older one on record was not there in time, only because that one was", () => {
    const stale: Look = [0, saw(success(afterStart(-HOUR)))];
    const late = saw(success(afterStart(DEADLINE + 15 * MINUTE)));
    expect(concluded(play(planned(), stale, [DEADLINE + HOUR, late])).reason).toBe("deadline-exceeded");
  });

  test("nor was a second success, because the first was, which waited for health", () => {
    const unwell = sawPartition(success(afterStart(32 * MINUTE)), { health: "Error" });
    const second = saw(success(afterStart(DEADLINE + 15 * MINUTE)));
    const looks: readonly [Look, Look, Look] = [
      [30 * MINUTE, saw(IN_PROGRESS)],
      [33 * MINUTE, unwell],
      [DEADLINE + HOUR, second],
    ];
    expect(concluded(play(planned(), ...looks)).reason).toBe("deadline-exceeded");
  });

  test("a failure is a failure whenever it is seen", () => {
    expect(concluded(play(planned(), UNDER_WAY, [DEADLINE + HOUR, saw(FAILURE)])).reason).toBe("restore-failed");
  });
});
