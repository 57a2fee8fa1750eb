import type { RestoreRecord } from "../record.ts";
import { jsonText } from "./json-text.ts";

/** Above this many partitions the report is JSON Lines: no reader has to hold it whole. */
export const MOST_IN_ONE_DOCUMENT = 100;

/**
 * The text of the report file. Up to 100 partitions it is the record, one indented JSON document. Above that it is JSON Lines:
 * first the run without its `partitions`, then a line for each partition, worst first.
 */
export function* reportText(record: RestoreRecord): Generator<string, void, void> {
  const { partitions, ...run } = record;
  if (partitions.length <= MOST_IN_ONE_DOCUMENT) {
    yield `${jsonText(record, 2)}\n`;
    return;
  }
  yield `${jsonText(run)}\n`;
  for (const partition of partitions) yield `${jsonText(partition)}\n`;
}

/** The same as one document whatever its size, piece by piece: that of ten thousand partitions may be longer than a string can be. */
export function* documentText(record: RestoreRecord): Generator<string, void, void> {
  const { partitions, ...run } = record;
  if (partitions.length <= MOST_IN_ONE_DOCUMENT) {
    yield* reportText(record);
    return;
  }
  yield `${jsonText(run).slice(0, -1)},"partitions":[`;
  for (const [nth, partition] of partitions.entries()) yield `${nth === 0 ? "" : ","}\n${jsonText(partition)}`;
  yield "\n]}\n";
}
