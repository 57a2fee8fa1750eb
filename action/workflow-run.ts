import { stat } from "node:fs/promises";

/** How long the API may take: the restore is not watched meanwhile. */
const PATIENCE_MS = 10_000;

/**
 * When this attempt of the workflow run began, by GitHub's API; `undefined` outside of a run or without a token. The client is
 * loaded when it is needed: who names `not-before` does not wait for it.
 */
export async function workflowRunStartedAt(
  env: NodeJS.ProcessEnv,
  token: string,
  stop: AbortSignal,
): Promise<string | undefined> {
  const [owner = "", repo = ""] = (env["GITHUB_REPOSITORY"] ?? "").split("/");
  const run = Number(env["GITHUB_RUN_ID"] ?? "");
  if (token === "" || owner === "" || repo === "" || !Number.isSafeInteger(run) || run <= 0) return undefined;
  const { getOctokit } = await import("@actions/github");
  const { data } = await getOctokit(token).rest.actions.getWorkflowRun({
    owner,
    repo,
    run_id: run,
    request: { signal: AbortSignal.any([stop, AbortSignal.timeout(PATIENCE_MS)]) },
  });
  return data.run_started_at ?? undefined;
}

/** The runner writes the event file when the job begins, so that file's time is the job's start. */
export async function eventWrittenAt(env: NodeJS.ProcessEnv): Promise<number | undefined> {
  const path = env["GITHUB_EVENT_PATH"] ?? "";
  if (path === "") return undefined;
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined; // No such file: not on a runner.
  }
}
