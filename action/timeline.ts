import { type PartitionRecord, type RestoreRecord } from "../shared/index.ts";

const MOST_PARTITIONS = 10;
const MOST_STATES = 12;

/**
 * The states of each partition over time, as a Mermaid Gantt chart: how long each took and where it stood still is seen at a
 * glance, which a state diagram does not show. Only where there is something to see: few partitions, and more than one state.
 */
export function timeline({ partitions, endedAtUtc }: RestoreRecord): readonly string[] {
  const worth = partitions.length <= MOST_PARTITIONS && partitions.some(({ transitions }) => transitions.length > 1);
  if (!worth) return [];
  const bars = partitions.flatMap((one, index) => [
    `  section ${partitions.length > 1 ? shortName(one, partitions) : "States"}`,
    ...barsOf(one, index, endedAtUtc),
  ]);
  return [
    "```mermaid",
    "gantt",
    "  dateFormat YYYY-MM-DD HH:mm:ss.SSS",
    "  axisFormat %H:%M:%S",
    ...bars,
    "```",
    "",
    "Times are UTC.",
  ];
}

function barsOf(one: PartitionRecord, index: number, endedAtUtc: string): readonly string[] {
  const { transitions, verdict, reason } = one;
  const shown = transitions.slice(-MOST_STATES);
  const bars = shown.map(({ state, firstSeenUtc }, at) => {
    const isLast = at === shown.length - 1;
    const tag = isLast ? { passed: "done, ", failed: "crit, ", inconclusive: "" }[verdict] : "";
    const end = isLast ? endedAtUtc : (shown[at + 1]?.firstSeenUtc ?? endedAtUtc);
    return `  ${label(state)} :${tag}p${index}s${at}, ${digits(firstSeenUtc)}, ${digits(end)}`;
  });
  return [
    ...bars,
    `  ${verdict} ${reason} :milestone, ${verdict === "passed" ? "done" : "crit"}, ${digits(endedAtUtc)}, 0s`,
  ];
}

/** The first part of the GUID, or the last where that is not enough to tell them apart. */
function shortName({ partitionId }: PartitionRecord, all: RestoreRecord["partitions"]): string {
  const part = new Set(all.map((one) => one.partitionId.slice(0, 8))).size === all.length ? 0 : -1;
  return partitionId.split("-").at(part) ?? partitionId;
}

/** Without its zone, so that no browser turns UTC into the reader's own time. */
function digits(utc: string): string {
  return utc.replace("T", " ").replace("Z", "");
}

/**
 * A state's name where Mermaid takes it for nothing else: its own words, comments and separators are all ruled out by
 * letting through letters and digits only, behind a word of ours.
 */
function label(state: string | null): string {
  if (state === null) return "no restore on record";
  const name = state
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .slice(0, 30)
    .trim();
  return /^(Accepted|RestoreInProgress|Success|Failure|Timeout|Invalid|SecondariesInProgress)$/.test(name)
    ? name
    : `state ${name === "" ? "unreadable" : name}`;
}
