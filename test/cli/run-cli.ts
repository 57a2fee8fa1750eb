import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const BUNDLE = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Files the command left in its (empty) working directory, by name. */
  readonly file: (name: string) => string;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on the standard input. */
  readonly stdin?: string;
  /** The standard input stays open after that. */
  readonly stdinOpen?: boolean;
  /** Called with the child once it was started; may stop it with a signal. */
  readonly meanwhile?: (child: ChildProcessByStdio<Writable, Readable, Readable>) => Promise<unknown>;
  readonly files?: readonly string[];
}

/** Runs the bundle as a user does, in an empty folder and with nothing of this machine's environment. */
export async function runCli(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { env = {}, stdin = "", stdinOpen = false, meanwhile, files = [] } = options;
  const cwd = await mkdtemp(join(tmpdir(), "command-"));
  try {
    const child = spawn(process.execPath, [BUNDLE, ...args], { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {}); // It need not read what it was given.
    child.stdin.write(stdin);
    if (!stdinOpen) child.stdin.end();
    const [exitCode, stdout, stderr] = await Promise.all([
      new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
      }),
      text(child.stdout),
      text(child.stderr),
      meanwhile?.(child),
    ]);
    const left = await Promise.all(files.map(async (name) => [name, await readFile(join(cwd, name), "utf8")] as const));
    const found = new Map(left);
    return { exitCode, stdout, stderr, file: (name) => found.get(name) ?? "" };
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}
