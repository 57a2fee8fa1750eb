import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const BUNDLE = fileURLToPath(new URL("../../dist/index.js", import.meta.url));

/** What a step leaves behind, as the runner sees it. */
export interface StepResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Files the step left in its (empty) working directory, and their texts. */
  readonly files: readonly string[];
  readonly texts: Readonly<Record<string, string>>;
  readonly elapsedMs: number;
}

export interface StepOptions {
  readonly inputs: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Prepares the working directory; its path is in no variable that a step may not see. */
  readonly prepare?: (workspace: string) => Promise<void>;
  /** The child is killed then. */
  readonly timeoutMs?: number;
  /** Called once, as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Called with each line of stdout as it comes; may stop the child with a signal. */
  readonly onLine?: (line: string, child: ChildProcess) => void;
}

/**
 * Runs the committed bundle exactly as the runner does: `node <absolute path>`, inputs as `INPUT_*` (hyphens stay), output and
 * summary files, an empty working directory, and nothing else of this machine's environment.
 */
export async function runBundle({
  inputs,
  env = {},
  timeoutMs,
  prepare,
  onStart,
  onLine,
}: StepOptions): Promise<StepResult> {
  const home = await mkdtemp(join(tmpdir(), "step-"));
  const [workspace, outputFile, summaryFile] = [
    await mkdtemp(join(home, "w-")),
    join(home, "output"),
    join(home, "summary"),
  ];
  await Promise.all([writeFile(outputFile, ""), writeFile(summaryFile, "")]);
  try {
    await prepare?.(workspace);
    const startedAt = performance.now();
    const child = spawn(process.execPath, [BUNDLE], {
      cwd: workspace,
      ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: "SIGKILL" }),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...asEnvironment(inputs), GITHUB_OUTPUT: outputFile, GITHUB_STEP_SUMMARY: summaryFile, ...env },
    });
    onStart?.(child);
    const [exitCode, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      }),
      collect(child.stdout, (line) => onLine?.(line, child)),
      collect(child.stderr, () => {}),
    ]);
    return {
      exitCode,
      stdout,
      stderr,
      outputs: parseOutputs(await readFile(outputFile, "utf8")),
      summary: await readFile(summaryFile, "utf8"),
      files: await readdir(workspace),
      texts: await textsIn(workspace),
      elapsedMs: performance.now() - startedAt,
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function textsIn(folder: string): Promise<Readonly<Record<string, string>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = paths.toSorted().map(async (path) => [relative(folder, path), await readFile(path, "utf8")] as const);
  return Object.fromEntries(await Promise.all(texts));
}

function asEnvironment(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]),
  );
}

async function collect(stream: NodeJS.ReadableStream, onLine: (line: string) => void): Promise<string> {
  let all = "";
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    all += String(chunk);
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line);
  }
  return all;
}

/** The runner's own format: `name<<delimiter`, the value's lines, `delimiter`; the last value of a name wins. */
function parseOutputs(text: string): Readonly<Record<string, string>> {
  const outputs: Record<string, string> = {};
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index++) {
    const [, name, delimiter] = /^(.+?)<<(.+)$/.exec(lines[index] ?? "") ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, index + 1);
    if (end < 0) throw new Error(`output ${name} does not end`);
    outputs[name] = lines.slice(index + 1, end).join("\n");
    index = end;
  }
  return outputs;
}
