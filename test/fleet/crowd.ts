import { type ClusterGateway, GatewayError, type LookBudget } from "../../shared/cluster-gateway.ts";
import type { DrillEvent } from "../../shared/drill-event.ts";
import type { PartitionResult } from "../../shared/fleet/fleet.ts";
import { openPace } from "../../shared/fleet/pace.ts";
import { watchFleet } from "../../shared/fleet/watch-fleet.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { parseInt64 } from "../../shared/restore/int64.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { WatchPlan } from "../../shared/restore/watch.ts";
import { ACCEPTED, afterStart, FAILURE, IN_PROGRESS, planned, START, success, sure } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";

/* Many partitions in virtual time: how long each one's restore takes, and what the gateway does meanwhile. */

export const idOf = (nth: number): PartitionId =>
  sure(parsePartitionId(`00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`));

export const LISTS = [
  "denied",
  "silent",
  "absent",
  "ready",
  "quiet",
  "undated",
  "out-of-order",
  "out-of-reach",
  "true",
] as const;
type Lists = (typeof LISTS)[number];
const REFUSALS: Partial<Record<Lists, GatewayError>> = {
  denied: new GatewayError("access-denied", "403"),
  "out-of-order": new GatewayError("unintelligible", "the list never ends"),
  "out-of-reach": new GatewayError("timed-out", "no answer"),
};

export interface Crowd {
  /** When each restore ends, from the start; `Infinity` never does, and `NaN` was never asked for. A negative one fails after as long. */
  readonly endsAfterMs: readonly number[];
  readonly perSecond?: number;
  readonly plan?: Partial<WatchPlan>;
  /** What the gateway has against a request at that time. */
  readonly trouble?: (elapsedMs: number) => GatewayError | undefined;
  readonly roundTripMs?: number;
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
  readonly dice?: number;
  /** What is different of the gateway. */
  readonly but?: (gateway: ClusterGateway) => Partial<ClusterGateway>;
  /** In how many services they are, whose lists are read; none: single looks only. */
  readonly services?: number;
  /**
   * `denied` once the run has begun; `silent` shows everything as it was then for ever; `absent` leaves the second half out;
   * `ready` shows all as Ready for ever; `quiet` does too, and their last data loss was long ago; `undated` tells no data loss;
   * `out-of-order` cannot be read, and `out-of-reach` is answered by nobody. Unless said: `true`.
   */
  readonly lists?: Lists;
}

export interface Watched {
  readonly results: readonly PartitionResult[];
  readonly events: readonly DrillEvent[];
  /** Every request, of whatever kind, at the time it reached the gateway. */
  readonly requests: readonly Instant[];
  /** Looks at the progress of each. */
  readonly looks: ReadonlyMap<PartitionId, readonly Instant[]>;
  readonly lists: number;
  /** How often a partition was asked how it is. */
  readonly infos: number;
  readonly mostInFlight: number;
  readonly endedAt: Instant;
}

export async function watchCrowd(crowd: Crowd): Promise<Watched> {
  const { endsAfterMs, perSecond = 20, clock = new FakeClock(START), signal = new AbortController().signal } = crowd;
  const ids = endsAfterMs.map((_, nth) => idOf(nth));
  const gateway = crowdedGateway(crowd, clock, new Map(ids.map((id, nth) => [id, sure(endsAfterMs[nth])])));
  const { partitionId: _, ...plan } = planned(crowd.plan);
  const events: DrillEvent[] = [];
  const services = Array.from({ length: crowd.services ?? 0 }, (_each, nth) => ({
    name: `fabric:/DemoApp/Svc${nth}`,
    partitions: ids.filter((_id, index) => index % (crowd.services ?? 1) === nth).map((id) => gateway.listed(id, 0)),
  }));
  const options = { requestTimeoutMs: 20_000, dice: crowd.dice ?? 7, pace: openPace(perSecond, clock), services };
  const world = { gateway: { ...gateway, ...crowd.but?.(gateway) }, clock, signal };
  const results = await watchFleet(ids, plan, world, options, (event) => void events.push(event));
  const { requests, looks, lists, infos, most } = gateway;
  return {
    results,
    events,
    requests,
    looks,
    lists: lists(),
    infos: infos(),
    mostInFlight: most(),
    endedAt: clock.now(),
  };
}

