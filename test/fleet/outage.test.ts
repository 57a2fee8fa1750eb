import { expect, test } from "vitest";
import type { Clock } from "../../shared/clock.ts";
import { parseDrillRequest } from "../../shared/drill-request.ts";
import { instantFromMs } from "../../shared/restore/instant.ts";
import { openCluster } from "../../shared/service-fabric/open-cluster.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { fastClock, type FleetWorld, idOf, serviceOf } from "../bench/fleet-world.ts";
import { MINUTE, SECOND } from "../restore/scenes.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, ended, inTurn, restoring, succeeded } from "../simulator/timeline.ts";

/** A thousand restores in ten services, from ten seconds to five minutes; every twentieth fails. */
function thousand(world: FleetWorld, clock: Clock): SimulatedCluster {
  const partitions = Array.from({ length: world.partitions }, (_, nth) => {
    const duration = Math.round(10 * SECOND * 30 ** (((nth * 7) % world.partitions) / world.partitions));
    const end = nth % 20 === 0 ? ended("Failure") : succeeded();
    const timeline = inTurn([accepted(), duration / 2], [restoring(), duration / 2], [end]);
    return {
      id: idOf(nth),
      service: serviceOf(world, nth),
      timeline: { ...timeline, origin: "cluster-start" as const },
      spells: [{ since: "start" as const, untilMs: duration, status: "Reconfiguring" as const }],
    };
  });
  return new SimulatedCluster({ clock, partitions });
}

test("a gateway that is killed for a minute amid a thousand restores costs no verdict, over real sockets", async () => {
  const world: FleetWorld = { partitions: 1_000, services: 10, speed: 20, longestS: 300, startedAtMs: Date.now() };
  const clock = fastClock(world);
  const cluster = thousand(world, clock);
  const first = await startServer(cluster, { forgets: true });
  const parsed = parseDrillRequest({
    "cluster-endpoint": first.url.origin,
    "application-name": "fabric:/Fleet",
    "timeout-minutes": "60",
  });
  if (!parsed.ok) throw new TypeError("the test itself is wrong");
  const { request } = parsed;
  const open = openCluster({ ...request, ...request.access }, { clock, proxies: {}, warn: () => {} });
  const { signal } = new AbortController();
  // A minute before they were asked for: at this speed a tenth of a second of this machine is two of the cluster's, by which its clock may then be
  // ahead, and what fails is dated by its data loss alone.
  const seed = { autoNotBefore: { at: instantFromMs(world.startedAtMs - MINUTE), source: "test" }, dice: 1 };
  let [faults, concludedBefore] = [0, 0];
  const killed = (async () => {
    await clock.sleep(MINUTE, signal);
    await first[Symbol.asyncDispose]();
    const before = concludedBefore;
    await clock.sleep(MINUTE, signal);
    return { before, again: await startServer(cluster, { port: Number(first.url.port), forgets: true }) };
  })();
  const result = await verifyRestore(request, { gateway: open.gateway, clock, signal }, seed, ({ type }) => {
    if (type === "fault") faults += 1;
    if (type === "concluded") concludedBefore += 1;
  });
  const { before, again } = await killed;
  await open.close();
  await again[Symbol.asyncDispose]();
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(1_000);
  expect(faults).toBeGreaterThan(0);
  const reasons = Map.groupBy(result.partitions, ({ verdict }) => verdict.reason);
  expect([...reasons].map(([reason, all]) => [reason, all.length])).toEqual([
    ["restore-failed", 50],
    ["restored", 950],
  ]);
}, 120_000);
