import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { median } from "../../function/report/drift.ts";
import type { ReportRow } from "../../function/report/report-row.ts";
import { longestSilent, needsAttention, type Report, toReport } from "../../function/report/report.ts";
import type { TargetReport } from "../../function/report/target-report.ts";
import { daily, DAY, ended, HOUR, MINUTE, NOW, RED, UNKNOWN } from "./report-rows.ts";

const reportOf = (rows: readonly ReportRow[]): Report => toReport(rows, { now: NOW });

function only(rows: readonly ReportRow[]): TargetReport {
  const [target, ...others] = reportOf(rows).targets;
  if (target === undefined || others.length > 0) throw new Error("not one target");
  return target;
}

describe("the latest verdict of a target", () => {
  test("is the one whose verification ended last, in whatever order the rows come", () => {
    const rows = [ended(2 * DAY, RED), ended(HOUR, UNKNOWN), ended(DAY)];
    expect(only(rows).latest).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
    fc.assert(
      fc.property(fc.shuffledSubarray(rows, { minLength: 3 }), (shuffled) => {
        expect(reportOf(shuffled)).toEqual(reportOf(rows));
      }),
    );
  });

  test("an old pass that began earlier and ended later is the later one; of two that ended together, the one begun later", () => {
    const long = ended(HOUR, { ...RED, startedAtUtc: "2026-02-20T00:00:00Z" });
    expect(only([ended(2 * HOUR), long]).latest.verdict).toBe("failed");
    const together = [
      ended(HOUR, { startedAtUtc: "2026-03-02T10:00:00Z" }),
      ended(HOUR, { ...RED, startedAtUtc: "2026-03-02T10:30:00Z" }),
    ];
    expect(only(together).latest.verdict).toBe("failed");
    expect(only(together.toReversed()).latest.verdict).toBe("failed");
    const twins = [ended(HOUR, { id: "b", ...RED }), ended(HOUR, { id: "a" })];
    expect(only(twins).latest.id).toBe("b");
    expect(only(twins.toReversed()).latest.id).toBe("b");
  });

  test("offsets are read, not compared as text", () => {
    const earlier = ended(0, { endedAtUtc: "2026-03-02T11:00:00+02:00" });
    const later = ended(0, { ...RED, endedAtUtc: "2026-03-02T10:00:00Z" });
    expect(only([later, earlier]).latest).toMatchObject({ verdict: "failed", endedAtUtc: "2026-03-02T10:00:00.000Z" });
  });

  test("the same label on two clusters is two targets, and no name is special", () => {
    const names = ["__proto__", "constructor", "toString", 'a","b', "a"];
    const rows = names.flatMap((target) => ["c1", "__proto__"].map((cluster) => ended(HOUR, { cluster, target })));
    expect(reportOf(rows).targets).toHaveLength(10);
    const split = [ended(HOUR, { cluster: "ab", target: "c" }), ended(HOUR, { cluster: "a", target: "bc" })];
    expect(reportOf(split).targets).toHaveLength(2);
  });
});

describe("the order of urgency", () => {
  test("failed, inconclusive, overdue, slower, the rest; each longest without a pass first", () => {
    const series = (target: string, rows: readonly ReportRow[]): readonly ReportRow[] =>
      rows.map((row) => ({ ...row, target }));
    const report = reportOf([
      ...series("fine", daily([300, 300, 300, 300, 300])),
      ...series("slower", daily([300, 300, 300, 300, 900])),
      ...series("overdue", [ended(36 * DAY)]),
      ...series("inconclusive", [ended(HOUR, UNKNOWN)]),
      ...series("failed, passed yesterday", [ended(DAY), ended(HOUR, RED)]),
      ...series("not passed ever", [ended(HOUR, RED)]),
    ]);
    expect(report.targets.map((one) => one.target)).toEqual([
      "not passed ever",
      "failed, passed yesterday",
      "inconclusive",
      "overdue",
      "slower",
      "fine",
    ]);
    expect(report.targets.filter((one) => !needsAttention(one)).map((one) => one.target)).toEqual(["fine"]);
    expect(report.counts).toEqual({ targets: 6, passed: 3, failed: 2, inconclusive: 1, slower: 1, overdue: 1 });
  });

  test("equals stand in the order of cluster and target", () => {
    const rows = [
      ["b", "a"],
      ["a", "b"],
      ["a", "a"],
    ].map(([cluster = "", target = ""]) => ended(HOUR, { cluster, target, ...RED }));
    expect(reportOf(rows).targets.map((one) => one.cluster + one.target)).toEqual(["aa", "ab", "ba"]);
  });

  test("the longest silent target is found wherever it stands", () => {
    const report = reportOf([ended(HOUR, RED), ended(9 * DAY, { target: "silent" })]);
    expect(longestSilent(report)?.target).toBe("silent");
    expect(longestSilent(reportOf([]))).toBeUndefined();
  });
});

