import type { PartitionRecord } from "../../shared/partition-record.ts";
import { parseDrillRequest, type RawInputs } from "../../shared/drill-request.ts";
import { type RestoreRecord, toRecord } from "../../shared/record.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import type { WatchPlan } from "../../shared/restore/watch.ts";
import type { DrillResult, PartitionResult } from "../../shared/verify-restore.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
  failureOf,
  IN_PROGRESS,
  type Look,
  PARTITION,
  planned,
  play,
  saw,
  SECOND,
  START,
  success,
  sure,
} from "../restore/scenes.ts";

/* Records as the heart makes them, and as a hostile cluster would have them. */

/** All that a message could break out with: of a log, a table, a tag, a diagram, an XML document. */
export const HOSTILE =
  "]]> </failure><x a='b\"> &amp; | ` * _ [a](javascript:b) ``` ~~~ ::error::no ##[error]no %0A\r\n::stop\u0000\u001b[31m\u202e\ufffe\ud800 @octocat #1 --> graph; end % {} \u{1f9e8}";

export function ended(plan: WatchPlan, ...looks: readonly [Look, ...Look[]]): PartitionResult {
  const step = play(plan, ...looks);
  const [endedMs] = sure(looks.at(-1));
  return { partitionId: plan.partitionId, endedAt: afterStart(endedMs), verdict: concluded(step), watch: step.watch };
}

export const RESTORED = ended(
  planned({ rtoMs: 600 * SECOND }),
  [0, saw(null)],
  [2 * SECOND, saw(ACCEPTED)],
  [20 * SECOND, saw(IN_PROGRESS)],
  [90_500, saw(success(afterStart(85 * SECOND)))],
);
export const FAILED = ended(
  planned(),
  [0, saw(ACCEPTED)],
  [60 * SECOND, saw(failureOf({ code: "FABRIC_E_BACKUP", message: HOSTILE }))],
);
export const NEVER = ended(planned(), [0, saw(null)], [300 * SECOND, saw(null)]);

export function recorded(
  results: readonly PartitionResult[],
  raw: RawInputs = {},
  different: Partial<DrillResult> = {},
  from: Instant | "any" = START,
): RestoreRecord {
  const parsed = parseDrillRequest({
    "cluster-endpoint": "https://cluster.example:19080",
    "partition-id": PARTITION,
    ...raw,
  });
  if (!parsed.ok) throw new Error("the test itself is wrong");
  const first = results[0];
  const endedAt = first?.endedAt ?? afterStart(SECOND);
  const verdict = first?.verdict ?? sure(different.verdict);
  return toRecord(parsed.request, {
    startedAt: START,
    endedAt,
    verdict,
    notBefore: { at: from, source: "step" },
    partitions: results,
    skipped: [],
    warnings: [],
    ...different,
  });
}

/** So many partitions, every text of which is hostile. */
export function hostile(count: number): RestoreRecord {
  const record = recorded([FAILED]);
  const [one] = record.partitions;
  const partitions = Array.from({ length: count }, (_, index): PartitionRecord => {
    const text = `${HOSTILE} ${index} `.repeat(20);
    return {
      ...sure(one),
      partitionId: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      serviceName: `fabric:/App/${HOSTILE}`,
      message: text,
      restoreState: text,
      warnings: [text, text],
      failure: { code: text, message: text },
      transitions: Array.from({ length: 20 }, (_unused, at) => ({
        state: `${at} ${text}`,
        firstSeenUtc: "2026-02-03T10:00:00.000Z",
        lastSeenUtc: "2026-02-03T10:01:00.000Z",
        looks: 1,
      })),
    };
  });
  const skipped = [{ name: HOSTILE, why: HOSTILE }];
  return {
    ...record,
    message: HOSTILE,
    warnings: [HOSTILE],
    counts: { ...record.counts, failed: count },
    partitions,
    skipped,
  };
}

/** A run in which everything is as much as it can be, in characters of four bytes: partitions, replies, warnings, services without a part. */
export function monstrous(): RestoreRecord {
  const record = hostile(10_000);
  const long = "\u{1f9e8}|&<*".repeat(2_000);
  const [worst, ...others] = record.partitions;
  const replies = Array.from({ length: 16 }, () => ({ body: long, firstSeen: START, looks: 1 }));
  const evidence = { ...sure(worst).evidence, replies };
  return {
    ...record,
    message: long,
    plan: { ...record.plan, rtoSeconds: 60, rpoSeconds: 60 },
    warnings: Array.from({ length: 10_000 }, () => long),
    skipped: Array.from({ length: 10_000 }, () => ({ name: long, why: long })),
    partitions: [{ ...sure(worst), evidence }, ...others],
  };
}
