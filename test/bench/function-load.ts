/*
 * How long the Function app takes to load, which a cold start pays: the bundle against the same app unbundled and against
 * `@azure/functions` alone, each in processes of its own, interleaved, warm file cache, medians. In CPU time, which on a quiet machine is
 * the wall's, and on a busy one still says something. And the size of the zip.
 * `node test/bench/function-load.ts [entry]` prints a Markdown table.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { buildFunction } from "../../scripts/build-function.ts";
import { packageFiles, zipOf } from "../../scripts/zip-function.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const WORKER = fileURLToPath(new URL("../ship/fake-worker.ts", import.meta.url));
const ALONE = fileURLToPath(import.meta.resolve("@azure/functions"));
const RUNS = 12;

interface FunctionLoad {
  readonly bundledMs: number;
  readonly unbundledMs: number;
  /** `@azure/functions` and nothing else. */
  readonly aloneMs: number;
  readonly bundleBytes: number;
  readonly zipBytes: number;
}

/** Builds the app of `entry` both ways below build/ and measures; nothing of it is left behind. */
async function functionLoad(entry = "function/main.ts"): Promise<FunctionLoad> {
  mkdirSync(`${root}build`, { recursive: true });
  const folder = mkdtempSync(join(root, "build/load-"));
  try {
    await buildFunction(`${folder}/bundle`, entry);
    await emitUnbundled(`${folder}/unbundled`, entry);
    const bundle = `${folder}/bundle/main.js`;
    const unbundled = join(folder, "unbundled", dirname(entry), `${basename(entry, ".ts")}.js`);
    const [bundledMs, unbundledMs, aloneMs] = medians([bundle, unbundled, ALONE]);
    return {
      bundledMs,
      unbundledMs,
      aloneMs,
      bundleBytes: statSync(bundle).size,
      zipBytes: zipOf(packageFiles(`${folder}/bundle`)).length,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** JavaScript file by file beside the repository's node_modules: how an app is deployed that has no bundle. */
async function emitUnbundled(folder: string, entry: string): Promise<void> {
  await using build = await rolldown({ cwd: root, input: entry, platform: "node", external: /^[^./]/ });
  await build.write({ dir: folder, format: "esm", preserveModules: true, preserveModulesRoot: root });
}

function medians(files: readonly [string, string, string]): readonly [number, number, number] {
  const times = files.map((): number[] => []);
  for (let run = 0; run < RUNS; run++) files.forEach((file, index) => times[index]?.push(loadMs(file)));
  const [first = Number.NaN, second = Number.NaN, third = Number.NaN] = times.map(median);
  return [first, second, third];
}

/** CPU from before the import to after it, inside the process: what is left out is Node's own start, the same for all. */
function loadMs(file: string): number {
  const script = `const from = process.cpuUsage();
    await import(process.argv[1]);
    const { user, system } = process.cpuUsage(from);
    process.stderr.write(String((user + system) / 1_000));
    process.exit();`;
  const flags = ["--import", WORKER, "--input-type=module", "--eval", script, file];
  // On stderr, because the fake worker tells stdout what was registered.
  const { stderr } = spawnSync(process.execPath, flags, { encoding: "utf8", timeout: 30_000 });
  return Number(stderr);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** As rows of a table: what, measured, aim. */
export async function loadRows(entry?: string): Promise<readonly (readonly [string, string, string])[]> {
  const load = await functionLoad(entry);
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`;
  const ratio = (load.bundledMs / load.unbundledMs).toFixed(2);
  return [
    [
      "load in CPU time, bundled / unbundled",
      `${ratio}x (${ms(load.bundledMs)} / ${ms(load.unbundledMs)})`,
      "<= 1/2 (0.50x)",
    ],
    [
      "load, bundled / @azure/functions alone",
      `${(load.bundledMs / load.aloneMs).toFixed(1)}x (${ms(load.aloneMs)})`,
      "shown",
    ],
    ["bundle", mb(load.bundleBytes), "shown"],
    ["zip", mb(load.zipBytes), "<= 0.80 MB"],
  ];
}

if (import.meta.main) {
  const rows = await loadRows(process.argv[2]);
  console.log(
    `Node ${process.version}, ${process.platform} ${process.arch}, medians of ${RUNS} interleaved processes\n`,
  );
  console.log(
    ["| figure | value | aim |", "| --- | --- | --- |", ...rows.map((row) => `| ${row.join(" | ")} |`)].join("\n"),
  );
}
