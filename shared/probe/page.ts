import { cleanMarkdown } from "../clean-text.ts";
import { formatInstant, instantFromMs } from "../restore/instant.ts";
import { TOOL_NAME, TOOL_VERSION } from "../version.ts";
import type { ProbeReport } from "./probe-cluster.ts";

/** What the page leaves out, told at its top. */
const LEFT_OUT =
  "Left out: addresses and host names, names and thumbprints on certificates, tokens and keys, tenant and application ids, " +
  "names of applications and services, and every text of the cluster's own. ";
const SHOWN = "Host names, names on certificates and error texts are shown (`--show-hosts`). Nothing secret is. ";

/** The report as a page of Markdown, to be pasted into an issue. */
export function probePage(report: ProbeReport, showHosts: boolean): string {
  const { partition, sections } = report;
  return [
    "# What this Service Fabric cluster answers",
    "",
    `${TOOL_NAME} ${TOOL_VERSION}, ${formatInstant(instantFromMs(report.askedAt))}. Read-only: nothing but GETs was sent.`,
    "",
    (showHosts ? SHOWN : LEFT_OUT) +
      (partition === null
        ? "No partition was looked at."
        : `The partition looked at is \`${partition}\` (from the SHA-256 of its id).`),
    ...sections.flatMap(({ title, answers }) => [
      "",
      `## ${title}`,
      "",
      "| question | answer |",
      "| --- | --- |",
      ...answers.map(({ question, answer }) => `| ${question} | ${cell(answer)} |`),
    ]),
    "",
  ].join("\n");
}

/** Our own `code` stays code; whatever else is in an answer means nothing to Markdown. */
function cell(answer: string): string {
  return answer
    .split(/(`[A-Za-z0-9_-]+`)/)
    .map((piece) => (/^`[A-Za-z0-9_-]+`$/.test(piece) ? piece : cleanMarkdown(piece, 500)))
    .join("");
}
