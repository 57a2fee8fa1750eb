import { createHash } from "node:crypto";
import {
  cleanHtml,
  cleanLine,
  type DrillRequest,
  formatDuration,
  type RestoreRecord,
  REASONS,
} from "../shared/index.ts";

/** What is told in the issue of a target: one issue is open while its restores are red, and none while they are green. */
export interface Issue {
  readonly title: string;
  /** Hidden in the issue's text, so that the next run finds it, whatever became of the title. */
  readonly marker: string;
  readonly verdict: RestoreRecord["verdict"];
  /** Markdown, without the link to the run. */
  readonly text: string;
}

/** The issue of what this run was about. The same targets of the same cluster are the same issue, in whatever order they are typed. */
export function issueOf(request: DrillRequest, record: RestoreRecord, guide: string): Issue {
  const { partitionIds, serviceNames, applicationNames } = request.targets;
  const targets = [...applicationNames, ...serviceNames, ...partitionIds.map((id) => `partition ${id}`)];
  const cluster = request.endpoints.map((url) => url.origin).toSorted();
  const key = JSON.stringify([cluster, targets.toSorted()]);
  const [first = "", ...others] = targets;
  const named = others.length === 0 ? first : `${first} and ${others.length} more`;
  const { passed, failed, inconclusive } = record.counts;
  return {
    title: cleanLine(`Restore of ${named} is not verified`, 200),
    marker: `<!-- service-fabric-restore-verification: ${createHash("sha256").update(key).digest("hex").slice(0, 32)} -->`,
    verdict: record.verdict,
    // Text of the cluster stands in <pre>, where GitHub makes nothing of it: no Markdown, no mention, no reference.
    text: [
      `**${record.verdict}: ${record.reason}** at ${record.endedAtUtc}, after ${formatDuration(record.elapsedSeconds * 1_000)} of watching: ` +
        `${passed} passed, ${failed} failed, ${inconclusive} inconclusive.`,
      "",
      `<pre>${cleanHtml(record.message, 2_000)}</pre>`,
      "",
      `<pre>${cleanHtml(`Cluster ${cluster.join(", ")}: ${targets.slice(0, 50).join(", ")}`, 4_000)}</pre>`,
      ...(record.verdict === "passed"
        ? []
        : ["", `Next: ${REASONS[record.reason].next} See ${guide}#${record.reason}.`]),
    ].join("\n"),
  };
}
