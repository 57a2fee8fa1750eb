const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;
const ONE_MOMENT_MS = 250;

/** As much of the process as is needed to be stopped. */
export interface Stoppable {
  on(event: string, listener: (what: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * The first signal stops our looking, and is told as a verdict; the second one ends us at once. npm passes on the Ctrl-C that the
 * terminal sent us already: two signals within a moment are one. An error that nobody caught stops us too: a defect of
 * ours, told as such.
 */
export function stopping(source: Stoppable, nowMs: () => number): AbortController {
  const stop = new AbortController();
  let stoppedAt: number | undefined;
  for (const signal of SIGNALS) {
    source.on(signal, () => {
      stoppedAt ??= nowMs();
      if (nowMs() - stoppedAt > ONE_MOMENT_MS) source.exit(2);
      stop.abort(signal);
    });
  }
  source.on("uncaughtException", (error) => stop.abort(error instanceof Error ? error : new Error(String(error))));
  return stop;
}
