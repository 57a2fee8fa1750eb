import { createHash } from "node:crypto";
import { reportPage } from "./report-page.ts";
import type { ReportRow } from "./report-row.ts";
import { type ReportQuestion, toReport } from "./report.ts";
import { STYLE } from "./style.ts";

export interface ReportAnswer {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const STYLE_HASH = createHash("sha256").update(STYLE, "utf8").digest("base64");

/** The page may show its one stylesheet and its icon, and nothing else: no script, no request, no frame, no form. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "Cache-Control": "no-store",
  // The page's own address may carry a function key; no link hands it on.
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "same-origin",
} as const;

/** The answer to `GET /api/report`, as a page or as the JSON behind it. Rows may come in any order. */
export function respond(
  rows: readonly ReportRow[],
  { format, ...question }: ReportQuestion & { readonly format: "html" | "json" },
): ReportAnswer {
  const report = toReport(rows, question);
  const [type, policy, body] =
    format === "json"
      ? ["application/json", "default-src 'none'; frame-ancestors 'none'", JSON.stringify(report)]
      : ["text/html", PAGE_POLICY, reportPage(report)];
  return {
    status: 200,
    headers: { "Content-Type": `${type}; charset=utf-8`, "Content-Security-Policy": policy, ...HEADERS },
    body,
  };
}
