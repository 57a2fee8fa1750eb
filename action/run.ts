import {
  boundLine,
  brokenRun,
  type Clock,
  describeProblems,
  type DrillRequest,
  type DrillResult,
  headline,
  later,
  openCluster,
  parseDrillRequest,
  ProgressLog,
  redact,
  settings,
  toRecord,
  verifyRestore,
} from "../shared/index.ts";
import { type ExitCode, report } from "./report.ts";
import { type RunStart, runStart } from "./run-start.ts";
import type { Runner } from "./runner.ts";

const HEARTBEAT_MS = 60_000;

/**
 * One run from inputs to outputs. Never rejects: whatever breaks is reported, and red. `signal` aborts with the name of the
 * signal we are stopped by, or with the error that nobody caught.
 */
export async function run(runner: Runner, clock: Clock, signal: AbortSignal): Promise<ExitCode> {
  const parsed = parseDrillRequest(runner.inputs);
  if (!parsed.ok) {
    runner.annotate("error", "Restore verification: bad input", ...describeProblems(parsed.problems));
    return 1;
  }
  const { request } = parsed;
  const startedAt = clock.now();
  let result: DrillResult;
  try {
    result = await verify(runner, request, clock, signal);
    if (signal.reason instanceof Error) throw signal.reason;
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of redact(what).split("\n")) runner.line(line, "bad");
    result = brokenRun(error, startedAt, clock.now(), "start of the step");
  }
  let broken: unknown;
  try {
    const code = await report(runner, request, toRecord(request, result), signal);
    if (!(signal.reason instanceof Error) || result.verdict.reason === "internal-error") return code;
    broken = signal.reason;
  } catch (error) {
    broken = error;
  }
  runner.annotate("error", "Restore verification: broken after its verdict", String(broken));
  return 1;
}

async function verify(runner: Runner, request: DrillRequest, clock: Clock, signal: AbortSignal): Promise<DrillResult> {
  const { endpoints, apiVersion, access } = request;
  const { proxies, workloadIdentity } = runner;
  const warn = (text: string): void => runner.warn(text);
  runner.line(headline(request), "plain");
  const cluster = openCluster({ endpoints, apiVersion, ...access }, { clock, proxies, warn, workloadIdentity });
  const over = new AbortController();
  let log: ProgressLog | undefined;
  try {
    const autoNotBefore = await autoStart(runner, request, clock, signal);
    runner.line(boundLine(request, autoNotBefore), "plain");
    runner.fold("How it is watched", settings(request));
    const startedAt = clock.now();
    log = new ProgressLog({ startedAt, deadline: later(startedAt, request.timeoutMs) }, runner.line);
    void beat(log, clock, over.signal);
    const [dice = 0] = crypto.getRandomValues(new Uint32Array(1));
    return await verifyRestore(
      request,
      { gateway: cluster.gateway, clock, signal },
      { autoNotBefore, dice },
      log.record,
    );
  } finally {
    over.abort();
    log?.close(clock.now());
    await cluster.close();
  }
}

/** A heartbeat each minute, until `over`. */
async function beat(log: ProgressLog, clock: Clock, over: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(HEARTBEAT_MS, over);
    if (over.aborted) return;
    log.tick(clock.now());
  }
}

/** Only asked for where it is needed. */
async function autoStart(runner: Runner, request: DrillRequest, clock: Clock, signal: AbortSignal): Promise<RunStart> {
  if (request.notBefore === "auto") return runStart(runner, clock, signal);
  return { at: clock.now(), source: "start of the step" };
}
