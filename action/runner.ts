import * as core from "@actions/core";
import { cleanLine, INPUT_NAMES, type RawInputs } from "../shared/index.ts";

/** The GitHub runner as a run needs it: where inputs come from, where lines, outputs and the summary go. */
export interface Runner {
  readonly inputs: RawInputs;
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
  return {
    inputs: Object.fromEntries(INPUT_NAMES.map((name) => [name, core.getInput(name)])),
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
