import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { objectIn, type Request } from "../functions-host/host.ts";
import { story } from "../simulator/stories.ts";
import { JSON_BODY, ONE_CLUSTER, type Scene, stage } from "./world.ts";

let azurite: Azurite;
let scene: Scene;
const asked: string[] = [];
beforeAll(async () => {
  azurite = await startAzurite();
  scene = await stage(azurite.connectionString, {
    gateway: (name) => {
      asked.push(name);
      throw new Error("no cluster may be asked");
    },
  });
});
afterAll(async () => {
  await scene.host[Symbol.asyncDispose]();
  await azurite[Symbol.asyncDispose]();
});

const ID = story("clean").partitionId;
const start = (body: unknown, headers: Readonly<Record<string, string>> = JSON_BODY): Request => ({
  method: "POST",
  path: "/api/verifications",
  headers,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const asking = (path: string, method = "GET"): Request => ({ method, path });
const demo = (fields: Readonly<Record<string, unknown>>): Request =>
  start({ cluster: "demo", partitionIds: [ID], ...fields });
const ENDPOINT = "https://cluster.example.com:19080";

/** What is asked, how it is refused, and words that must be in the refusal. */
const REFUSED: readonly (readonly [name: string, request: Request, status: number, ...says: string[]])[] = [
  ["no body", start(""), 400, "JSON object"],
  ["broken JSON", start("{"), 400, "JSON object"],
  ["a list", start("[]"), 400, "JSON object"],
  ["null", start("null"), 400, "JSON object"],
  ["another type", start({ cluster: "demo" }, { "content-type": "text/plain" }), 415, "application/json"],
  ["no type", start({ cluster: "demo" }, {}), 415, "application/json"],
  ["a form", start("cluster=demo", { "content-type": "application/x-www-form-urlencoded" }), 415, "application/json"],
  ["a megabyte", start({ cluster: "demo", idempotencyKey: "x".repeat(1_000_000) }), 413, "65536"],
  ["a megabyte of characters of three bytes", start({ cluster: "ä".repeat(40_000) }), 413, "65536"],
  ["100,000 ids", demo({ partitionIds: Array.from({ length: 100_000 }, () => ID) }), 413, "65536"],
  ["2,001 names", demo({ serviceNames: Array.from({ length: 2_001 }, (_, at) => `fabric:/A/${at}`) }), 400, "2000"],
  ["nothing at all", start({}), 400, "cluster is required"],
  ["a URL as cluster", demo({ cluster: ENDPOINT }), 400, "never an address"],
  ["a path as cluster", demo({ cluster: "../demo" }), 400, "never an address"],
  ["__proto__ as cluster", demo({ cluster: "__proto__" }), 400, "never an address"],
  ["constructor as cluster", demo({ cluster: "constructor" }), 404, "no such cluster"],
  ["a cluster that is not configured", demo({ cluster: "production" }), 404, "no such cluster"],
  ["a number as cluster", demo({ cluster: 7 }), 400, "cluster must be a text"],
  ["__proto__ as a field", start(`{"cluster":"demo","partitionIds":["${ID}"],"__proto__":{"a":1}}`), 400, "__proto__"],
  ["an unknown field", demo({ endpoint: ENDPOINT }), 400, '"endpoint" is no field'],
  ["no target", start({ cluster: "demo" }), 400, "partitionIds is required"],
  ["a path as id", demo({ partitionIds: ["../../etc/passwd"] }), 400, "must be a partition GUID"],
  ["two ids in one", demo({ partitionIds: [`${ID},${ID}`] }), 400, "one name or id per entry"],
  ["an empty id", demo({ partitionIds: [""] }), 400, "one name or id per entry"],
  ["a text as ids", demo({ partitionIds: ID }), 400, "partitionIds must be a list"],
  ["a service that is none", demo({ serviceNames: ["fabric:/App"] }), 400, "fabric:/App/Service"],
  ["NaN as deadline", start(`{"cluster":"demo","partitionIds":["${ID}"],"deadlineMinutes":NaN}`), 400, "JSON object"],
  ["NaN as a text", demo({ deadlineMinutes: "NaN" }), 400, "deadlineMinutes must be a number"],
  ["1e999 as deadline", start(`{"cluster":"demo","deadlineMinutes":1e999}`), 400, "deadlineMinutes must be a number"],
  ["a deadline of zero", demo({ deadlineMinutes: 0 }), 400, "from 1 to 10080"],
  ["a deadline in year 9999", demo({ deadlineMinutes: 4_192_000_000 }), 400, "from 1 to 10080"],
  ["a deadline beyond a week", demo({ deadlineMinutes: 10_081 }), 400, "from 1 to 10080"],
  ["an objective of zero", demo({ rtoMinutes: 0 }), 400, "rtoMinutes must be"],
  ["a negative objective", demo({ rpoMinutes: -1 }), 400, "rpoMinutes must be"],
  ["an endless objective", demo({ rtoMinutes: 1e21 }), 400, "rtoMinutes must be"],
  ["year 9999 as notBefore", demo({ notBefore: "9999-12-31T23:59:59Z" }), 400, "notBefore must be"],
  ["a time without a zone", demo({ notBefore: "2026-02-03T10:00:00" }), 400, "notBefore must be"],
  ["months to look back", demo({ notBefore: "P1M" }), 400, "notBefore must be"],
  ["ten years to look back", demo({ notBefore: "P3650D" }), 400, "notBefore must be"],
  ["any as notBefore", demo({ notBefore: "any" }), 400, "notBefore must be"],
  ["a backup that is none", demo({ expectedBackupId: "latest" }), 400, "expectedBackupId must be"],
  // Empty is no way to switch a check off: it comes out of a variable that is not set.
  ["an empty backup", demo({ expectedBackupId: "" }), 400, "expectedBackupId must be"],
  ["a blank health check", demo({ healthCheck: " " }), 400, "healthCheck must be"],
  ["a health check that is none", demo({ healthCheck: "maybe" }), 400, "healthCheck must be"],
  ["a text as learnFromPast", demo({ learnFromPast: "yes" }), 400, "learnFromPast must be true or false"],
  ["an empty key", demo({ idempotencyKey: "" }), 400, "idempotencyKey must be"],
  ["a long key", demo({ idempotencyKey: "k".repeat(129) }), 400, "idempotencyKey must be"],
  ["a key with a line break", demo({ idempotencyKey: "a\nb" }), 400, "idempotencyKey must be"],
  [
    "another type beside what is wrong",
    demo({ partitionIds: ID, deadlineMinutes: 0, notBefore: "soon" }),
    400,
    "partitionIds must be a list",
    "deadlineMinutes must be from",
    "notBefore must be",
  ],
  [
    "everything at once",
    demo({ partitionIds: ["x"], deadlineMinutes: 0, rtoMinutes: 0, notBefore: "soon" }),
    400,
    "partitionIds",
    "deadlineMinutes",
    "rtoMinutes",
    "notBefore",
  ],
  ["a verification that is not", asking(`/api/verifications/${"0".repeat(32)}`), 404, "no such verification"],
  ["an id that is none", asking("/api/verifications/..%2F..%2Fstate"), 404, "no such verification"],
  ["an id with a quote", asking("/api/verifications/%27%20or%20%271%27%20eq%20%271"), 404, "no such verification"],
  ["__proto__ as id", asking("/api/verifications/__proto__"), 404, "no such verification"],
  ["an instance as id", asking(`/api/verifications/${"0".repeat(32)}:1`), 404, "no such verification"],
  ["a record that is not", asking("/api/verifications/..%2fx/record"), 404, "no record"],
  ["to cancel what is not", asking(`/api/verifications/${"0".repeat(32)}`, "DELETE"), 404, "no such verification"],
  ["an unknown question", asking("/api/verifications?clusters=demo"), 400, "is no question"],
  ["a question twice", asking("/api/verifications?top=1&top=2"), 400, "from 1 to 100"],
  ["a page of none", asking("/api/verifications?top=0"), 400, "from 1 to 100"],
  ["a page of all", asking("/api/verifications?top=100000"), 400, "from 1 to 100"],
  ["a strange verdict", asking("/api/verifications?verdict=green"), 400, "passed, failed or inconclusive"],
  ["a strange since", asking("/api/verifications?since=yesterday"), 400, "RFC 3339"],
  ["a filter as cluster", asking("/api/verifications?cluster=x%27%20or%20true"), 400, "name of a cluster"],
  ["a continuation of one's own", asking("/api/verifications?continuation=eyJhZnRlciI6IngifQ"), 400, "the page before"],
  ["a report in another form", asking("/api/report?format=pdf"), 400, "html or json"],
];

/** The refusal, with each problem behind its field. */
function said(body: string): string {
  const { error, problems } = objectIn(body);
  const each = (Array.isArray(problems) ? problems : []).map((one) => {
    const { field, message } = objectIn(JSON.stringify(one));
    return `${String(field)} ${String(message)}`;
  });
  return [error, ...each].join("\n");
}

describe("is refused, with everything there is to put right", () => {
  const cases = REFUSED.map(([name, request, status, ...says]) => ({ name, request, status, says }));
  test.each(cases)("$name", async ({ request, status, says }) => {
    const answered = await scene.host.request(request);
    expect(answered.status).toBe(status);
    for (const words of says) expect(said(answered.body)).toContain(words);
    // No stack, no address, no more than a little of what was sent.
    expect(answered.body).not.toMatch(/cluster\.example\.com|\bat \w+ \(|\.ts:\d|node_modules/);
    expect(answered.body.length).toBeLessThan(2_000);
    expect(answered.headers["content-type"]).toBe("application/json; charset=utf-8");
  });
});

test.each([
  ["PUT", "/api/verifications"],
  ["DELETE", "/api/verifications"],
  ["POST", `/api/verifications/${"0".repeat(32)}`],
  ["PATCH", `/api/verifications/${"0".repeat(32)}`],
  ["POST", "/api/health"],
  ["GET", "/api/verifications/a/b/c"],
  ["GET", "/api/"],
])("%s %s meets no function", async (method, path) => {
  expect((await scene.host.request({ method, path })).status).toBe(404);
});

test("of all that nothing was stored, nothing was started and no cluster was asked", async () => {
  for (const [, request] of REFUSED) await scene.host.request(request);
  expect(await scene.store.work.open()).toEqual([]);
  expect((await scene.store.lists.page({ top: 10 })).verifications).toEqual([]);
  expect(await scene.store.state.list("")).toEqual([]);
  expect(await scene.store.records.list("")).toEqual([]);
  expect(scene.host.engineRequests).toEqual([]);
  expect(asked).toEqual([]);
});

test("what breaks inside is told in the log, and to the caller that it did", async () => {
  const { host } = await stage(azurite.connectionString, {
    store: (store) => ({
      ...store,
      verifications: { ...store.verifications, find: () => Promise.reject(new Error(`secret of ${ENDPOINT}`)) },
    }),
    configuration: ONE_CLUSTER,
  });
  await using _ = host;
  const answered = await host.request(asking(`/api/verifications/${"0".repeat(32)}`));
  expect(answered.status).toBe(503);
  expect(answered.headers["retry-after"]).toBe("15");
  expect(answered.body).not.toContain("secret");
  expect(host.told("verification.trouble")).toHaveLength(1);
});