export interface CrowdedGateway extends ClusterGateway {
  readonly requests: readonly Instant[];
  readonly looks: ReadonlyMap<PartitionId, readonly Instant[]>;
  readonly most: () => number;
  readonly lists: () => number;
  readonly infos: () => number;
  readonly listed: (id: PartitionId, elapsedMs: number) => PartitionInfo;
}

export function crowdedGateway(
  { trouble, roundTripMs = 20, services = 0, lists }: Partial<Crowd>,
  clock: FakeClock,
  ends: ReadonlyMap<PartitionId, number>,
): CrowdedGateway {
  const requests: Instant[] = [];
  const looks = new Map<PartitionId, Instant[]>();
  let [inFlight, most, listsRead, infos] = [0, 0, 0, 0];
  const asked = async <T>(look: LookBudget, answer: (elapsedMs: number) => T): Promise<T> => {
    requests.push(clock.now());
    inFlight += 1;
    most = Math.max(most, inFlight);
    try {
      const fault = trouble?.(clock.now() - START);
      await clock.sleep(roundTripMs, look.signal);
      look.signal.throwIfAborted();
      if (fault !== undefined) throw fault;
      return answer(clock.now() - START);
    } finally {
      inFlight -= 1;
    }
  };
  const listed = (id: PartitionId, elapsedMs: number): PartitionInfo => {
    const told = infoAt(id, sure(ends.get(id)), elapsedMs);
    if (lists === "quiet") return { ...told, status: "Ready", dataLossVersion: LOST_LONG_AGO };
    if (lists === "undated") return { partitionId: id, stateful: true, status: told.status, health: told.health };
    return lists === "ready" ? { ...told, status: "Ready" } : told;
  };
  return {
    requests,
    looks,
    most: () => most,
    lists: () => listsRead,
    infos: () => infos,
    listed,
    restoreProgress(id, look) {
      looks.set(id, [...(looks.get(id) ?? []), clock.now()]);
      return asked(look, (elapsedMs) => ({ progress: progressAt(sure(ends.get(id)), elapsedMs) }));
    },
    partitionInfo(id, look) {
      infos += 1;
      return asked(look, (elapsedMs) => infoAt(id, sure(ends.get(id)), elapsedMs));
    },
    restoreHealthEvent: (_id, look) => asked(look, () => null),
    serviceName: (id, look) => asked(look, () => `fabric:/DemoApp/Svc${[...ends.keys()].indexOf(id) % services}`),
    partitions(name, look) {
      listsRead += 1;
      return asked(look, (elapsedMs) => {
        const refusal = lists === undefined ? undefined : REFUSALS[lists];
        if (refusal !== undefined) throw refusal;
        const ids = [...ends.keys()].filter((_, nth) => name === `fabric:/DemoApp/Svc${nth % services}`);
        const shown = lists === "absent" ? ids.slice(0, ids.length / 2) : ids;
        return shown.map((id) => listed(id, lists === "silent" ? 0 : elapsedMs));
      });
    },
    services: (_name, look) => asked(look, () => []),
    backups: (_id, look) => asked(look, () => []),
  };
}

const LOST_AT_START = sure(parseInt64(String(BigInt(START + 11_644_473_600_000) * 10_000n)));
const LOST_LONG_AGO = sure(parseInt64("131675205859825409"));

/** While its restore is under way a partition is not ready. All lost their data when the restores began. */
function infoAt(partitionId: PartitionId, endsAfterMs: number, elapsedMs: number): PartitionInfo {
  const status = elapsedMs < Math.abs(endsAfterMs) ? "Reconfiguring" : "Ready";
  return { partitionId, stateful: true, status, health: "Ok", dataLossVersion: LOST_AT_START };
}

function progressAt(endsAfterMs: number, elapsedMs: number): RestoreProgress | null {
  if (Number.isNaN(endsAfterMs)) return null;
  const duration = Math.abs(endsAfterMs);
  if (elapsedMs < duration / 2) return ACCEPTED;
  if (elapsedMs < duration) return IN_PROGRESS;
  return endsAfterMs < 0 ? FAILURE : success(afterStart(duration));
}

/** The most requests in any span of so many milliseconds. */
export function peakOf(requests: readonly Instant[], spanMs: number): number {
  let [most, first] = [0, 0];
  for (const [index, at] of requests.entries()) {
    while (sure(requests[first]) <= later(at, -spanMs)) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

export const outage =
  (fromMs: number, untilMs: number) =>
  (elapsedMs: number): GatewayError | undefined =>
    elapsedMs >= fromMs && elapsedMs < untilMs ? new GatewayError("unreachable", "connection refused") : undefined;
