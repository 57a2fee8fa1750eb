import type { RestoreRecord } from "../record.ts";
import { REASONS } from "../restore/verdict.ts";

/** How a run is told at its end: what happened, since when and what the cluster said; then what to do about it, and where more stands. */
export interface Ending {
  readonly title: string;
  readonly lines: readonly string[];
}

/** `guide` is where docs/troubleshooting.md can be read. Text of the cluster is in it: whoever prints it cleans it. */
export function endingOf(record: RestoreRecord, guide: string): Ending {
  const { verdict, reason, message } = record;
  const several = record.partitions.length > 1 ? [countsOf(record)] : [];
  const next = verdict === "passed" ? [] : [`Next: ${REASONS[reason].next} More: ${guide}#${reason}`];
  return { title: `Restore verification ${verdict}: ${reason}`, lines: [message, ...several, ...next] };
}

/** `1000 partitions: 704 passed, 296 failed, 0 inconclusive (256 rto-missed, 40 restore-failed).`: a run has one reason, its partitions many. */
export function countsOf({ partitions, counts }: Pick<RestoreRecord, "partitions" | "counts">): string {
  const red = partitions.filter((one) => one.verdict !== "passed");
  const why = new Set(red.map(({ reason }) => reason)).size > 1 ? ` (${reasonsOf(red)})` : "";
  const { passed, failed, inconclusive } = counts;
  return `${partitions.length} partitions: ${passed} passed, ${failed} failed, ${inconclusive} inconclusive${why}.`;
}

/** `256 rto-missed, 40 restore-failed`: the most frequent first. */
export function reasonsOf(partitions: RestoreRecord["partitions"]): string {
  return [...Map.groupBy(partitions, ({ reason }) => reason)]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([reason, { length }]) => `${length} ${reason}`)
    .join(", ");
}
