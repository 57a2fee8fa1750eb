import { type ClusterGateway, GatewayError, type LookBudget } from "../../shared/cluster-gateway.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { SimulatedCluster } from "./cluster.ts";
import type { Restore, Shown } from "./timeline.ts";

/** The simulated cluster behind the port, in process: no wire, no parser, and all waiting on the cluster's clock. */
export function simulatedGateway(cluster: SimulatedCluster): ClusterGateway {
  return {
    async restoreProgress(partitionId, look) {
      look.signal.throwIfAborted();
      const progress = await meet(cluster, cluster.look(partitionId), look);
      return { progress, clockSkewMs: cluster.clockSkewMs };
    },
  };
}

async function meet(cluster: SimulatedCluster, shown: Shown, look: LookBudget): Promise<RestoreProgress | null> {
  switch (shown.kind) {
    case "nothing":
      return null;
    case "restore":
      return toProgress(shown.restore);
    case "refusal":
      throw new GatewayError(shown.means, `HTTP ${shown.reply.status} ${shown.told}`, {
        retryAfterMs: shown.retryAfterMs,
      });
    case "reset":
      throw new GatewayError("unreachable", "the cluster cannot be reached: ECONNRESET");
    case "hang":
    case "drip":
      return timeOut(cluster, look);
    case "slow":
      if (shown.delayMs >= look.budgetMs) return timeOut(cluster, look);
      await pass(cluster, shown.delayMs, look.signal);
      return meet(cluster, shown.shows, { ...look, budgetMs: look.budgetMs - shown.delayMs });
    default:
      return shown satisfies never;
  }
}

async function timeOut(cluster: SimulatedCluster, { budgetMs, signal }: LookBudget): Promise<never> {
  await pass(cluster, budgetMs, signal);
  throw new GatewayError("timed-out", `no answer from the cluster within ${Math.ceil(budgetMs)} ms`);
}

async function pass(cluster: SimulatedCluster, ms: number, signal: AbortSignal): Promise<void> {
  await cluster.clock.sleep(ms, signal);
  signal.throwIfAborted();
}

function toProgress(restore: Restore<Instant | "undated">): RestoreProgress {
  switch (restore.state) {
    case "Accepted":
    case "RestoreInProgress":
    case "SecondariesInProgress":
      return { state: restore.state, spelled: restore.spelled, point: restore.point };
    case "Unrecognized":
      return { state: restore.state, spelled: restore.spelled };
    case "Success": {
      const { state, spelled, at, point } = restore;
      return { state, spelled, point, ...(at === "undated" ? {} : { at }) };
    }
    case "Failure":
    case "Timeout":
    case "Invalid": {
      const { state, spelled, failure } = restore;
      return { state, spelled, ...(failure === undefined ? {} : { failure }) };
    }
    default:
      return restore satisfies never;
  }
}
