import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { html, type Piece, trusted } from "../../function/report/html.ts";
import type { ReportRow } from "../../function/report/report-row.ts";
import { toReport } from "../../function/report/report.ts";
import { type ReportAnswer, respond } from "../../function/report/respond.ts";
import { age, rhythm, shareOfRto, times } from "../../function/report/words.ts";
import { manyRows } from "../pages/fixture.ts";
import { daily, DAY, ended, HOUR, NOW, RED, UNKNOWN } from "./report-rows.ts";

const page = (rows: readonly ReportRow[]): ReportAnswer => respond(rows, { now: NOW, format: "html" });

describe("templates", () => {
  test("text is escaped, HTML stays, lists are joined, nothing is nothing", () => {
    const list: Piece = [html`<i>${"<b>"}</i>`, [null, false, "", 0]];
    expect(html`<p title="${`"'&\``}">${list}${trusted("<hr>")}</p>`.toString()).toBe(
      '<p title="&quot;&#39;&amp;&#96;"><i>&lt;b&gt;</i>0<hr></p>',
    );
  });

  test("no text of any kind opens a tag or ends an attribute", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(html`${text}`.toString()).not.toMatch(/[<>"'`]/);
      }),
    );
  });
});

describe("the answer", () => {
  test("the policy allows the one stylesheet that is in the page, by its hash, and no script", () => {
    const { headers, body } = page(daily([300, 310]));
    const [, style = ""] = /<style>(.*)<\/style>/s.exec(body) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(style.length).toBeGreaterThan(1_000);
    expect(headers["Content-Security-Policy"]).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(body).not.toMatch(/<script|\sstyle=|\son\w+=|https?:\/\/(?!www\.w3\.org|&lt;)/i);
  });

  test("it is never cached, sniffed or told on", () => {
    for (const format of ["html", "json"] as const) {
      expect(respond([], { now: NOW, format })).toMatchObject({
        status: 200,
        headers: { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" },
      });
    }
  });

  test("the JSON has every record, as it was stored", () => {
    const rows = [ended(HOUR, { cluster: "<b>\u202E", target: "x".repeat(500) }), ...daily([1, 2])];
    const { headers, body } = respond(rows, { now: NOW, format: "json" });
    expect(headers["Content-Type"]).toBe("application/json; charset=utf-8");
    expect(JSON.parse(body)).toEqual(toReport(rows, { now: NOW }));
    expect(body).toContain(JSON.stringify("x".repeat(500)));
  });

  test("the same records make the same page, byte for byte", () => {
    const rows = manyRows(500, 20);
    expect(page(rows.toReversed()).body).toBe(page(rows).body);
  });
});

describe("the page", () => {
  test("says of each target the verdict in words, the drift, the objective and when", () => {
    const { body } = page([
      ...daily([300, 300, 300, 630]),
      ended(3 * DAY, { ...RED, target: "fabric:/Shop/Carts", plan: "nightly", partitionCount: 12 }),
      ended(HOUR, { ...UNKNOWN, target: "fabric:/Shop/Users" }),
    ]);
    const text = body
      .replace(/<style>.*<\/style>/s, "")
      .replaceAll(/<[^>]+>/g, " ")
      .replaceAll(/\s+/g, " ");
    expect(text).toContain("slower 2.1× the median of the last 3");
    expect(text).toContain("10 min 30 s 35 % of RTO 30 min");
    expect(text).toContain("failed restore-failed fabric:/Shop/Carts prod · plan nightly · 12 partitions");
    expect(text).toMatch(/last verified 3 days ago never passed/);
    expect(body).toContain("<title>Restore report: 2 not passed</title>");
  });

  test("an empty one tells how to start", () => {
    expect(page([]).body).toContain("Nothing has been verified yet");
    expect(page([]).body).toContain("curl --request POST");
    const other = respond([ended(HOUR)], { now: NOW, format: "html", cluster: "<none>" });
    expect(other.body).toContain("Nothing has been verified on &lt;none&gt; yet");
  });

  test("records that cannot be read are never passed over in silence", () => {
    expect(page([ended(HOUR), ended(HOUR, { endedAtUtc: "?" })]).body).toContain("1 record left out");
    expect(page([ended(HOUR, { endedAtUtc: "?" })]).body).toContain("No record can be read");
  });

  test("an id that is no plain path segment is shown without a link", () => {
    for (const id of ["../../admin", "..", ".", "a/b", "a?b", "a b", "", "//host", "javascript:x"]) {
      expect(page([ended(HOUR, { id })]).body).not.toContain('href="verifications/');
    }
    expect(page([ended(HOUR, { id: "0b7e.A-1_x" })]).body).toContain('href="verifications/0b7e.A-1_x"');
  });

  test("names with half characters and control characters are shown, and linked, without breaking anything", () => {
    const { body } = page([ended(HOUR, { cluster: "a\uD800\u0000" }), ended(HOUR, { cluster: "b&c=d#" })]);
    expect(body).toContain('href="report?cluster=b%26c%3Dd%23"');
    expect(body).toContain('href="report?cluster=a%EF%BF%BD%00"');
    expect(body).not.toMatch(/[\p{Cs}\p{Co}]|(?!\n)\p{Cc}/u);
  });

  test("a table too long is cut to the newest and older reds, and says so", () => {
    const rows = daily(Array.from({ length: 60 }, () => 300)).map((row, index) =>
      index === 2 ? { ...row, ...RED } : row,
    );
    expect(page(rows).body).toContain("Newest 15 of 60, and 1 older red");
    expect(page(rows).body.match(/<tr>/g)).toHaveLength(17);
  });

  test.each([
    [5_000, 200],
    [5_000, 5_000],
    [5_000, 2_500],
    [5_000, 1],
  ])("%d records of %d targets stay below 1.5 MB", (count, targets) => {
    const rows = manyRows(count, targets);
    expect(rows).toHaveLength(count);
    expect(Buffer.byteLength(page(rows).body)).toBeLessThan(1_500_000);
  });
});

describe("words", () => {
  test("ages are told in the unit that fits, and never in the future", () => {
    expect([0, 59, 60, 7_200, 172_799, 172_800, 41 * 86_400].map(age)).toEqual([
      "just now",
      "just now",
      "1 minute ago",
      "2 hours ago",
      "47 hours ago",
      "2 days ago",
      "41 days ago",
    ]);
  });

  test("a rhythm is told as people do", () => {
    expect([60, 21_600, 86_000, 86_400, 604_800].map(rhythm)).toEqual([
      "every hour",
      "every 6 hours",
      "every day",
      "every day",
      "every 7 days",
    ]);
  });

  test("rounding never turns a missed objective into a kept one, nor the other way", () => {
    const share = (restoreSeconds: number | null, rtoSeconds: number | null): string =>
      shareOfRto({ ...ended(0), restoreSeconds, rtoSeconds });
    expect(share(1_801, 1_800)).toBe("101 % of RTO 30 min");
    expect(share(1_799, 1_800)).toBe("99 % of RTO 30 min");
    expect(share(1_800, 1_800)).toBe("100 % of RTO 30 min");
    expect(share(1, 1_800)).toBe("under 1 % of RTO 30 min");
    expect([share(null, 1_800), share(5, null), share(5, 0)]).toEqual(["RTO 30 min", "", ""]);
  });

  test("ratios keep one decimal while it matters", () => {
    expect([0.94, 2.1, 9.96, 12_345].map(times)).toEqual(["0.9×", "2.1×", "10×", "12,345×"]);
  });
});
