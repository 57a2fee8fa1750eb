import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterGateway, GatewayError } from "../../shared/cluster-gateway.ts";
import { parsePartitionId, type PartitionId } from "../../shared/restore/partition-id.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { later } from "../../shared/restore/instant.ts";
import { finish, pass } from "../functions-host/time.ts";
import { sure } from "../restore/scenes.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import type { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { accepted, inTurn, restoring, succeeded } from "../simulator/timeline.ts";
import { get, MORNING, post, type Scene, stage } from "./world.ts";

/* The budget of a cluster, learnt by whoever meets trouble and held by all. */

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const ids = (from: number, count: number): readonly PartitionId[] =>
  Array.from({ length: count }, (_, at) =>
    sure(parsePartitionId(`00000000-0000-4000-9000-${String(from + at).padStart(12, "0")}`)),
  );

const SERVICE = "fabric:/DemoApp/DemoSvc";

interface Watched extends Scene {
  /** Seconds after the start at which restore progress was asked for. */
  readonly asked: readonly number[];
  /** And lists of services or partitions. */
  readonly listed: readonly number[];
}

/** Sixty partitions, restored within five minutes; `trouble` says what the gateway answers instead. */
async function watched(trouble: (second: number) => GatewayError | undefined): Promise<Watched> {
  const [asked, listed]: [number[], number[]] = [[], []];
  const gateway = (_name: string, clock: FakeClock): ClusterGateway => {
    const timeline = inTurn([accepted(), 20_000], [restoring(), 280_000], [succeeded()]);
    const partitions = ids(0, 60).map((id) => ({ id, service: SERVICE, timeline }));
    const inner = simulatedGateway(new SimulatedCluster({ clock, partitions }));
    const behind =
      <K, L, T>(seen: number[], call: (key: K, look: L) => Promise<T>) =>
      (key: K, look: L): Promise<T> => {
        const second = (clock.now() - MORNING) / 1_000;
        seen.push(second);
        const error = trouble(second);
        return error === undefined ? call(key, look) : Promise.reject(error);
      };
    return {
      ...inner,
      restoreProgress: behind(asked, (id, look) => inner.restoreProgress(id, look)),
      services: behind(listed, (name, look) => inner.services(name, look)),
      partitions: behind(listed, (name, look) => inner.partitions(name, look)),
    };
  };
  return { ...(await stage(azurite.connectionString, { gateway })), asked, listed };
}

async function two({ host, clock }: Scene): Promise<readonly Record<string, unknown>[]> {
  const bodies = [ids(0, 30), ids(30, 30)].map((partitionIds) => ({ cluster: "demo", partitionIds }));
  const started = await Promise.all(bodies.map((body) => post(host, body)));
  await finish(host.hub, clock);
  return Promise.all(started.map(async ({ headers }) => (await get(host, headers["location"] ?? "")).json));
}

const between = (asked: readonly number[], from: number, to: number): number =>
  asked.filter((second) => second >= from && second < to).length;

test("a gateway that throttles slows two verifications down together, and both pass when it is well again", async () => {
  const scene = await watched((second) =>
    second >= 60 && second < 150 && second % 2 < 1 ? new GatewayError("throttled", "HTTP 429") : undefined,
  );
  await using _ = scene.host;
  const verdicts = await two(scene);
  expect(verdicts).toMatchObject([{ verdict: "passed" }, { verdict: "passed" }]);
  const [before, during] = [between(scene.asked, 10, 60) / 50, between(scene.asked, 70, 150) / 80];
  expect(during).toBeLessThan(before / 2);
}, 60_000);

test("what one is told in Retry-After the other waits for too", async () => {
  const told = 40_000;
  const scene = await watched((second) =>
    second >= 60 && second < 100 ? new GatewayError("throttled", "HTTP 429", { retryAfterMs: told }) : undefined,
  );
  await using _ = scene.host;
  const verdicts = await two(scene);
  expect(verdicts).toMatchObject([{ verdict: "passed" }, { verdict: "passed" }]);
  const first = sure(scene.asked.find((second) => second >= 60));
  // What was granted already may still go out; then nobody asks.
  expect(between(scene.asked, first + 1, first + told / 1_000)).toBeLessThanOrEqual(3);
}, 60_000);

test("of an hour without the gateway sixty partitions take little notice: trials, one at a time, and no verdict", async () => {
  const scene = await watched((second) =>
    second >= 60 && second < 3_660 ? new GatewayError("unreachable", "no route") : undefined,
  );
  await using _ = scene.host;
  const { host, clock } = scene;
  const { headers } = await post(host, { cluster: "demo", partitionIds: ids(0, 60), deadlineMinutes: 120 });
  await finish(host.hub, clock);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ verdict: "passed" });
  // One each 15 seconds would be 240; each partition by itself would be 3,600.
  expect(between(scene.asked, 120, 3_660)).toBeLessThan(260);
}, 60_000);

test("a gateway that never answers is unreachable for all of them within minutes", async () => {
  const scene = await watched(() => new GatewayError("unreachable", "no route"));
  await using _ = scene.host;
  const verdicts = await two(scene);
  expect(verdicts).toMatchObject([{ reason: "unreachable" }, { reason: "unreachable" }]);
  for (const { elapsedSeconds } of verdicts) expect(Number(elapsedSeconds)).toBeLessThan(200);
  expect(scene.asked.length).toBeLessThan(100);
}, 60_000);

test("lists are paid for like looks: while a gateway is away they are told what the last trial met", async () => {
  const scene = await watched((second) => (second >= 60 ? new GatewayError("unreachable", "no route") : undefined));
  await using _ = scene.host;
  const { host, clock } = scene;
  await post(host, { cluster: "demo", partitionIds: ids(0, 60), deadlineMinutes: 20 });
  await pass(host.hub, clock, later(MORNING, 5 * 60_000));
  const { headers } = await post(host, { cluster: "demo", serviceNames: [SERVICE] });
  await finish(host.hub, clock);
  const { json } = await get(host, headers["location"] ?? "");
  expect(json).toMatchObject({ verdict: "inconclusive", reason: "unreachable", partitions: [] });
  expect(json["message"]).toContain("no route");
  // By itself it would ask each few seconds for two minutes.
  expect(scene.listed.length).toBeLessThan(10);
}, 60_000);

test("lists of a gateway that asks to be left alone wait for it, and then come", async () => {
  const scene = await watched((second) =>
    second >= 60 && second < 75 ? new GatewayError("throttled", "HTTP 429", { retryAfterMs: 20_000 }) : undefined,
  );
  await using _ = scene.host;
  const { host, clock } = scene;
  await post(host, { cluster: "demo", partitionIds: ids(0, 60) });
  await pass(host.hub, clock, later(MORNING, 66_000));
  const { headers } = await post(host, { cluster: "demo", serviceNames: [SERVICE], notBefore: "PT1H" });
  await finish(host.hub, clock);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ verdict: "passed", partitionCount: 60 });
  expect(between(scene.listed, 66, 75)).toBe(0);
}, 60_000);
