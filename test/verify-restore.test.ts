import { describe, expect, test } from "vitest";
import type { DrillEvent } from "../shared/drill-event.ts";
import { type DrillRequest, parseDrillRequest, type RawInputs } from "../shared/drill-request.ts";
import { type PartitionId, parsePartitionId } from "../shared/restore/partition-id.ts";
import { type DrillResult, verifyRestore } from "../shared/verify-restore.ts";
import {
  ACCEPTED,
  afterStart,
  FAILURE,
  HOUR,
  MINUTE,
  START,
  success,
  sure,
  UNDATED_SUCCESS,
} from "./restore/scenes.ts";
import { answer, gatewayOf, jumpingClock, type Line, type LookTaken } from "./restore/scripted-world.ts";

const id = (digit: string): PartitionId => sure(parsePartitionId(`${digit.repeat(8)}-7fd6-42e9-b1ba-000000000001`));
const A = id("a");
const B = id("b");
const C = id("c");

function requested(raw: RawInputs): DrillRequest {
  const parsed = parseDrillRequest({ "cluster-endpoint": "http://localhost:19080", ...raw });
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join());
  return parsed.request;
}

async function drill(
  scripts: Readonly<Record<string, readonly Line[]>>,
  raw: RawInputs = {},
): Promise<{ result: DrillResult; events: readonly DrillEvent[]; looks: readonly LookTaken[] }> {
  const clock = jumpingClock();
  const gateway = gatewayOf(clock, (partitionId) => sure(scripts[partitionId]));
  const events: DrillEvent[] = [];
  const request = requested({ "partition-id": Object.keys(scripts).join(), ...raw });
  const world = { gateway, clock, signal: new AbortController().signal };
  const seed = { autoNotBefore: { at: START, source: "step" }, dice: 7 };
  const result = await verifyRestore(request, world, seed, (event) => void events.push(event));
  return { result, events, looks: gateway.looks };
}

const PASSES = [answer(ACCEPTED), answer(UNDATED_SUCCESS)];
const FAILS = [answer(ACCEPTED), answer(FAILURE)];
const NOTHING = [answer(null)];

describe("the verdict of a run", () => {
  test("over one partition is that partition's", async () => {
    const { result } = await drill({ [A]: PASSES });
    expect(result.partitions).toHaveLength(1);
    expect(result.verdict).toEqual(result.partitions[0]?.verdict);
    expect(result.verdict).toMatchObject({ verdict: "passed", identifiedBy: "in-flight" });
  });

  test.each<readonly [string, Readonly<Record<string, readonly Line[]>>, string, readonly string[]]>([
    ["one that failed among passes", { [A]: PASSES, [B]: FAILS, [C]: PASSES }, "restore-failed", [B, A, C]],
    ["one with no restore among passes", { [A]: PASSES, [B]: PASSES, [C]: NOTHING }, "no-restore", [C, A, B]],
    ["a failure outweighs the inconclusive", { [A]: NOTHING, [B]: PASSES, [C]: FAILS }, "restore-failed", [C, A, B]],
    ["all passed", { [C]: PASSES, [A]: PASSES, [B]: PASSES }, "restored", [C, A, B]],
  ])("is the worst partition's: %s", async (_, scripts, reason, order) => {
    const { result } = await drill(scripts);
    expect(result.verdict.reason).toBe(reason);
    expect(result.verdict.message.startsWith(`${order[0]}: `)).toBe(true);
    expect(result.partitions.map(({ partitionId }) => partitionId)).toEqual(order);
  });

  test("is one broken partition's internal error rather than a pass", async () => {
    const { result } = await drill({ [A]: PASSES, [B]: [new TypeError("broken")] });
    expect(result.verdict).toMatchObject({ verdict: "inconclusive", reason: "internal-error" });
    expect(result.partitions[1]?.verdict.verdict).toBe("passed");
  });
});

describe("the course of a run", () => {
  test("partitions are watched side by side, each to its own end", async () => {
    const { result, events } = await drill({ [A]: FAILS, [B]: NOTHING });
    const ends = events.filter((event) => event.type === "concluded");
    expect(ends.map(({ partitionId }) => partitionId)).toEqual([A, B]);
    expect(result.startedAt).toBe(START);
    expect(result.endedAt).toBe(afterStart(5 * MINUTE));
    expect(result.partitions.find(({ partitionId }) => partitionId === A)?.endedAt).toBeLessThan(afterStart(MINUTE));
    for (const partitionId of [A, B]) {
      expect(events.filter((event) => "partitionId" in event && event.partitionId === partitionId).at(0)?.type).toBe(
        "watching",
      );
    }
  });

  test("partitions that wait alike are not asked in step", async () => {
    const script = [answer(ACCEPTED)];
    const { looks } = await drill({ [A]: script, [B]: script });
    const times = (partitionId: PartitionId): readonly number[] =>
      looks.filter((look) => look.partitionId === partitionId).map(({ at }) => at);
    expect(times(A)).not.toEqual(times(B));
    expect(times(A).at(-1)).toBe(times(B).at(-1));
  });

  test("the durations of the request are kept to the millisecond", async () => {
    const raw = { "timeout-minutes": "0.05", "poll-interval-seconds": "0.7" };
    const { looks, result } = await drill({ [A]: [answer(ACCEPTED)] }, raw);
    expect(looks.map(({ at }) => at - START)).toEqual([0, 700, 1_400, 2_100, 2_800, 3_000]);
    expect(result.verdict.reason).toBe("deadline-exceeded");
  });

  test("a start timeout of nothing takes one look", async () => {
    const { looks, result } = await drill({ [A]: NOTHING }, { "start-timeout-minutes": "0" });
    expect(looks).toHaveLength(1);
    expect(result.verdict.reason).toBe("no-restore");
  });
});

describe("not-before", () => {
  const old = [answer(success(afterStart(-HOUR)))];

  test("auto is what the seed stands for", async () => {
    const { result } = await drill({ [A]: old });
    expect(result.notBefore).toEqual({ at: START, source: "step" });
    expect(result.verdict.reason).toBe("stale");
  });

  test("any takes what is on record, and the source says that the check was off", async () => {
    const { result } = await drill({ [A]: old }, { "not-before": "any" });
    expect(result.notBefore).toEqual({ at: "any", source: "switched off" });
    expect(result.verdict).toMatchObject({ verdict: "passed", identifiedBy: "any" });
  });

  test("an instant of the request outranks the seed", async () => {
    const { result } = await drill({ [A]: old }, { "not-before": "2026-02-03T09:00:00Z" });
    expect(result.notBefore).toEqual({ at: afterStart(-HOUR), source: "input" });
    expect(result.verdict).toMatchObject({ verdict: "passed", identifiedBy: "timestamp" });
  });
});
