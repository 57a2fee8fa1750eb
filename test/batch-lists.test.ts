import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type BatchList, type ListedBatch, listsDue, listsOf, readLists } from "../shared/batch-lists.ts";
import { FUNCTION_CADENCE } from "../shared/restore/cadence.ts";
import { type Instant, later } from "../shared/restore/instant.ts";
import type { PartitionId } from "../shared/restore/partition-id.ts";
import type { WatchPlan } from "../shared/restore/watch.ts";
import { beginMember, nextTurn, takeTurn, type Turn } from "../shared/watch-batch.ts";
import { type Crowd, type CrowdedGateway, crowdedGateway, idOf, outage } from "./fleet/crowd.ts";
import { HOUR, MINUTE, planned, SECOND, START, sure } from "./restore/scenes.ts";
import { FakeClock } from "./simulator/clock.ts";

/* A host that lives for minutes reads the lists of services as a process does: to know whom to look at, and for nothing else. */

const SERVICE = "fabric:/DemoApp/Svc0";
const forever = new AbortController().signal;

interface Outcome {
  readonly reasons: readonly string[];
  readonly gateway: CrowdedGateway;
  readonly endedAt: Instant;
  readonly turns: number;
}

/** A batch from its beginning to the end of its last watch, with its lists or without. */
async function watchBatch(crowd: Crowd, withLists: boolean): Promise<Outcome> {
  const clock = new FakeClock(START);
  const ids = crowd.endsAfterMs.map((_, nth) => idOf(nth));
  const ends = new Map(ids.map((id, nth) => [id, sure(crowd.endsAfterMs[nth])]));
  const gateway = crowdedGateway({ services: 1, ...crowd }, clock, ends);
  const plan: WatchPlan = { ...planned({ cadence: FUNCTION_CADENCE, ...crowd.plan }), corroborate: false };
  const lists: readonly BatchList[] = withLists ? [{ service: SERVICE, dueAt: START, failures: 0 }] : [];
  const member = (id: PartitionId) =>
    beginMember({ ...plan, partitionId: id }, START, 7, withLists ? SERVICE : undefined);
  let batch: ListedBatch = { members: ids.map(member), lists };
  const world = { gateway, clock, signal: forever };
  for (let turns = 1; ; turns++) {
    const turn: Turn = {
      requestTimeoutMs: 20_000,
      until: later(clock.now(), 40 * SECOND),
      inFlight: 8,
      pace: () => Promise.resolve(true),
    };
    const read = await readLists(batch, world, turn);
    batch = { members: await takeTurn(read.members, world, turn, () => undefined), lists: read.lists };
    // Between two turns it is text in a store: nothing of it may get lost there.
    expect(JSON.parse(JSON.stringify(batch))).toStrictEqual(batch);
    const next = nextTurn(batch.members, clock.now(), 5 * SECOND, batch.lists);
    if (next === undefined) {
      const reasons = batch.members.map((one) => (one.state === "concluded" ? one.verdict.reason : "open"));
      return { reasons, gateway, endedAt: clock.now(), turns };
    }
    await clock.sleep(next - clock.now(), forever);
  }
}

const anyEnd = fc.oneof(
  fc.integer({ min: 1, max: 40 * MINUTE }),
  fc.integer({ min: -40 * MINUTE, max: -1 }),
  fc.constant(Infinity),
  fc.constant(Number.NaN),
);

