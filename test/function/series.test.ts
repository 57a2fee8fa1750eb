import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit, readRecord } from "../../function/engine/commit.ts";
import type { Store } from "../../function/store/store.ts";
import { idOf } from "../../function/verification.ts";
import { explain, type RecordContent } from "../../shared/index.ts";
import { contentFor, saidOf } from "../evidence/series.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { dieHere, isOnWorker } from "../functions-host/hub.ts";
import { finish } from "../functions-host/time.ts";
import { sure } from "../restore/scenes.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { clusterOfStories, story } from "../simulator/stories.ts";
import { accepted, inTurn, restoring, succeeded } from "../simulator/timeline.ts";
import { evidenceIn } from "./evidence.ts";
import { type Hook, hooked } from "./hooked.ts";
import { get, post, type Scene, stage } from "./world.ts";

/* The app's records follow one another: one series, whatever comes at the same time and wherever it breaks. */

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const told: string[] = [];
const tell = (line: string): void => void told.push(line);
const log = { log: tell, warn: tell, error: tell };
const nth = (n: number): string => idOf("test", String(n));
const content = (n: number): RecordContent => ({ ...contentFor(n), verificationId: nth(n) });
const gone = (): Promise<never> => Promise.reject(new Error("gone"));

/** A store in which something happens once, at a call of a name. */
const once =
  (call: string, when: "before" | "after", what: () => Promise<unknown>) =>
  (store: Store): Store => {
    let left = 1;
    const hook: Hook = { [when]: (name: string) => (name === call && left-- > 0 ? what() : Promise.resolve()) };
    return hooked(store, hook);
  };

describe("records that are decided", () => {
  test("at the same moment stand one after the other, each once", async () => {
    const { host, world, store } = await stage(azurite.connectionString);
    await using _ = host;
    // Each by two callers at once, who found different ends.
    const both = Array.from({ length: 12 }, (_unused, n) => [content(n), { ...content(n), message: "Another end." }]);
    await Promise.all(both.flatMap((two, n) => two.map((one) => commit(world, nth(n), one, log))));
    expect(await evidenceIn(store)).toMatchObject({ state: "whole", findings: [], records: 12, series: 1 });
    expect(await store.state.list("")).toEqual([]);
    expect(told).toEqual([]);
  });

  test("and whose writer died are written by whoever comes next", async () => {
    const scene = await stage(azurite.connectionString, { store: once("records.create", "before", gone) });
    const { host, world, store } = scene;
    await using _ = host;
    await expect(commit(world, nth(1), content(1), log)).rejects.toThrow("gone");
    expect(await store.records.list("")).toEqual([]);
    await commit(world, nth(2), content(2), log);
    expect(await store.records.list("")).toHaveLength(2);
    expect(await evidenceIn(store)).toMatchObject({ state: "whole", records: 2, series: 1 });
  });

  test("and whose writer never heard that they are, are not decided again", async () => {
    const scene = await stage(azurite.connectionString, { store: once("series.advance", "after", gone) });
    const { host, world, store } = scene;
    await using _ = host;
    await expect(commit(world, nth(1), content(1), log)).rejects.toThrow("gone");
    await commit(world, nth(1), { ...content(1), message: "Another end." }, log);
    expect(await evidenceIn(store)).toMatchObject({ state: "whole", records: 1 });
    expect((await store.records.read(`${nth(1)}.json`))?.content).not.toContain("Another end.");
  });

  test("and lost by somebody's hand keep nobody waiting, and the gap is named", async () => {
    const scene = await stage(azurite.connectionString, { store: once("records.create", "before", gone) });
    const { host, world, store } = scene;
    await using _ = host;
    await expect(commit(world, nth(1), content(1), log)).rejects.toThrow("gone");
    for (const path of await store.state.list("")) await store.state.remove(path);
    // Its own verification is decided anew.
    await commit(world, nth(1), { ...content(1), message: "Seen anew." }, log);
    await commit(world, nth(2), content(2), log);
    const { state, findings } = await evidenceIn(store);
    expect([state, findings]).toMatchObject(["broken", [{ kind: "missing-predecessor", name: `${nth(1)}.json` }]]);
    expect(told.join("")).toContain("its last record is lost");
  });
});

