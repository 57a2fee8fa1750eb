import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../shared/clock.ts";
import { runBundle } from "../action/run-bundle.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { inTurn, succeeded } from "../simulator/timeline.ts";
import { median, outputOf } from "./children.ts";

/** Wall-clock medians, in milliseconds; ratios are medians of those within a round. */
export interface StartUp {
  readonly bareMs: number;
  readonly undiciMs: number;
  readonly wholeMs: number;
  readonly undiciRatio: number;
  readonly wholeRatio: number;
  readonly peakMiB: number;
  readonly requests: number;
  readonly connections: number;
}

const ID = "00000000-0000-4000-8000-0000000000bb";
const UNDICI = createRequire(import.meta.url).resolve("undici");

/** A whole verification of one look (start, look, witnesses, outputs, end) beside a Node that does nothing. */
export async function startUp(rounds: number, untilMs: number): Promise<StartUp> {
  const cluster = new SimulatedCluster({
    clock: systemClock,
    partitions: [{ id: ID, timeline: inTurn([succeeded()]) }],
  });
  await using server = await startServer(cluster);
  const inputs = { "cluster-endpoint": server.url.origin, "partition-id": ID, "not-before": "any" };
  const [whole, bare, undici]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds && (round < 5 || performance.now() < untilMs); round++) {
    const step = await runBundle({ inputs, timeoutMs: 20_000 });
    if (step.outputs["verdict"] !== "passed") throw new Error(`the measured run did not pass: ${step.stdout}`);
    whole.push(step.elapsedMs);
    bare.push(await timed("0"));
    undici.push(await timed(`require(${JSON.stringify(UNDICI)})`));
  }
  const ratios = (of: readonly number[]): number[] => of.map((ms, round) => ms / (bare[round] ?? Number.NaN));
  return {
    bareMs: middle(bare),
    undiciMs: middle(undici),
    wholeMs: middle(whole),
    undiciRatio: middle(ratios(undici)),
    wholeRatio: middle(ratios(whole)),
    requests: server.requests.length / whole.length,
    connections: server.connections.tcp / whole.length,
    peakMiB: await peak(inputs),
  };
}

async function peak(inputs: Readonly<Record<string, string>>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const peakFile = join(folder, "rss");
  const preload = new URL("report-rss.ts", import.meta.url).href;
  const env = { NODE_OPTIONS: `--import=${preload}`, PEAK_RSS_FILE: peakFile };
  try {
    const peaks: number[] = [];
    for (let run = 0; run < 3; run++) {
      await runBundle({ inputs, env, timeoutMs: 20_000 });
      peaks.push(Number(readFileSync(peakFile, "utf8")) / 1_024);
    }
    return middle(peaks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed(script: string): Promise<number> {
  const from = performance.now();
  await outputOf(process.execPath, ["-e", script], 20_000);
  return performance.now() - from;
}

function middle(values: readonly number[]): number {
  return median(values) ?? Number.NaN;
}
