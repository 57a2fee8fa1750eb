import { styleText } from "node:util";
import ora from "ora";
import { cleanLine, type Clock, given, type ProgressLog, type Say, type Tone } from "../shared/index.ts";

const HEARTBEAT_MS = 60_000;
const SPINNER_MS = 1_000;

export const COLOUR = {
  plain: "reset",
  good: "green",
  bad: "red",
  doubt: "yellow",
  quiet: "gray",
} as const satisfies Readonly<Record<Tone, Parameters<typeof styleText>[0]>>;

/** What is told on the way, on stderr. */
export interface Progress extends AsyncDisposable {
  /** A line; whatever is in it is cleaned. */
  readonly say: Say;
  warn(text: string): void;
  /** Lets the log beat until the end: at a terminal in place, each second; elsewhere as a line, each minute. */
  follow(log: ProgressLog): void;
}

type Output = NodeJS.WritableStream & { readonly columns?: number };

/**
 * At a terminal a line that turns and counts, under lines that stay; in a pipeline lines only. `interactive` says which; without it
 * the stream and the environment do (`CI`, `TERM=dumb`).
 */
export function openProgress(stream: Output, clock: Clock, interactive?: boolean): Progress {
  // A terminal of no width (`docker run -t` under some runners, `script`) has infinitely many lines to clear.
  const wanted = stream.columns === 0 ? false : interactive;
  const spinner = ora({ stream, discardStdin: false, ...given("isEnabled", wanted) });
  const live = spinner.isEnabled;
  const over = new AbortController();
  let beating: Promise<void> | undefined;

  const print: Say = (text, tone) => {
    const line = cleanLine(text, 1_000);
    stream.write(`${tone === "plain" ? line : styleText(COLOUR[tone], line, { stream })}\n`);
  };
  const beat = async (log: ProgressLog): Promise<void> => {
    for (;;) {
      await clock.sleep(live ? SPINNER_MS : HEARTBEAT_MS, over.signal);
      if (over.signal.aborted) return;
      log.tick(clock.now());
    }
  };
  return {
    say(text, tone) {
      if (live && spinner.isSpinning && tone === "quiet") spinner.text = cleanLine(text, 200);
      else print(text, tone);
    },
    warn: (text) => print(`warning: ${text}`, "doubt"),
    follow(log) {
      if (live) spinner.start("");
      beating = beat(log);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await beating;
      if (live) spinner.stop();
    },
  };
}
