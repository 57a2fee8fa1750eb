import { execFile } from "node:child_process";

/** What a child wrote to its standard output, or `undefined` where it failed or was not done in time; it is killed then. */
export function outputOf(file: string, args: readonly string[], timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Not synchronous: the server that the child talks to lives in this process.
    execFile(file, args, { timeout: timeoutMs, killSignal: "SIGKILL" }, (error, stdout) =>
      resolve(error === null ? stdout : undefined),
    );
  });
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
