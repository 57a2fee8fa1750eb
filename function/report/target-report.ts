import { formatInstant, type Instant, type Outcome } from "../../shared/index.ts";
import { type Drift, driftOf } from "./drift.ts";
import type { ReportRow } from "./report-row.ts";
import { type Silence, silenceOf } from "./silence.ts";

/** One point of a target's series: a row of it, with its times in one form and only durations that are some. */
export type Verification = Omit<ReportRow, "cluster" | "target">;

export interface TargetReport {
  readonly cluster: string;
  readonly target: string;
  /** The verdict reached last, by the end of its verification. */
  readonly latest: Verification;
  readonly silence: Silence;
  /** `null`: never passed within the report. */
  readonly lastPassedUtc: string | null;
  readonly drift: Drift | null;
  readonly counts: Readonly<Record<Outcome, number>>;
  /** All of them, oldest first. */
  readonly series: readonly Verification[];
}

/** A row with its times read. */
export interface DatedRow {
  readonly row: ReportRow;
  readonly startedAt: Instant;
  readonly endedAt: Instant;
}

/** `undefined` of no rows. */
export function toTargetReport(rows: readonly DatedRow[], now: Instant): TargetReport | undefined {
  const ordered = rows.toSorted(byEnd);
  const newest = ordered.at(-1);
  if (newest === undefined) return undefined;
  const series = ordered.map(toVerification);
  const latest = toVerification(newest);
  const count = (outcome: Outcome): number => series.filter((one) => one.verdict === outcome).length;
  return {
    cluster: newest.row.cluster,
    target: newest.row.target,
    latest,
    silence: silenceOf(
      ordered.map((one) => one.endedAt),
      now,
    ),
    lastPassedUtc: series.findLast((one) => one.verdict === "passed")?.endedAtUtc ?? null,
    drift: driftOf(series),
    counts: { passed: count("passed"), failed: count("failed"), inconclusive: count("inconclusive") },
    series,
  };
}

/** Oldest end first. Of two that ended together the one begun later counts as the later; then the id decides, always alike. */
function byEnd(a: DatedRow, b: DatedRow): number {
  return a.endedAt - b.endedAt || a.startedAt - b.startedAt || (a.row.id < b.row.id ? -1 : 1);
}

function toVerification({ row, startedAt, endedAt }: DatedRow): Verification {
  return {
    id: row.id,
    plan: row.plan,
    verdict: row.verdict,
    reason: row.reason,
    startedAtUtc: formatInstant(startedAt),
    endedAtUtc: formatInstant(endedAt),
    restoreSeconds: duration(row.restoreSeconds),
    rtoSeconds: duration(row.rtoSeconds),
    partitionCount: row.partitionCount,
  };
}

/** What is no duration is none: a number that a plot cannot show must not break the page for all the others. */
function duration(seconds: number | null): number | null {
  return seconds !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}
