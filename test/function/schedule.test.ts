import { afterAll, beforeAll, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { type Dice, draw } from "../../shared/restore/dice.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import type { FunctionsHost } from "../functions-host/host.ts";
import { finish, pass } from "../functions-host/time.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { story } from "../simulator/stories.ts";
import { accepted, inTurn, nothing, restoring, succeeded } from "../simulator/timeline.ts";
import { evidenceIn } from "./evidence.ts";
import { hooked } from "./hooked.ts";
import { MORNING, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const PARTITION = story("clean").partitionId;
const CLUSTERS = ["north", "south", "west"] as const;
const configuration = {
  clusters: Object.fromEntries(CLUSTERS.map((name) => [name, { endpoints: [`https://${name}.example.com:19080`] }])),
  plans: Object.fromEntries(
    CLUSTERS.map((cluster) => [
      `${cluster}-hourly`,
      { cluster, partitionIds: [PARTITION], notBefore: "PT30M", deadlineMinutes: 50 },
    ]),
  ),
};

const clusterOn = (clock: FakeClock): SimulatedCluster =>
  new SimulatedCluster({
    clock,
    partitions: [
      {
        id: PARTITION,
        timeline: inTurn([nothing]),
        onRestore: inTurn([accepted(), 20_000], [restoring(), 40_000], [succeeded()]),
      },
    ],
  });

/** As the host: a timer that throws is called again, three times. */
async function fired(host: FunctionsHost, last: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await host.fire("scheduledVerification", last);
      return;
    } catch (error) {
      if (attempt > 3) throw error;
    }
  }
}

const iso = (at: number): string => new Date(at).toISOString();

test("a timer that fires twice in a slot starts one verification per plan, the next slot another", async () => {
  const { host, clock, store } = await stage(azurite.connectionString, {
    configuration,
    gateway: (_name, time) => simulatedGateway(clusterOn(time)),
  });
  await using _ = host;
  await fired(host, iso(MORNING - HOUR));
  clock.advanceBy(30_000);
  await fired(host, iso(MORNING - HOUR));
  expect(host.told("verification.scheduled").map(({ started }) => started)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  clock.advanceBy(HOUR);
  await fired(host, iso(MORNING));
  await finish(host.hub, clock);
  const { verifications } = await store.lists.page({ top: 20 });
  expect(verifications.map(({ plan, conclusion }) => [plan, conclusion?.reason])).toHaveLength(6);
  const [first] = verifications;
  // It looks back from its slot.
  expect(first?.notBefore).toBe((first?.startedAt ?? 0) - 30 * 60_000);
});

test("without a record of the last slot the minute is the slot", async () => {
  const { host, clock } = await stage(azurite.connectionString, {
    configuration,
    gateway: (_name, time) => simulatedGateway(clusterOn(time)),
  });
  await using _ = host;
  await host.fire("scheduledVerification");
  await host.fire("scheduledVerification", "0001-01-01T00:00:00+00:00");
  clock.advanceBy(60_000);
  await host.fire("scheduledVerification", "0001-01-01T00:00:00+00:00");
  expect(host.told("verification.started")).toHaveLength(6);
  await finish(host.hub, clock);
});

test("a day of schedules over three clusters, with random deaths and troubles, loses nothing and doubles nothing", async () => {
  let dice: Dice = 20_260_203;
  const happens = (chance: number): boolean => {
    const drawn = draw(dice);
    dice = drawn.dice;
    return drawn.value < chance;
  };
  let calm = false;
  const clock = new FakeClock(MORNING);
  const clusters = new Map(CLUSTERS.map((name) => [name as string, clusterOn(clock)]));
  const { host, store } = await stage(azurite.connectionString, {
    configuration,
    clock,
    gateway: (name) => simulatedGateway(clusters.get(name) ?? clusterOn(clock)),
    kill: () => (calm || !happens(0.06) ? undefined : happens(0.5) ? "before" : "after"),
    trouble: () => (!calm && happens(0.04) ? 503 : undefined),
    store: (inner) =>
      hooked(inner, {
        before: () => (!calm && happens(0.02) ? Promise.reject(new Error("the account is busy")) : Promise.resolve()),
        after: () => (!calm && happens(0.01) ? Promise.reject(new Error("the answer is lost")) : Promise.resolve()),
      }),
  });
  await using _ = host;
  const housekept = async (): Promise<void> => {
    // As the platform: a timer that throws is said to have failed, and comes again in an hour.
    await host.fire("housekeeping").catch(() => undefined);
  };
  for (let hour = 0; hour < 24; hour++) {
    const slot = later(MORNING, hour * HOUR);
    await pass(host.hub, clock, slot);
    for (const cluster of clusters.values()) cluster.restore(PARTITION);
    await fired(host, iso(slot - HOUR));
    if (happens(0.3)) await fired(host, iso(slot - HOUR));
    await pass(host.hub, clock, later(slot, HOUR / 2));
    await housekept();
  }
  calm = true;
  for (let hour = 0; hour < 3; hour++) {
    await pass(host.hub, clock, later(clock.now(), HOUR));
    await housekept();
  }
  await finish(host.hub, clock);

  const { verifications } = await store.lists.page({ top: 1_000 });
  const perPlan = CLUSTERS.map((name) => verifications.filter(({ cluster }) => cluster === name).length);
  expect(perPlan).toEqual([24, 24, 24]);
  const reasons = new Set(verifications.map(({ conclusion }) => conclusion?.reason));
  expect(reasons).toEqual(new Set(["restored"]));
  const records = await store.records.list("");
  expect(records.toSorted()).toEqual(verifications.map(({ id }) => `${id}.json`).toSorted());
  const { ends, ...evidence } = await evidenceIn(store);
  expect(evidence).toEqual({ state: "whole", findings: [], records: 72, series: 1, follows: null });
  expect(ends.map(({ sha256 }) => sha256)).toEqual([(await store.series.head())?.end?.sha256]);
  expect(await store.work.open()).toEqual([]);
  expect(await store.state.list("")).toEqual([]);
  expect(new Set(host.told("verification.ended").map(({ id }) => id)).size).toBe(72);
  expect(host.told("verification.heartbeat").length).toBeGreaterThan(20);
}, 240_000);
