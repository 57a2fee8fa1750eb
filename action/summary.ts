import {
  cleanHtml,
  cleanMarkdown,
  countsOf,
  describeObjective,
  formatDuration,
  formatInstant,
  objectivesOf,
  type Outcome,
  type PartitionRecord,
  REASONS,
  reasonsOf,
  type RestoreRecord,
} from "../shared/index.ts";
import { timeline } from "./timeline.ts";

const MARK: Readonly<Record<Outcome, string>> = { passed: "✅", failed: "❌", inconclusive: "⚠️" };
const ROWS = 100;
const MOST_OBJECTIVES = 20;
const MOST_WARNINGS = 20;
const MOST_SKIPPED = 20;
const MOST_RAW = 30_000;
const MOST_REPLY = 4_100;
/** GitHub drops a summary whole that is larger than 1 MiB, and fails the step. */
const MOST_BYTES = 1_000_000;

/** The job summary, the most important first; what would make it too large is left out, and said to be. */
export function toSummary(record: RestoreRecord, guide: string): string {
  const sections = [
    verdictOf(record, guide),
    table(record),
    objectives(record),
    timeline(record),
    states(record),
    provenance(record),
    replies(record),
    raw(record),
  ].filter((lines) => lines.length > 0);
  let room = MOST_BYTES;
  const shown = sections.map((lines) => {
    const text = `${lines.join("\n")}\n`;
    const bytes = Buffer.byteLength(text);
    if (bytes > room) return "*Left out: it would be too much for a job summary. The report file has it all.*\n";
    room -= bytes;
    return text;
  });
  return `${shown.join("\n")}\n`;
}

function verdictOf(record: RestoreRecord, guide: string): readonly string[] {
  const { verdict, reason, message, partitions, warnings } = record;
  const link = guide.startsWith("http") ? `[${reason}](${guide}#${reason})` : `\`${reason}\``;
  const several = partitions.length < 2 ? [] : [countsOf(record), ""];
  return [
    `## ${MARK[verdict]} Restore ${verdict}: ${reason}`,
    "",
    ...several,
    cleanMarkdown(message, 1_000),
    ...(verdict === "passed" ? [] : ["", `**Next:** ${REASONS[reason].next} More: ${link}.`]),
    ...(warnings.length === 0 ? [] : [""]),
    ...warnings.slice(0, MOST_WARNINGS).map((warning) => `- ${cleanMarkdown(warning, 500)}`),
    ...andMore(warnings.length - MOST_WARNINGS, "warnings"),
  ];
}

function table({ partitions }: RestoreRecord): readonly string[] {
  if (partitions.length === 0) return [];
  const services = partitions.some(({ serviceName }) => serviceName !== null);
  const heads = [
    "",
    "Partition",
    ...(services ? ["Service"] : []),
    "Reason",
    "State",
    "Restored at (UTC)",
    "Took",
    "LSN",
    "Identified by",
  ];
  const shown = shownOf(partitions);
  const rows = shown.map((one) => [
    MARK[one.verdict],
    `\`${one.partitionId}\``,
    ...(services ? [cleanMarkdown(one.serviceName ?? "–", 100)] : []),
    one.reason,
    cleanMarkdown(one.restoreState ?? "none", 60),
    one.restoredAtUtc?.replace("T", " ").replace(/(\.0+)?Z$/, "") ?? "–",
    one.timing === null ? "–" : formatDuration(one.timing.restoreSeconds * 1_000),
    cleanMarkdown(one.restorePoint?.lsn ?? "–", 30),
    one.identifiedBy ?? "–",
  ]);
  const more = partitions.filter((one) => !shown.includes(one));
  return [
    ...[heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`),
    ...(more.length > 0
      ? ["", `and ${more.length} more: ${reasonsOf(more)}. The report file (\`report-path\`) has all.`]
      : []),
  ];
}

/** The worst, in their order; where there are too many, some for every reason: a thousand that were late do not hide the one that is lost. */
function shownOf(partitions: RestoreRecord["partitions"]): RestoreRecord["partitions"] {
  if (partitions.length <= ROWS) return partitions;
  const seen = new Map<string, number>();
  const ranked = partitions.map((one, at) => {
    const nth = seen.get(one.reason) ?? 0;
    seen.set(one.reason, nth + 1);
    return { one, at, rank: one.verdict === "passed" ? Infinity : nth };
  });
  const chosen = ranked.toSorted((a, b) => (a.rank === b.rank ? a.at - b.at : a.rank - b.rank)).slice(0, ROWS);
  return chosen.toSorted((a, b) => a.at - b.at).map(({ one }) => one);
}

