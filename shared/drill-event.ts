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
    };

/** PORT: something that follows a verification. It is told; it is never asked, and it does not hold the watch up. */
export type Recorder = (event: DrillEvent) => void;
