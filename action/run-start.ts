import { type Clock, type Instant, instantFromMs, parseInstant } from "../shared/index.ts";
import type { Runner } from "./runner.ts";

/** What `not-before: auto` stands for, and how it was found. */
export interface RunStart {
  readonly at: Instant;
  readonly source: "start of the workflow run" | "start of the job" | "start of the step";
}

/**
 * The start of the workflow run (of this attempt of it), through the API; else of the job, which is when the runner wrote the
 * event file; else of the step, which is when this process began. That the API cannot be asked is a warning at most: a later
 * start only asks for more, so it can make a verdict `stale` and never a false pass.
 */
export async function runStart(runner: Runner, clock: Clock, signal: AbortSignal): Promise<RunStart> {
  const ofRun = await startOfRun(runner, signal);
  if (ofRun !== undefined && ofRun <= clock.now()) return { at: ofRun, source: "start of the workflow run" };
  const ofJob = await runner.jobStartedAt();
  const step = instantFromMs(performance.timeOrigin);
  if (ofJob !== undefined && ofJob <= step) return { at: ofJob, source: "start of the job" };
  return { at: step, source: "start of the step" };
}

async function startOfRun(runner: Runner, signal: AbortSignal): Promise<Instant | undefined> {
  try {
    const startedAt = await runner.workflowRunStartedAt(signal);
    return startedAt === undefined ? undefined : parseInstant(startedAt);
  } catch (error) {
    if (signal.aborted) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    runner.warn(
      `The start of the workflow run could not be read, so not-before: auto is the start of the job or step (permissions: actions: read). ${why}`,
    );
    return undefined;
  }
}
