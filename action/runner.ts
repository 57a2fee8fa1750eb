import * as core from "@actions/core";
import {
  cleanLine,
  type EntraCredential,
  INPUT_NAMES,
  INPUTS,
  type InputName,
  type InputSpec,
  type Instant,
  instantFromMs,
  type ProxyVariables,
  type RawInputs,
} from "../shared/index.ts";
import { runnerIdentity } from "./runner-identity.ts";
import { eventWrittenAt, workflowRunStartedAt } from "./workflow-run.ts";

/** The GitHub runner as a run needs it: where inputs come from, where lines, outputs and the summary go. */
export interface Runner {
  readonly inputs: RawInputs;
  readonly proxies: ProxyVariables;
  /** The runner's OIDC token, exchanged for one of Microsoft Entra ID. */
  readonly workloadIdentity: (tenantId: string, clientId: string) => EntraCredential;
  /** RFC 3339; `undefined` where there is no run or no token. Rejects where the API refuses. */
  workflowRunStartedAt(): Promise<string | undefined>;
  jobStartedAt(): Promise<Instant | undefined>;
  line(text: string): void;
  warn(text: string): void;
  /** The one annotation at the end of a run, of one or more lines. */
  annotate(kind: "notice" | "error", title: string, ...lines: readonly string[]): void;
  output(name: string, value: string): void;
  /** Markdown for the job summary. Never fails a run: a lost summary is a warning. */
  summary(markdown: string): Promise<void>;
}

/** The real one, over `@actions/core`. Every line is cleaned here, so that no text of a cluster becomes a command. */
export function githubRunner(): Runner {
  const inputs = Object.fromEntries(INPUT_NAMES.map((name) => [name, core.getInput(name)]));
  maskSecrets(inputs);
  return {
    inputs,
    proxies: {
      httpProxy: variable("http_proxy"),
      httpsProxy: variable("https_proxy"),
      noProxy: variable("no_proxy"),
    },
    workloadIdentity: runnerIdentity,
    workflowRunStartedAt: () => workflowRunStartedAt(process.env, inputs["github-token"] ?? ""),
    async jobStartedAt() {
      const ms = await eventWrittenAt(process.env);
      return ms === undefined ? undefined : instantFromMs(ms);
    },
    line: (text) => core.info(cleanLine(text, 1_000)),
    warn: (text) => core.warning(cleanLine(text, 1_000)),
    annotate(kind, title, ...lines) {
      const write = kind === "error" ? core.error : core.notice;
      write(lines.map((line) => cleanLine(line, 2_000)).join("\n"), { title: cleanLine(title, 200) });
    },
    output: (name, value) => core.setOutput(name, value),
    async summary(markdown) {
      if ((process.env["GITHUB_STEP_SUMMARY"] ?? "") === "") return;
      try {
        await core.summary.addRaw(markdown, true).write();
      } catch (error) {
        core.warning(cleanLine(`The job summary could not be written: ${String(error)}`));
      }
    },
  };
}

/**
 * Whatever is secret is masked before anything else is printed. Not the short ones: a mask on `abc` would blank it in every
 * log and drop every job output that happens to hold it.
 */
function maskSecrets(inputs: RawInputs): void {
  for (const name of INPUT_NAMES) {
    const value = inputs[name] ?? "";
    if (isSecret(name) && value.length >= SHORTEST_MASKED) core.setSecret(value);
  }
}

const SHORTEST_MASKED = 8;

function isSecret(name: InputName): boolean {
  const spec: InputSpec = INPUTS[name];
  return spec.secret === true;
}

/** Both spellings are in use; the lower-case one wins, as it does for curl. */
function variable(name: string): string | undefined {
  return process.env[name] ?? process.env[name.toUpperCase()];
}
