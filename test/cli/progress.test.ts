import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { openProgress } from "../../cli/progress.ts";
import { ProgressLog } from "../../shared/index.ts";
import { instantFromMs, later } from "../../shared/restore/instant.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import { FakeClock } from "../simulator/clock.ts";

/* What is told on the way, over two and a half minutes in which a restore is accepted and nothing more happens. */

const START = instantFromMs(Date.UTC(2026, 1, 3, 10));
const SPAN = { startedAt: START, deadline: later(START, 600_000) };
const FOR_GOOD = new AbortController().signal;

/** As much of a terminal as a spinner needs; what moves the cursor leaves no text. */
class Screen extends PassThrough {
  readonly isTTY = true;
  readonly columns: number;
  constructor(columns = 120) {
    super();
    this.columns = columns;
  }
  readonly cursorTo = (): boolean => true;
  readonly moveCursor = (): boolean => true;
  readonly clearLine = (): boolean => true;
}

async function watch(stream: PassThrough, interactive: boolean): Promise<readonly [shown: string, clock: FakeClock]> {
  const clock = new FakeClock(START);
  const shown = text(stream);
  const partitionId = parsePartitionId("00000000-0000-4000-8000-0000000000d0");
  if (partitionId === undefined) throw new TypeError("no id");
  {
    await using progress = openProgress(stream, clock, interactive);
    const log = new ProgressLog(SPAN, progress.say);
    progress.say("Watching \u001b[2Jit\nall", "plain");
    progress.follow(log);
    log.record({ type: "watching", partitionId, at: START });
    log.record({ type: "state", partitionId, at: START, from: undefined, to: "Accepted" });
    await clock.sleep(150_500, FOR_GOOD);
    progress.warn("the certificate ends soon");
  }
  stream.end();
  return [await shown, clock];
}

describe("progress", () => {
  test("in a pipeline is a line per change and one a minute, without colours, and cleaned", async () => {
    const [shown, clock] = await watch(new PassThrough(), false);
    expect(shown.split("\n")).toEqual([
      "Watching  [2Jit all",
      "+0 s  Accepted",
      "+1 min  still Accepted, for 1 min; 9 min left, 0 looks, 0 faults",
      "+2 min  still Accepted, for 2 min; 8 min left, 0 looks, 0 faults",
      "warning: the certificate ends soon",
      "",
    ]);
    expect(clock.now() - START).toBe(150_500);
  });

  test("at a terminal counts in place each second, under lines that stay", async () => {
    const [shown, clock] = await watch(new Screen(), true);
    const lines = stripVTControlCharacters(shown).split("\n");
    expect(lines.filter((line) => line.endsWith("+0 s  Accepted"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("still Accepted") && line.startsWith("+"))).toEqual([]);
    expect(lines.some((line) => line.endsWith("warning: the certificate ends soon"))).toBe(true);
    expect(clock.sleeps.filter((ms) => ms === 1_000).length).toBeGreaterThanOrEqual(150);
  });

  test("at a terminal of no width is that of a pipeline: there is no place to count in", async () => {
    const [shown, clock] = await watch(new Screen(0), true);
    expect(stripVTControlCharacters(shown)).toContain("\n+1 min  still Accepted");
    expect(clock.sleeps).not.toContain(1_000);
  });
});
