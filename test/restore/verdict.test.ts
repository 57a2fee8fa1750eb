import { describe, expect, test } from "vitest";
import { type Outcome, type Reason, REASONS, verdict, worstFirst } from "../../shared/restore/verdict.ts";

describe("a reason amounts to a verdict", () => {
  /** The product's own table, section 2. */
  const table = {
    passed: ["restored"],
    failed: [
      "restore-failed",
      "restore-timed-out",
      "deadline-exceeded",
      "wrong-backup",
      "rto-missed",
      "rpo-missed",
      "unhealthy",
    ],
    inconclusive: [
      "no-restore",
      "stale",
      "unreachable",
      "access-denied",
      "untrusted-server",
      "partition-not-found",
      "backup-service-unavailable",
      "rejected",
      "unintelligible",
      "cancelled",
      "internal-error",
    ],
  } as const satisfies Readonly<Record<Outcome, readonly Reason[]>>;

  test.each(Object.entries(table).flatMap(([outcome, reasons]) => reasons.map((reason) => [reason, outcome] as const)))(
    "%s is %s",
    (reason, outcome) => {
      expect(verdict(reason, "why")).toStrictEqual({ verdict: outcome, reason, message: "why" });
    },
  );

  test("there are no others, and one alone passes", () => {
    expect(Object.keys(REASONS).toSorted()).toEqual(Object.values(table).flat().toSorted());
    expect(Object.values(REASONS).filter((spec) => spec.verdict === "passed")).toHaveLength(1);
  });

  test("it says by which rule the restore was identified, where one held", () => {
    expect(verdict("restored", "why", "timestamp")).toHaveProperty("identifiedBy", "timestamp");
    expect(verdict("stale", "why")).not.toHaveProperty("identifiedBy");
  });
});

describe("the worst comes first", () => {
  test("failed before inconclusive before passed, and equals keep their order", () => {
    const run = [
      verdict("restored", "a"),
      verdict("stale", "b"),
      verdict("restore-failed", "c"),
      verdict("unreachable", "d"),
      verdict("unhealthy", "e"),
      verdict("restored", "f"),
    ];
    expect(run.toSorted(worstFirst).map(({ message }) => message)).toEqual(["c", "e", "b", "d", "a", "f"]);
  });
});
