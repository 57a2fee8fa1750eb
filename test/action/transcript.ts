import type { RequestSeen } from "../simulator/server.ts";
import type { StepResult } from "./run-bundle.ts";

/**
 * All that a step left behind, as a text to be reviewed: log, exit code, outputs, summary, and the requests the cluster saw.
 * What differs from run to run (times, durations, counts of looks, the port) is replaced by its kind.
 */
export function transcript(step: StepResult, requests: readonly RequestSeen[] = []): string {
  const { result = "", ...outputs } = step.outputs;
  const sections: readonly (readonly [string, string])[] = [
    ["stdout", step.stdout],
    ["stderr", step.stderr],
    ["exit code", String(step.exitCode)],
    [
      "outputs",
      Object.entries(outputs)
        .map(([name, value]) => `${name}=${value}`)
        .join("\n"),
    ],
    ["result", result === "" ? "" : JSON.stringify(JSON.parse(result), undefined, 1)],
    ["summary", step.summary],
    ["requests", distinct(requests).join("\n")],
  ];
  return sections.map(([name, text]) => `--- ${name}\n${settle(text.trimEnd())}\n`).join("");
}

function settle(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "TIME")
    .replace(/\+\d+(\.\d+)? s {2}/g, "+N s  ")
    .replace(/\bfor \d+(\.\d+)? s\b/g, "for N s")
    .replace(/\bin \d+(\.\d+)? s\b/g, "in N s")
    .replace(/\b\d+ looks?\b/g, "N looks")
    .replace(/^(elapsed-seconds|restore-seconds|polls)=.+$/gm, "$1=N")
    .replace(/"(elapsedSeconds|restoreSeconds|looks)": [\d.]+/g, '"$1": N')
    .replace(/\| \d+ \| (\d+) \|$/gm, "| N | $1 |")
    .replace(/(TIME \|) \d+ \|$/gm, "$1 N |")
    .replace(/\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d/g, "DATE")
    .replace(/"(lowerBoundSeconds|upperBoundSeconds)": [\d.]+/g, '"$1": N')
    .replace(/"(?!133801234567890123)\d{18}"/g, '"FILETIME"');
}

/** The same request over and over is one line. */
function distinct(requests: readonly RequestSeen[]): readonly string[] {
  const lines = requests.map(({ method, path, query, headers }) => {
    const { host: _host, connection: _connection, ...others } = headers;
    return `${method} ${path}?${new URLSearchParams({ ...query, timeout: "N" }).toString()} ${JSON.stringify(others)}`;
  });
  return [...new Set(lines)];
}
