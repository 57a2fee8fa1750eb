import { seal } from "../evidence/seal.ts";
import type { RestoreRecord } from "../record.ts";
import { jsonText } from "./json-text.ts";

/** Above this many partitions the report is JSON Lines: no reader has to hold it whole. */
export const MOST_IN_ONE_DOCUMENT = 100;

/**
 * The text of the report file. Up to 100 partitions it is the record, one indented JSON document. Above that it is JSON Lines:
 * first the run without its `partitions`, then a line for each partition, worst first. The digest in the first line is that of the whole
 * record in either form; each further line bears a seal of its own and follows the line before it, so that a break has a place.
 */
export function* reportText(record: RestoreRecord): Generator<string, void, void> {
  const { partitions, ...run } = record;
  if (partitions.length <= MOST_IN_ONE_DOCUMENT) {
    yield `${jsonText(record, 2)}\n`;
    return;
  }
  yield `${jsonText(run)}\n`;
  let before = record.integrity.sha256;
  for (const partition of partitions) {
    const line = seal(partition, before);
    before = line.integrity.sha256;
    yield `${jsonText(line)}\n`;
  }
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
