#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { buffer } from "node:stream/consumers";
import { addAbortSignal } from "node:stream";
import { instantFromMs, systemClock } from "../shared/index.ts";
import { run } from "./run.ts";

// Inconclusive until proven otherwise: should the process ever end early, nothing may take it for a pass.
process.exitCode = 2;

// The first signal stops our looking and is told as a verdict; the second ends us at once. npm passes on the Ctrl-C that the
// terminal sent us already: two signals within a moment are one.
const stop = new AbortController();
let stoppedAt = Infinity;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const) {
  process.on(signal, () => {
    const now = performance.now();
    if (now - stoppedAt > 250) process.exit(2);
    stoppedAt = Math.min(stoppedAt, now);
    stop.abort(signal);
  });
}
// An error that nobody caught is a defect of ours: told as such, and never 0.
process.on("uncaughtException", (error) => stop.abort(error));
// Whoever reads us may have read enough (`| head`): what is left to say goes nowhere, and the exit code stays.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

const code = await run(
  {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    readFile: (path, signal) =>
      path === "-" ? buffer(addAbortSignal(signal, process.stdin)) : readFile(path, { signal }),
    places: { home: homedir(), workspace: process.cwd() },
    startedAt: instantFromMs(performance.timeOrigin),
  },
  systemClock,
  stop.signal,
);
process.exitCode = stop.signal.reason instanceof Error ? 2 : code;

// All is said and written. What a library still holds open must not hold us; this timer keeps nothing alive itself, and leaves
// the pipes time to drain, which `process.exit` right away would not.
setTimeout(() => process.exit(), 3_000).unref();
