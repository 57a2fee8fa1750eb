import { afterAll, beforeAll, expect, test } from "vitest";
import type { Conclusion, Verification } from "../../function/verification.ts";
import { later } from "../../shared/restore/instant.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import type { FunctionsHost } from "../functions-host/host.ts";
import { story } from "../simulator/stories.ts";
import { get, MORNING, type Scene, stage } from "./world.ts";

const MINUTE = 60_000;
const [CLEAN, SLOW] = [story("clean").partitionId, story("slow").partitionId];

let azurite: Azurite;
let scene: Scene;
beforeAll(async () => {
  azurite = await startAzurite();
  scene = await stage(azurite.connectionString);
  for (let n = 0; n < 45; n++) {
    const verification = nth(n);
    await scene.store.verifications.insert(verification);
    await scene.store.lists.enlist(verification, [n % 5 === 0 ? SLOW : CLEAN]);
  }
});
afterAll(async () => {
  await scene.host[Symbol.asyncDispose]();
  await azurite[Symbol.asyncDispose]();
});

/** One a minute; of three clusters in turn; every fourth is red, the newest three still run. */
function nth(n: number): Verification {
  const startedAt = later(MORNING, n * MINUTE);
  const conclusion: Conclusion = {
    verdict: n % 4 === 0 ? "failed" : "passed",
    reason: n % 4 === 0 ? "restore-failed" : "restored",
    message: "",
    endedAt: later(startedAt, 90_000),
    restoreSeconds: 80 + n,
  };
  return {
    id: n.toString(16).padStart(32, "0"),
    bodyHash: "0",
    body: { cluster: ["north", "south", "west"][n % 3] ?? "" },
    cluster: ["north", "south", "west"][n % 3] ?? "",
    plan: null,
    target: "t",
    startedAt,
    deadline: later(startedAt, 35 * MINUTE),
    notBefore: startedAt,
    notBeforeSource: "moment of the request",
    rtoSeconds: 600,
    batches: 1,
    partitionCount: 1,
    conclusion: n >= 42 ? null : conclusion,
  };
}

interface Listed {
  readonly numbers: readonly number[];
  readonly continuation: string | null;
}

async function list(host: FunctionsHost, query: string): Promise<Listed> {
  const { status, json } = await get(host, `/api/verifications?${query}`);
  expect(status).toBe(200);
  const rows: unknown = json["verifications"];
  const numbers = (Array.isArray(rows) ? rows : []).map((row: unknown) =>
    Number.parseInt(/"id":"([0-9a-f]+)"/.exec(JSON.stringify(row))?.[1] ?? "", 16),
  );
  const { continuation } = json;
  return { numbers, continuation: typeof continuation === "string" ? continuation : null };
}

const down = (...wanted: readonly ((n: number) => boolean)[]): readonly number[] =>
  Array.from({ length: 45 }, (_, n) => 44 - n).filter((n) => wanted.every((want) => want(n)));
const north = (n: number): boolean => n % 3 === 0;
const slow = (n: number): boolean => n % 5 === 0;
const failed = (n: number): boolean => n % 4 === 0 && n < 42;

test.each([
  ["everything", "", down()],
  ["a cluster", "cluster=north", down(north)],
  ["a verdict", "verdict=failed", down(failed)],
  ["a cluster's verdict", "cluster=north&verdict=failed", down(north, failed)],
  ["a partition", `partitionId=${SLOW.toUpperCase()}`, down(slow)],
  ["a partition's verdict in a cluster", `partitionId=${SLOW}&cluster=north&verdict=failed`, down(slow, north, failed)],
  ["what began since", "since=2026-02-03T10:40:00Z", [44, 43, 42, 41, 40]],
  ["a cluster's since", "since=2026-02-03T10:40:00Z&cluster=south", [43, 40]],
  ["nothing", "cluster=nowhere", []],
])("%s is listed newest first", async (_name, query, expected) => {
  expect((await list(scene.host, `${query}&top=100`)).numbers).toEqual(expected);
});

test.each(["", "cluster=north&", "verdict=passed&", `partitionId=${CLEAN}&cluster=west&`])(
  "page by page nothing is missing and nothing twice: %s",
  async (query) => {
    const all = (await list(scene.host, `${query}top=100`)).numbers;
    const seen: number[] = [];
    let continuation: string | null = "";
    for (let page = 0; continuation !== null && page < 20; page++) {
      const listed = await list(scene.host, `${query}top=7&continuation=${continuation}`);
      seen.push(...listed.numbers);
      continuation = listed.continuation;
    }
    expect(seen).toEqual(all);
  },
);

test("a continuation that was tampered with is refused, and one of another list leads nowhere else", async () => {
  const { continuation } = await list(scene.host, "cluster=north&top=7");
  const given = continuation ?? "";
  const torn = [
    given.slice(0, -4),
    `${given}x`,
    "..%2F..%2Frecords",
    "%00",
    encodeURIComponent("' or true"),
    Buffer.from(JSON.stringify({ after: "' or PartitionKey ne '" })).toString("base64url"),
    Buffer.from(JSON.stringify({ after: ["0"] })).toString("base64url"),
    "A".repeat(10_000),
  ];
  for (const one of torn) {
    const answered = await get(scene.host, `/api/verifications?cluster=north&continuation=${one}`);
    expect([one, answered.status]).toEqual([one, 400]);
  }
  const elsewhere = await list(scene.host, `cluster=south&top=100&continuation=${given}`);
  expect(elsewhere.numbers.every((n) => n % 3 === 1)).toBe(true);
});

test("the report is made of what has concluded", async () => {
  const { json } = await get(scene.host, "/api/report?format=json&cluster=north");
  expect(json).toMatchObject({ cluster: "north", verifications: { count: 14 }, counts: { targets: 1 } });
  const page = await scene.host.request({ method: "GET", path: "/api/report" });
  expect(page.status).toBe(200);
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
});
