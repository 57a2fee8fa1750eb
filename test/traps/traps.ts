/*
 * `npm run traps`: every trap, and what four watchers say of it: ours, and the three loops its readers have today. All in the same
 * run, over real HTTP, each with a cluster of its own. Exits with 1 if ours is not right everywhere. With `-- --record` the result
 * is written into docs/traps.md, and its sums into the README; `-- "old success"` plays that trap alone.
 */
import { THEMES, trap as trapCalled, TRAPS } from "./all.ts";
import { type Column, recordTraps } from "./record-traps.ts";
import { ask, findPeers, type Peer, type PeerAnswer } from "./peers.ts";
import { inParallel, type Ours, set, verify } from "./run.ts";
import type { Expected, Trap } from "./trap.ts";

/** `false pass` is a green that should not be, or came before the restore had ended: the one unforgivable answer. */
type Mark = "right" | "wrong" | "false pass";

interface Cell {
  readonly text: string;
  readonly mark: Mark | "not installed";
}

function ofOurs({ verdict, reason, tooEarly }: Ours, expect: Expected): Cell {
  const falsePass = verdict === "passed" && (expect.verdict !== "passed" || tooEarly);
  const right = verdict === expect.verdict && reason === expect.reason;
  return marked(`${verdict}: ${reason}`, falsePass, right);
}

/** A peer has no reasons: it is right where it is green exactly when that is right. */
function ofPeer({ says, tooEarly }: PeerAnswer, { verdict }: Expected): Cell {
  const green = says === "green";
  const falsePass = green && (verdict !== "passed" || tooEarly);
  return marked(green && tooEarly ? "green, too early" : says, falsePass, green === (verdict === "passed"));
}

function marked(text: string, falsePass: boolean, right: boolean): Cell {
  if (falsePass) return { text: `${text} !!`, mark: "false pass" };
  return right ? { text, mark: "right" } : { text: `${text} *`, mark: "wrong" };
}

async function ofPeers(peers: readonly Peer[], trap: Trap): Promise<readonly Cell[]> {
  return Promise.all(
    peers.map(async (peer): Promise<Cell> => {
      if (!peer.installed) return { text: "not installed", mark: "not installed" };
      await using it = await set(trap);
      return ofPeer(await ask(peer, it), trap.expect);
    }),
  );
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    console.log(line.trimEnd());
  }
}

const names = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const played = names.length === 0 ? TRAPS : names.map(trapCalled);
const startedAt = performance.now();
const peers = findPeers(names.length === 0);
const inWords = played.length === 1 ? "1 trap" : `${played.length} traps`;
console.log(
  `${inWords} over real HTTP, each watcher with a cluster of its own and the trap's deadline as its limit.\n` +
    "A loop knows of no not-before, backup or objective: that nobody can tell it is the point.\n" +
    "Ours is right with the right verdict and reason; a loop, which has no reasons, if it is green exactly when that is right.\n" +
    "!! is a false pass: green and should not be, or before the restore had ended. * is another wrong answer.\n",
);
// One after the other: the loops start processes by the hundred, and ours is not measured in their shadow.
const ours = await inParallel(played, 12, async (trap) => ofOurs(await verify(trap), trap.expect));
const others = await inParallel(played, 6, (trap) => ofPeers(peers, trap));
const cells = new Map(played.map((trap, index) => [trap, [...ours.slice(index, index + 1), ...(others[index] ?? [])]]));

const heads = ["trap", "right answer", "ours", ...peers.map(({ name }) => name)];
print([
  heads,
  heads.map((head) => "-".repeat(head.length)),
  ...THEMES.map(({ title, traps }) => ({ title, traps: traps.filter((one) => played.includes(one)) }))
    .filter(({ traps }) => traps.length > 0)
    .flatMap(({ title, traps }) => [
      [""],
      [title.toUpperCase()],
      ...traps.map((trap) => [
        trap.name,
        `${trap.expect.verdict}: ${trap.expect.reason}`,
        ...(cells.get(trap) ?? []).map(({ text }) => text),
      ]),
    ]),
]);

const shouldPass = played.filter(({ expect }) => expect.verdict === "passed");
console.log(`\n${inWords}, of which ${shouldPass.length} should pass.\n`);
const count = (column: number, mark: Mark, among: readonly Trap[] = played): number =>
  among.filter((trap) => cells.get(trap)?.[column]?.mark === mark).length;
const columns = ["ours", ...peers.map(({ name }) => name)].map((name, column): Column => ({
  name,
  installed: peers[column - 1]?.installed ?? true,
  right: count(column, "right"),
  ofThoseGreen: count(column, "right", shouldPass),
  wrong: count(column, "wrong"),
  falsePasses: count(column, "false pass"),
}));
print([
  ["", "right", "of those green", "wrong, not green", "FALSE PASSES"],
  ...columns.map(({ name, installed, ...marks }) =>
    installed
      ? [name, ...[marks.right, marks.ofThoseGreen, marks.wrong, marks.falsePasses].map(String)]
      : [name, "not installed"],
  ),
]);
console.log(`\nIn ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`);
if (count(0, "right") < played.length) process.exitCode = 1;
if (process.argv.includes("--record")) {
  if (names.length > 0) throw new Error("only a run of all traps is recorded");
  recordTraps(columns, shouldPass.length, (one) => (cells.get(one) ?? []).map(({ text }) => text));
}
