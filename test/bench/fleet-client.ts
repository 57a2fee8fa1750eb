/*
 * One watcher of the fleet bench, in a process of its own. It prints what it took (CPU, memory) and what came of it: how many
 * verdicts, and how late each was after the end of its restore, in the cluster's fast time.
 */
import { setTimeout as after } from "node:timers/promises";
import { parseDrillRequest } from "../../shared/drill-request.ts";
import { instantFromMs } from "../../shared/restore/instant.ts";
import { openCluster } from "../../shared/service-fabric/open-cluster.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { bareLoop, curlLoop, npmLoop, pWaitForLoop } from "./fleet-peers.ts";
import { durationsMs, fastClock, idOf, worldFrom } from "./fleet-world.ts";

const [name = "", url = "", worldText, perSecond = "20", limitText = "60"] = process.argv.slice(2);
const world = worldFrom(worldText);
const limitMs = Number(limitText) * 1_000;

export interface Outcome {
  readonly verdicts: number;
  readonly wrong: number;
  /** What processes of its own took, in milliseconds. */
  readonly childrenMs?: number;
  readonly latenessS: readonly number[];
}

async function ours(): Promise<Outcome> {
  const clock = fastClock(world);
  const parsed = parseDrillRequest({
    "cluster-endpoint": url,
    "application-name": "fabric:/Fleet",
    "timeout-minutes": "1440",
    "max-requests-per-second": perSecond,
  });
  if (!parsed.ok) throw new TypeError("the bench itself is wrong");
  const { request } = parsed;
  const cluster = openCluster({ ...request, ...request.access }, { clock, proxies: {}, warn: () => {} });
  const ends = new Map(durationsMs(world).map((duration, nth) => [idOf(nth), world.startedAtMs + duration]));
  const autoNotBefore = { at: instantFromMs(world.startedAtMs), source: "bench" };
  const { gateway } = cluster;
  const result = await verifyRestore(
    request,
    { gateway, clock, signal: new AbortController().signal },
    { autoNotBefore, dice: 1 },
    () => {},
  );
  await cluster.close();
  const passed = result.partitions.filter(({ verdict }) => verdict.verdict === "passed");
  return {
    verdicts: result.partitions.length,
    wrong: result.partitions.length - passed.length,
    latenessS: passed.map(({ partitionId, endedAt }) => (endedAt - (ends.get(partitionId) ?? 0)) / 1_000),
  };
}

const work = { ours, bare: bareLoop, curl: curlLoop, npm: npmLoop, "p-wait-for": pWaitForLoop }[name];
if (work === undefined) throw new RangeError(`no watcher is called ${name}`);
await after(world.startedAtMs - Date.now());
const before = process.cpuUsage();
const { verdicts, wrong, latenessS, childrenMs = 0 } = await work(new URL(url), world, limitMs);
const { user, system } = process.cpuUsage(before);
const sorted = latenessS.toSorted((a, b) => a - b);
const mean = sorted.reduce((sum, late) => sum + late, 0) / sorted.length;
const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
const rssMiB = process.resourceUsage().maxRSS / 1_024;
console.log(
  JSON.stringify({
    verdicts,
    wrong,
    mean,
    p95,
    most: sorted.at(-1) ?? null,
    cpuMs: (user + system) / 1_000 + childrenMs,
    rssMiB,
  }),
);
process.exitCode = 0;
