import { afterAll, beforeAll, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { finish, pass } from "../functions-host/time.ts";
import { story } from "../simulator/stories.ts";
import { hooked } from "./hooked.ts";
import { get, MORNING, post, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const MINUTE = 60_000;
const BODY = { cluster: "demo", partitionIds: [story("slow").partitionId], deadlineMinutes: 120 };

test("a verification whose orchestration is gone is started again, and goes on where it was", async () => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  const { json, headers } = await post(host, BODY);
  await pass(host.hub, clock, later(MORNING, 5 * MINUTE));
  host.hub.instances.delete(String(json["id"]));
  await pass(host.hub, clock, later(MORNING, 30 * MINUTE));
  await host.fire("housekeeping");
  expect(host.told("verification.restarted")).toHaveLength(1);
  await finish(host.hub, clock);
  const ended = await get(host, headers["location"] ?? "");
  expect(ended.json).toMatchObject({ reason: "restored", partitions: [{ identifiedBy: "in-flight" }] });
  expect(host.told("verification.ended")).toHaveLength(1);
});

test.each(["Failed", "Terminated"] as const)(
  "one whose orchestration has %s is concluded, never as passed",
  async (status) => {
    const { host, clock } = await stage(azurite.connectionString);
    await using _ = host;
    const { json, headers } = await post(host, BODY);
    await pass(host.hub, clock, later(MORNING, MINUTE));
    const instance = host.hub.instances.get(String(json["id"]));
    if (instance !== undefined) instance.status = status;
    await host.fire("housekeeping");
    expect((await get(host, headers["location"] ?? "")).json).toMatchObject({
      verdict: "inconclusive",
      reason: "internal-error",
    });
  },
);

test("what runs is left alone; the heartbeat says how many", async () => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  await post(host, BODY);
  await pass(host.hub, clock, later(MORNING, MINUTE));
  const before = host.engineRequests.length;
  await host.fire("housekeeping");
  expect(host.engineRequests.slice(before).map((line) => line.split(" ")[0])).toEqual(["GET", "DELETE"]);
  expect(host.told("verification.heartbeat")).toMatchObject([{ open: 1, restarted: 0, concluded: 0, overdue: 0 }]);
  await finish(host.hub, clock);
  await host.fire("housekeeping");
  expect(host.told("verification.heartbeat")[1]).toMatchObject({ open: 0, concluded: 0 });
});

test("one that never comes to an end is told of, and an hour after its deadline ended", async () => {
  let broken = false;
  const { host, clock } = await stage(azurite.connectionString, {
    store: (inner) =>
      hooked(inner, {
        before: (call) =>
          broken && call === "state.read" ? Promise.reject(new TypeError("a defect")) : Promise.resolve(),
      }),
  });
  await using _ = host;
  const { json, headers } = await post(host, { ...BODY, deadlineMinutes: 30 });
  await pass(host.hub, clock, later(MORNING, MINUTE));
  broken = true;
  await pass(host.hub, clock, later(MORNING, 60 * MINUTE));
  await host.fire("housekeeping");
  expect(host.told("verification.overdue")).toMatchObject([{ id: json["id"], lateSeconds: 1_800 }]);
  await pass(host.hub, clock, later(MORNING, 120 * MINUTE));
  await host.fire("housekeeping");
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ reason: "internal-error" });
  await finish(host.hub, clock);
  expect(host.hub.instances.get(String(json["id"]))?.status).toBe("Terminated");
});

test("the history of what ended is forgotten after thirty days; the records are not", async () => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  const { headers } = await post(host, BODY);
  await finish(host.hub, clock);
  await host.fire("housekeeping");
  expect(host.hub.instances.size).toBe(1);
  clock.advanceBy(31 * 24 * 60 * MINUTE);
  await host.fire("housekeeping");
  expect(host.hub.instances.size).toBe(0);
  expect(host.told("verification.heartbeat").map(({ purged }) => purged)).toEqual([0, 1]);
  expect((await get(host, headers["location"] ?? "")).status).toBe(200);
});

test("health says ok while the storage answers, and nothing else", async () => {
  let away = false;
  const { host } = await stage(azurite.connectionString, {
    store: (inner) => ({ ...inner, ping: () => (away ? Promise.reject(new Error("secret")) : inner.ping()) }),
  });
  await using _ = host;
  const health = async (): Promise<unknown> => {
    const { status, body } = await host.request({ method: "GET", path: "/api/health" });
    return [status, body];
  };
  expect(await health()).toEqual([200, "ok"]);
  away = true;
  expect(await health()).toEqual([503, "not ok"]);
});
