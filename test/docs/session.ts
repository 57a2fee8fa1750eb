import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Fence, type Page, ROOT } from "./markdown.ts";

/*
 * A page's commands are a session: run one after the other in one shell, as somebody who reads from top to bottom would type them,
 * in a copy of the repository's root that is thrown away.
 */

const LEFT_OUT = ["node_modules", ".git", "build", "coverage", "dist"];

/**
 * Runs these fences of a page, stops at the first command that fails, and never takes longer than `limitMs`. What comes back is
 * nothing where all is well, else everything that was printed, and in which block it ended.
 */
export async function runSession(
  { path }: Page,
  fences: readonly Fence[],
  { variables, limitMs }: { readonly variables: Readonly<Record<string, string>>; readonly limitMs: number },
): Promise<string | undefined> {
  const home = await mkdtemp(join(tmpdir(), "docs-"));
  const folder = join(home, "repository");
  try {
    await copyOfRoot(folder);
    const script = [
      "set -euo pipefail",
      `trap 'echo "[the last command was of ${path}, the block at line $BLOCK]"' EXIT`,
      ...fences.map(({ line, code }) => `BLOCK=${line}\n${code}`),
    ].join("\n");
    const child = spawn("bash", ["-c", script], {
      cwd: folder,
      // A group of its own, so that whatever it starts ends with it.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: searchPath(),
        HOME: home,
        TMPDIR: home,
        LC_ALL: "C.UTF-8",
        npm_config_loglevel: "error",
        ...variables,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => void (output += text));
    }
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nothing of it is left.
      }
    };
    const timer = setTimeout(end, limitMs);
    const [exited, drained] = [once(child, "exit"), once(child, "close")];
    await exited;
    end();
    await drained;
    clearTimeout(timer);
    return child.exitCode === 0 ? undefined : output;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function copyOfRoot(folder: string): Promise<void> {
  await cp(ROOT, folder, {
    recursive: true,
    filter: (from) => !LEFT_OUT.includes(basename(from)) || !isAtRoot(from),
  });
  for (const name of ["node_modules", "dist"]) await symlink(join(ROOT, name), join(folder, name));
}

function isAtRoot(path: string): boolean {
  return join(ROOT, basename(path)) === path;
}

/** The project's Node first, as inside `npm run`. */
function searchPath(): string {
  return [join(ROOT, "node_modules", ".bin"), process.env["PATH"] ?? ""].join(":");
}
