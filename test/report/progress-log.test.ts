import { describe, expect, test } from "vitest";
import type { DrillEvent, FleetProgress } from "../../shared/drill-event.ts";
import { FEW, MOST_LINES, MOST_LINES_OF_MANY, ProgressLog } from "../../shared/report/progress-log.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import { verdict } from "../../shared/restore/verdict.ts";
import { beginWatch } from "../../shared/restore/watch.ts";
import { afterStart, MINUTE, planned, SECOND, START, sure } from "../restore/scenes.ts";

const id = (index: number): PartitionId =>
  sure(parsePartitionId(`00000000-0000-4000-8000-${String(index).padStart(12, "0")}`));

type Happens = (on: { readonly partitionId: PartitionId; readonly at: Instant }) => DrillEvent;

/** What is told of a story: `[partition, second, what happened]`, and `tick` at a second. */
function told(count: number, ...story: readonly (readonly [number, number, Happens | "tick"])[]): readonly string[] {
  const lines: string[] = [];
  const log = new ProgressLog({ startedAt: START, deadline: afterStart(35 * MINUTE) }, (text, tone) =>
    lines.push(tone === "plain" ? text : `${tone}: ${text}`),
  );
  for (let index = 0; index < count; index++) log.record({ type: "watching", partitionId: id(index), at: START });
  let at = START;
  for (const [partition, second, what] of story) {
    at = afterStart(second * SECOND);
    if (what === "tick") log.tick(at);
    else log.record(what({ partitionId: id(partition), at }));
  }
  log.close(at);
  return lines;
}

const to =
  (state: string | null): Happens =>
  (on) => ({ type: "state", from: undefined, to: state, ...on });
const looked =
  (looks: number, faults = 0): Happens =>
  (on) => ({ type: "looked", watch: { ...beginWatch(planned(), START, 1), looks, faults }, ...on });
const ends =
  (reason: "restored" | "restore-failed"): Happens =>
  (on) => ({
    type: "concluded",
    verdict: verdict(reason, "So it is."),
    watch: beginWatch(planned(), START, 1),
    ...on,
  });
const fault: Happens = (on) => ({
  type: "fault",
  problem: { code: "unreachable", message: "no route" },
  inARow: 1,
  ...on,
});
const recovered: Happens = (on) => ({ type: "recovered", ...on });
const stuck: Happens = (on) => ({
  type: "stuck",
  state: "Accepted",
  forMs: 88_000,
  cause: "usually a few seconds",
  ...on,
});

describe("the log of one partition", () => {
  test("is a line per change, none per look, and a heartbeat with what is left", () => {
    const lines = told(
      1,
      [0, 0, to(null)],
      [0, 0, looked(1)],
      [0, 2, to("Accepted")],
      [0, 2, looked(2)],
      [0, 4, looked(3)],
      [0, 60, "tick"],
      [0, 61, fault],
      [0, 61, looked(20, 1)],
      [0, 65, fault],
      [0, 70, recovered],
      [0, 90, stuck],
      [0, 120, "tick"],
      [0, 130, ends("restored")],
    );
    expect(lines).toEqual([
      "+0 s  no restore on record",
      "+2 s  Accepted",
      "quiet: +1 min  still Accepted, for 58 s; 34 min left, 3 looks, 0 faults",
      "doubt: +1 min 1 s  no answer (unreachable): no route; looking on",
      "+1 min 10 s  the cluster answers again",
      "doubt: +1 min 30 s  Accepted for 1 min 28 s: usually a few seconds",
      "quiet: +2 min  still Accepted, for 1 min 58 s; 33 min left, 20 looks, 1 fault",
      "good: +2 min 10 s  passed: restored",
    ]);
  });

  test("is not silent while nothing answers", () => {
    expect(told(1, [0, 60, "tick"])).toEqual(["quiet: +1 min  no answer yet; 34 min left, 0 looks, 0 faults"]);
    expect(told(0, [0, 60, "tick"])).toEqual(["quiet: +1 min  still asking for the partitions; 34 min left"]);
  });

  test("never tells of less than no time left", () => {
    expect(told(1, [0, 36 * 60, "tick"])).toEqual(["quiet: +36 min  no answer yet; 0 s left, 0 looks, 0 faults"]);
  });
});