/** What was measured, the missed before the met, by how much; what could not be measured is counted. */
function objectives(record: RestoreRecord): readonly string[] {
  const all = record.partitions.flatMap((one) => objectivesOf(record, one).map((objective) => ({ one, objective })));
  if (all.length === 0) return [];
  const measured = all.flatMap(({ one, objective }) => {
    const { measuredSeconds, objectiveSeconds } = objective;
    if (measuredSeconds === null) return [];
    const name = record.partitions.length > 1 ? ` \`${one.partitionId}\`` : "";
    const overSeconds = measuredSeconds - objectiveSeconds;
    const mark = overSeconds <= 0 ? "✅" : "❌";
    return [{ overSeconds, line: `- ${mark}${name} ${describeObjective(objective)}` }];
  });
  const shown = measured.toSorted((a, b) => b.overSeconds - a.overSeconds).slice(0, MOST_OBJECTIVES);
  const missed = measured.filter(({ overSeconds }) => overSeconds > 0).length;
  const rest = `measured; in all ${missed} missed, ${measured.length - missed} met`;
  const unmeasured = Map.groupBy(
    all.filter(({ objective }) => objective.measuredSeconds === null),
    ({ objective }) => objective.name,
  );
  return [
    "### Objectives",
    "",
    ...shown.map(({ line }) => line),
    ...andMore(measured.length - shown.length, rest),
    ...[...unmeasured].map(
      ([name, { length }]) => `- ⚠️ ${name} not measured for ${length} of ${record.partitions.length}`,
    ),
  ];
}

/** The worst partition's states, in words: a diagram cannot be read by everybody, nor everywhere. */
function states({ partitions: [worst, ...others] }: RestoreRecord): readonly string[] {
  if (worst === undefined || worst.transitions.length === 0) return [];
  const [first, ...rest] = worst.transitions;
  const row = (one: typeof first): string =>
    one === undefined
      ? ""
      : `| ${cleanMarkdown(one.state ?? "no restore on record", 60)} | ${one.firstSeenUtc} | ${one.lastSeenUtc} | ${one.looks} |`;
  return [
    `<details><summary>What was seen${others.length === 0 ? "" : " of the worst partition"}</summary>`,
    "",
    "| State | First seen | Last seen | Looks |",
    "| --- | --- | --- | --- |",
    row(first),
    ...(worst.transitionsDropped === 0 ? [] : [`| *${worst.transitionsDropped} more* | | | |`]),
    ...rest.map(row),
    "",
    "</details>",
  ];
}

/** How the attempt was told from earlier ones, where we looked, and how much. */
function provenance(record: RestoreRecord): readonly string[] {
  const { plan, cluster, partitions } = record;
  const bound = plan.notBeforeUtc === "any" ? "at any time" : `from ${plan.notBeforeUtc} (${plan.notBeforeSource}) on`;
  const sum = (of: (one: PartitionRecord) => number): number => partitions.reduce((total, one) => total + of(one), 0);
  const ways = [...new Set(partitions.flatMap(({ identifiedBy }) => identifiedBy ?? []))];
  return [
    `Only a restore ${bound} counts. ${ways.map((way) => `\`${way}\`: ${IDENTIFIED[way]}.`).join(" ")}`.trim(),
    "",
    `Cluster ${cluster.endpoints.map((endpoint) => `\`${endpoint}\``).join(", ")}, watched for ` +
      `${formatDuration(record.elapsedSeconds * 1_000)}: ${sum(({ looks }) => looks)} looks, ${sum(({ faults }) => faults)} faults. ` +
      `The record bears the SHA-256 \`${record.integrity.sha256}\`.`,
    ...record.skipped
      .slice(0, MOST_SKIPPED)
      .map(({ name, why }) => `- Nothing to restore in ${cleanMarkdown(name, 200)}: ${cleanMarkdown(why, 200)}`),
    ...andMore(record.skipped.length - MOST_SKIPPED, "services with nothing to restore"),
  ];
}

function andMore(count: number, what: string): readonly string[] {
  return count > 0 ? [`- and ${count} more ${what}`] : [];
}

const IDENTIFIED: Readonly<Record<NonNullable<PartitionRecord["identifiedBy"]>, string>> = {
  "in-flight": "this run saw the restore under way",
  timestamp: "the cluster dated the success",
  "data-loss-version": "the partition's last declared data loss is recent enough",
  any: "`not-before: any` takes whatever is on record",
};

/** What the cluster said of the worst partition, word for word: each distinct reply once. */
function replies({ partitions: [worst] }: RestoreRecord): readonly string[] {
  const kept = worst?.evidence.replies ?? [];
  if (kept.length === 0) return [];
  const dropped = worst?.evidence.repliesDropped ?? 0;
  const said = kept.map(({ body, firstSeen, looks }) => {
    const text = cleanHtml(body, MOST_REPLY);
    return `# ${formatInstant(firstSeen)}, ${looks === 1 ? "1 look" : `${looks} looks`}\n${text}`;
  });
  return folded("What the cluster replied", [...said, ...(dropped === 0 ? [] : [`... ${dropped} more replies`])], "\n");
}

/** The record of the worst partition, but for the replies, which stand above it. */
function raw({ partitions: [worst] }: RestoreRecord): readonly string[] {
  if (worst === undefined) return [];
  const lines = JSON.stringify({ ...worst, evidence: { ...worst.evidence, replies: undefined } }, undefined, 2)
    .split("\n")
    .map((line) => cleanHtml(line, 1_000));
  let room = MOST_RAW;
  const shown = lines.filter((line) => (room -= line.length) > 0);
  const cut = lines.length - shown.length;
  return folded("The record of it", [...shown, ...(cut === 0 ? [] : [`... ${cut} more lines`])], "\n");
}

function folded(title: string, texts: readonly string[], separator: string): readonly string[] {
  return [`<details><summary>${title}</summary>`, "", `<pre>${texts.join(separator)}</pre>`, "", "</details>"];
}
