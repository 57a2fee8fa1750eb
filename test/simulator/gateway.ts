import { type ClusterGateway, GatewayError, type LookBudget } from "../../shared/cluster-gateway.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import type { Backup, PartitionInfo, RestoreHealthEvent, ServiceInfo } from "../../shared/restore/partition-info.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { PartitionState, SimulatedCluster } from "./cluster.ts";
import { wholeSeconds } from "./attempt.ts";
import { backupLocation, backupType, restoreEventAt, restoreEventText } from "./fabric-bodies.ts";
import type { Service, SimulatedBackup } from "./inventory.ts";
import * as reply from "./replies.ts";
import type { Refusal, Restore, Shown } from "./timeline.ts";

/**
 * The simulated cluster behind the port, in process: no wire, no parser, no credentials, and all waiting on the cluster's
 * clock. Faults of the whole cluster are met here too.
 */
export function simulatedGateway(cluster: SimulatedCluster): ClusterGateway {
  const found = async <T>(value: T | undefined, missing: Refusal, look: LookBudget): Promise<T> => {
    look.signal.throwIfAborted();
    await bear(cluster, cluster.strike(), look);
    return value ?? refused(cluster, missing);
  };
  const about = async (id: string, missing: Refusal | null, look: LookBudget): Promise<PartitionState | null> => {
    look.signal.throwIfAborted();
    await bear(cluster, cluster.strike(), look);
    const state = cluster.partition(id);
    await bear(cluster, state?.instead, look);
    return state ?? (missing === null ? null : refused(cluster, missing));
  };
  return {
    async restoreProgress(id, look) {
      look.signal.throwIfAborted();
      const progress = await meet(cluster, cluster.strike() ?? cluster.look(id), look);
      return { progress, clockSkewMs: cluster.clockSkewMs };
    },
    async partitionInfo(id, look) {
      const state = await about(id, null, look);
      if (state === null || state.service.kind === "Stateful") return state === null ? null : toInfo(state);
      throw new GatewayError("unintelligible", "the answer is about a partition that is not stateful");
    },
    async restoreHealthEvent(id, look) {
      const state = await about(id, reply.healthMissing, look);
      return state === null ? null : toHealthEvent(state, cluster.now());
    },
    async serviceName(id, look) {
      return (await found(cluster.partition(id), reply.partitionMissing, look)).service.name;
    },
    async partitions(serviceName, look) {
      const states = await found(cluster.partitionsOf(serviceName), reply.serviceMissing, look);
      return states.map((state) => inList(cluster, toInfo(state)));
    },
    async services(applicationName, look) {
      return (await found(cluster.servicesOf(applicationName), reply.applicationMissing, look)).map(toServiceInfo);
    },
    async backups(id, look) {
      const state = await found(cluster.partition(id), reply.partitionNotFound, look);
      if (!state.service.hasPersistedState) return refused(cluster, reply.statelessService);
      if ("kind" in state.backups) return refused(cluster, state.backups);
      return state.backups.map((backup) => toBackup(state, backup));
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
      return refused(cluster, shown);
    case "reset":
    case "cut":
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

/** Trouble where no restore progress was asked for: a record would be the answer to another question. */
async function bear(cluster: SimulatedCluster, trouble: Shown | undefined, look: LookBudget): Promise<void> {
  if (trouble === undefined) return;
  await meet(cluster, trouble, look);
  throw new GatewayError("unintelligible", "the answer is not what was asked for: a restore progress");
}

function refused(cluster: SimulatedCluster, { means, reply: { status }, told, retryAt, ...rest }: Refusal): never {
  const untilThen = retryAt === undefined ? undefined : Math.max(0, retryAt - cluster.clock.now());
  throw new GatewayError(means, `HTTP ${status} ${told}`, { retryAfterMs: rest.retryAfterMs ?? untilThen });
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

function toInfo({ id, service, status, health, dataLoss }: PartitionState): PartitionInfo {
  const common = { partitionId: id, status, health };
  if (service.kind === "Stateless") return { ...common, stateful: false };
  return { ...common, stateful: true, dataLossVersion: dataLoss, targetReplicaSetSize: 3, minReplicaSetSize: 2 };
}

/** Lists of the preview clusters bear no epoch. */
function inList(cluster: SimulatedCluster, { dataLossVersion, ...info }: PartitionInfo): PartitionInfo {
  const told = dataLossVersion !== undefined && cluster.dialect.generation !== "6.2";
  return { ...info, ...(told ? { dataLossVersion } : {}) };
}

function toHealthEvent(state: PartitionState, now: Instant): RestoreHealthEvent | null {
  const at = restoreEventAt(state, now);
  return at === undefined ? null : { health: "Ok", at, description: restoreEventText(at) };
}

function toServiceInfo({ name, kind, hasPersistedState }: Service): ServiceInfo {
  if (kind === "Stateless") return { name, persisted: false, kind: "stateless" };
  return { name, persisted: hasPersistedState, kind: hasPersistedState ? "stateful" : "its state is not persisted" };
}

function toBackup(state: PartitionState, backup: SimulatedBackup): Backup {
  const { backupId, point, createdAt } = backup;
  return {
    backupId,
    type: backupType(backup),
    location: backupLocation(state, backup),
    createdAt: wholeSeconds(createdAt),
    point,
  };
}
