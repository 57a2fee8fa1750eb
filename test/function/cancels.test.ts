import { afterAll, beforeAll, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { isOnWorker } from "../functions-host/hub.ts";
import { finish, pass } from "../functions-host/time.ts";
import { sure } from "../restore/scenes.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { clusterOfStories, story } from "../simulator/stories.ts";
import { evidenceIn } from "./evidence.ts";
import { hooked } from "./hooked.ts";
import { get, MORNING, post, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const BODY = { cluster: "demo", partitionIds: [story("clean").partitionId] };

test("a verification that is called off ends at once, with what was seen, and stays so", async () => {
  const { host, clock, store } = await stage(azurite.connectionString);
  await using _ = host;
  const { headers, json } = await post(host, BODY);
  const path = headers["location"] ?? "";
  await pass(host.hub, clock, later(MORNING, 60_000));
  const cancelled = await host.request({ method: "DELETE", path });
  expect(cancelled.status).toBe(200);
  await finish(host.hub, clock);
  const ended = await get(host, path);
  expect(ended.json).toMatchObject({ verdict: "inconclusive", reason: "cancelled" });
  expect(ended.json["partitions"]).toMatchObject([{ reason: "cancelled", restoreState: "RestoreInProgress" }]);
  expect(host.hub.instances.get(String(json["id"]))?.status).toBe("Terminated");
  expect(await store.state.list("")).toEqual([]);
  expect(await store.work.open()).toEqual([]);
  // Called off again it stands as it is.
  expect(JSON.parse((await host.request({ method: "DELETE", path })).body)).toMatchObject({ reason: "cancelled" });
  expect(host.told("verification.cancelled")).toHaveLength(1);
});

test("before the partitions are known there is nothing to show, and it ends all the same", async () => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  const { headers } = await post(host, BODY);
  await host.request({ method: "DELETE", path: headers["location"] ?? "" });
  await finish(host.hub, clock);
  const ended = await get(host, headers["location"] ?? "");
  expect(ended.json).toMatchObject({ reason: "cancelled", partitions: [] });
});

test("an engine that does not end an instance changes nothing: the next look finds the end on record", async () => {
  const trouble = (line: string): number | undefined => (line.endsWith("/terminate") ? 500 : undefined);
  const { host, clock } = await stage(azurite.connectionString, { trouble });
  await using _ = host;
  const { headers, json } = await post(host, BODY);
  await pass(host.hub, clock, later(MORNING, 30_000));
  expect((await host.request({ method: "DELETE", path: headers["location"] ?? "" })).status).toBe(200);
  const before = host.told("verification.polled").length;
  await finish(host.hub, clock);
  expect(host.told("verification.polled").length).toBe(before);
  expect(host.hub.instances.get(String(json["id"]))?.status).toBe("Completed");
  expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ reason: "cancelled" });
});

test("called off at any moment of its end it is one or the other, in the row, the lists and the record", async () => {
  const seen = new Set<unknown>();
  for (let nth = 1; nth <= 28; nth++) {
    let calls = 0;
    let cancel: () => Promise<unknown> = () => Promise.resolve();
    const { host, clock, store } = await stage(azurite.connectionString, {
      gateway: (_name, time) => simulatedGateway(clusterOfStories(time, { speed: 10 })),
      store: (inner) =>
        // The restore has ended after 20 s: what the store is asked from then on is the end of the verification.
        hooked(inner, {
          before: async () => (clock.now() >= MORNING + 20_000 && ++calls === nth ? cancel() : undefined),
        }),
    });
    await using _ = host;
    const { headers, json } = await post(host, BODY);
    const path = headers["location"] ?? "";
    cancel = () => host.request({ method: "DELETE", path });
    await finish(host.hub, clock);

    const status = await get(host, path);
    const record = await get(host, `${path}/record`);
    const listed = (await store.lists.page({ top: 5 })).verifications;
    expect(record.json["reason"]).toBe(status.json["reason"]);
    expect(listed.map(({ conclusion }) => conclusion?.reason)).toEqual([status.json["reason"]]);
    expect(await store.records.list("")).toEqual([`${String(json["id"])}.json`]);
    expect(await evidenceIn(store)).toMatchObject({ state: "whole", records: 1, series: 1 });
    expect(await store.work.open()).toEqual([]);
    seen.add(status.json["reason"]);
  }
  expect(seen).toEqual(new Set(["cancelled", "restored"]));
}, 120_000);

test("called off at any moment of its beginning it is listed as what it is, and nothing of it is left", async () => {
  for (let nth = 1; nth <= 14; nth++) {
    let calls = 0;
    let cancel: () => Promise<unknown> = () => Promise.resolve();
    const { host, clock, store } = await stage(azurite.connectionString, {
      store: (inner) => hooked(inner, { before: async () => (isOnWorker() && ++calls === nth ? cancel() : undefined) }),
    });
    await using _ = host;
    const { headers } = await post(host, BODY);
    cancel = () => host.request({ method: "DELETE", path: headers["location"] ?? "" });
    await finish(host.hub, clock);

    const { partitionIds } = BODY;
    for (const question of [{}, { cluster: "demo" }, { partitionId: sure(partitionIds[0]) }]) {
      const { verifications } = await store.lists.page({ top: 5, ...question });
      expect(verifications.map(({ conclusion }) => conclusion?.reason)).not.toContain(undefined);
    }
    expect((await get(host, headers["location"] ?? "")).json).toMatchObject({ reason: "cancelled" });
    expect(await store.work.open()).toEqual([]);
    await host.fire("housekeeping");
    expect(await store.state.list("")).toEqual([]);
  }
});
