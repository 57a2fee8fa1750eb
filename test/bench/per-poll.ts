import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../shared/clock.ts";
import { type ClusterOptions, SimulatedCluster } from "../simulator/cluster.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { inTurn, restoring } from "../simulator/timeline.ts";
import { median, outputOf } from "./children.ts";
import type * as peers from "./peers.ts";

/** What a poll costs, by medians over the rounds. */
export interface Measured {
  readonly cpuUs: number;
  /** Our CPU over its CPU: the median of the ratios within a round, which a change of load between rounds leaves alone. */
  readonly ratio: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly connections: number;
}

export interface Peer {
  readonly name: string;
  readonly aim: string;
  /** `undefined`: it cannot be measured here. */
  readonly measured: Measured | undefined;
}

interface Contender extends Omit<Peer, "measured"> {
  readonly polls: number;
  /** How many times as many polls are made as are measured. */
  readonly warmed?: number;
  readonly generation?: ClusterOptions["generation"];
  /** CPU microseconds of one poll. */
  readonly cpu: (url: URL, polls: number) => Promise<number | undefined>;
}

const ID = "00000000-0000-4000-8000-0000000000bb";
const POLL_CHILD = fileURLToPath(new URL("poll-child.ts", import.meta.url));
const CHILD_MS = 20_000;

/** Rounds of all contenders one after the other, until there are enough of them or the time is over. */
export async function perPoll(rounds: number, untilMs: number): Promise<readonly Peer[]> {
  const folder = mkdtempSync(join(tmpdir(), "peers-"));
  try {
    process.env["PEERS_FOLDER"] = folder;
    installNpmClient(folder);
    await using today = await clusterOf("6.4");
    await using preview = await clusterOf("6.2");
    const samples = new Map<Contender, (Sample | undefined)[]>(CONTENDERS.map((one) => [one, []]));
    for (let round = 0; round < rounds && (round < 3 || performance.now() < untilMs); round++) {
      for (const one of CONTENDERS)
        samples.get(one)?.push(await sample(one, one.generation === "6.2" ? preview : today));
    }
    const us = samples.get(OURS) ?? [];
    return CONTENDERS.map((one) => ({ name: one.name, aim: one.aim, measured: summed(samples.get(one) ?? [], us) }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const OURS: Contender = { name: "this project", aim: "", polls: 2_000, cpu: inChild("ours") };
const CONTENDERS: readonly Contender[] = [
  OURS,
  { name: "a bare undici GET of the same body", aim: "≤ 1.5×", polls: 2_000, cpu: inChild("bareUndici") },
  { name: "curl \\| jq, a process each per poll", aim: "≤ 0.02×", polls: 20, warmed: 1, cpu: curlAndJq },
  {
    name: "npm azure-servicefabric 2.2.0, on a 6.2 preview cluster",
    aim: "≤ 0.33×",
    polls: 400,
    generation: "6.2",
    cpu: inChild("npmClient"),
  },
  {
    name: "the same, on a cluster of today: every poll is refused with HTTP 400",
    aim: "",
    polls: 400,
    cpu: inChild("npmClientRefused"),
  },
];

/** Deprecated, of 2020, with a dead api-version; where it cannot be installed its rows stay empty. */
function installNpmClient(folder: string): void {
  const npm = ["i", "--prefix", folder, "--no-save", "--no-package-lock", "--ignore-scripts", "--silent"];
  try {
    execFileSync("npm", [...npm, "azure-servicefabric@2.2.0"], { stdio: "ignore", timeout: 60_000 });
  } catch {
    console.error("azure-servicefabric could not be installed");
  }
}

function clusterOf(generation: NonNullable<ClusterOptions["generation"]>): Promise<SimulatorServer> {
  const partitions = [{ id: ID, timeline: inTurn([restoring()]) }];
  return startServer(new SimulatedCluster({ clock: systemClock, generation, partitions }));
}

function inChild(peer: keyof typeof peers): Contender["cpu"] {
  return async (url, polls) => {
    const stdout = await outputOf(process.execPath, [POLL_CHILD, peer, url.href, ID, String(polls)], CHILD_MS);
    return stdout === undefined ? undefined : Number(stdout);
  };
}

/** By the shell's own account of its children. */
async function curlAndJq(url: URL, polls: number): Promise<number | undefined> {
  const target = `${url.origin}/Partitions/${ID}/$/GetRestoreProgress?api-version=6.4&timeout=30`;
  const script =
    "set -o pipefail; command -v curl jq >/dev/null || exit 1; " +
    `for i in $(seq ${polls}); do curl -sf -m 5 '${target}' | jq -er .RestoreState >/dev/null || exit 1; done; times`;
  const stdout = await outputOf("bash", ["-c", script], CHILD_MS);
  if (stdout === undefined) return undefined;
  const ofChildren = stdout.trim().split("\n").at(-1) ?? "";
  const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, sec]) => Number(m) * 60 + Number(sec));
  return (seconds.reduce((sum, part) => sum + part, 0) * 1e6) / polls;
}

type Sample = Omit<Measured, "ratio">;

/** One contender once, with what the server saw of it meanwhile: nobody else polls then. */
async function sample({ cpu, polls, warmed = 1.5 }: Contender, server: SimulatorServer): Promise<Sample | undefined> {
  const before = { requests: server.requests.length, tcp: server.connections.tcp, ...server.bytes };
  const cpuUs = await cpu(server.url, polls);
  if (cpuUs === undefined) return undefined;
  const requests = server.requests.length - before.requests;
  const made = polls * warmed;
  return {
    cpuUs,
    requests: requests / made,
    bytesSent: (server.bytes.in - before.in) / made,
    bytesReceived: (server.bytes.out - before.out) / made,
    connections: server.connections.tcp - before.tcp,
  };
}

function summed(samples: readonly (Sample | undefined)[], us: readonly (Sample | undefined)[]): Measured | undefined {
  const good = samples.filter((one) => one !== undefined);
  const of = (name: keyof Sample): number => median(good.map((one) => one[name])) ?? Number.NaN;
  const ratios = samples.flatMap((one, round) => {
    const ours = us[round];
    return one === undefined || ours === undefined ? [] : [ours.cpuUs / one.cpuUs];
  });
  const ratio = median(ratios);
  if (ratio === undefined) return undefined;
  return {
    cpuUs: of("cpuUs"),
    ratio,
    requests: of("requests"),
    bytesSent: of("bytesSent"),
    bytesReceived: of("bytesReceived"),
    connections: of("connections"),
  };
}
