import type { ClusterGateway, LookBudget } from "../../shared/cluster-gateway.ts";
import { parseDrillRequest } from "../../shared/drill-request.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { ACCEPTED, filetime, IN_PROGRESS, START, success, sure } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { durationsMs, type FleetWorld, idOf, serviceOf } from "./fleet-world.ts";

/*
 * How late the verdicts of a fleet are, on a clock nobody waits for: every round trip takes 20 ms, and nothing else takes any time.
 * Lateness over real sockets in fast time says as much about the machine as about the schedule; this says nothing about the machine.
 */

export interface Lateness {
  readonly requestsEach: number;
  readonly peak: number;
  readonly meanS: number;
  readonly p95S: number;
  readonly mostS: number;
  /** Verdicts that are not a pass. */
  readonly wrong: number;
  /** Mean lateness of one who knows when each restore ends and sends one request for it, at the same rate. */
  readonly floorS: number;
  /** The same with two requests each: what a success costs that nobody saw under way, however many share a list. */
  readonly floorOfTwoS: number;
}

const ROUND_TRIP_MS = 20;

export async function lateness(world: Omit<FleetWorld, "startedAtMs" | "speed">, perSecond: number): Promise<Lateness> {
  const size: FleetWorld = { ...world, speed: 1, startedAtMs: START };
  const clock = new FakeClock(START);
  const durations = durationsMs(size);
  const cluster = clusterOf(size, durations, clock);
  const parsed = parseDrillRequest({
    "cluster-endpoint": "http://localhost:19080",
    "timeout-minutes": "1440",
    "max-requests-per-second": String(perSecond),
    ...(world.byId === true
      ? { "partition-id": durations.map((_, nth) => idOf(nth)).join() }
      : { "application-name": "fabric:/Fleet" }),
  });
  if (!parsed.ok) throw new TypeError("the bench itself is wrong");
  const { partitions } = await verifyRestore(
    parsed.request,
    { gateway: cluster.gateway, clock, signal: new AbortController().signal },
    { autoNotBefore: { at: START, source: "bench" }, dice: 1 },
    () => {},
  );
  const endOf = new Map(durations.map((duration, nth) => [idOf(nth), later(START, duration)]));
  const late = partitions.map(({ partitionId, endedAt }) => (endedAt - sure(endOf.get(partitionId))) / 1_000);
  late.sort((a, b) => a - b);
  return {
    requestsEach: cluster.sent().requests / durations.length,
    peak: cluster.sent().peak,
    meanS: late.reduce((sum, each) => sum + each, 0) / late.length,
    p95S: sure(late[Math.floor(late.length * 0.95)]),
    mostS: sure(late.at(-1)),
    wrong: partitions.filter(({ verdict }) => verdict.verdict !== "passed").length,
    floorS: floorS(durations, perSecond),
    floorOfTwoS: floorS(durations, perSecond / 2),
  };
}

/** One request for each, in the order of their ends, none before it and no more of them than the rate lets through. */
function floorS(durations: readonly number[], perSecond: number): number {
  let [free, late] = [0, 0];
  for (const end of durations.toSorted((a, b) => a - b)) {
    const at = Math.max(free, end);
    late += at - end;
    free = at + 1_000 / perSecond;
  }
  return late / durations.length / 1_000;
}

interface Cluster {
  readonly gateway: ClusterGateway;
  readonly sent: () => { readonly requests: number; readonly peak: number };
}

/** Every partition is under way from the start, and not ready until its time is over. */
function clusterOf(world: FleetWorld, durations: readonly number[], clock: FakeClock): Cluster {
  const idsOf = new Map<string, PartitionId[]>();
  const endOf = new Map<PartitionId, { readonly ms: number; readonly service: string }>();
  for (const [nth, ms] of durations.entries()) {
    const [id, service] = [sure(parsePartitionId(idOf(nth))), serviceOf(world, nth)];
    endOf.set(id, { ms, service });
    idsOf.set(service, [...(idsOf.get(service) ?? []), id]);
  }
  const sent: Instant[] = [];
  const asked = async <T>(look: LookBudget, answer: (elapsedMs: number) => T): Promise<T> => {
    sent.push(clock.now());
    await clock.sleep(ROUND_TRIP_MS / 2, look.signal);
    const told = answer(clock.now() - START);
    await clock.sleep(ROUND_TRIP_MS / 2, look.signal);
    return told;
  };
  const lost = filetime(0);
  const infoAt = (partitionId: PartitionId, elapsedMs: number): PartitionInfo => {
    const status = elapsedMs < sure(endOf.get(partitionId)).ms ? "Reconfiguring" : "Ready";
    return { partitionId, stateful: true, status, health: "Ok", dataLossVersion: lost };
  };
  const gateway: ClusterGateway = {
    restoreProgress: (id, look) =>
      asked(look, (elapsedMs) => ({ progress: progressAt(sure(endOf.get(id)).ms, elapsedMs), clockSkewMs: 0 })),
    partitionInfo: (id, look) => asked(look, (elapsedMs) => infoAt(id, elapsedMs)),
    restoreHealthEvent: (_id, look) => asked(look, () => null),
    serviceName: (id, look) => asked(look, () => sure(endOf.get(id)).service),
    partitions: (name, look) => asked(look, (elapsedMs) => (idsOf.get(name) ?? []).map((id) => infoAt(id, elapsedMs))),
    services: (_name, look) =>
      asked(look, () => [...idsOf.keys()].map((name) => ({ name, persisted: true, kind: "stateful" }))),
    backups: (_id, look) => asked(look, () => []),
  };
  return { gateway, sent: () => ({ requests: sent.length, peak: peakOf(sent) }) };
}

function progressAt(durationMs: number, elapsedMs: number): RestoreProgress {
  if (elapsedMs < durationMs / 2) return ACCEPTED;
  return elapsedMs < durationMs ? IN_PROGRESS : success(later(START, durationMs));
}

/** The most in any second. */
function peakOf(sent: readonly Instant[]): number {
  let [most, first] = [0, 0];
  for (const [index, at] of sent.entries()) {
    while (at - sure(sent[first]) >= 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
