import { homedir } from "node:os";
import * as core from "@actions/core";
import {
  cleanLine,
  type EntraCredential,
  INPUT_NAMES,
  type Instant,
  instantFromMs,
  type ProxyVariables,
  type RawInputs,
  type Say,
  type Tone,
  writeText,
} from "../shared/index.ts";
import type { Issue } from "./issue.ts";
import { type Repository, reportIssue } from "./report-issue.ts";
import { masksOf } from "./masks.ts";
import { runnerIdentity } from "./runner-identity.ts";
import { eventWrittenAt, workflowRunStartedAt } from "./workflow-run.ts";

/** The GitHub runner as a run needs it: where inputs come from, where lines, outputs and the summary go. */
export interface Runner {
  readonly inputs: RawInputs;
  readonly proxies: ProxyVariables;
  /** The runner's OIDC token, exchanged for one of Microsoft Entra ID. */
  readonly workloadIdentity: (tenantId: string, clientId: string) => EntraCredential;
  /** Where docs/troubleshooting.md of this version can be read. */
  readonly guide: string;
  /** RFC 3339; `undefined` where there is no run or no token. Rejects where the API refuses. */
  workflowRunStartedAt(signal: AbortSignal): Promise<string | undefined>;
  jobStartedAt(): Promise<Instant | undefined>;
  line: Say;
  /** Lines that are folded in the log, under a title. */
  fold(title: string, lines: readonly string[]): void;
  warn(text: string): void;
  /** The one annotation at the end of a run, of one or more lines. */
  annotate(kind: "notice" | "error", title: string, ...lines: readonly string[]): void;
  output(name: string, value: string): void;
  /** Markdown for the job summary. Never fails a run: a lost summary is a warning. */
  summary(markdown: string): Promise<void>;
  /** Writes a file where the user asked for it; `undefined`, and a warning, where that cannot be done. */
  write(typed: string, name: string, text: Iterable<string>): Promise<string | undefined>;
  /** Opens, comments on or closes the target's issue. Never fails a run: what GitHub refuses is a warning. */
  reportIssue(issue: Issue, signal: AbortSignal): Promise<void>;
}

/** The real one, over `@actions/core`. */
export function githubRunner(): Runner {
  const env = process.env;
  const inputs = Object.fromEntries(INPUT_NAMES.map((name) => [name, core.getInput(name)]));
  const proxies = {
    httpProxy: variable("http_proxy"),
    httpsProxy: variable("https_proxy"),
    noProxy: variable("no_proxy"),
  };
  for (const secret of masksOf(inputs, [proxies.httpProxy, proxies.httpsProxy])) core.setSecret(secret);
  const token = inputs["github-token"] ?? "";
  const places = { home: homedir(), workspace: env["GITHUB_WORKSPACE"] || process.cwd() };
  return {
    inputs,
    proxies,
    workloadIdentity: runnerIdentity,
    guide: guideOf(env),
    workflowRunStartedAt: (signal) => workflowRunStartedAt(env, token, signal),
    async jobStartedAt() {
      const ms = await eventWrittenAt(env);
      return ms === undefined ? undefined : instantFromMs(ms);
    },
    ...logOf((env["NO_COLOR"] ?? "") === ""),
    output: (name, value) => core.setOutput(name, value),
    async summary(markdown) {
      if ((env["GITHUB_STEP_SUMMARY"] ?? "") === "") return;
      await orWarn("The job summary could not be written", core.summary.addRaw(markdown, true).write());
    },
    write: (typed, name, text) => orWarn(`${typed} could not be written`, writeText(typed, name, text, places)),
    async reportIssue(issue, signal) {
      const done = reportIssue(issue, repositoryOf(env, token), signal);
      const what = "The issue of this target could not be brought up to date (permissions: issues: write)";
      const said = await orWarn(what, done);
      if (said !== undefined) core.info(cleanLine(said));
    },
  };
}

/** Every line is cleaned here, so that no text of a cluster becomes a command. */
function logOf(colours: boolean): Pick<Runner, "line" | "fold" | "warn" | "annotate"> {
  const paint = colours ? coloured : (text: string): string => text;
  return {
    line: (text, tone) => core.info(paint(cleanLine(text, 1_000), tone)),
    fold(title, lines) {
      core.startGroup(cleanLine(title, 200));
      for (const line of lines) core.info(cleanLine(line, 1_000));
      core.endGroup();
    },
    warn: (text) => core.warning(cleanLine(text, 1_000)),
    annotate(kind, title, ...lines) {
      const write = kind === "error" ? core.error : core.notice;
      write(lines.map((line) => cleanLine(line, 1_000)).join("\n"), { title: cleanLine(title, 200) });
    },
  };
}

/** What was asked for beside the verdict, and failed, is a warning: it changes neither the verdict nor the exit code. */
async function orWarn<T>(what: string, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    core.warning(
      cleanLine(`${what}; the verdict stays. ${error instanceof Error ? error.message : String(error)}`, 1_000),
    );
    return undefined;
  }
}

const SGR: Readonly<Record<Tone, string>> = { plain: "", good: "32", bad: "31", doubt: "33", quiet: "90" };

/** The only escape sequences that reach the log are these: the text inside was cleaned before. */
function coloured(text: string, tone: Tone): string {
  return SGR[tone] === "" ? text : `\u001b[${SGR[tone]}m${text}\u001b[0m`;
}

/** In the repository of the action that runs; a bare path where it is none (`uses: ./`). */
function guideOf(env: NodeJS.ProcessEnv): string {
  const [server, repository, ref] = [
    env["GITHUB_SERVER_URL"],
    env["GITHUB_ACTION_REPOSITORY"],
    env["GITHUB_ACTION_REF"],
  ];
  const path = "docs/troubleshooting.md";
  if (!server || !repository) return path;
  return `${server}/${repository}/blob/${ref || "main"}/${path}`;
}

function repositoryOf(env: NodeJS.ProcessEnv, token: string): Repository {
  const [owner = "", repo = ""] = (env["GITHUB_REPOSITORY"] ?? "").split("/");
  const run = `${env["GITHUB_SERVER_URL"] ?? ""}/${owner}/${repo}/actions/runs/${env["GITHUB_RUN_ID"] ?? ""}`;
  return { owner, repo, token, run };
}

/** Both spellings are in use; the lower-case one wins, as it does for curl. */
function variable(name: string): string | undefined {
  return process.env[name] ?? process.env[name.toUpperCase()];
}
