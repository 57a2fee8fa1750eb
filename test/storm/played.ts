import { isObject } from "../../shared/restore/fields.ts";
import { parseInstant } from "../../shared/restore/instant.ts";
import { type PartitionRecord } from "../../shared/partition-record.ts";
import { type Mark, mark, right, type Said, trueFromMs } from "./oracle.ts";
import type { StormCase, StormCluster } from "./storm-case.ts";

/** What became of one partition. */
export interface Judged extends Said {
  readonly partitionId: string;
  readonly mark: Mark;
  /** From when it was true until it was said, on the shell's own clock; of what ends and was said by its right name only. */
  readonly lateMs: number | undefined;
}

/** A case that was played. */
export interface Played {
  readonly case: StormCase;
  readonly judged: readonly Judged[];
  /** What was sent towards the cluster, whether or not it got there. */
  readonly requests: number;
  readonly lostMs: readonly number[];
  /** Anything else that is not as it should be: the run as a whole, its exit code. */
  readonly complaints: readonly string[];
}

export type RecordedPartition = Pick<PartitionRecord, "partitionId" | "verdict" | "reason" | "transitions">;

/** The partitions of a record, as its schema has them. */
export function partitionsIn(record: unknown): readonly RecordedPartition[] {
  const partitions = isObject(record) ? record["partitions"] : undefined;
  return Array.isArray(partitions) ? partitions.filter(isRecorded) : [];
}

function isRecorded(value: unknown): value is RecordedPartition {
  return isObject(value) && typeof value["verdict"] === "string" && Array.isArray(value["transitions"]);
}

/** A partition about which nothing was said is wrong, and so is one that was not asked about. */
export function judge(it: StormCase, cluster: StormCluster, said: readonly RecordedPartition[]): readonly Judged[] {
  const byId = new Map(said.map((one) => [one.partitionId, one]));
  return [...it.partitions].map(([partitionId, script]): Judged => {
    const one = byId.get(partitionId);
    if (one === undefined) {
      const nothing = { verdict: "inconclusive", reason: "internal-error", saidMs: undefined } as const;
      return { partitionId, ...nothing, mark: "wrong", lateMs: undefined };
    }
    const { verdict, reason, transitions } = one;
    const at = parseInstant(transitions.at(-1)?.lastSeenUtc ?? "");
    const saidMs = at === undefined ? undefined : cluster.elapsedMs(at);
    const isRight = right(script).reason === reason;
    const fromMs = reason === "restored" ? trueFromMs(script) : (script.attempt?.endsMs ?? Infinity);
    const late = isRight && ENDS.has(reason) && saidMs !== undefined ? (saidMs - fromMs) / it.speed : undefined;
    return {
      partitionId,
      verdict,
      reason,
      saidMs,
      mark: mark({ verdict, reason, saidMs }, script, it.weather),
      lateMs: late,
    };
  });
}

/** Verdicts that come because something happened, and not because something did not. */
const ENDS: ReadonlySet<string> = new Set(["restored", "restore-failed", "restore-timed-out"]);
