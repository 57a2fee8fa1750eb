import { afterAll, beforeAll, expect, test } from "vitest";
import { GatewayError } from "../../shared/cluster-gateway.ts";
import { later } from "../../shared/restore/instant.ts";
import { parsePartitionId, type PartitionId } from "../../shared/restore/partition-id.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { finish, pass } from "../functions-host/time.ts";
import { sure } from "../restore/scenes.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import type { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { accepted, ended, inTurn, restoring, succeeded } from "../simulator/timeline.ts";
import { get, MORNING, post, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const ids = (count: number): readonly PartitionId[] =>
  Array.from({ length: count }, (_, at) =>
    sure(parsePartitionId(`00000000-0000-4000-9000-${String(at).padStart(12, "0")}`)),
  );
const SERVICE = "fabric:/DemoApp/DemoSvc";
const well = inTurn([accepted(), 20_000], [restoring(), 60_000], [succeeded()]);
const badly = inTurn([accepted(), 20_000], [restoring(), 60_000], [ended("Failure")]);

const clusterOf = (clock: FakeClock, count: number, bad: readonly number[] = []): SimulatedCluster =>
  new SimulatedCluster({
    clock,
    partitions: ids(count).map((id, at) => ({ id, service: SERVICE, timeline: bad.includes(at) ? badly : well })),
  });

test("250 partitions of a service are three instances, one verdict and one record", async () => {
  const { host, clock, store } = await stage(azurite.connectionString, {
    configuration: { clusters: { demo: { endpoints: ["https://demo.example.com"], maxRequestsPerSecond: 200 } } },
    gateway: (_name, time) => simulatedGateway(clusterOf(time, 250, [7, 249])),
  });
  await using _ = host;
  const { json, headers } = await post(host, { cluster: "demo", serviceNames: [SERVICE], deadlineMinutes: 60 });
  const id = String(json["id"]);
  await finish(host.hub, clock);

  expect([...host.hub.instances.keys()].toSorted()).toEqual([id, `${id}:1`, `${id}:2`]);
  const { json: status } = await get(host, headers["location"] ?? "");
  expect(status).toMatchObject({
    verdict: "failed",
    reason: "restore-failed",
    partitionCount: 250,
    counts: { passed: 248, failed: 2, inconclusive: 0 },
  });
  expect(status["partitions"]).toHaveLength(100);
  expect(JSON.stringify(status["partitions"]).split(`"serviceName":"${SERVICE}"`)).toHaveLength(101);
  const { json: record } = await get(host, `${headers["location"]}/record`);
  expect(record["partitions"]).toHaveLength(250);
  expect(host.told("verification.ended")).toHaveLength(1);
  // What was seen look by look is in a record of each batch.
  expect((await store.records.list(id)).toSorted()).toEqual([
    `${id}.json`,
    `${id}/batch-0.json`,
    `${id}/batch-1.json`,
    `${id}/batch-2.json`,
  ]);
  const { verifications } = await store.lists.page({ partitionId: sure(ids(250).at(-1)), top: 5 });
  expect(verifications.map((one) => one.id)).toEqual([id]);
}, 60_000);

test("the requests of all batches keep within the cluster's budget", async () => {
  const times: number[] = [];
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => {
      const inner = simulatedGateway(clusterOf(time, 300));
      return new Proxy(inner, {
        get(target, key) {
          times.push(time.now());
          const call: unknown = Reflect.get(target, key);
          return call;
        },
      });
    },
  });
  await using _ = host;
  const { headers } = await post(host, { cluster: "demo", partitionIds: ids(300), deadlineMinutes: 60 });
  await finish(host.hub, clock);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ verdict: "passed" });
  // 20 a second, and a second's worth at once: over any ten seconds.
  const sorted = times.toSorted((a, b) => a - b);
  const most = Math.max(...sorted.map((at, first) => sorted.slice(first).findIndex((other) => other > at + 10_000)));
  expect(most).toBeLessThanOrEqual(10 * 20 + 2 * 20);
  expect(host.told("verification.waited").length).toBeGreaterThan(0);
}, 60_000);

