import type { ReportRow } from "../../function/report/report-row.ts";
import { formatInstant, type Instant, later, parseInstant } from "../../shared/restore/instant.ts";

/* Rows for the tests of the report, each with only what its test is about. */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const NOW = at("2026-03-02T12:00:00Z");

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
}

export const RED = { verdict: "failed", reason: "restore-failed", restoreSeconds: null } as const;
export const UNKNOWN = { verdict: "inconclusive", reason: "unreachable", restoreSeconds: null } as const;

let number = 0;

/** A verification that ended so long before `NOW`: passed, in five minutes, if nothing else is said. */
export function ended(agoMs: number, row: Partial<ReportRow> = {}): ReportRow {
  const endedAt = later(NOW, -agoMs);
  number += 1;
  return {
    id: `v-${number}`,
    cluster: "prod",
    target: "fabric:/Shop/Orders",
    plan: null,
    verdict: "passed",
    reason: "restored",
    startedAtUtc: formatInstant(later(endedAt, -10 * MINUTE)),
    endedAtUtc: formatInstant(endedAt),
    restoreSeconds: 300,
    rtoSeconds: 1_800,
    partitionCount: 1,
    ...row,
  };
}

/** One a day, the newest today; `durations` oldest first. */
export function daily(durations: readonly (number | null)[], row: Partial<ReportRow> = {}): readonly ReportRow[] {
  return durations.map((restoreSeconds, index) =>
    ended((durations.length - 1 - index) * DAY, { ...row, restoreSeconds }),
  );
}
