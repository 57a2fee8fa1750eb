import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { html } from "../../function/report/html.ts";
import { plot, sparkline } from "../../function/report/plot.ts";
import { durationScale, timeScale } from "../../function/report/plot-scale.ts";
import type { ReportRow } from "../../function/report/report-row.ts";
import { toReport } from "../../function/report/report.ts";
import type { TargetReport } from "../../function/report/target-report.ts";
import { thinOut } from "../../function/report/thin-out.ts";
import { daily, DAY, ended, HOUR, NOW, RED, UNKNOWN } from "./report-rows.ts";

function only(rows: readonly ReportRow[]): TargetReport {
  const [target] = toReport(rows, { now: NOW }).targets;
  if (target === undefined) throw new Error("no target");
  return target;
}

const countOf = (text: string, part: string): number => text.split(part).length - 1;

describe("fewer points", () => {
  const series = fc
    .array(fc.tuple(fc.constantFrom("passed", "failed", "inconclusive"), fc.option(fc.nat(10_000))), {
      minLength: 1,
      maxLength: 400,
    })
    .map((points) =>
      points.map(([verdict, restoreSeconds], index) =>
        ended((points.length - index) * HOUR, { verdict, restoreSeconds }),
      ),
    );

  test("no red is ever left out, nor the first, the last, the fastest and the slowest; the order stays", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 50 }), (all, most) => {
        const kept = thinOut(all, most);
        const reds = (some: typeof kept): typeof kept => some.filter((one) => one.verdict !== "passed");
        expect(reds(kept)).toEqual(reds(all));
        expect([kept[0], kept.at(-1)]).toEqual([all[0], all.at(-1)]);
        expect(kept).toEqual(all.filter((one) => kept.includes(one)));
        const speeds = (some: typeof kept): readonly number[] =>
          some.flatMap((one) => (one.verdict === "passed" ? (one.restoreSeconds ?? -1) : []));
        expect(Math.max(...speeds(kept))).toBe(Math.max(...speeds(all)));
        expect(Math.min(...speeds(kept))).toBe(Math.min(...speeds(all)));
        expect(kept.length - reds(kept).length).toBeLessThanOrEqual(most + 2);
      }),
    );
  });

  test("as many as fit are left alone", () => {
    const few = daily([1, 2, 3, 4]);
    expect(thinOut(few, 4)).toBe(few);
  });
});

describe("scales", () => {
  test("durations begin at zero and reach the RTO where it is near, in units people use", () => {
    const near = durationScale(only(daily([600, 900], { rtoSeconds: 1_200 })), 0, 100);
    expect(near.y(0)).toBe(100);
    expect(near.shows(1_200)).toBe(true);
    expect(near.ticks.map((tick) => tick.label)).toEqual(["0 min", "5 min", "10 min", "15 min", "20 min"]);
  });

  test("an RTO far above does not press the restores flat; with nothing measured it is all there is", () => {
    expect(durationScale(only(daily([10, 12], { rtoSeconds: 14_400 })), 0, 100).shows(14_400)).toBe(false);
    expect(durationScale(only([ended(HOUR, { ...RED, rtoSeconds: 14_400 })]), 0, 100).shows(14_400)).toBe(true);
    expect(durationScale(only([ended(HOUR, { ...RED, rtoSeconds: null })]), 0, 100).y(0)).toBe(100);
    expect(durationScale(only(daily([0, 0], { rtoSeconds: 0 })), 0, 100).y(0)).toBe(100);
  });

  test("a single verification stands in the middle", () => {
    const one = [ended(HOUR)];
    expect(timeScale(one).at({ endedAtUtc: one[0]?.endedAtUtc ?? "" })).toBe(500);
  });

  test("dates are told as finely as the span needs", () => {
    const labels = (days: number): string =>
      timeScale([ended(days * DAY), ended(0)])
        .ticks.map((tick) => tick.label)
        .join();
    expect(labels(2_000)).toMatch(/^\d{4}(,\d{4})+$/);
    expect(labels(300)).toMatch(/[A-Z][a-z]{2,3} 2025,/);
    expect(labels(20)).toMatch(/^\d+ (Feb|Mar),/);
    expect(labels(1)).toMatch(/\d\d:\d\d/);
  });
});

describe("drawings", () => {
  test("every red is drawn, also among thousands, and the newest say what they are", () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => ended(index * DAY, index % 300 === 7 ? RED : {}));
    const drawn = plot(only(rows), "t").toString();
    expect(countOf(drawn, "#m-failed")).toBe(10);
    expect(countOf(drawn, "UTC: failed, restore-failed")).toBe(10);
    expect(countOf(sparkline(only(rows)).toString(), "#m-failed")).toBe(10);
    expect(drawn.length).toBeLessThan(20_000);
  });

  test("thousands of reds at the same place are one mark each place, not a page of their own", () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => ended(index * HOUR, UNKNOWN));
    expect(plot(only(rows), "t").toString().length).toBeLessThan(80_000);
    expect(countOf(plot(only(rows), "t").toString(), "#m-inconclusive")).toBeGreaterThan(900);
  });

  test("of many reds the newest 60 say what they are", () => {
    const rows = Array.from({ length: 100 }, (_, index) => ended(index * DAY, RED));
    const drawn = plot(only(rows), "t").toString();
    expect(countOf(drawn, "UTC: failed")).toBe(60);
    expect(drawn).toContain("<title>2026-03-02 12:00 UTC: failed, restore-failed</title>");
  });

  test("an RTO that was changed is a step, and one far away is told in words", () => {
    const rows = daily([300, 300, 300, 300]).map((row, index) => ({ ...row, rtoSeconds: index < 2 ? 700 : 600 }));
    expect(plot(only(rows), "t").toString()).toMatch(/class="rto" d="M0 [\d.]+H\d+M\d+ [\d.]+H1000"/);
    const far = plot(only(daily([10, 10], { rtoSeconds: 14_400 })), "t").toString();
    expect(far).toContain("RTO 4 h, above this plot");
    expect(far).not.toMatch(/class="rto" d="M0 [^6]/);
  });

  test("the large plot has a name and says in words what it shows", () => {
    const drawn = plot(only([...daily([240, 300, 270, 900]), ended(-1, RED)]), "t7").toString();
    expect(drawn).toContain('aria-labelledby="t7t t7d"');
    expect(drawn).toContain('<title id="t7t">Restore durations of fabric:/Shop/Orders on prod</title>');
    expect(drawn).toMatch(
      /5 verifications from .*: 4 passed, 1 failed, 0 inconclusive\. Restores took 4 min to 15 min\./,
    );
  });

  test("no coordinate is ever missing", () => {
    const odd = [daily([0, 0, 0, 0]), daily([null, null]), [ended(0)], daily([Number.NaN, 5]), daily([1e15, 1])];
    for (const rows of odd)
      expect(html`${plot(only(rows), "t")}${sparkline(only(rows))}`.toString()).not.toMatch(/NaN|Infinity|undefined/);
  });
});
