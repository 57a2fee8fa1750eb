import type { RestoreRecord } from "../record.ts";
import { REASONS } from "../restore/verdict.ts";

/** How a run is told at its end: what happened, since when and what the cluster said; then what to do about it, and where more stands. */
export interface Ending {
  readonly title: string;
  readonly lines: readonly string[];
}

/** `guide` is where docs/troubleshooting.md can be read. Text of the cluster is in it: whoever prints it cleans it. */
export function endingOf(record: RestoreRecord, guide: string): Ending {
  const { verdict, reason, message, counts } = record;
  const count = record.partitions.length;
  const several =
    count > 1
      ? [`${count} partitions: ${counts.passed} passed, ${counts.failed} failed, ${counts.inconclusive} inconclusive.`]
      : [];
  const next = verdict === "passed" ? [] : [`Next: ${REASONS[reason].next} More: ${guide}#${reason}`];
  return { title: `Restore verification ${verdict}: ${reason}`, lines: [message, ...several, ...next] };
}
