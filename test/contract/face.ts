import { type ClusterGateway, GatewayError } from "../../shared/cluster-gateway.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { ClusterOptions, SimulatedCluster } from "../simulator/cluster.ts";
import type { Shows } from "../simulator/timeline.ts";

/** A gateway in front of a simulated cluster, and how to take one look through it. */
export interface Facing {
  readonly cluster: SimulatedCluster;
  readonly gateway: ClusterGateway;
  readonly look: (how?: {
    readonly budgetMs?: number;
    readonly signal?: AbortSignal;
    readonly id?: PartitionId;
  }) => ReturnType<ClusterGateway["restoreProgress"]>;
}

/** A cluster whose partition `ID` shows that, for ever. */
export type Face = (shows: Shows, options?: Partial<ClusterOptions>) => Promise<Facing>;

export const ID = partitionId("1daae3f5-7fd6-42e9-b1ba-8c05f873994d");
export const AMPLE_MS = 10_000;
export const SHORT_MS = 200;

export async function gatewayError(look: Promise<unknown>): Promise<GatewayError> {
  const error = await rejection(look);
  if (error instanceof GatewayError) return error;
  throw new TypeError("the look rejected, but with no GatewayError", { cause: error });
}

export async function rejection(look: Promise<unknown>): Promise<unknown> {
  try {
    await look;
  } catch (error) {
    return error;
  }
  throw new TypeError("the look brought an answer");
}

export function partitionId(text: string): PartitionId {
  const id = parsePartitionId(text);
  if (id === undefined) throw new TypeError(`${text} is no partition id`);
  return id;
}
