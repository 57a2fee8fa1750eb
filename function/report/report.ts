import { formatInstant, type Instant, type Outcome, parseInstant } from "../../shared/index.ts";
import { DRIFT } from "./drift.ts";
import type { ReportRow } from "./report-row.ts";
import { SILENCE } from "./silence.ts";
import { type DatedRow, type TargetReport, toTargetReport } from "./target-report.ts";

const SCHEMA = "service-fabric-restore-verification/report/1";

/** What the page shows and what JSON answers: plain JSON, times in UTC (RFC 3339), durations in seconds. */
export interface Report {
  readonly schema: typeof SCHEMA;
  readonly generatedAtUtc: string;
  /** The cluster asked for; `null`: all of them. */
  readonly cluster: string | null;
  /** All clusters with records, whatever was asked for. */
  readonly clusters: readonly string[];
  /** The rules behind `slower` and `overdue`. */
  readonly rules: { readonly drift: typeof DRIFT; readonly silence: typeof SILENCE };
  readonly verifications: {
    readonly count: number;
    readonly oldestUtc: string | null;
    readonly newestUtc: string | null;
    /** There are older ones that this report was not given. */
    readonly olderExist: boolean;
    /** Rows left out because their times cannot be read. */
    readonly unreadable: number;
  };
  /** Targets by their latest verdict, and those with something to look at. */
  readonly counts: Readonly<Record<Outcome, number>> & {
    readonly targets: number;
    readonly slower: number;
    readonly overdue: number;
  };
  /** Most urgent first: failed, inconclusive, overdue, slower, the rest; each longest without a pass first. */
  readonly targets: readonly TargetReport[];
}

export interface ReportQuestion {
  readonly now: Instant;
  readonly cluster?: string;
  readonly olderExist?: boolean;
}

export function toReport(rows: readonly ReportRow[], { now, cluster, olderExist = false }: ReportQuestion): Report {
  const asked = cluster === undefined ? rows : rows.filter((row) => row.cluster === cluster);
  const dated = asked.flatMap(readTimes);
  const targets = byTarget(dated)
    .flatMap((group) => toTargetReport(group, now) ?? [])
    .toSorted(mostUrgentFirst);
  const count = (is: (target: TargetReport) => boolean): number => targets.filter(is).length;
  const ends = dated.map((one) => one.endedAt).toSorted((a, b) => a - b);
  return {
    schema: SCHEMA,
    generatedAtUtc: formatInstant(now),
    cluster: cluster ?? null,
    clusters: [...new Set(rows.map((row) => row.cluster))].toSorted(),
    rules: { drift: DRIFT, silence: SILENCE },
    verifications: {
      count: dated.length,
      oldestUtc: instantOrNull(ends[0]),
      newestUtc: instantOrNull(ends.at(-1)),
      olderExist,
      unreadable: asked.length - dated.length,
    },
    counts: {
      targets: targets.length,
      passed: count((one) => one.latest.verdict === "passed"),
      failed: count((one) => one.latest.verdict === "failed"),
      inconclusive: count((one) => one.latest.verdict === "inconclusive"),
      slower: count((one) => one.drift?.slower === true),
      overdue: count((one) => one.silence.overdue),
    },
    targets,
  };
}

/** The target that was silent for the longest. */
export function longestSilent(report: Report): TargetReport | undefined {
  return report.targets.toSorted((a, b) => b.silence.seconds - a.silence.seconds)[0];
}

/** Whether somebody should look: anything but a recent pass at the usual pace. */
export function needsAttention(target: TargetReport): boolean {
  return urgency(target) > 0;
}

function readTimes(row: ReportRow): readonly DatedRow[] {
  const startedAt = parseInstant(row.startedAtUtc);
  const endedAt = parseInstant(row.endedAtUtc);
  return startedAt === undefined || endedAt === undefined ? [] : [{ row, startedAt, endedAt }];
}

function byTarget(rows: readonly DatedRow[]): readonly (readonly DatedRow[])[] {
  return [...Map.groupBy(rows, ({ row }) => JSON.stringify([row.cluster, row.target])).values()];
}

function mostUrgentFirst(a: TargetReport, b: TargetReport): number {
  return (
    urgency(b) - urgency(a) ||
    compare(a.lastPassedUtc ?? "", b.lastPassedUtc ?? "") ||
    compare(a.cluster, b.cluster) ||
    compare(a.target, b.target)
  );
}

function urgency({ latest, silence, drift }: TargetReport): number {
  if (latest.verdict === "failed") return 4;
  if (latest.verdict === "inconclusive") return 3;
  if (silence.overdue) return 2;
  return drift?.slower === true ? 1 : 0;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function instantOrNull(at: Instant | undefined): string | null {
  return at === undefined ? null : formatInstant(at);
}