describe("what a caller gets", () => {
  const run = async (): Promise<Scene & { readonly path: string }> => {
    const scene = await stage(azurite.connectionString, {
      gateway: (_name, clock) => simulatedGateway(clusterOfStories(clock, { speed: 10 })),
    });
    const { headers } = await post(scene.host, { cluster: "demo", partitionIds: [story("clean").partitionId] });
    await finish(scene.host.hub, scene.clock);
    return { ...scene, path: headers["location"] ?? "" };
  };

  test("is the record as it was sealed, which explains itself; a status only names its digest", async () => {
    const { host, store, path } = await run();
    await using _ = host;
    const { body } = await host.request({ method: "GET", path: `${path}/record` });
    const head = sure((await store.series.head())?.end);
    expect(await saidOf(body, `${head.id}.json`)).toMatchObject({ state: "whole", ends: [{ sha256: head.sha256 }] });
    const { partitions, reason } = sure(await readRecord(store.records, head.id));
    expect(explain(sure(partitions[0]).evidence).verdict?.reason).toBe(reason);
    const { json } = await get(host, path);
    expect(json).toMatchObject({ recordSha256: head.sha256, verificationId: head.id });
    expect(json).not.toHaveProperty("integrity");
  });

  test("of a record that an older version stored without a seal, that it has none", async () => {
    const { host, store, path } = await run();
    await using _ = host;
    const { id } = sure((await store.series.head())?.end);
    const { integrity: _seal, ...old } = contentFor(0) as RecordContent & { integrity?: unknown };
    await store.records.remove(`${id}.json`);
    await store.records.create(`${id}.json`, JSON.stringify(old));
    expect((await get(host, path)).json).toMatchObject({ status: "concluded", recordSha256: null });
    expect(await evidenceIn(store)).toMatchObject({ state: "unproven", findings: [{ kind: "unsealed" }] });
  });
});

describe("a verification of many partitions has its evidence under its seal", () => {
  const ids = Array.from({ length: 150 }, (_, n) => `00000000-0000-4000-9000-${String(n).padStart(12, "0")}`);
  const timeline = inTurn([accepted(), 20_000], [restoring(), 20_000], [succeeded()]);

  const settled = async (around: (store: Store) => Store): Promise<Scene> => {
    const scene = await stage(azurite.connectionString, {
      configuration: { clusters: { demo: { endpoints: ["https://demo.example.com"], maxRequestsPerSecond: 500 } } },
      gateway: (_name, clock) =>
        simulatedGateway(new SimulatedCluster({ clock, partitions: ids.map((id) => ({ id, timeline })) })),
      store: around,
    });
    await post(scene.host, { cluster: "demo", partitionIds: ids });
    await finish(scene.host.hub, scene.clock);
    return scene;
  };

  test.each([
    ["series.advance", "before"],
    ["series.advance", "after"],
    ["records.create", "before"],
    ["records.create", "after"],
    ["records.exists", "after"],
  ] as const)("also where a worker dies at %s, %s it", async (call, when) => {
    const scene = await settled(once(call, when, async () => (isOnWorker() ? dieHere() : undefined)));
    const { host, store } = scene;
    await using _ = host;
    expect(await evidenceIn(store)).toMatchObject({ state: "whole", findings: [], records: 3, series: 1 });
    const { id, sha256 } = sure((await store.series.head())?.end);
    const { content: text = "" } = (await store.records.read(`${id}.json`)) ?? {};
    const { batches, counts } = sure(await readRecord(store.records, id));
    expect(batches.map(({ name }) => name)).toEqual([`${id}/batch-0.json`, `${id}/batch-1.json`]);
    expect(counts).toEqual({ passed: 150, failed: 0, inconclusive: 0 });
    expect(await saidOf(text)).toMatchObject({ state: "whole", ends: [{ sha256 }] });
    expect(await store.state.list("")).toEqual([]);
    // One of them taken away shows.
    await store.records.remove(`${id}/batch-1.json`);
    expect(await evidenceIn(store)).toMatchObject({ state: "broken", findings: [{ kind: "missing-batch" }] });
  });
});
