import { afterAll, beforeAll, expect, test } from "vitest";
import { GatewayError } from "../../shared/cluster-gateway.ts";
import { later } from "../../shared/restore/instant.ts";
import { firstInput } from "../../function/engine/wire.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { finish, pass } from "../functions-host/time.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { clusterOfStories, story } from "../simulator/stories.ts";
import { hooked } from "./hooked.ts";
import { get, MORNING, post, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const MINUTE = 60_000;
const BODY = { cluster: "demo", partitionIds: [story("clean").partitionId] };

test("a cluster that does not answer for an hour is borne, once it was reached", async () => {
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => {
      const inner = simulatedGateway(clusterOfStories(time));
      return {
        ...inner,
        restoreProgress: (id, look) => {
          const minutes = (time.now() - MORNING) / MINUTE;
          if (minutes > 1 && minutes < 61) return Promise.reject(new GatewayError("unreachable", "no route"));
          return inner.restoreProgress(id, look);
        },
      };
    },
  });
  await using _ = host;
  const { headers } = await post(host, { ...BODY, deadlineMinutes: 90 });
  await finish(host.hub, clock);
  const { json } = await get(host, headers["location"] ?? "");
  expect(json).toMatchObject({ verdict: "passed", reason: "restored" });
  expect(json["partitions"]).toMatchObject([{ restoredAtUtc: "2026-02-03T10:03:20.000Z" }]);
  expect(host.hub.counted.longestHistory).toBeLessThanOrEqual(250);
  expect(host.told("verification.trouble")).toEqual([]);
});

test("a cluster that never answers is unreachable after two minutes", async () => {
  const { host, clock } = await stage(azurite.connectionString, {
    gateway: (_name, time) => ({
      ...simulatedGateway(clusterOfStories(time)),
      restoreProgress: () => Promise.reject(new GatewayError("unreachable", "no route")),
    }),
  });
  await using _ = host;
  const { headers } = await post(host, BODY);
  await finish(host.hub, clock);
  const { json } = await get(host, headers["location"] ?? "");
  expect(json).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
  expect(Number(json["elapsedSeconds"])).toBeLessThan(150);
});

test.each([0, 1_500, 30_000, -30_000])(
  "an engine whose clock is %i ms ahead of ours calls about as often",
  async (behindMs) => {
    const { host, clock } = await stage(azurite.connectionString, { behindMs });
    await using _ = host;
    const { headers } = await post(host, { ...BODY, notBefore: "PT1H" });
    await finish(host.hub, clock);
    expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ verdict: "passed" });
    expect(host.hub.counted.activity).toBeLessThan(60);
  },
);

test("a store that does not answer for two hours holds the verdict up, and no longer", async () => {
  let away = false;
  const { host, clock } = await stage(azurite.connectionString, {
    store: (inner) =>
      hooked(inner, { before: () => (away ? Promise.reject(new Error("ECONNREFUSED")) : Promise.resolve()) }),
  });
  await using _ = host;
  const { headers } = await post(host, { ...BODY, deadlineMinutes: 300 });
  await pass(host.hub, clock, later(MORNING, MINUTE));
  away = true;
  await pass(host.hub, clock, later(MORNING, 121 * MINUTE));
  const meanwhile = await host.request({ method: "GET", path: headers["location"] ?? "" });
  expect(meanwhile.status).toBe(503);
  away = false;
  await finish(host.hub, clock);
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ verdict: "passed", reason: "restored" });
  expect(host.told("verification.trouble").length).toBeGreaterThan(100);
  expect(host.hub.counted.longestHistory).toBeLessThanOrEqual(250);
});

test("a deployment in the middle goes on where the old one was: the state lies in the store", async () => {
  const name = "deployed";
  const before = await stage(azurite.connectionString, { name });
  await using _before = before.host;
  const { json } = await post(before.host, BODY);
  const id = String(json["id"]);
  await pass(before.host.hub, before.clock, later(MORNING, MINUTE));

  // Another host with other code over the same hub: what it finds is an input of schema 1, somewhere in the middle.
  const after = await stage(azurite.connectionString, { name, clock: before.clock });
  await using _after = after.host;
  after.host.hub.start(
    "verifyRestore",
    id,
    JSON.stringify({ ...firstInput(id, 0), polls: 30, call: "pollRestoreProgress" }),
  );
  await finish(after.host.hub, after.clock);
  const ended = (await get(after.host, `/api/verifications/${id}`)).json;
  expect(ended).toMatchObject({ verdict: "passed", reason: "restored" });
  // It was seen under way by the old one.
  expect(ended["partitions"]).toMatchObject([{ identifiedBy: "in-flight" }]);
});

test("what a later version has written is not guessed at: it fails, housekeeping says so, and it is no pass", async () => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  const { json, headers } = await post(host, BODY);
  const id = String(json["id"]);
  host.hub.terminate(id);
  host.hub.start("verifyRestore", id, JSON.stringify({ ...firstInput(id, 0), schema: 2 }));
  await finish(host.hub, clock);
  expect(host.hub.instances.get(id)?.status).toBe("Failed");
  await host.fire("housekeeping");
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({
    verdict: "inconclusive",
    reason: "internal-error",
  });
});

test("a cluster that a deployment has taken out of the configuration is said to be the reason", async () => {
  const name = "taken-out";
  const before = await stage(azurite.connectionString, { name: name.replace("-", "") });
  await using _before = before.host;
  const { json } = await post(before.host, BODY);
  const id = String(json["id"]);
  await pass(before.host.hub, before.clock, later(MORNING, MINUTE));
  const other = { clusters: { other: { endpoints: ["https://other.example.com:19080"] } } };
  const after = await stage(azurite.connectionString, {
    name: name.replace("-", ""),
    clock: before.clock,
    configuration: other,
  });
  await using _after = after.host;
  after.host.hub.start("verifyRestore", id, JSON.stringify({ ...firstInput(id, 0), call: "pollRestoreProgress" }));
  await finish(after.host.hub, after.clock);
  const ended = (await get(after.host, `/api/verifications/${id}`)).json;
  expect(ended).toMatchObject({ reason: "internal-error", cluster: { endpoints: [] } });
  expect(String(ended["message"])).toContain("no longer configured");
});
