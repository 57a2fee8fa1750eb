import type { PartitionId } from "./restore/partition-id.ts";
import type { Problem, ProblemCode } from "./restore/problem.ts";
import type { RestoreProgress } from "./restore/restore-progress.ts";

/** One answer of the cluster. `progress: null` is "no restore on record". */
export interface ProgressAnswer {
  readonly progress: RestoreProgress | null;
  /** The cluster's clock minus ours, in milliseconds, where it told the time. */
  readonly clockSkewMs?: number;
}

/** How long a look may take, from connect to last byte, and what stops it sooner. */
export interface LookBudget {
  readonly budgetMs: number;
  readonly signal: AbortSignal;
}

/** PORT: a Service Fabric cluster, as much of it as a verification needs. Read-only by construction. */
export interface ClusterGateway {
  /**
   * What the cluster has on record about the partition's latest restore.
   * @throws GatewayError for whatever goes wrong; the signal's reason where `signal` aborted.
   */
  restoreProgress(partitionId: PartitionId, look: LookBudget): Promise<ProgressAnswer>;
}

/**
 * The one error of this boundary. An abort asked for by the caller is *not* one. `message` starts with what happened and
 * may quote the cluster; which codes are worth a retry stands in `restore/problem.ts`.
 */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: ProblemCode;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
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
