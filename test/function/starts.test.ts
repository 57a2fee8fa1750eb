import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { finish } from "../functions-host/time.ts";
import { story } from "../simulator/stories.ts";
import { get, post, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const ID = story("clean").partitionId;
const asked = (fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
  cluster: "demo",
  partitionIds: [ID],
  idempotencyKey: "quarterly drill",
  ...fields,
});
const ended = { verdict: "passed", reason: "restored" };

describe.each([500, 409] as const)("where the extension answers %i to a start of what runs already", (existsStatus) => {
  test("twenty starts at the same time with one key are one verification", async () => {
    const { host, clock } = await stage(azurite.connectionString, { existsStatus });
    await using _ = host;
    const started = await Promise.all(Array.from({ length: 20 }, () => post(host, asked())));
    expect(started.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 202));
    expect(new Set(started.map(({ json }) => json["id"])).size).toBe(1);
    await finish(host.hub, clock);
    expect(host.hub.instances.size).toBe(1);
    expect(host.told("verification.started")).toHaveLength(1);
    expect(host.told("verification.ended")).toHaveLength(1);
    expect((await get(host, "/api/verifications")).json["verifications"]).toHaveLength(1);
  });

  test("a start that is repeated while it runs, and after it has ended, is the same verification", async () => {
    const { host, clock } = await stage(azurite.connectionString, { existsStatus });
    await using _ = host;
    const first = await post(host, asked());
    expect((await post(host, asked())).json["id"]).toBe(first.json["id"]);
    await finish(host.hub, clock);
    const starts = host.engineRequests.filter((line) => line.startsWith("POST /orchestrators/"));
    const again = await post(host, asked());
    expect(again.status).toBe(200);
    expect(again.json).toMatchObject({ id: first.json["id"], ...ended });
    // What has concluded is never started again: the extension would replace it without a word.
    expect(host.engineRequests.filter((line) => line.startsWith("POST /orchestrators/"))).toEqual(starts);
  });
});

test("the same key for something else is refused; the same thing written otherwise is the same", async () => {
  const { host } = await stage(azurite.connectionString);
  await using _ = host;
  const first = await post(host, asked());
  const other = await post(host, asked({ deadlineMinutes: 60 }));
  expect(other.status).toBe(422);
  expect(other.json).not.toHaveProperty("id");
  const otherwise = `{ "idempotencyKey": "quarterly drill",\n "partitionIds": ["${ID}"], "cluster": "demo" }`;
  expect((await post(host, otherwise)).json["id"]).toBe(first.json["id"]);
});

test("without a key every request is a verification of its own", async () => {
  const { host } = await stage(azurite.connectionString);
  await using _ = host;
  const body = { cluster: "demo", partitionIds: [ID] };
  const ids = await Promise.all(Array.from({ length: 5 }, async () => (await post(host, body)).json["id"]));
  expect(new Set(ids).size).toBe(5);
});

test("an engine that cannot be reached is said to the caller; asked again with the key, the verification goes on", async () => {
  let trouble: number | undefined = 503;
  const { host, clock } = await stage(azurite.connectionString, { trouble: () => trouble });
  await using _ = host;
  const first = await post(host, asked());
  expect(first.status).toBe(503);
  expect(first.headers["location"]).toBe(`/api/verifications/${String(first.json["id"])}`);
  trouble = undefined;
  const second = await post(host, asked());
  expect(second.status).toBe(202);
  expect(second.json["id"]).toBe(first.json["id"]);
  await finish(host.hub, clock);
  expect((await get(host, first.headers["location"] ?? "")).json).toMatchObject(ended);
});

test("the answer to a start is our own: nothing of the engine's management addresses is in it", async () => {
  const { host } = await stage(azurite.connectionString);
  await using _ = host;
  const { json, headers } = await post(host, asked());
  expect(JSON.stringify([json, headers])).not.toMatch(/durabletask|instances|Uri|code=|http:/);
});
