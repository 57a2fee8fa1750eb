import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromColumns, toColumns } from "../../function/store/rows.ts";
import { isObject } from "../../shared/restore/fields.ts";
import { formatInstant } from "../../shared/restore/instant.ts";
import { JSON_BODY, MORNING } from "../function/world.ts";
import type { Answered } from "../functions-host/host.ts";
import { objectIn } from "../functions-host/host.ts";
import { PARTITION, sure } from "../restore/scenes.ts";
import { type FuzzedApp, openApp, SECRET_ADDRESS } from "./function-app.ts";
import { altered, anyText, fuzzed, mutated } from "./fuzzed.ts";

/*
 * Whatever comes over HTTP: it is accepted, or refused with what there is to put right. Nothing is stored, started or asked of a cluster for what was
 * refused; no stack and no address is told.
 */

let app: FuzzedApp;
beforeAll(async () => void (app = await openApp()));
afterAll(() => app.host[Symbol.asyncDispose]());

const post = (body: string, headers: Readonly<Record<string, string>> = JSON_BODY): Promise<Answered> =>
  app.host.request({ method: "POST", path: "/api/verifications", headers, body });

/** What may be told to a caller who is refused. */
function expectRefusal({ status, headers, body }: Answered, statuses: readonly number[]): void {
  expect(statuses).toContain(status);
  expect(headers["content-type"]).toBe("application/json; charset=utf-8");
  expect(body).not.toMatch(/\bat \w+ \(|\.ts:\d|node_modules|TypeError|Error:/);
  expect(body).not.toContain(SECRET_ADDRESS);
  expect(body.length).toBeLessThan(4_000);
  const { error, problems = [] } = objectIn(body);
  expect(typeof error === "string" && error !== "").toBe(true);
  expect(Array.isArray(problems) && problems.every((one) => isObject(one) && one["message"] !== "")).toBe(true);
}

/** What was written and started so far, and asked of clusters. */
const doneSoFar = (): number => app.done.length + app.host.engineRequests.length;

const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,19}$/);
const serviceName = fc.tuple(name, fc.oneof(name, fc.constant("Größe-🎉"))).map(([a, b]) => `fabric:/${a}/${b}`);
const minutes = fc.double({ min: 1, max: 10_080, noNaN: true });
const sound = fc
  .record({
    cluster: fc.constant("demo"),
    partitionIds: fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 5 }),
    serviceNames: optional(fc.uniqueArray(serviceName, { maxLength: 3 })),
    applicationNames: optional(
      fc.array(
        name.map((one) => `fabric:/${one}`),
        { maxLength: 3 },
      ),
    ),
    notBefore: optional(
      fc.oneof(
        fc.constantFrom("PT6H", "P1DT12H", "PT0S"),
        fc.integer({ min: -1e9, max: 1e9 }).map((ms) => formatInstant(MORNING).replace("Z", ms < 0 ? "-05:00" : "Z")),
      ),
    ),
    deadlineMinutes: optional(minutes),
    startTimeoutMinutes: optional(fc.double({ min: 0, max: 1_440, noNaN: true })),
    rtoMinutes: optional(minutes),
    rpoMinutes: optional(minutes),
    expectedBackupId: optional(fc.uuid()),
    healthCheck: optional(fc.constantFrom("require", "report", "off")),
  })
  .map((body): Readonly<Record<string, unknown>> => objectIn(JSON.stringify(body)));