describe("a batch whose lists are read", () => {
  test("comes to the verdicts of one whose lists are not, whatever its lists show", async () => {
    const anyLists = fc.constantFrom<Crowd["lists"]>(undefined, "denied", "silent", "absent", "ready", "quiet");
    await fc.assert(
      fc.asyncProperty(fc.array(anyEnd, { minLength: 2, maxLength: 12 }), anyLists, async (endsAfterMs, lists) => {
        // What ends in the last seconds may be seen in time by one and not by the other.
        fc.pre(endsAfterMs.every((ms) => Math.abs(Math.abs(ms) - 35 * MINUTE) > 20 * SECOND));
        const crowd: Crowd = { endsAfterMs, ...(lists === undefined ? {} : { lists }) };
        const [plain, listed] = [await watchBatch(crowd, false), await watchBatch(crowd, true)];
        expect(listed.reasons).toEqual(plain.reasons);
      }),
      { numRuns: 60 },
    );
  });

  const hundred = Array.from({ length: 100 }, (_, nth) => 10 * MINUTE + nth * 10 * SECOND);

  test("asks for a fraction of what single looks ask for, in as many turns, and is no later", async () => {
    const [plain, listed] = [
      await watchBatch({ endsAfterMs: hundred }, false),
      await watchBatch({ endsAfterMs: hundred }, true),
    ];
    expect(listed.reasons.every((reason) => reason === "restored")).toBe(true);
    expect(listed.gateway.requests.length * 5).toBeLessThan(plain.gateway.requests.length);
    expect(listed.turns).toBeLessThanOrEqual(plain.turns * 2);
    expect(listed.endedAt - plain.endedAt).toBeLessThanOrEqual(MINUTE);
  });

  test("looks at everybody each five minutes, however quiet the list", async () => {
    const { gateway } = await watchBatch({ endsAfterMs: [30 * MINUTE, 31 * MINUTE], lists: "silent" }, true);
    for (const looks of gateway.looks.values()) {
      const gaps = looks.slice(1).map((at, nth) => at - sure(looks[nth]));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(6 * MINUTE);
    }
  });

  test("that are denied are not asked for again; after an outage they are", async () => {
    const denied = await watchBatch({ endsAfterMs: hundred, lists: "denied" }, true);
    expect(denied.gateway.lists()).toBe(1);
    const back = await watchBatch({ endsAfterMs: hundred, trouble: outage(2 * MINUTE, 4 * MINUTE) }, true);
    expect(back.reasons.every((reason) => reason === "restored")).toBe(true);
    expect(back.gateway.lists()).toBeGreaterThan(10);
  });

  test("a hint that the budget leaves for another turn is not forgotten", async () => {
    const clock = new FakeClock(START);
    const ends = new Map([idOf(0), idOf(1)].map((id) => [id, MINUTE]));
    const gateway = crowdedGateway({ services: 1 }, clock, ends);
    const world = { gateway, clock, signal: forever };
    const turn = (granted: number): Turn => {
      let left = granted;
      const pace = (): Promise<boolean> => Promise.resolve(left-- > 0);
      return { requestTimeoutMs: 20_000, until: later(clock.now(), 40_000), inFlight: 1, pace };
    };
    const plan = planned({ cadence: FUNCTION_CADENCE });
    const members = [...ends.keys()].map((id) => beginMember({ ...plan, partitionId: id }, START, 7, SERVICE));
    let batch: ListedBatch = { members, lists: [{ service: SERVICE, dueAt: START, failures: 0 }] };
    const take = async (granted: number): Promise<void> => {
      const paced = turn(granted);
      const read = await readLists(batch, world, paced);
      batch = { members: await takeTurn(read.members, world, paced, () => undefined), lists: read.lists };
    };
    await take(Infinity);
    await clock.sleep(2 * MINUTE, forever);
    await take(1);
    expect(batch.members).toMatchObject([{ hinted: true }, { hinted: true }]);
    await clock.sleep(MINUTE, forever);
    expect(listsDue(batch.lists, clock.now())).toBe(1);
    await take(1);
    expect(batch.members).toMatchObject([{ hinted: true }, { hinted: true }]);
    await take(Infinity);
    expect(batch.members.map(({ state }) => state)).toEqual(["concluded", "concluded"]);
  });
});

describe("which lists are read", () => {
  const ids = Array.from({ length: 40 }, (_, nth) => idOf(nth));
  const inService = (name: (nth: number) => string): Readonly<Record<PartitionId, string>> =>
    Object.fromEntries(ids.map((id, nth) => [id, name(nth)]));
  const names = (batch: readonly PartitionId[], serviceOf: Readonly<Record<PartitionId, string>>): readonly string[] =>
    listsOf(batch, ids, serviceOf, START).map(({ service }) => service);

  test("those with two partitions or more in the batch", () => {
    expect(
      names(
        ids,
        inService((nth) => (nth < 39 ? "fabric:/A/S" : "fabric:/A/Lone")),
      ),
    ).toEqual(["fabric:/A/S"]);
  });

  test("not those of which other batches watch more than half", () => {
    const all = inService(() => "fabric:/A/S");
    expect([names(ids.slice(0, 20), all), names(ids.slice(0, 19), all)]).toEqual([["fabric:/A/S"], []]);
  });

  test("none where few are watched, or where they were named themselves", () => {
    const few = ids.slice(0, 19);
    expect(
      listsOf(
        few,
        few,
        inService(() => "fabric:/A/S"),
        START,
      ),
    ).toEqual([]);
    expect(names(ids, {})).toEqual([]);
  });
});

test("a list that nobody waits for any more is not read", async () => {
  const clock = new FakeClock(START);
  const gateway = crowdedGateway({ services: 1 }, clock, new Map([[idOf(0), HOUR]]));
  const world = { gateway, clock, signal: forever };
  const turn: Turn = { requestTimeoutMs: 1, until: later(START, 1), inFlight: 1, pace: () => Promise.resolve(true) };
  const lists = [{ service: SERVICE, dueAt: START, failures: 0 }];
  expect(await readLists({ members: [], lists }, world, turn)).toEqual({ members: [], lists: [] });
  expect(gateway.requests).toEqual([]);
});
