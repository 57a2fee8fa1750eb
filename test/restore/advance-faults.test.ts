import { describe, expect, test } from "vitest";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { Observation } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  FAILURE,
  fault,
  HOUR,
  IN_PROGRESS,
  type Look,
  MINUTE,
  nextLook,
  planned,
  play,
  saw,
  SECOND,
  success,
  sure,
} from "./scenes.ts";

const BORNE = ["unreachable", "timed-out", "throttled", "server-trouble"] as const satisfies readonly ProblemCode[];
const FINAL = [
  "access-denied",
  "partition-not-found",
  "untrusted-server",
  "rejected",
] as const satisfies readonly ProblemCode[];

/** The same fault `count` times, a second apart, from `fromMs` on. */
function again(count: number, code: ProblemCode, fromMs = 0): readonly [Look, ...Look[]] {
  const looks = Array.from({ length: count }, (_, index): Look => [fromMs + index * SECOND, fault(code)]);
  const [first, ...others] = looks;
  return [sure(first), ...others];
}

describe("a cluster that never answered", () => {
  test.each(BORNE)("is inconclusive, not failed, after 2 minutes: %s", (code) => {
    expect(nextLook(play(planned(), [0, fault(code)], [2 * MINUTE - 1, fault(code)]))).toBe(2 * MINUTE);
    const verdict = concluded(play(planned(), [0, fault(code)], [2 * MINUTE, fault(code)]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
    expect(verdict.message).toContain(`gateway says ${code}`);
  });

  test("is unreachable at a deadline that comes sooner", () => {
    const plan = planned({ deadline: afterStart(MINUTE) });
    expect(nextLook(play(plan, [MINUTE - 1, fault("unreachable")]))).toBe(MINUTE);
    expect(concluded(play(plan, [MINUTE, fault("unreachable")])).reason).toBe("unreachable");
  });

  test("is not waited for longer because it asks for more", () => {
    expect(nextLook(play(planned(), [0, fault("throttled", HOUR)]))).toBe(2 * MINUTE);
  });

  test("has been reached by any answer, also by one that knows of no restore", () => {
    const step = play(planned(), [0, saw(null)], [2 * MINUTE, fault("unreachable")]);
    expect(nextLook(step)).toBeGreaterThan(2 * MINUTE);
  });
});

describe("a cluster that answered once", () => {
  test.each([...BORNE, "unintelligible" as const])("is borne until the deadline: %s", (code) => {
    const faults = again(40, code, MINUTE);
    const nearly: Look = [35 * MINUTE - 1, fault(code)];
    expect(nextLook(play(planned(), [0, saw(ACCEPTED)], ...faults, nearly))).toBe(35 * MINUTE);
  });

  test.each<readonly [string, Observation, string, string]>([
    ["in flight when last seen", saw(IN_PROGRESS), "failed", "deadline-exceeded"],
    ["nothing on record when last seen", saw(null), "inconclusive", "no-restore"],
    ["an old success when last seen", saw(success(afterStart(-HOUR))), "inconclusive", "stale"],
    ["an undated failure when last seen", saw(FAILURE), "inconclusive", "stale"],
  ])("blind at the deadline: %s", (_, last, outcome, reason) => {
    const verdict = concluded(
      play(planned(), [0, last], [MINUTE, fault("unreachable")], [35 * MINUTE, fault("timed-out")]),
    );
    expect(verdict).toMatchObject({ verdict: outcome, reason });
    expect(verdict.message).toContain("gateway says timed-out");
  });

  test("blind past the start timeout, it is still listened for", () => {
    const step = play(planned(), [0, saw(null)], [5 * MINUTE, fault("unreachable")]);
    expect(nextLook(step)).toBeGreaterThan(5 * MINUTE);
    const fresh = saw(success(afterStart(4 * MINUTE)));
    expect(
      concluded(play(planned(), [0, saw(null)], [5 * MINUTE, fault("unreachable")], [6 * MINUTE, fresh])).verdict,
    ).toBe("passed");
  });
});

describe("faults that asking again cannot mend", () => {
  test.each(FINAL)("%s concludes at once", (code) => {
    expect(concluded(play(planned(), [0, fault(code)]))).toMatchObject({ verdict: "inconclusive", reason: code });
    const during = concluded(play(planned(), [0, saw(IN_PROGRESS)], [MINUTE, fault(code)]));
    expect(during).toMatchObject({ verdict: "inconclusive", reason: code });
    expect(during.message).toContain(`gateway says ${code}`);
  });

  test("a missing backup service is confirmed once", () => {
    const missing = fault("backup-service-unavailable");
    const first = play(planned(), [0, missing]);
    expect(nextLook(first)).toBeLessThanOrEqual(SECOND);
    const verdict = concluded(play(planned(), [0, missing], [SECOND, missing]));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "backup-service-unavailable" });
    expect(verdict.message).toContain("2 times in a row");
  });

  test.each<readonly [string, Observation]>([
    ["an answer", saw(null)],
    ["a fault of another kind", fault("unreachable")],
  ])("%s in between and the backup service is asked for again", (_, between) => {
    const missing = fault("backup-service-unavailable");
    const step = play(planned(), [0, missing], [SECOND, between], [2 * SECOND, missing]);
    expect(step.next).toBe("look");
  });
});

