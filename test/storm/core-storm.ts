import { parseDrillRequest } from "../../shared/drill-request.ts";
import { toRecord } from "../../shared/record.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { MORNING } from "../function/world.ts";
import { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { judge, partitionsIn, type Played } from "./played.ts";
import { EXPECTED_BACKUP } from "./script.ts";
import { spoilerOf } from "./spoil.ts";
import { spoiltGateway } from "./spoilt-gateway.ts";
import { boundsOf, type StormCase, StormCluster } from "./storm-case.ts";
import { STALL_MS } from "./weather.ts";

/** A case played by the core in this process, on a clock of its own. */
export async function playCore(it: StormCase): Promise<Played> {
  const clock = new FakeClock(MORNING);
  const cluster = new StormCluster(it, clock);
  const spoiler = spoilerOf(it.weather, it.dice, () => cluster.elapsedMs());
  const options = { spoiler, gateways: it.weather.gateways ?? 1, clock, stallMs: STALL_MS / it.speed };
  const { gateway, turnedAway } = spoiltGateway(simulatedGateway(cluster), options);
  const { notBefore, deadlineMinutes, startTimeoutMinutes } = boundsOf(it, cluster.startedAt);
  const parsed = parseDrillRequest({
    "cluster-endpoint": "https://cluster.test:19080",
    "partition-id": [...it.partitions.keys()].join("\n"),
    "not-before": notBefore,
    "timeout-minutes": String(deadlineMinutes),
    "start-timeout-minutes": String(startTimeoutMinutes),
    "expected-backup-id": EXPECTED_BACKUP,
  });
  if (!parsed.ok) throw new TypeError(parsed.problems.map(({ message }) => message).join("; "));
  const world = { gateway, clock, signal: new AbortController().signal };
  const seed = { autoNotBefore: { at: cluster.startedAt, source: "the storm" }, dice: it.dice };
  const result = await verifyRestore(parsed.request, world, seed, () => {});
  const judged = judge(it, cluster, partitionsIn(toRecord(parsed.request, result)));
  const requests = cluster.requests + turnedAway();
  return { case: it, judged, requests, lostMs: cluster.lostMs, complaints: [] };
}
