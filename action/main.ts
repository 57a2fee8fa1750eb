import { systemClock } from "../shared/index.ts";
import { run } from "./run.ts";
import { githubRunner } from "./runner.ts";

// Node's diagnostic reports list the environment, in which the runner hands over inputs: keys, passwords, tokens.
process.report.excludeEnv = true;

// Red until proven green: should the process ever end early, or be left with nothing to do, the step must not pass.
process.exitCode = 1;

// The runner sends SIGINT, 7.5 s later SIGTERM (Windows: SIGBREAK). All we stop is our looking. A second one changes nothing:
// what is being written is written to its end.
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGBREAK"] as const) process.on(signal, () => stop.abort(signal));
// An error that nobody caught is a defect of ours: told as such, with outputs, and never green.
process.on("uncaughtException", (error: unknown) =>
  stop.abort(error instanceof Error ? error : new Error(String(error))),
);

process.exitCode = await run(githubRunner(), systemClock, stop.signal);

// All is said and written. What a library still holds open (a token service that never answers) must not hold the job: this
// timer keeps nothing alive itself, and leaves the pipes time to drain, which `process.exit` right away would not.
setTimeout(() => process.exit(), 3_000).unref();
