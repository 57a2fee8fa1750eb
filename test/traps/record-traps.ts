import { readFileSync, writeFileSync } from "node:fs";
import { THEMES, TRAPS } from "./all.ts";
import type { Trap } from "./trap.ts";

/* Writes down what one run of the traps came to: the whole of it in docs/traps.md, its sums in the README. */

/** One watcher and how it did. */
export interface Column {
  readonly name: string;
  readonly installed: boolean;
  readonly right: number;
  readonly ofThoseGreen: number;
  readonly wrong: number;
  readonly falsePasses: number;
}

const ROOT = new URL("../../", import.meta.url);
const MARKS = ["<!-- traps: recorded by `npm run traps -- --record` -->", "<!-- /traps -->"] as const;

export function recordTraps(
  columns: readonly Column[],
  shouldPass: number,
  cells: (trap: Trap) => readonly string[],
): void {
  const there = columns.filter(({ installed }) => installed);
  if (there.length < columns.length) throw new Error("a table without a peer is not recorded: install curl and jq");
  const sums = sumsOf(columns, shouldPass);
  replaceBetweenMarks(new URL("README.md", ROOT), sums);
  writeFileSync(new URL("docs/traps.md", ROOT), page(columns, sums, cells));
}

function sumsOf(columns: readonly Column[], shouldPass: number): readonly string[] {
  return [
    row([
      "watcher",
      `right of ${TRAPS.length}`,
      `right passes of ${shouldPass}`,
      "wrong, not green",
      "**false passes**",
    ]),
    row(["---", "---:", "---:", "---:", "---:"]),
    ...columns.map(({ name, right, ofThoseGreen, wrong, falsePasses }) =>
      row([NAMES.get(name) ?? name, ...[right, ofThoseGreen, wrong].map(String), `**${falsePasses}**`]),
    ),
  ];
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ["ours", "this project"],
  ["curl+jq", "a `curl` + `jq` loop"],
  ["azure-servicefabric", "npm `azure-servicefabric` 2.2.0 in a loop"],
  ["p-wait-for", "`fetch` in npm `p-wait-for`"],
]);

function page(columns: readonly Column[], sums: readonly string[], cells: (trap: Trap) => readonly string[]): string {
  const heads = ["trap", "right answer", ...columns.map(({ name }) => name)];
  return [
    "# Traps",
    "",
    "Clusters that tempt a watcher to the wrong verdict, told over real HTTP, and what four watchers said of them in one and the same",
    "run. `!!` is a false pass: green and should not be, or before the restore had ended. `*` is another wrong answer. A loop knows of",
    "no `not-before`, backup or objective: that nobody can tell it is the point. It is right if it is green exactly when that is right.",
    "",
    "`npm run traps` runs them again; with `-- --record` it writes this page.",
    "",
    ...sums,
    ...THEMES.flatMap(({ title, traps }) => [
      "",
      `## ${title[0]?.toUpperCase()}${title.slice(1)}`,
      "",
      row(heads),
      row(heads.map(() => "---")),
      ...traps.map((trap) =>
        row([`${trap.name}. *${trap.why}*`, `${trap.expect.verdict}: ${trap.expect.reason}`, ...cells(trap)]),
      ),
    ]),
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function replaceBetweenMarks(file: URL, lines: readonly string[]): void {
  const [begin, end] = MARKS;
  const text = readFileSync(file, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${begin} ... ${end}`);
  writeFileSync(file, `${text.slice(0, from)}${begin}\n${lines.join("\n")}\n${text.slice(to)}`);
}
