import type { Instant } from "./restore/instant.ts";
import type { PartitionId } from "./restore/partition-id.ts";
import type { Problem } from "./restore/problem.ts";
import type { Verdict } from "./restore/verdict.ts";
import type { Watch } from "./restore/watch.ts";

/** What happens during a verification, in order, per partition. Whoever logs, records or counts consumes these. */
export type DrillEvent =
  | { readonly type: "watching"; readonly partitionId: PartitionId; readonly at: Instant }
  /** The state on record is another one than at the last answer; `null` is "no restore on record", `from` is absent at first. */
  | {
      readonly type: "state";
      readonly partitionId: PartitionId;
      readonly at: Instant;
      readonly from: string | null | undefined;
      readonly to: string | null;
    }
  | {
      readonly type: "fault";
      readonly partitionId: PartitionId;
      readonly at: Instant;
      readonly problem: Problem;
      readonly inARow: number;
    }
  /** In one state for longer than usual; said once a phase. */
  | {
      readonly type: "stuck";
      readonly partitionId: PartitionId;
      readonly at: Instant;
      readonly state: string;
      readonly forMs: number;
      readonly cause: string;
    }
  | { readonly type: "recovered"; readonly partitionId: PartitionId; readonly at: Instant }
  | { readonly type: "looked"; readonly partitionId: PartitionId; readonly at: Instant; readonly watch: Watch }
  /** Exactly one per partition, the last. */
  | {
      readonly type: "concluded";
      readonly partitionId: PartitionId;
      readonly at: Instant;
      readonly verdict: Verdict;
      readonly watch: Watch;
    }
  /** How a run over several partitions stands: at most each ten seconds. */
  | FleetProgress;

export interface FleetProgress {
  readonly type: "progress";
  readonly at: Instant;
  /** Partitions still watched, by the state on record as the cluster spelled it; `null` (no restore) and "never answered" apart. */
  readonly states: readonly { readonly state: string | null | undefined; readonly count: number }[];
  readonly watched: number;
  readonly concluded: Readonly<Record<Verdict["verdict"], number>>;
  /** Requests per second the budget allows now, and is set to. */
  readonly rate: number;
  readonly setRate: number;
  /** Whether only trials get through, because nothing was answered lately. */
  readonly blind: boolean;
  /** How long ago the partition was looked at that waits longest for its turn; from the start for one never looked at. */
  readonly oldestLookMs: number;
  /** If partitions go on ending as in the last minute; at most the deadline. Absent where none ended. */
  readonly estimatedEnd?: Instant;
}

/** PORT: something that follows a verification. It is told; it is never asked, and it does not hold the watch up. */
export type Recorder = (event: DrillEvent) => void;
