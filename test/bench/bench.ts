/*
 * `npm run bench`: figures as ratios of one run, peers interleaved, medians. Absolute times are shown and never asserted.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../shared/clock.ts";
import { runBundle } from "../action/run-bundle.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { inTurn, succeeded } from "../simulator/timeline.ts";

const RUNS = 15;
const ID = "00000000-0000-4000-8000-0000000000bb";

interface Figure {
  readonly what: string;
  readonly value: string;
  readonly aim: string;
}

const figures: readonly Figure[] = [bundleSize(), ...(await startUp())];
console.log(`Node ${process.version}, ${process.platform} ${process.arch}, medians of ${RUNS} interleaved runs\n`);
console.table(Object.fromEntries(figures.map(({ what, ...rest }) => [what, rest])));

function bundleSize(): Figure {
  const bytes = statSync(new URL("../../dist/index.js", import.meta.url)).size;
  return { what: "dist/index.js", value: `${(bytes / 1e6).toFixed(2)} MB`, aim: "<= 1.9 MB" };
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
  const [ours, bare, peaks]: [number[], number[], number[]] = [[], [], []];
  const inputs = { "cluster-endpoint": server.url.origin, "partition-id": ID, "not-before": "any" };
  try {
    for (let run = 0; run < RUNS; run++) {
      const step = await runBundle({ inputs });
      if (step.outputs["verdict"] !== "passed") throw new Error(`the measured run did not pass: ${step.stdout}`);
      ours.push(step.elapsedMs);
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
  const [us, nothing] = [median(ours), median(bare)];
  return [
    {
      what: "one-look verification / node -e 0",
      value: `${(us / nothing).toFixed(2)}x (${us.toFixed(0)} ms / ${nothing.toFixed(0)} ms)`,
      aim: "<= 3.5x",
    },
    { what: "peak RSS of a one-look verification", value: `${median(peaks).toFixed(0)} MiB`, aim: "shown" },
  ];
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
