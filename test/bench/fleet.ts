/*
 * `npm run bench -- fleet`: how late a fleet's verdicts are, on a clock nobody waits for; then what a fleet costs over real sockets, in
 * fast time, beside its peers. Cluster and watcher are processes of their own there. Everything is told in the cluster's own time.
 */
import { type ChildProcess, execFile as execFileCallback, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Lateness, lateness } from "./fleet-lateness.ts";
import { durationsMs, type FleetWorld } from "./fleet-world.ts";
import { installPeers } from "./policies.ts";
import { markdownTable } from "./table.ts";

const execFile = promisify(execFileCallback);
const pathTo = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

interface Told {
  readonly requests: number;
  readonly lists: number;
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

type Size = Omit<FleetWorld, "startedAtMs">;

async function run(watcher: string, size: Size, perSecond = 20, limitS = 60): Promise<Run> {
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
function everyTenSeconds(world: Pick<FleetWorld, "partitions" | "longestS">): number {
  return durationsMs(world).reduce((sum, ms) => sum + Math.floor(ms / 10_000) + 2, 0) / world.partitions;
}

async function emptyNodeMiB(): Promise<number> {
  const { stdout } = await execFile(process.execPath, ["-p", "process.resourceUsage().maxRSS / 1024"]);
  return Number(stdout);
}

const seconds = (value: number | null): string => (value === null ? "-" : value.toFixed(1));
const part = (every: number, requests: number): string => `1/${(every / requests).toFixed(1)}`;

/** Rate, partitions, services, and whether they are named one by one. */
const LATE: readonly (readonly [number, number, number, true?])[] = [
  [20, 100, 1],
  [20, 1_000, 10],
  [20, 10_000, 100],
  [20, 10_000, 1],
  [100, 10_000, 100],
  [100, 10_000, 100, true],
  [150, 10_000, 100],
  [200, 10_000, 100],
];
const LATE_HEADS = [
  "rate",
  "partitions",
  "services",
  "late s: mean / p95 / most",
  "floor, one request a verdict",
  "floor, two",
  "requests each",
  "of fixed 10 s",
  "peak/s",
];

function lateRow([rate, partitions, services, byId]: (typeof LATE)[number], it: Lateness): readonly string[] {
  return [
    `${rate}/s`,
    String(partitions),
    `${services}${byId === true ? ", partitions named one by one" : ""}`,
    `**${it.meanS.toFixed(1)}** / ${it.p95S.toFixed(1)} / ${it.mostS.toFixed(1)}`,
    `${it.floorS.toFixed(1)} s`,
    `${it.floorOfTwoS.toFixed(1)} s`,
    it.requestsEach.toFixed(1),
    part(everyTenSeconds({ partitions, longestS: 21_600 }), it.requestsEach),
    String(it.peak),
  ];
}

async function tellLateness(): Promise<void> {
  const rows: (readonly string[])[] = [LATE_HEADS];
  for (const one of LATE) {
    const [rate, partitions, services, byId] = one;
    const size = { partitions, services, longestS: 21_600, ...(byId === true ? { byId } : {}) };
    const it = await lateness(size, rate);
    if (it.wrong > 0) throw new Error(`${it.wrong} verdicts are wrong`);
    rows.push(lateRow(one, it));
    console.error(rows.at(-1)?.join("  "));
  }
  console.log(`Restores log-uniform 5 s to 6 h, all begun together.\n\n${markdownTable(rows)}\n`);
}

const COST_HEADS = [
  "watcher",
  "partitions",
  "verdicts",
  "requests each",
  "peak/s",
  "late s: mean / p95 / most",
  "CPU ms/request",
  "of bare",
  "CPU s",
  "MiB above empty",
  "wall s",
];

function costRow(name: string, it: Run, empty: number, bare: Run | undefined): readonly string[] {
  const each = ({ cpuMs, requests }: Run): number => cpuMs / requests;
  return [
    name,
    String(it.world.partitions),
    it.mean === null ? "-" : `${it.world.partitions - it.wrong} right`,
    (it.requests / it.world.partitions).toFixed(1),
    String(it.peak),
    `${seconds(it.mean)} / ${seconds(it.p95)} / ${seconds(it.most)}`,
    each(it).toFixed(3),
    bare === undefined ? "1x" : `${(each(it) / each(bare)).toFixed(1)}x`,
    (it.cpuMs / 1_000).toFixed(1),
    (it.rssMiB - empty).toFixed(0),
    it.wallS.toFixed(0),
  ];
}

async function tellCosts(speed: number, longestS: number, limitS: number): Promise<void> {
  installPeers();
  const empty = await emptyNodeMiB();
  const size = (partitions: number): Size => ({
    partitions,
    services: Math.max(1, partitions / 100),
    speed,
    longestS,
  });
  const rows: (readonly string[])[] = [COST_HEADS];
  const note = (name: string, it: Run, bare?: Run): void => {
    rows.push(costRow(name, it, empty, bare));
    console.error(rows.at(-1)?.join("  "));
  };
  let bare: Run | undefined;
  // A bare loop beside each, because the machine is not the same from one minute to the next.
  for (const partitions of [100, 1_000, 10_000]) {
    const ours = await run("ours", size(partitions));
    const listEach = Math.max(2, Math.round(ours.requests / Math.max(1, ours.lists)));
    const paced = ours.requests / ours.wallS;
    bare = await run("bare", { ...size(partitions), listEach, paced }, 20, 20);
    note("**ours**, 20/s", ours, bare);
    note(`bare undici, each ${listEach}th request a list`, bare);
  }
  for (const [name, watcher] of PEERS) {
    const preview = watcher === "npm" ? ({ generation: "6.2" } as const) : {};
    note(name, await run(watcher, { ...size(10_000), ...preview }, 20, limitS), bare);
  }
  console.log(
    `Restores log-uniform 5 s to ${longestS} s, all begun together; time ${speed} times as fast.\n\n${markdownTable(rows)}`,
  );
}

const PEERS = [
  ["npm client, 16 in flight", "npm"],
  ["p-wait-for each", "p-wait-for"],
  ["curl and jq, xargs -P16", "curl"],
] as const;

await tellLateness();
await tellCosts(10, 600, 100);
