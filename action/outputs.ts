import { cleanLine, jsonText, type OutputName, type RecordContent, type RestoreRecord } from "../shared/index.ts";

/**
 * GitHub allows the outputs of a job 1 MB, counted in UTF-16: with this much for `result` the others fit, and the outputs of
 * a few more steps.
 */
const MOST_RESULT = 400_000;

/**
 * The outputs are a projection of the record. What belongs to one partition stays empty where there are several. The cluster's
 * own words are one clean line here, for they will be printed by somebody; to the letter they stand in `result`.
 */
export function toOutputs(record: RestoreRecord): Readonly<Record<Exclude<OutputName, "report-path">, string>> {
  const [only, ...others] = record.partitions;
  const single = others.length === 0 ? only : undefined;
  const point = single?.restorePoint ?? undefined;
  return {
    verdict: record.verdict,
    reason: record.reason,
    "restore-state": cleanLine(single?.restoreState ?? ""),
    "restored-at": single?.restoredAtUtc ?? "",
    "restored-lsn": point?.lsn ?? "",
    "restored-data-loss-version": point?.dataLossVersion ?? "",
    "restored-configuration-version": point?.configurationVersion ?? "",
    "restore-seconds": single?.timing?.restoreSeconds.toString() ?? "",
    "elapsed-seconds": record.elapsedSeconds.toString(),
    polls: record.partitions.reduce((sum, { looks }) => sum + looks, 0).toString(),
    "failure-code": cleanLine(single?.failure?.code ?? ""),
    "failure-message": cleanLine(single?.failure?.message ?? "", 4_000),
    "passed-count": record.counts.passed.toString(),
    "failed-count": record.counts.failed.toString(),
    "inconclusive-count": record.counts.inconclusive.toString(),
    result: compact(record),
  };
}

/**
 * The record without the raw evidence, which a workflow has no use for and which grows with what was seen. What would be too
 * much for an output is left out from the end, where the partitions are that passed; `report-path` has it all. It is not sealed itself: it
 * names the digest of the whole record, which its own content cannot bear.
 */
function compact({ partitions, integrity, ...run }: RestoreRecord): string {
  const head = jsonText({ ...headOf(run), recordSha256: integrity.sha256 }).slice(0, -1);
  let room = MOST_RESULT - head.length - 100;
  const shown: string[] = [];
  for (const { evidence: _evidence, ...partition } of partitions) {
    const text = jsonText(partition);
    room -= text.length + 1;
    if (room < 0) break;
    shown.push(text);
  }
  const omitted = partitions.length - shown.length;
  return `${head},"partitions":[${shown.join(",")}]${omitted === 0 ? "" : `,"partitionsOmitted":${omitted}`}}`;
}

const MOST_LISTED = 20;
const MOST_TEXT = 500;

/** A run that skipped thousands of services, or was warned of thousands of partitions, must leave room for those that it watched. */
function headOf(run: Omit<RecordContent, "partitions">): object {
  const { cluster, message, skipped, warnings } = run;
  const texts = [message, ...cluster.endpoints, ...warnings, ...skipped.flatMap(({ name, why }) => [name, why])];
  if (texts.reduce((sum, text) => sum + text.length, 0) <= MOST_RESULT / 8) return run;
  const short = (text: string): string => cleanLine(text, MOST_TEXT);
  return {
    ...run,
    cluster: { ...cluster, endpoints: cluster.endpoints.slice(0, MOST_LISTED).map(short) },
    message: short(message),
    skipped: skipped.slice(0, MOST_LISTED).map(({ name, why }) => ({ name: short(name), why: short(why) })),
    skippedOmitted: Math.max(0, skipped.length - MOST_LISTED),
    warnings: warnings.slice(0, MOST_LISTED).map(short),
    warningsOmitted: Math.max(0, warnings.length - MOST_LISTED),
  };
}