describe("answers that are no restore progress", () => {
  test("five in a row before any usable one are unintelligible", () => {
    expect(play(planned(), ...again(4, "unintelligible")).next).toBe("look");
    const verdict = concluded(play(planned(), ...again(5, "unintelligible")));
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "unintelligible" });
    expect(verdict.message).toContain("5 times in a row");
  });

  test("ten faults of the server in a row before any usable answer are as good as silence", () => {
    expect(play(planned(), ...again(9, "server-fault")).next).toBe("look");
    expect(concluded(play(planned(), ...again(10, "server-fault"))).reason).toBe("unreachable");
  });

  test("a fault of another kind starts the count anew", () => {
    const looks = [...again(4, "unintelligible"), [4 * SECOND, fault("unreachable")] as const] as const;
    expect(play(planned(), ...looks, ...again(4, "unintelligible", 5 * SECOND)).next).toBe("look");
    expect(concluded(play(planned(), ...looks, ...again(5, "unintelligible", 5 * SECOND))).reason).toBe(
      "unintelligible",
    );
  });

  test("are told apart from silence where the 2 minutes end first", () => {
    const looks = [
      [0, fault("unreachable")],
      [2 * MINUTE, fault("unintelligible")],
    ] as const;
    expect(concluded(play(planned(), ...looks)).reason).toBe("unintelligible");
  });
});

describe("when to ask again", () => {
  test("retries come from a second to half a minute apart, drawn up to three times the last wait", () => {
    const waits: number[] = [];
    for (let faults = 1; faults <= 9; faults++) {
      const looks = again(faults, "unreachable", SECOND);
      waits.push(nextLook(play(planned(), [0, saw(ACCEPTED)], ...looks)) - faults * SECOND);
    }
    for (const [index, wait] of waits.entries()) {
      const last = waits[index - 1] ?? 0;
      expect(wait).toBeGreaterThanOrEqual(SECOND);
      expect(wait).toBeLessThanOrEqual(Math.min(30 * SECOND, Math.max(SECOND, 3 * last)) + 1);
    }
    expect(Math.max(...waits)).toBeGreaterThan(2 * SECOND);
  });

  test("an answer ends the row: the next fault is retried as the first", () => {
    const looks = [[0, saw(ACCEPTED)] as const, ...again(8, "unreachable", SECOND)] as const;
    const step = play(planned(), ...looks, [10 * SECOND, saw(ACCEPTED)], [11 * SECOND, fault("unreachable")]);
    expect(nextLook(step) - 11 * SECOND).toBeLessThanOrEqual(SECOND);
  });

  test("Retry-After outranks the interval but not the deadline", () => {
    const wait = 7 * MINUTE;
    expect(nextLook(play(planned(), [0, saw(ACCEPTED)], [MINUTE, fault("throttled", wait)]))).toBe(MINUTE + wait);
    expect(nextLook(play(planned(), [0, saw(ACCEPTED)], [30 * MINUTE, fault("throttled", wait)]))).toBe(35 * MINUTE);
  });

  test("a Retry-After shorter than the interval does not hasten it", () => {
    const calm = play(planned(), [0, saw(ACCEPTED)], [MINUTE, fault("throttled")]);
    const hasty = play(planned(), [0, saw(ACCEPTED)], [MINUTE, fault("throttled", 1)]);
    expect(nextLook(hasty)).toBe(nextLook(calm));
  });
});
