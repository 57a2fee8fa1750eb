import type { Clock } from "../clock.ts";
import { type ClusterGateway, GatewayError, type LookBudget, type ProgressAnswer } from "../cluster-gateway.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import type { Reply, Transport } from "./transport.ts";
import { processRestoreProgress, restoreProgressUrl } from "./wire.ts";

export interface RestGatewayOptions {
  readonly endpoints: readonly [URL, ...URL[]];
  readonly apiVersion: string;
  readonly transport: Transport;
  readonly clock: Clock;
}

/** A cluster behind its REST gateway(s). The endpoint that answered last is asked first; the others when it cannot be reached. */
export function restGateway({ endpoints, apiVersion, transport, clock }: RestGatewayOptions): ClusterGateway {
  let preferred = 0;
  return {
    async restoreProgress(partitionId: PartitionId, look: LookBudget): Promise<ProgressAnswer> {
      const endpoint = endpoints[preferred] ?? endpoints[0];
      const sentAt = clock.now();
      try {
        const reply = await transport.get(restoreProgressUrl(endpoint, partitionId, apiVersion, look.budgetMs), look);
        return { progress: processRestoreProgress(reply), ...clockSkew(reply, sentAt, clock.now()) };
      } catch (error) {
        // The heart decides when to look again; that look then asks the next endpoint.
        const elsewhere = error instanceof GatewayError && (error.code === "unreachable" || error.code === "timed-out");
        if (elsewhere) preferred = (preferred + 1) % endpoints.length;
        throw error;
      }
    },
  };
}

/**
 * The cluster's clock minus ours, from the `Date` header: its whole second is centred, and so is the time of the request.
 * A reply out of a cache (`Age`) bears the date of another day and tells nothing.
 */
function clockSkew(reply: Reply, sentAt: number, receivedAt: number): { readonly clockSkewMs?: number } {
  const date = reply.headers["date"];
  if (typeof date !== "string" || reply.headers["age"] !== undefined) return {};
  const serverMs = Date.parse(date);
  return Number.isNaN(serverMs) ? {} : { clockSkewMs: Math.round(serverMs + 500 - (sentAt + receivedAt) / 2) };
}