describe("a start", () => {
  test("that is sound is accepted, and what is kept of it is what was asked for", async () => {
    const check = async (body: Readonly<Record<string, unknown>>): Promise<void> => {
      const answered = await post(JSON.stringify(body));
      expect([answered.status, answered.status === 202 ? "" : answered.body]).toEqual([202, ""]);
      const row = sure(app.rows.get(String(objectIn(answered.body)["id"])));
      expect(row.body).toEqual(body);
      expect(fromColumns(stored(toColumns(row)))).toEqual(row);
    };
    await fc.assert(fc.asyncProperty(sound, check), {
      ...fuzzed(150),
      examples: [[{ cluster: "demo", partitionIds: [PARTITION], startTimeoutMinutes: 1e-7 }]],
    });
  });

  test("that is not is refused, and nothing comes of it", async () => {
    let refused = 0;
    const broken = fc.oneof(
      sound.chain((body) => altered(body)).map((value) => JSON.stringify(value) ?? ""),
      sound.chain((body) => mutated(JSON.stringify(body))),
      fc.dictionary(anyText, fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.json(),
      anyText,
    );
    const check = async (text: string): Promise<void> => {
      const before = doneSoFar();
      const answered = await post(text);
      if (answered.status === 202 || answered.status === 200) return;
      refused += 1;
      expectRefusal(answered, [400, 404, 413, 422]);
      expect(doneSoFar()).toBe(before);
    };
    await fc.assert(fc.asyncProperty(broken, check), fuzzed(1_500));
    expect(refused).toBeGreaterThan(750);
  });

  const WRONG = {
    partitionIds: ["x"],
    serviceNames: ["no name"],
    applicationNames: ["fabric:/A/B/../C"],
    notBefore: "soon",
    deadlineMinutes: 0,
    startTimeoutMinutes: -1,
    rtoMinutes: -1,
    rpoMinutes: 0,
    expectedBackupId: "latest",
    healthCheck: "maybe",
    idempotencyKey: "",
  } as const;
  const OF_ANOTHER_TYPE = {
    endpoint: "x",
    ...Object.fromEntries(Object.keys(WRONG).map((field) => [field, { a: 1 }])),
  };

  test("is told all its problems at once, of form and of content", async () => {
    const fields = fc.subarray(Object.keys(WRONG), { minLength: 1 });
    const others = fc.subarray(Object.keys(OF_ANOTHER_TYPE));
    const check = async (body: Readonly<Record<string, unknown>>, wrong: string[], other: string[]): Promise<void> => {
      const spoilt = { ...body, ...picked(WRONG, wrong), ...picked(OF_ANOTHER_TYPE, other) };
      const answered = await post(JSON.stringify(spoilt));
      expectRefusal(answered, [400]);
      for (const field of [...wrong, ...other]) expect(answered.body).toContain(field);
    };
    await fc.assert(fc.asyncProperty(sound, fields, others, check), fuzzed(400));
  });

  test("of any type but JSON is refused as such", async () => {
    let refused = 0;
    const type = fc.oneof(anyText, fc.constantFrom("text/json", "application/jsonx", "application/json-patch+json"));
    const check = async (contentType: string): Promise<void> => {
      const isHeader = /^[\t\x20-\x7e\x80-\xff]*$/.test(contentType);
      if (!isHeader || contentType.split(";")[0]?.trim().toLowerCase() === "application/json") return;
      refused += 1;
      expectRefusal(await post("{}", { "content-type": contentType }), [415]);
    };
    await fc.assert(fc.asyncProperty(type, check), fuzzed(500));
    expect(refused).toBeGreaterThan(100);
  });

  test("with a key is one verification per key, and a key is 1 to 128 printable ASCII characters", async () => {
    const ids = new Map<string, string>();
    const key = fc.oneof(
      anyText,
      fc.string({ maxLength: 130 }),
      fc.constantFrom("__proto__", "constructor", "a/b?c#d"),
    );
    const check = async (idempotencyKey: string): Promise<void> => {
      const answered = await post(JSON.stringify({ cluster: "demo", partitionIds: [PARTITION], idempotencyKey }));
      if (!/^[ -~]{1,128}$/.test(idempotencyKey)) return expectRefusal(answered, [400]);
      expect(answered.status).toBe(202);
      const id = String(objectIn(answered.body)["id"]);
      expect(ids.get(idempotencyKey) ?? id).toBe(id);
      ids.set(idempotencyKey, id);
    };
    await fc.assert(fc.asyncProperty(key, check), fuzzed(400));
    expect(ids.size).toBeGreaterThan(100);
    expect(new Set(ids.values()).size).toBe(ids.size);
  });
});

describe("a question", () => {
  const QUERY = ["cluster", "partitionId", "verdict", "since", "top", "continuation", "code"] as const;
  const value = fc.oneof(
    anyText,
    fc.constantFrom("demo", PARTITION, "passed", "2026-02-03T10:00:00Z", "20", "101", "x' or true", "' or '1' eq '1"),
    fc.constantFrom({ after: "0" }, { after: `${"0".repeat(16)}_${"a".repeat(32)}` }, "x").map((token) => {
      return Buffer.from(JSON.stringify(token)).toString("base64url");
    }),
  );
  const query = fc
    .array(fc.tuple(fc.oneof(fc.constantFrom(...QUERY), anyText), value), { maxLength: 5 })
    .map((pairs) => new URLSearchParams(pairs.map(([field, text]): [string, string] => [field, text])).toString());

  test("for a list is answered or refused, and asks the store for what it may be asked only", async () => {
    let answers = 0;
    const check = async (text: string): Promise<void> => {
      const [before, asked] = [doneSoFar(), app.questions.length];
      const answered = await app.host.request({ method: "GET", path: `/api/verifications?${text}` });
      expect(doneSoFar()).toBe(before);
      if (answered.status !== 200) return expectRefusal(answered, [400]);
      answers += 1;
      const { cluster = "demo", after = `${"0".repeat(16)}_${"a".repeat(32)}`, top } = sure(app.questions[asked]);
      expect(cluster).toMatch(/^[A-Za-z0-9-]{1,40}$/);
      expect(after).toMatch(/^\d{16}_[0-9a-f]{32}$/);
      expect(top >= 1 && top <= 100).toBe(true);
    };
    await fc.assert(fc.asyncProperty(query, check), fuzzed(2_000));
    expect(answers).toBeGreaterThan(100);
  });

  test("for the report is answered or refused", async () => {
    const check = async (text: string): Promise<void> => {
      const answered = await app.host.request({ method: "GET", path: `/api/report?${text}` });
      if (answered.status !== 200) expectRefusal(answered, [400]);
      expect(answered.body).not.toContain(SECRET_ADDRESS);
    };
    const report = fc.tuple(query, fc.constantFrom("", "&format=json", "&format=html", "&format=pdf"));
    await fc.assert(
      fc.asyncProperty(
        report.map((parts) => parts.join("")),
        check,
      ),
      fuzzed(1_000),
    );
  });

  test("for a verification that no id is, is answered 404 without looking for it", async () => {
    const id = fc.oneof(
      anyText,
      mutated("0123456789abcdef0123456789abcdef"),
      fc.constantFrom("..", "%2e%2e", "__proto__"),
    );
    const asked = fc.tuple(
      id,
      fc.constantFrom<readonly [string, string]>(["GET", ""], ["GET", "/record"], ["DELETE", ""]),
    );
    const check = async ([text, [method, rest]]: readonly [string, readonly [string, string]]): Promise<void> => {
      if (/^[0-9a-f]{32}$/.test(text) || !text.isWellFormed()) return;
      const [before, sought] = [doneSoFar(), app.sought.length];
      const path = `/api/verifications/${encodeURIComponent(text)}${rest}`;
      const answered = await app.host.request({ method, path });
      expect([200, 404]).toContain(answered.status);
      if (answered.body !== "" && answered.status === 404) expectRefusal(answered, [404]);
      expect([doneSoFar(), app.sought.length]).toEqual([before, sought]);
    };
    await fc.assert(fc.asyncProperty(asked, check), fuzzed(2_000));
  });
});

describe("a row", () => {
  test("keeps a body of any length and any characters to the character", () => {
    const service = fc.tuple(fc.nat(40), fc.integer({ min: 800, max: 1_600 }));
    const check = ([shift, length]: readonly [number, number]): void => {
      const serviceNames = Array.from({ length }, (_, nth) => `fabric:/A/${"x".repeat(shift)}🎉${nth}`);
      const row = { ...ROW, body: { cluster: "demo", serviceNames } };
      expect(fromColumns(stored(toColumns(row)))).toEqual(row);
    };
    fc.assert(fc.property(service, check), fuzzed(100));
  });
});

const ROW = {
  id: "0".repeat(32),
  bodyHash: "",
  cluster: "demo",
  plan: null,
  target: "",
  startedAt: MORNING,
  deadline: MORNING,
  notBefore: MORNING,
  notBeforeSource: "request",
  rtoSeconds: null,
  batches: 0,
  partitionCount: 0,
  conclusion: null,
};

/** As the account keeps it: UTF-8. */
function stored<T>(columns: Readonly<Record<string, T>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(columns).map(([column, value]) => [
      column,
      typeof value === "string" ? Buffer.from(value, "utf8").toString("utf8") : value,
    ]),
  );
}

function picked(fields: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((one) => [one, fields[one]]));
}
