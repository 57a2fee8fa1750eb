/*
 * `npm run demo`: the committed bundle, started as the runner starts it, judges every story of the simulated cluster over real
 * HTTP, and beside it stands what a plain loop makes of the same cluster. Exits with 1 if any of it is not as the story says.
 */
import { availableParallelism } from "node:os";
import { systemClock } from "../../shared/clock.ts";
import { runBundle } from "../action/run-bundle.ts";
import { startServer } from "../simulator/server.ts";
import { clusterOfStories, STORIES, type Story } from "../simulator/stories.ts";
import { type LoopEnd, pollUntilSuccess } from "./plain-loop.ts";

const SPEED = 300;
const POLL_SECONDS = 0.1;
const DEADLINE_MINUTES = 35 / SPEED;

interface Row {
  readonly story: Story;
  readonly verdict: string;
  readonly reason: string;
  readonly message: string;
  /** What the plain loop said, and whether it was right. */
  readonly loop: "green" | "GREEN, too early" | "GREEN, and wrong" | "still waiting";
  readonly asTold: boolean;
}

async function tell(story: Story): Promise<Row> {
  const [step, loop] = await Promise.all([verify(story), loopOver(story)]);
  const { verdict = "none", reason = "none" } = step.outputs;
  const asTold =
    verdict === story.expect.verdict &&
    reason === story.expect.reason &&
    step.exitCode === (verdict === "passed" ? 0 : 1) &&
    (loop === "still waiting") === (story.naive.concludes === "never");
  const message =
    /^::(?:error|notice)[^:]*::(.*)$/m.exec(step.stdout)?.[1]?.replaceAll("%0A", "\n     ") ?? step.stderr;
  return { story, verdict, reason, message, loop, asTold };
}

/** Each watcher has a cluster of its own: a story begins at the first look at it. */
async function verify(story: Story): ReturnType<typeof runBundle> {
  await using server = await startServer(clusterOfStories(systemClock, { speed: SPEED, stories: [story] }));
  return await runBundle({
    inputs: {
      "cluster-endpoint": server.url.origin,
      "partition-id": story.partitionId,
      "timeout-minutes": DEADLINE_MINUTES.toFixed(4),
      "start-timeout-minutes": (5 / SPEED).toFixed(4),
      "poll-interval-seconds": String(POLL_SECONDS),
    },
  });
}

async function loopOver(story: Story): Promise<Row["loop"]> {
  await using server = await startServer(clusterOfStories(systemClock, { speed: SPEED, stories: [story] }));
  const url = `${server.url.origin}/Partitions/${story.partitionId}/$/GetRestoreProgress?api-version=6.4`;
  const began = Date.now();
  return judged(await pollUntilSuccess(url, POLL_SECONDS * 1_000, DEADLINE_MINUTES * 60_000), story, began);
}

/** Green for a success that is older than the loop itself is wrong, or at best too early. */
function judged(loop: LoopEnd, { expect }: Story, began: number): Row["loop"] {
  if (loop.end === "still waiting") return "still waiting";
  if (loop.restoredAt >= began - 1_000) return "green";
  return expect.verdict === "passed" ? "GREEN, too early" : "GREEN, and wrong";
}

async function inParallel(stories: readonly Story[], tellOne: (row: Row) => void): Promise<readonly Row[]> {
  const waiting = [...stories];
  const rows: Row[] = [];
  const work = async (): Promise<void> => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) {
      const row = await tell(story);
      rows.push(row);
      tellOne(row);
    }
  };
  await Promise.all(Array.from({ length: Math.max(4, availableParallelism()) }, work));
  return rows;
}

console.log(`The committed Action against a simulated cluster, ${SPEED} times as fast as in real life.\n`);
const startedAt = performance.now();
const rows = await inParallel(
  // The longest first, so that the end is not one story alone.
  STORIES.toSorted(
    (a, b) => Number(b.expect.reason === "deadline-exceeded") - Number(a.expect.reason === "deadline-exceeded"),
  ),
  ({ story, verdict, reason, message, asTold }) => {
    console.log(`${asTold ? "ok  " : "BAD "} ${story.title}\n     ${verdict}: ${reason}. ${message}\n`);
  },
);
const cells = STORIES.flatMap((story) => rows.filter((row) => row.story === story)).map((row) => [
  row.story.title,
  `${row.verdict}: ${row.reason}`,
  row.loop,
]);
const heads = ["what happens in the cluster", "this Action", "a plain loop until Success"];
const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
for (const row of [heads, widths.map((width) => "-".repeat(width)), ...cells]) {
  console.log(
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
const bad = rows.filter(({ asTold }) => !asTold);
const wrongGreens = rows.filter(({ loop }) => loop.startsWith("GREEN")).length;
console.log(
  `\n${rows.length - bad.length} of ${rows.length} as expected in ${((performance.now() - startedAt) / 1_000).toFixed(1)} s. ` +
    `False greens: ours ${rows.filter(({ story, verdict }) => verdict === "passed" && story.expect.verdict !== "passed").length}, the loop's ${wrongGreens}.`,
);
if (bad.length > 0) process.exitCode = 1;
