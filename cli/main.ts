#!/usr/bin/env node
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { buffer } from "node:stream/consumers";
import { addAbortSignal } from "node:stream";
import { instantFromMs, systemClock } from "../shared/index.ts";
import { run } from "./run.ts";
import { stopping } from "./stopping.ts";

// Node's diagnostic reports list the environment, in which secrets may have come.
process.report.excludeEnv = true;

// Inconclusive until proven otherwise: should the process ever end early, nothing may take it for a pass.
process.exitCode = 2;

const stop = stopping(process, () => performance.now());
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
