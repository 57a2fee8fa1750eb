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
 * The cluster's clock minus ours, from the `Date` header. The header's second and the request's own time leave it in a range:
 * one that holds zero is no sign of a skew at all, of any other the later end is taken, the one that lets less pass. A
 * reply out of a cache (`Age`) bears the date of another day and tells nothing.
 */
function clockSkew(reply: Reply, sentAt: number, receivedAt: number): { readonly clockSkewMs?: number } {
  const date = reply.headers["date"];
  const serverMs = typeof date === "string" && reply.headers["age"] === undefined ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(serverMs)) return {};
  const [least, most] = [serverMs - receivedAt, serverMs + 1_000 - sentAt] as const;
  return { clockSkewMs: least > 0 || most < 0 ? Math.round(most) : 0 };
}
