/*
 * `npm run bench`: figures as ratios of one run, peers interleaved, medians. Absolute times are shown and never asserted.
 */
import { execFile as execFileCallback, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../../shared/clock.ts";
import { runBundle } from "../action/run-bundle.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { inTurn, restoring, succeeded } from "../simulator/timeline.ts";
import { functionCosts } from "./function-cost.ts";
import { functionLoad } from "./function-load.ts";
import { bareUndici, cpuOfCurlAndJq, installPeers, npmClient, ours } from "./per-poll.ts";

const execFile = promisify(execFileCallback);
const POLL_CHILD = fileURLToPath(new URL("poll-child.ts", import.meta.url));
const CURL = "curl | jq";
const RUNS = 15;
const ID = "00000000-0000-4000-8000-0000000000bb";

interface Figure {
  readonly what: string;
  readonly value: string;
  readonly aim: string;
}

const figures: readonly Figure[] = [
  bundleSize(),
  ...(await startUp()),
  ...(await perPoll()),
  ...(await loadOfTheApp()),
  ...(await costs()),
];
console.log(`Node ${process.version}, ${process.platform} ${process.arch}, medians of ${RUNS} interleaved runs\n`);
console.table(Object.fromEntries(figures.map(({ what, ...rest }) => [what, rest])));

function bundleSize(): Figure {
  const bytes = statSync(new URL("../../dist/index.js", import.meta.url)).size;
  return { what: "dist/index.js", value: `${(bytes / 1e6).toFixed(2)} MB`, aim: "<= 1.9 MB" };
}

async function loadOfTheApp(): Promise<readonly Figure[]> {
  const { bundledMs, unbundledMs, aloneMs, zipBytes } = await functionLoad();
  const times = `${bundledMs.toFixed(0)} ms / ${unbundledMs.toFixed(0)} ms; @azure/functions alone ${aloneMs.toFixed(0)} ms`;
  return [
    {
      what: "Function app: load of the bundle / unbundled",
      value: `${(bundledMs / unbundledMs).toFixed(2)}x (${times})`,
      aim: "<= 0.5x",
    },
    { what: "Function app: zip", value: `${(zipBytes / 1e6).toFixed(2)} MB`, aim: "<= 0.8 MB" },
  ];
}

async function costs(): Promise<readonly Figure[]> {
  const found: Figure[] = [];
  for await (const { what, executions, gbSeconds, history, timesCheaper, aim } of functionCosts()) {
    found.push({
      what: `Function app: ${what} / a process that polls`,
      value: `1/${timesCheaper.toFixed(1)} (${executions} executions, ${gbSeconds.toFixed(0)} GB-s, ${history} events)`,
      aim: `<= 1/${aim}, <= 250 events`,
    });
  }
  return found;
}

/** A whole verification of one look (start, look, outputs, end) beside a Node that does nothing. */
async function startUp(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const peakFile = join(folder, "rss");
  const cluster = new SimulatedCluster({
    clock: systemClock,
    partitions: [{ id: ID, timeline: inTurn([succeeded()]) }],
  });
  await using server = await startServer(cluster);
  const [whole, bare, peaks]: [number[], number[], number[]] = [[], [], []];
  const inputs = { "cluster-endpoint": server.url.origin, "partition-id": ID, "not-before": "any" };
  try {
    for (let run = 0; run < RUNS; run++) {
      const step = await runBundle({ inputs });
      if (step.outputs["verdict"] !== "passed") throw new Error(`the measured run did not pass: ${step.stdout}`);
      whole.push(step.elapsedMs);
      bare.push(timed(() => spawnSync(process.execPath, ["-e", "0"])));
    }
    for (let run = 0; run < 5; run++) {
      const preload = new URL("report-rss.ts", import.meta.url).href;
      await runBundle({ inputs, env: { NODE_OPTIONS: `--import=${preload}`, PEAK_RSS_FILE: peakFile } });
      peaks.push(Number(readFileSync(peakFile, "utf8")) / 1_024);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const [us, nothing] = [median(whole), median(bare)];
  return [
    {
      what: "one-look verification / node -e 0",
      value: `${(us / nothing).toFixed(2)}x (${us.toFixed(0)} ms / ${nothing.toFixed(0)} ms)`,
      aim: "<= 3.5x",
    },
    { what: "peak RSS of a one-look verification", value: `${median(peaks).toFixed(0)} MiB`, aim: "shown" },
  ];
}

/** CPU of one poll over keep-alive, each peer in a process of its own, interleaved; and what a poll costs the wire. */
async function perPoll(): Promise<readonly Figure[]> {
  const cluster = new SimulatedCluster({
    clock: systemClock,
    partitions: [{ id: ID, timeline: inTurn([restoring()]) }],
  });
  await using server = await startServer(cluster);
  const peers = [ours, bareUndici, ...(installPeers() ? [npmClient] : [])];
  const cpu = new Map<string, number[]>([...peers.map(({ name }) => name), CURL].map((name) => [name, []]));
  for (let run = 0; run < 5; run++) {
    for (const { name } of peers) {
      // A peer that hangs has no figure; it must not hold up the others.
      const child = execFile(process.execPath, [POLL_CHILD, name, server.url.href, ID], { timeout: 15_000 });
      const stdout = await child.then(
        (ended) => ended.stdout,
        () => "NaN",
      );
      cpu.get(name)?.push(Number(stdout));
    }
    const curl = cpuOfCurlAndJq(server.url, ID);
    if (curl !== undefined) cpu.get(CURL)?.push(curl);
  }
  const us = median(cpu.get(ours.name) ?? []);
  const against = (name: string, aim: string): Figure => {
    const other = median(cpu.get(name) ?? []);
    const value = Number.isNaN(other)
      ? "not installed"
      : `${(us / other).toPrecision(3)}x (${us.toFixed(0)} us / ${other.toFixed(0)} us)`;
    return { what: `CPU per poll, ours / ${name}`, value, aim };
  };
  const { requests } = await oneLook(server.url);
  return [
    against(bareUndici.name, "<= 1.5x"),
    against(CURL, "<= 1/50 (0.02x)"),
    against(npmClient.name, "<= 1/3 (0.33x)"),
    { what: "requests per poll", value: String(requests), aim: "1" },
  ];

  async function oneLook(url: URL): Promise<{ readonly requests: number }> {
    const before = server.requests.length;
    await ours.poll(url, ID, 100);
    return { requests: (server.requests.length - before) / 100 };
  }
}

function timed(work: () => unknown): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
