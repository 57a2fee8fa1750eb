/*
 * `node test/bench/fleet.ts [speed] [longest restore in s] [partitions]`: a fleet over real sockets, in fast time. Cluster and
 * watcher are processes of their own. Everything is told in the cluster's own time.
 */
import { type ChildProcess, execFile as execFileCallback, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { durationsMs, type FleetWorld } from "./fleet-world.ts";
import { installWaiters } from "./policies.ts";
import { markdownTable } from "./table.ts";

const execFile = promisify(execFileCallback);
const pathTo = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Told {
  readonly requests: number;
  readonly looks: number;
  readonly peak: number;
}

interface Took {
  readonly verdicts: number;
  readonly wrong: number;
  readonly mean: number | null;
  readonly p95: number | null;
  readonly most: number | null;
  readonly cpuMs: number;
  readonly rssMiB: number;
}

interface Run extends Told, Took {
  readonly world: FleetWorld;
  readonly wallS: number;
}

async function run(watcher: string, size: Omit<FleetWorld, "startedAtMs">, perSecond = 20, limitS = 60): Promise<Run> {
  const world: FleetWorld = { ...size, startedAtMs: Date.now() + 2_000 };
  const child = fork(pathTo("fleet-cluster.ts"), [JSON.stringify(world)]);
  try {
    const { url } = await message<{ readonly url: string }>(child);
    const at = performance.now();
    const args = [pathTo("fleet-client.ts"), watcher, url, JSON.stringify(world), String(perSecond), String(limitS)];
    const { stdout } = await execFile(process.execPath, args, { timeout: 900_000 });
    const wallS = (performance.now() - at) / 1_000;
    child.send("report");
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- printed by our own child
    const took = JSON.parse(stdout) as Took;
    return { ...took, ...(await message<Told>(child)), world, wallS };
  } finally {
    child.kill();
  }
}

async function message<T>(child: ChildProcess): Promise<T> {
  const told: readonly unknown[] = await once(child, "message");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- sent by our own child
  return told[0] as T;
}

/** What a look each 10 s at every partition would send. */
function everyTenSeconds(world: FleetWorld): number {
  return durationsMs(world).reduce((sum, ms) => sum + Math.floor(ms / 10_000) + 2, 0) / world.partitions;
}

async function emptyNodeMiB(): Promise<number> {
  const { stdout } = await execFile(process.execPath, ["-p", "process.resourceUsage().maxRSS / 1024"]);
  return Number(stdout);
}

const seconds = (value: number | null): string => (value === null ? "-" : value.toFixed(1));

function row(name: string, it: Run, empty: number): readonly string[] {
  const { partitions } = it.world;
  return [
    name,
    String(partitions),
    `${it.verdicts} (${it.wrong} open or wrong)`,
    (it.requests / partitions).toFixed(1),
    `1/${((everyTenSeconds(it.world) * partitions) / it.requests).toFixed(1)}`,
    String(it.peak),
    `${seconds(it.mean)} / ${seconds(it.p95)} / ${seconds(it.most)}`,
    (it.cpuMs / it.requests).toFixed(3),
    (it.cpuMs / 1_000).toFixed(1),
    (it.rssMiB - empty).toFixed(0),
    it.wallS.toFixed(0),
  ];
}

const [speed = 120, longestS = 21_600, most = 10_000] = process.argv.slice(2).map(Number);
installWaiters();
const empty = await emptyNodeMiB();
const size = (partitions: number): Omit<FleetWorld, "startedAtMs"> => ({
  partitions,
  services: Math.max(1, partitions / 100),
  speed,
  longestS,
});
const heads = [
  "watcher",
  "partitions",
  "verdicts",
  "requests each",
  "of fixed 10 s",
  "peak/s",
  "late s: mean / p95 / most",
  "CPU ms/request",
  "CPU s",
  "MiB above empty",
  "wall s",
];
const rows: (readonly string[])[] = [heads];
const note = (name: string, it: Run): void => {
  rows.push(row(name, it, empty));
  console.error(rows.at(-1)?.join("  "));
};
note("bare undici, half of it lists", await run("bare", size(most), 20, 10));
for (const partitions of [100, 1_000].filter((count) => count < most)) {
  note("**ours**, 20/s", await run("ours", { ...size(partitions), speed: speed * 4 }));
}
note("**ours**, 20/s", await run("ours", size(most)));
note("**ours**, 100/s, up to 1 h", await run("ours", { ...size(most), speed: speed / 4, longestS: longestS / 6 }, 100));
note("**ours**, 20/s, real time, up to 1 min", await run("ours", { ...size(1_000), speed: 1, longestS: 60 }));
note("npm client, 16 in flight, 1 min", await run("npm", { ...size(most), generation: "6.2" }));
note("p-wait-for each, 1 min", await run("p-wait-for", size(most)));
note("curl and jq, xargs -P16, 1 min", await run("curl", size(most)));
console.log(
  `Restores log-uniform 5 s to ${longestS} s, all begun together; time ${speed} times as fast.\n\n${markdownTable(rows)}`,
);