describe("the log of several partitions", () => {
  test("names each, and counts them in the heartbeat", () => {
    const lines = told(
      4,
      [0, 1, to("Accepted")],
      [1, 1, to("Accepted")],
      [2, 1, to("RestoreInProgress")],
      [2, 5, ends("restored")],
      [3, 6, ends("restore-failed")],
      [0, 60, "tick"],
    );
    expect(lines[0]).toBe(`+1 s  ${id(0)}  Accepted`);
    expect(lines).toContain(`bad: +6 s  ${id(3)}  failed: restore-failed`);
    expect(lines.at(-1)).toBe(
      "quiet: +1 min  2 of 4 ended (1 passed, 1 failed); 2 Accepted; 34 min left, 0 looks, 0 faults",
    );
  });

  test("a fault of the whole cluster is one line, and so is its end", () => {
    const all = [0, 1, 2, 3];
    const lines = told(
      4,
      ...all.map((one) => [one, 10, fault] as const),
      ...all.map((one) => [one, 20, recovered] as const),
    );
    expect(lines).toEqual([
      `doubt: +10 s  ${id(0)}  no answer (unreachable): no route; looking on`,
      `+20 s  ${id(3)}  the cluster answers again`,
    ]);
  });

  test("many are counted, and only what goes wrong is told one by one", () => {
    const many = Array.from({ length: FEW + 1 }, (_, index) => index);
    const lines = told(
      many.length,
      ...many.map((one) => [one, 1, to("Accepted")] as const),
      [3, 2, ends("restore-failed")],
      [4, 3, ends("restored")],
      [0, 60, "tick"],
    );
    expect(lines).toEqual([
      `bad: +2 s  ${id(3)}  failed: restore-failed`,
      "quiet: +1 min  2 of 21 ended (1 failed, 1 passed); 19 Accepted; 34 min left, 0 looks, 0 faults",
    ]);
  });

  test("ten thousand failures at once are a few names and a number", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => index);
    const lines = told(many.length, ...many.map((one) => [one, 1, ends("restore-failed")] as const), [0, 60, "tick"]);
    expect(lines).toHaveLength(FEW + 2);
    expect(lines[FEW - 1]).toBe(`bad: +1 s  ${id(FEW - 1)}  failed: restore-failed`);
    expect(lines[FEW]).toBe("quiet: +1 s  from here on those that do not pass are counted");
    expect(lines.at(-1)).toContain("10000 of 10000 ended (10000 failed)");
  });

  test("nor are they named again in the next minutes", () => {
    const many = Array.from({ length: 100 }, (_, index) => index);
    const lines = told(
      many.length,
      ...many.flatMap((one) => [[one, one * 60, ends("restore-failed")] as const, [0, one * 60 + 1, "tick"] as const]),
    );
    expect(lines.filter((line) => line.startsWith("bad:"))).toHaveLength(FEW);
    expect(lines).toHaveLength(FEW + 1 + 100);
  });

  test("a gateway that comes and goes is a handful of lines a minute, and a number", () => {
    const many = Array.from({ length: FEW + 1 }, (_, index) => index);
    const flicker = many.flatMap((one) => [[one, 1, fault] as const, [one, 2, recovered] as const]);
    expect(told(many.length, ...flicker, [0, 60, "tick"])).toHaveLength(MOST_LINES_OF_MANY + 1);
    expect(told(many.length, ...flicker, [0, 60, "tick"]).at(-1)).toContain("; 38 more changes");
    expect(told(many.length, ...flicker).at(-1)).toBe("quiet: +2 s  and 38 more changes, all in the record");
    // Of a few each is told, up to a page of them.
    const [one, two] = [[0, 1, fault] as const, [0, 2, recovered] as const];
    const often = Array.from({ length: 20 }, () => [one, two]).flat();
    expect(told(2, ...often, [0, 60, "tick"])).toHaveLength(MOST_LINES + 1);
  });

  test("states that a cluster makes up do not fill the heartbeat", () => {
    const many = Array.from({ length: 50 }, (_, index) => index);
    const lines = told(many.length, ...many.map((one) => [one, 1, to(`State${one}`)] as const), [0, 60, "tick"]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("and 44 other states");
  });
});

describe("how a fleet goes", () => {
  const standing =
    (different: Partial<FleetProgress> = {}): Happens =>
    ({ at }) => ({
      type: "progress",
      at,
      states: [],
      watched: 30,
      concluded: { passed: 0, failed: 0, inconclusive: 0 },
      rate: 20,
      setRate: 20,
      blind: false,
      oldestLookMs: 250_000,
      ...different,
    });
  const beat = (count: number, different?: Partial<FleetProgress>, at = 600): string =>
    told(count, [0, 590, standing(different)], [0, at, "tick"])[0] ?? "";

  test.each<readonly [string, Partial<FleetProgress>, string]>([
    ["nothing has ended yet", {}, "; up to 20 requests/s; oldest look 4 min 10 s ago"],
    [
      "some have",
      { estimatedEnd: afterStart(1_190 * SECOND) },
      "; oldest look 4 min 10 s ago; at this pace all will have ended in 10 min",
    ],
    [
      "too few have",
      { estimatedEnd: afterStart(35 * MINUTE) },
      "; at this pace not all will have ended by the deadline",
    ],
    ["throttled", { rate: 12.04 }, "; slowed down to 12 of 20 requests/s; oldest look"],
    ["out of reach", { blind: true, rate: 1 }, "; not reachable, one request at a time tries; oldest look"],
  ])("%s", (_, different, says) => {
    const line = beat(FEW + 1, different);
    expect(line).toContain("quiet: +10 min  0 of 21 ended; 21 not yet seen; 25 min left, 0 looks, 0 faults; ");
    expect(line).toContain(says);
    expect(line.length).toBeLessThan(300);
  });

  test("of a few partitions only what is out of the ordinary is told", () => {
    expect(beat(3)).toMatch(/0 looks, 0 faults$/);
    expect(beat(3, { blind: true })).toMatch(/0 faults; not reachable, one request at a time tries$/);
    expect(beat(3, { rate: 5 })).toMatch(/0 faults; slowed down to 5 of 20 requests\/s$/);
  });

  test("what was said long ago is no news, and what was watched to its end needs none", () => {
    expect(beat(FEW + 1, {}, 711)).toMatch(/0 faults$/);
    expect(beat(FEW + 1, { watched: 0 })).toMatch(/0 faults$/);
  });
});
