import {
  type Clock,
  describeProblems,
  type DrillRequest,
  type DrillResult,
  formatInstant,
  openCluster,
  parseDrillRequest,
  toRecord,
  verifyRestore,
} from "../shared/index.ts";
import { boundLine, headline, jobRecorder } from "./job-recorder.ts";
import { toOutputs } from "./outputs.ts";
import type { Runner } from "./runner.ts";
import { type RunStart, runStart } from "./run-start.ts";
import { toSummary } from "./summary.ts";

/** Exit codes of a step: only a `passed` verdict is green. */
type ExitCode = 0 | 1;

/** One run from inputs to outputs. Never rejects: whatever breaks is reported, and red. */
export async function run(runner: Runner, clock: Clock, signal: AbortSignal): Promise<ExitCode> {
  const parsed = parseDrillRequest(runner.inputs);
  if (!parsed.ok) {
    runner.annotate("error", "Restore verification: bad input", ...describeProblems(parsed.problems));
    return 1;
  }
  try {
    runner.line(headline(parsed.request));
    const result = await verify(runner, parsed.request, clock, signal);
    return await report(runner, parsed.request, result);
  } catch (error) {
    return broken(runner, clock, error);
  }
}

async function verify(runner: Runner, request: DrillRequest, clock: Clock, signal: AbortSignal): Promise<DrillResult> {
  const { endpoints, apiVersion, access } = request;
  const { proxies, workloadIdentity } = runner;
  const warn = (text: string): void => runner.warn(text);
  const cluster = openCluster({ endpoints, apiVersion, ...access }, { clock, proxies, warn, workloadIdentity });
  try {
    const autoNotBefore = await autoStart(runner, request, clock);
    runner.line(boundLine(request, autoNotBefore));
    const [dice = 0] = crypto.getRandomValues(new Uint32Array(1));
    return await verifyRestore(
      request,
      { gateway: cluster.gateway, clock, signal },
      { autoNotBefore, dice },
      jobRecorder(runner),
    );
  } finally {
    await cluster.close();
  }
}

/** Only asked for where it is needed. */
async function autoStart(runner: Runner, request: DrillRequest, clock: Clock): Promise<RunStart> {
  if (request.notBefore === "auto") return runStart(runner, clock);
  return { at: clock.now(), source: "start of the step" };
}

async function report(runner: Runner, request: DrillRequest, result: DrillResult): Promise<ExitCode> {
  const record = toRecord(request, result);
  for (const [name, value] of Object.entries(toOutputs(record))) runner.output(name, value);
  const passed = record.verdict === "passed";
  runner.annotate(
    passed ? "notice" : "error",
    `Restore verification ${record.verdict}: ${record.reason}`,
    record.message,
  );
  if (request.summary) await runner.summary(toSummary(record));
  return passed ? 0 : 1;
}

/** Our own defect: said as such, with the outputs a workflow branches on, and never green. */
function broken(runner: Runner, clock: Clock, error: unknown): ExitCode {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  runner.output("verdict", "inconclusive");
  runner.output("reason", "internal-error");
  runner.line(`at ${formatInstant(clock.now())}: ${what}`);
  runner.annotate(
    "error",
    "Restore verification inconclusive: internal-error",
    `The verification itself broke; this says nothing about the restore. ${String(error)}`,
  );
  return 1;
}