describe("drift", () => {
  test("is the newest measured restore against the median of the 20 passed ones before it, itself not among them", () => {
    const { drift } = only(daily([9_000, ...Array.from({ length: 20 }, (_, index) => 200 + 10 * index), 620]));
    expect(drift).toMatchObject({ restoreSeconds: 620, medianSeconds: 295, medianOf: 20, slower: true });
    expect(drift?.ratio).toBeCloseTo(2.102, 3);
  });

  test("a missed objective is measured and compared, but never becomes what is usual", () => {
    const missed = { verdict: "failed", reason: "rto-missed" } as const;
    const rows = [...daily([300, 300, 300, 2_000, 2_000, 2_000]).slice(0, 3), ...daily([2_000, 2_000, 2_000], missed)];
    expect(only(rows).drift).toMatchObject({ restoreSeconds: 2_000, medianSeconds: 300, medianOf: 3, slower: true });
  });

  test("where the latest was not measured, the last that was is compared, and says which", () => {
    const rows = [...daily([300, 300, 300, 330]), ended(-MINUTE, UNKNOWN)];
    expect(only(rows).drift).toMatchObject({ restoreSeconds: 330, id: rows[3]?.id });
  });

  test("fewer than three passes before it are no trend", () => {
    expect(only(daily([300, 300, 900])).drift).toBeNull();
    expect(only(daily([300, 300, 300, 900])).drift).not.toBeNull();
    expect(only([ended(HOUR, UNKNOWN)]).drift).toBeNull();
  });

  test("half as long again counts as slower, but not when that is less than 30 s", () => {
    expect(only(daily([300, 300, 300, 450])).drift?.slower).toBe(true);
    expect(only(daily([300, 300, 300, 449])).drift?.slower).toBe(false);
    expect(only(daily([4, 4, 4, 33])).drift?.slower).toBe(false);
    expect(only(daily([4, 4, 4, 34])).drift?.slower).toBe(true);
  });

  test("a median of nothing has no ratio, rather than an infinite one", () => {
    expect(only(daily([0, 0, 0, 60])).drift).toMatchObject({ ratio: null, slower: true });
  });

  test("durations that are none count as not measured", () => {
    const { series } = only(daily([Number.NaN, -1, Number.POSITIVE_INFINITY, null, 0]));
    expect(series.map((one) => one.restoreSeconds)).toEqual([null, null, null, null, 0]);
  });

  test("the median lies between halves, does not reorder what it is given, and of nothing there is none", () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, undefined]);
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values) ?? Number.NaN;
        expect(values).toEqual(before);
        expect(values.filter((one) => one < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((one) => one > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

describe("silence", () => {
  const every = (ms: number, count: number, lastAgoMs: number): readonly ReportRow[] =>
    Array.from({ length: count }, (_, index) => ended(lastAgoMs + index * ms));

  test("three times the usual interval is too long", () => {
    expect(only(every(7 * DAY, 6, 21 * DAY)).silence).toMatchObject({ usualSeconds: 604_800, overdue: false });
    expect(only(every(7 * DAY, 6, 21 * DAY + MINUTE)).silence.overdue).toBe(true);
  });

  test("four intervals make a rhythm, three do not; of more than 20 the newest tell it", () => {
    expect(only(every(DAY, 5, 0)).silence.usualSeconds).toBe(86_400);
    expect(only(every(DAY, 4, 0)).silence.usualSeconds).toBeNull();
    const slowedDown = [...every(7 * DAY, 21, 0), ...every(DAY, 40, 7 * 21 * DAY)];
    expect(only(slowedDown).silence.usualSeconds).toBe(604_800);
  });

  test("without a rhythm, or with a slower one, 35 days are the limit", () => {
    expect(only([ended(35 * DAY)]).silence).toMatchObject({ usualSeconds: null, overdue: false });
    expect(only([ended(35 * DAY + MINUTE)]).silence.overdue).toBe(true);
    expect(only(every(30 * DAY, 6, 36 * DAY)).silence.overdue).toBe(true);
  });

  test("several runs within an hour promise nothing: a day and two hours may pass", () => {
    expect(only(every(10 * MINUTE, 6, 26 * HOUR)).silence.overdue).toBe(false);
    expect(only(every(10 * MINUTE, 6, 27 * HOUR)).silence.overdue).toBe(true);
  });

  test("a red verification breaks the silence too; a time ahead of now is now", () => {
    expect(only([ended(40 * DAY), ended(DAY, UNKNOWN)]).silence).toMatchObject({ seconds: 86_400, overdue: false });
    expect(only([ended(-HOUR)]).silence).toMatchObject({ seconds: 0, overdue: false });
  });
});

describe("the report as a whole", () => {
  test("is plain JSON", () => {
    const report = reportOf([...daily([300, 300, 300, 900]), ended(HOUR, { ...UNKNOWN, cluster: "b" })]);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  test("of one cluster has that cluster's records only, and still names the others", () => {
    const rows = [ended(HOUR), ended(HOUR, { cluster: "staging" })];
    const report = toReport(rows, { now: NOW, cluster: "staging" });
    expect(report).toMatchObject({ cluster: "staging", clusters: ["prod", "staging"], counts: { targets: 1 } });
    expect(toReport(rows, { now: NOW, cluster: "Staging" }).targets).toEqual([]);
  });

  test("leaves out rows whose times cannot be read, and says how many", () => {
    const rows = [ended(HOUR), ended(HOUR, { endedAtUtc: "yesterday" }), ended(HOUR, { startedAtUtc: "" })];
    expect(reportOf(rows).verifications).toMatchObject({ count: 1, unreadable: 2, olderExist: false });
    expect(toReport(rows, { now: NOW, olderExist: true }).verifications.olderExist).toBe(true);
  });

  test("of nothing is empty, not broken", () => {
    expect(reportOf([])).toMatchObject({
      clusters: [],
      verifications: { count: 0, oldestUtc: null, newestUtc: null, unreadable: 0 },
      counts: { targets: 0, passed: 0, failed: 0, inconclusive: 0, slower: 0, overdue: 0 },
      targets: [],
    });
  });
});
