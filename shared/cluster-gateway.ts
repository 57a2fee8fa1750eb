import type { PartitionId } from "./restore/partition-id.ts";
import type { Backup, PartitionInfo, RestoreHealthEvent, ServiceInfo } from "./restore/partition-info.ts";
import type { Problem, ProblemCode } from "./restore/problem.ts";
import type { RestoreProgress } from "./restore/restore-progress.ts";

/** One answer of the cluster. `progress: null` is "no restore on record". */
export interface ProgressAnswer {
  readonly progress: RestoreProgress | null;
  /** The cluster's clock minus ours, in milliseconds, where it told the time. */
  readonly clockSkewMs?: number;
  /** By how much it may be more than that, where the answer was slow. */
  readonly clockSlackMs?: number;
  /** The body of the reply, without secrets and cut. */
  readonly raw?: string;
}

/** How long a look may take, from connect to last byte, and what stops it sooner. */
export interface LookBudget {
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  /**
   * Awaited before every further request of the same call (the next page, another endpoint, a renewed credential): the
   * budget of requests lets the first one out with the call.
   */
  readonly further?: () => Promise<void>;
}

/**
 * PORT: a Service Fabric cluster, as much of it as a verification needs. Read-only by construction.
 *
 * Every call rejects with a `GatewayError` for whatever goes wrong, and with the signal's reason where `look.signal` aborted.
 */
export interface ClusterGateway {
  /** What the cluster has on record about the partition's latest restore. */
  restoreProgress(partitionId: PartitionId, look: LookBudget): Promise<ProgressAnswer>;
  /** The partition as the failover manager sees it; `null` where there is no such partition. */
  partitionInfo(partitionId: PartitionId, look: LookBudget): Promise<PartitionInfo | null>;
  /** The newest health event of a finished restore, while it lives; `null` proves nothing. */
  restoreHealthEvent(partitionId: PartitionId, look: LookBudget): Promise<RestoreHealthEvent | null>;
  /** `fabric:/App/Service` of the partition. */
  serviceName(partitionId: PartitionId, look: LookBudget): Promise<string>;
  /** All partitions of a service. */
  partitions(serviceName: string, look: LookBudget): Promise<readonly PartitionInfo[]>;
  /** All services of an application, also those that cannot be restored. */
  services(applicationName: string, look: LookBudget): Promise<readonly ServiceInfo[]>;
  /** The partition's backups; needs a backup policy over it. */
  backups(partitionId: PartitionId, look: LookBudget): Promise<readonly Backup[]>;
}

/**
 * The one error of this boundary. An abort asked for by the caller is *not* one. `message` starts with what happened and
 * may quote the cluster; which codes are worth a retry stands in `restore/problem.ts`.
 */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ProblemCode;
  readonly retryAfterMs: number | undefined;
  /** The body of the reply that is not what it should be, without secrets and cut; absent where there was none. */
  readonly raw: string | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly retryAfterMs?: number | undefined;
      readonly raw?: string | undefined;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.raw = options.raw;
  }

  /** As it was, where it comes out of a store as a value. */
  static of({ code, message, retryAfterMs }: Problem): GatewayError {
    return new GatewayError(code, message, { retryAfterMs });
  }

  /** As a value for the heart. */
  toProblem(): Problem {
    return {
      code: this.code,
      message: this.message,
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
    };
  }
}
