import type { RequestSeen } from "../simulator/server.ts";
import type { StepResult } from "./run-bundle.ts";

/**
 * All that a step left behind, as a text to be reviewed: log, exit code, outputs, summary, and the requests the cluster saw.
 * What differs from run to run (times, durations, counts of looks, the port) is replaced by its kind.
 */
export function transcript(step: StepResult, requests: readonly RequestSeen[] = [], more: More = {}): string {
  const { result = "", ...outputs } = step.outputs;
  const sections: readonly (readonly [string, string])[] = [
    ["stdout", inOrder(step.stdout.replaceAll("\u001b", "␛"))],
    ["stderr", step.stderr],
    ["exit code", String(step.exitCode)],
    [
      "outputs",
      Object.entries(outputs)
        .map(([name, value]) => `${name}=${value}`)
        .join("\n"),
    ],
    ...(more.brief === true
      ? []
      : [["result", result === "" ? "" : JSON.stringify(JSON.parse(result), undefined, 1)] as const]),
    // The record in it is the one of the result.
    ["summary", step.summary.replace(/<pre>\{[^]*?<\/pre>/, "<pre>the record</pre>")],
    ...Object.entries(step.texts).map(([name, text]) => [`file ${name}`, shape(name, text)] as const),
    ["requests", summed(distinct(requests)).join("\n")],
    ...Object.entries(more.also ?? {}),
  ];
  return sections.map(([name, text]) => `--- ${name}\n${settle(text.trimEnd())}\n`).join("");
}

/** What happens to several partitions at once happens in any order: within a stretch of such lines each keeps its own. */
function inOrder(log: string): string {
  const partition = (line: string): string => /^(?:␛\[\d+m)?\+\S+ .*? {2}([-0-9a-f]{36}) {2}/.exec(line)?.[1] ?? "";
  const lines: string[] = [];
  let stretch: string[] = [];
  for (const line of [...log.split("\n"), ""]) {
    if (partition(line) !== "") {
      stretch.push(line);
      continue;
    }
    lines.push(...stretch.toSorted((a, b) => partition(a).localeCompare(partition(b))), line);
    stretch = [];
  }
  return lines.join("\n");
}

/** Requests about several partitions are told of once, with how many there were. */
function summed(lines: readonly string[]): readonly string[] {
  const of = (line: string): string => line.replace(/(?<=\/Partitions\/)[-0-9a-f]{36}/, "ID");
  const counts = Map.groupBy(lines, of);
  return [...counts].map(([line, all]) => (all.length === 1 ? (all[0] ?? "") : `${all.length} x ${line}`)).toSorted();
}

export interface More {
  /** Without the result, which is the record that the other parts are projections of. */
  readonly brief?: boolean;
  /** Further sections. */
  readonly also?: Readonly<Record<string, string>>;
}

/** Of a report in JSON which fields it has, document by document; everything else as it is. */
function shape(name: string, text: string): string {
  if (!name.endsWith(".json")) return text;
  const documents = text.startsWith("{\n") ? [text] : text.trimEnd().split("\n");
  const fields = documents.map((document) => namesIn(JSON.parse(document)).join(", "));
  return [...new Set(fields)].map((names) => `${fields.filter((one) => one === names).length} x ${names}`).join("\n");
}

function namesIn(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null ? Object.keys(value) : [];
}

function settle(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")
    .replaceAll("\u001b", "␛")
    .replace(/\b\d+ ms\b/g, "N ms")
    .replace(/: \d[^:]*?, and the objective is/g, ": N s, and the objective is")
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{3})?Z?/g, "TIME")
    .replace(/\b[0-9a-f]{64}\b/g, "SHA256")
    .replace(/(verification: )[0-9a-f]{32}/g, "$1HASH")
    .replace(/\b(step|event|issue|report)-[A-Za-z0-9]{6}\b/g, "$1-TEMP")
    .replace(/\/\S*\/w-[A-Za-z0-9]{6}/g, "WORKSPACE")
    .replace(/\+\d+(\.\d+)? s {2}/g, "+N s  ")
    .replace(/\| \d+(\.\d+)? (s|min|h|d)( \d+ (s|min|h))? \|/g, "| N s |")
    .replace(
      /(took |met: |missed by |missed by N s: |, )\d+(\.\d+)? (h|min|s)( \d+ (min|s))?(?= of| to spare|: |, and the objective|\.| since)/g,
      "$1N s",
    )
    .replace(/(met: |by |to |, )\d+(\.\d+)? s\b/g, "$1N s")
    .replace(/\btime="[\d.]+"/g, 'time="N"')
    .replace(/\b(for|after) \d+(\.\d+)? s\b/g, "$1 N s")
    .replace(/\bin \d+(\.\d+)? s\b/g, "in N s")
    .replace(/\b\d+ looks?\b/g, "N looks")
    .replace(/\b[1-9]\d* faults?\b/g, "N faults")
    .replace(/^(elapsed-seconds|restore-seconds|polls)=.+$/gm, "$1=N")
    .replace(/"(elapsedSeconds|restoreSeconds|looks)": [\d.]+/g, '"$1": N')
    .replace(/\| \d+ \| (\d+) \|$/gm, "| N | $1 |")
    .replace(/(TIME \|) \d+ \|$/gm, "$1 N |")
    .replace(/\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d/g, "DATE")
    .replace(/"(lowerBoundSeconds|upperBoundSeconds)": [\d.]+/g, '"$1": N')
    .replace(/"(?!133801234567890123)\d{18}"/g, '"FILETIME"');
}

/** The same request over and over is one line; sorted, as those on the way at the same time come in any order. */
function distinct(requests: readonly RequestSeen[]): readonly string[] {
  const lines = requests.map(({ method, path, query, headers }) => {
    const { host: _host, connection: _connection, ...others } = headers;
    return `${method} ${path}?${new URLSearchParams({ ...query, timeout: "N" }).toString()} ${JSON.stringify(others)}`;
  });
  return [...new Set(lines)].toSorted();
}
