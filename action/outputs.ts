import type { OutputName, RestoreRecord } from "../shared/index.ts";

/** The outputs are a projection of the record. What belongs to one partition stays empty where there are several. */
export function toOutputs(record: RestoreRecord): Readonly<Record<OutputName, string>> {
  const [only, ...others] = record.partitions;
  const single = others.length === 0 ? only : undefined;
  const point = single?.restorePoint ?? undefined;
  return {
    verdict: record.verdict,
    reason: record.reason,
    "restore-state": single?.restoreState ?? "",
    "restored-at": single?.restoredAtUtc ?? "",
    "restored-lsn": point?.lsn ?? "",
    "restored-data-loss-version": point?.dataLossVersion ?? "",
    "restored-configuration-version": point?.configurationVersion ?? "",
    "restore-seconds": single?.timing?.restoreSeconds.toString() ?? "",
    "elapsed-seconds": record.elapsedSeconds.toString(),
    polls: record.partitions.reduce((sum, { looks }) => sum + looks, 0).toString(),
    "failure-code": single?.failure?.code ?? "",
    "failure-message": single?.failure?.message ?? "",
    "passed-count": record.counts.passed.toString(),
    "failed-count": record.counts.failed.toString(),
    "inconclusive-count": record.counts.inconclusive.toString(),
    result: JSON.stringify(withoutEvidence(record)),
  };
}

/** The record without the raw evidence, which a workflow has no use for and which grows with what was seen. */
function withoutEvidence(record: RestoreRecord): unknown {
  return { ...record, partitions: record.partitions.map((partition) => ({ ...partition, evidence: undefined })) };
}
