import { cleanMarkdown, formatDuration, type Outcome, type RestoreRecord } from "../shared/index.ts";

const MARK: Readonly<Record<Outcome, string>> = { passed: "✅", failed: "❌", inconclusive: "⚠️" };
const ROWS = 100;

/** The job summary: the verdict, a row per partition (worst first), how the worst one got there. */
export function toSummary(record: RestoreRecord): string {
  const { partitions } = record;
  return [
    `## ${MARK[record.verdict]} Restore ${record.verdict}: ${record.reason}`,
    "",
    cleanMarkdown(record.message, 1_000),
    "",
    "| | Partition | Reason | State | Restored at | LSN | Looks | Faults |",
    "|---|---|---|---|---|---|---|---|",
    ...partitions.slice(0, ROWS).map(row),
    ...(partitions.length > ROWS ? ["", `and ${partitions.length - ROWS} more, all in the \`result\` output.`] : []),
    "",
    ...timeline(record),
    `Cluster ${record.cluster.endpoints.map((endpoint) => `\`${endpoint}\``).join(", ")}. ` +
      `Only a restore from ${bound(record)} on counts. Watched for ${formatDuration(record.elapsedSeconds * 1_000)}.`,
    "",
  ].join("\n");
}

type PartitionRecord = RestoreRecord["partitions"][number];

function row(one: PartitionRecord): string {
  const cells = [
    MARK[one.verdict],
    `\`${one.partitionId}\``,
    one.reason,
    one.restoreState ?? "none",
    one.restoredAtUtc ?? "–",
    one.restorePoint?.lsn ?? "–",
    String(one.looks),
    String(one.faults),
  ];
  return `| ${cells.map((cell, index) => (index === 1 ? cell : cleanMarkdown(cell, 100))).join(" | ")} |`;
}

function timeline(record: RestoreRecord): readonly string[] {
  const [worst] = record.partitions;
  if (worst === undefined || worst.transitions.length === 0) return [];
  return [
    "| State | First seen | Last seen | Looks |",
    "|---|---|---|---|",
    ...worst.transitions.map(
      ({ state, firstSeenUtc, lastSeenUtc, looks }) =>
        `| ${cleanMarkdown(state ?? "no restore on record", 100)} | ${firstSeenUtc} | ${lastSeenUtc} | ${looks} |`,
    ),
    "",
  ];
}

function bound({ plan }: RestoreRecord): string {
  return plan.notBeforeUtc === "any" ? "any time" : `${plan.notBeforeUtc} (${plan.notBeforeSource})`;
}