test("of a hundred partitions of a service its list tells whom to look at", async () => {
  const asked = { lists: 0, looks: 0 };
  const slow = inTurn([accepted(), 60_000], [restoring(), 14 * 60_000], [succeeded()]);
  const spells = [{ since: "start", untilMs: 15 * 60_000, status: "Reconfiguring" }] as const;
  const partitions = ids(100).map((id) => ({ id, service: SERVICE, timeline: slow, spells }));
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => {
      const inner = simulatedGateway(new SimulatedCluster({ clock: time, partitions }));
      return {
        ...inner,
        restoreProgress: (id, look) => ((asked.looks += 1), inner.restoreProgress(id, look)),
        partitions: (name, look) => ((asked.lists += 1), inner.partitions(name, look)),
      };
    },
  });
  await using _ = host;
  const { headers } = await post(host, { cluster: "demo", serviceNames: [SERVICE], deadlineMinutes: 60 });
  await finish(host.hub, clock);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({
    verdict: "passed",
    counts: { passed: 100 },
  });
  // At the start, each five minutes, and once it has ended (the confirming looks); single looks would be more than sixty each.
  expect(asked.looks).toBeLessThanOrEqual(100 * 8);
  expect(asked.lists).toBeGreaterThan(20);
}, 60_000);

test("partitions that appear while others are watched are watched too", async () => {
  const clusters = { young: 2, old: 3 };
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => {
      const cluster = clusterOf(time, clusters.old, [2]);
      const inner = simulatedGateway(cluster);
      const young = (): boolean => time.now() < MORNING + 30_000;
      return {
        ...inner,
        partitions: async (service, look) =>
          (await inner.partitions(service, look)).slice(0, young() ? clusters.young : clusters.old),
      };
    },
  });
  await using _ = host;
  const { headers, json } = await post(host, { cluster: "demo", serviceNames: [SERVICE] });
  await finish(host.hub, clock);
  const { json: status } = await get(host, headers["location"] ?? "");
  expect(status).toMatchObject({ verdict: "failed", counts: { passed: 2, failed: 1, inconclusive: 0 } });
  expect(status["warnings"]).toEqual([expect.stringContaining("Appeared while watching")]);
  expect([...host.hub.instances.keys()]).toEqual([json["id"], `${String(json["id"])}:1`]);
});

test("targets that come to nothing, or cannot be listed, are a verdict too", async () => {
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => simulatedGateway(clusterOf(time, 1)),
  });
  await using _ = host;
  const { headers } = await post(host, { cluster: "demo", applicationNames: ["fabric:/Nowhere"] });
  await finish(host.hub, clock);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({
    verdict: "inconclusive",
    reason: "partition-not-found",
    partitions: [],
  });

  const { host: other, clock: time } = await stage(azurite.connectionString, {
    gateway: (_name, late) => ({
      ...simulatedGateway(clusterOf(late, 1)),
      services: () => Promise.reject(new GatewayError("unreachable", "no route")),
    }),
  });
  await using _other = other;
  const second = await post(other, { cluster: "demo", applicationNames: ["fabric:/DemoApp"] });
  await finish(other.hub, time);
  expect((await get(other, second.headers["location"] ?? "")).json).toMatchObject({ reason: "unreachable" });
});

test("a verification of many batches that is called off ends all its instances", async () => {
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => simulatedGateway(clusterOf(time, 150)),
  });
  await using _ = host;
  const { headers, json } = await post(host, { cluster: "demo", partitionIds: ids(150) });
  await pass(host.hub, clock, later(MORNING, 40_000));
  await host.request({ method: "DELETE", path: headers["location"] ?? "" });
  expect([...host.hub.instances.values()].map(({ status }) => status)).toEqual(["Terminated", "Terminated"]);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({
    reason: "cancelled",
    counts: { inconclusive: 150 },
  });
  expect(json["status"]).toBe("running");
});
