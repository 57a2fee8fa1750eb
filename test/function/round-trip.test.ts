import { afterAll, beforeAll, expect, test } from "vitest";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { finish } from "../functions-host/time.ts";
import { STORIES, story } from "../simulator/stories.ts";
import { get, post, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

test("a verification is started, watched by the engine and put on record", async () => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  const started = await post(host, { cluster: "demo", partitionIds: [story("clean").partitionId] });
  expect(started.status).toBe(202);
  const location = started.headers["location"] ?? "";
  expect(location).toBe(`/api/verifications/${String(started.json["id"])}`);
  // Asked how it stands, the answer has the same form: where to ask, and in how many seconds.
  const meanwhile = await host.request({ method: "GET", path: location });
  expect(meanwhile.status).toBe(202);
  expect(meanwhile.headers).toMatchObject({ location, "cache-control": "no-store" });
  for (const { headers } of [started, meanwhile]) expect(headers["retry-after"]).toMatch(/^[1-9]\d?$/);
  expect((await get(host, `${location}/record`)).status).toBe(404);

  await finish(host.hub, clock);

  const ended = await get(host, location);
  expect(ended.status).toBe(200);
  const { headers } = await host.request({ method: "GET", path: location });
  expect(Object.keys(headers)).not.toContain("retry-after");
  expect(ended.json).toMatchObject({ verdict: "passed", reason: "restored", status: "concluded" });
  expect(host.told("verification.ended")).toHaveLength(1);
  expect(host.told("verification.trouble")).toEqual([]);
});

test.each(STORIES)("$name ends as it does in the Action", async ({ partitionId, expect: wanted }) => {
  const { host, clock } = await stage(azurite.connectionString);
  await using _ = host;
  const started = await post(host, { cluster: "demo", partitionIds: [partitionId] });
  await finish(host.hub, clock);
  const ended = await get(host, started.headers["location"] ?? "");
  expect(ended.json).toMatchObject(wanted);
  expect(host.hub.counted.longestHistory).toBeLessThanOrEqual(250);
});
