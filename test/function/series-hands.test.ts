import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commit } from "../../function/engine/commit.ts";
import { connectStorage } from "../../function/store/storage.ts";
import { idOf } from "../../function/verification.ts";
import type { RecordContent } from "../../shared/index.ts";
import { contentFor } from "../evidence/series.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { sure } from "../restore/scenes.ts";
import { evidenceIn } from "./evidence.ts";
import { type Hook, hooked } from "./hooked.ts";
import { type Scene, stage } from "./world.ts";

/* Somebody's hand in the store: the series goes on, nothing that was altered is passed off as ours, and checking it tells. */

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const nth = (n: number): string => idOf("test", String(n));
const content = (n: number): RecordContent => ({ ...contentFor(n), verificationId: nth(n) });

interface Meddled extends Scene {
  readonly told: string[];
  readonly commit: (n: number, different?: Partial<RecordContent>) => Promise<void>;
  /** The series' end as it lies in the table. */
  readonly head: ReturnType<typeof connectStorage>["table"];
}

/** The first record is decided, and its writer died before it wrote it. */
async function decided(): Promise<Meddled> {
  const name = `hands${crypto.randomUUID().replaceAll("-", "")}`;
  let left = 1;
  const before: Hook["before"] = (call) =>
    call === "records.create" && left-- > 0 ? Promise.reject(new Error("gone")) : Promise.resolve();
  const scene = await stage(azurite.connectionString, { name, store: (store) => hooked(store, { before }) });
  const told: string[] = [];
  const tell = (line: string): void => void told.push(line);
  const log = { log: tell, warn: tell, error: tell };
  const access = { kind: "connection-string", connectionString: azurite.connectionString } as const;
  const { table: head } = connectStorage(access, { table: name, state: `${name}-state`, records: `${name}-records` });
  const put: Meddled["commit"] = (n, different) => commit(scene.world, nth(n), { ...content(n), ...different }, log);
  await expect(put(1)).rejects.toThrow("gone");
  return { ...scene, told, commit: put, head };
}

describe("what was laid aside for a record that is decided", () => {
  test.each<readonly [string, (text: string) => string]>([
    ["cut short", (text) => text.slice(0, 200)],
    ["emptied", () => ""],
    ["no record any more", () => JSON.stringify({ schema: 1, batches: "none" })],
    ["a record's name and nothing else", (text) => `{"schema":${JSON.stringify(schemaIn(text))}}`],
    ["turned green", (text) => text.replaceAll('"failed"', '"passed"')],
  ])("and is %s keeps nobody waiting, and is not written", async (_name, alter) => {
    const { host, store, told, commit: put } = await decided();
    await using _ = host;
    const [path] = await store.state.list("");
    const { content: text, etag } = sure(await store.state.read(sure(path)));
    const altered = alter(text);
    expect(altered).not.toBe(text);
    await store.state.replace(sure(path), altered, etag);

    await put(2);
    await put(1, { message: "Seen anew." });
    const { records, findings } = await evidenceIn(store);
    expect(records).toBe(2);
    expect(findings).toMatchObject([{ kind: "missing-predecessor", name: `${nth(2)}.json` }]);
    expect((await store.records.read(`${nth(1)}.json`))?.content).toContain("Seen anew.");
    expect(told.join("")).toContain("its last record is lost");
  });
});

describe("the end of the series", () => {
  test("that is gone begins another one, which is counted", async () => {
    const { host, store, commit: put, head } = await decided();
    await using _ = host;
    await put(2);
    await head.deleteEntity("series", "head");
    await put(3);
    await put(4);
    expect(await evidenceIn(store)).toMatchObject({ records: 4, series: 2, findings: [] });
  });

  test.each<readonly [string, Record<string, unknown>]>([
    ["has lost its columns", {}],
    ["names no digest", { id: nth(1), sha256: "none", staged: "none" }],
    ["names a path", { id: "../../else", sha256: "f".repeat(64), staged: "../x" }],
  ])("that %s does not end it", async (_name, columns) => {
    const { host, store, told, commit: put, head } = await decided();
    await using _ = host;
    await put(2);
    await head.updateEntity({ partitionKey: "series", rowKey: "head", ...columns }, "Replace");
    await put(3);
    await put(4);
    const { records, series, findings } = await evidenceIn(store);
    expect(records).toBe(4);
    // Another beginning, or a record that names one that is not there: never whole as if nothing had been.
    expect(series + findings.length).toBeGreaterThan(1);
    expect(findings.filter(({ kind }) => kind !== "missing-predecessor")).toEqual([]);
    expect(told.join("")).toContain("verification.trouble");
  });
});

function schemaIn(text: string): unknown {
  const value = parsed(text);
  return typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
