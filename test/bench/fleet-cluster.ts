/*
 * The cluster of the fleet bench, in a process of its own: every partition is under way from the start, not ready until its time
 * is over. Asked by a message, it tells what reached it.
 */
import type { Clock } from "../../shared/clock.ts";
import { instantFromMs } from "../../shared/restore/instant.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, inTurn, restoring, type Shown, succeeded } from "../simulator/timeline.ts";
import { durationsMs, fastClock, idOf, serviceOf, worldFrom } from "./fleet-world.ts";

const world = worldFrom(process.argv[2]);
const fast = fastClock(world);
/** The restores began when all have agreed they did, not when this process had come so far. */
let isMade = false;
const clock: Clock = { ...fast, now: () => (isMade ? fast.now() : instantFromMs(world.startedAtMs)) };

class Counted extends SimulatedCluster {
  requests = 0;
  lists = 0;
  readonly perSecond = new Map<number, number>();

  /** Every request comes by here. By seconds of its own, fast time. */
  override strike(): Shown | undefined {
    const second = Math.floor(this.clock.now() / 1_000);
    this.requests += 1;
    this.perSecond.set(second, (this.perSecond.get(second) ?? 0) + 1);
    return undefined;
  }

  override partitionsOf(service: string): ReturnType<SimulatedCluster["partitionsOf"]> {
    this.lists += 1;
    return super.partitionsOf(service);
  }
}

const cluster = new Counted({
  clock,
  generation: world.generation ?? "6.4",
  partitions: durationsMs(world).map((duration, nth) => ({
    id: idOf(nth),
    service: serviceOf(world, nth),
    timeline: {
      ...inTurn([accepted(), duration / 2], [restoring(), duration / 2], [succeeded()]),
      origin: "cluster-start" as const,
    },
    spells: [{ since: "start" as const, untilMs: duration, status: "Reconfiguring" as const }],
  })),
});
isMade = true;
const server = await startServer(cluster, { forgets: true });
process.on("message", () => {
  const peak = Math.max(0, ...cluster.perSecond.values());
  process.send?.({ requests: cluster.requests, lists: cluster.lists, peak });
});
process.on("disconnect", () => process.exit());
process.send?.({ url: server.url.href });
