import { describe, expect, test } from "vitest";
import { examine } from "../../shared/evidence/examine.ts";
import { seal } from "../../shared/evidence/seal.ts";
import { reportText } from "../../shared/report/report-file.ts";
import { isObject } from "../../shared/restore/fields.ts";
import { hostile } from "../report/records.ts";
import { contentFor, nameOf, said, saidOf, series } from "./series.ts";

/* One record by itself, in either of its forms. */

const RECORD = seal(contentFor(0), null);
const TEXT = JSON.stringify(RECORD);

describe("a record that is as it was written is whole", () => {
  test.each([
    ["as the Function app stores it", TEXT],
    ["as a file", [...reportText(RECORD)].join("")],
    [
      "after an editor came by: a mark at the beginning, other line ends",
      `\ufeff${[...reportText(RECORD)].join("").replaceAll("\n", "\r\n")}`,
    ],
    ["with its members in another order", JSON.stringify(Object.fromEntries(Object.entries(RECORD).toReversed()))],
  ])("%s", async (_, text) => {
    const { integrity } = RECORD;
    expect(await saidOf(text)).toMatchObject({ state: "whole", ends: [{ sha256: integrity.sha256 }], follows: null });
  });

  test("from the midst of a series, and it is said whom it follows", async () => {
    const [first, second] = series(2);
    const found = await saidOf(JSON.stringify(second));
    expect(found).toMatchObject({ state: "whole", follows: first?.integrity.sha256 });
  });
});

const altered = async (text: string | Uint8Array): Promise<unknown> => (await saidOf(text)).findings[0]?.kind;

describe("a record in which anything was changed is altered", () => {
  const mutants = [...changes(JSON.parse(TEXT), "record")];

  test("there is much to change", () => {
    expect(mutants.length).toBeGreaterThan(300);
  });

  test.each(mutants)("$what", async ({ record }) => {
    const { state, findings } = await saidOf(JSON.stringify(record));
    expect({ state, known: ["altered", "unsealed", "cut-short"].includes(findings[0]?.kind ?? "") }).toEqual({
      state: what(record) === undefined ? "unproven" : "broken",
      known: true,
    });
  });

  test.each([
    ["a null into a number beyond all bounds", TEXT.replace('"rpoSeconds":null', '"rpoSeconds":1e999')],
    ["a letter into half a character", TEXT.replace('"message":"', '"message":"\\ud800')],
    ["a seal without its predecessor", TEXT.replace(',"predecessorSha256":null', "")],
    ["a seal with something beside it", TEXT.replace('"predecessorSha256":null', '"predecessorSha256":null,"by":"me"')],
    ["a seal that is no digest", TEXT.replace(RECORD.integrity.sha256, "abc")],
    ["a predecessor that is no digest", TEXT.replace('"predecessorSha256":null', '"predecessorSha256":7')],
    ["a digest in capitals", TEXT.replace(RECORD.integrity.sha256, RECORD.integrity.sha256.toUpperCase())],
  ])("%s", async (_, text) => {
    expect(text).not.toBe(TEXT);
    expect(await altered(text)).toBe("altered");
  });
});

describe("what is no JSON text of one meaning is named as that", () => {
  test.each<readonly [string, string | Uint8Array, string]>([
    ["nothing", "", "no-json"],
    ["half a record", TEXT.slice(0, 500), "no-json"],
    ["a record with more behind it", `${TEXT}\n{}`, "no-json"],
    ["a verdict that stands twice, of which readers take either", TEXT.replace("{", '{"verdict":"passed",'), "no-json"],
    ["a name that stands twice deep inside", TEXT.replace('"tool":{', '"tool":{"name":"x",'), "no-json"],
    ["bytes that are no text", Buffer.concat([Buffer.from(TEXT.slice(0, -1)), Buffer.from([0xff, 0x7d])]), "no-json"],
    ["a text cut off within a character", Buffer.from('"é').subarray(0, 2), "no-json"],
    ["a list", "[]", "no-record"],
    ["an object of something else", '{"name":"package"}', "no-record"],
    ["a record that was never sealed", JSON.stringify(contentFor(0)), "unsealed"],
    ["something else that is sealed", JSON.stringify(seal({ schema: "other/1", partitions: [] }, null)), "no-record"],
  ])("%s", async (_, text, kind) => {
    const { state, findings } = await saidOf(text);
    expect([findings[0]?.kind, state]).toEqual([kind, kind === "no-json" ? "broken" : "unproven"]);
  });

  test("more values than can be held are not even parsed", async () => {
    const { state, findings } = await saidOf(`[${"0,".repeat(16_000_001)}0]`);
    expect({ state, kind: findings[0]?.kind }).toEqual({ state: "unproven", kind: "unreadable" });
  });

  test("a text without an end is not waited for", async () => {
    const piece = Buffer.alloc(2 ** 22, " ");
    const endless = async function* (): AsyncGenerator<Uint8Array, void, void> {
      for (;;) yield await Promise.resolve(piece);
    };
    const { finding } = await examine("endless.json", endless());
    expect(finding).toMatchObject({ kind: "unreadable" });
    expect(finding?.message).toContain("is longer than");
  });

  test("lists within each other by the thousand are judged as anything else", async () => {
    const depth = 100_000;
    const text = TEXT.replace('"warnings":[]', `"warnings":${"[".repeat(depth)}${"]".repeat(depth)}`);
    expect(await altered(text)).toBe("altered");
  });
});

test("a record under the name of another verification is misplaced", async () => {
  expect(await saidOf(TEXT, nameOf(0))).toMatchObject({ state: "whole" });
  const found = await said(new Map([[`quarter/${nameOf(1)}`, TEXT]]));
  expect(found).toMatchObject({ state: "broken", findings: [{ kind: "misplaced" }] });
});

describe("a record in JSON Lines", () => {
  const { integrity: _, ...content } = hostile(120);
  const many = seal(content, null);
  const lines = [...reportText(many)];
  const [run = "", one = "", two = "", ...rest] = lines;
  const found = (pieces: readonly string[]): ReturnType<typeof saidOf> => saidOf(pieces.join(""));

  test("has the digest of the same record in one document, and is whole", async () => {
    const document = await saidOf(JSON.stringify(many));
    expect(await found(lines)).toEqual(document);
    expect(document).toMatchObject({ state: "whole", ends: [{ sha256: many.integrity.sha256 }] });
    expect(await found([...lines, "\n \n"])).toMatchObject({ state: "whole" });
  });

  const resealed = (line: string, change: object, before: string): string => {
    const { integrity: _seal, ...partition } = { ...fields(line) };
    return `${JSON.stringify(seal({ ...partition, ...change }, before))}\n`;
  };

  test.each<readonly [string, readonly string[], string, string]>([
    ["one that was altered", [run, one, two.replace('"looks":', '"looks":1'), ...rest], "altered", "in line 3"],
    ["one that was taken out", [run, two, ...rest], "altered", "line 2 does not follow line 1"],
    ["two that were swapped", [run, two, one, ...rest], "altered", "line 2 does not follow line 1"],
    ["one that stands twice", [run, one, one, two, ...rest], "altered", "line 3 does not follow line 2"],
    ["an end that was cut off", [run, one, two], "cut-short", "tells of 120 partitions, and here are 2"],
    ["nothing but the run", [run], "cut-short", "tells of 120 partitions, and here are 0"],
    ["half a line at the end", [...lines.slice(0, -1), '{"partitionId":'], "no-json", "line 121 is no JSON text"],
    ["a line that is no object", [run, "7\n"], "no-json", "line 2 is no partition"],
    ["a line with a name twice", [run, one.replace("{", '{"looks":7,')], "no-json", "line 2 has an object"],
    [
      "a line without a seal",
      [run, one.replace('"integrity"', '"seal"')],
      "altered",
      "line 2 bears a seal that is none",
    ],
    [
      "a run that was altered",
      [run.replace('"verdict":"failed"', '"verdict":"passed"'), ...lines.slice(1)],
      "altered",
      "line 1",
    ],
    [
      "a run that nothing can be the digest of",
      [run.replace('"rpoSeconds":null', '"rpoSeconds":1e999'), ...lines.slice(1)],
      "altered",
      "line 1",
    ],
    [
      "a last line that was altered and sealed anew",
      [...lines.slice(0, -1), resealed(lines.at(-1) ?? "", { looks: 99 }, sealOf(lines.at(-2) ?? ""))],
      "altered",
      "line 1",
    ],
  ])("%s", async (_name, pieces, kind, message) => {
    const { state, findings } = await found(pieces);
    expect({ state, kind: findings[0]?.kind }).toEqual({ state: "broken", kind });
    expect(findings[0]?.message).toContain(message);
  });
});

function fields(line: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(line);
  return isObject(value) ? value : {};
}

function sealOf(line: string): string {
  const { integrity } = fields(line);
  return isObject(integrity) ? String(integrity["sha256"]) : "";
}

interface Change {
  readonly what: string;
  readonly record: unknown;
}

/** The record with one thing changed: a value that is another, a member too many or too few, a list in another order. */
function* changes(value: unknown, path: string): Generator<Change> {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    yield { what: `${path} has one item more`, record: [...items, null] };
    for (const [n, item] of items.entries()) {
      yield { what: `${path} lacks item ${n}`, record: items.toSpliced(n, 1) };
      for (const { what: told, record } of changes(item, `${path}[${n}]`))
        yield { what: told, record: items.with(n, record) };
    }
  } else if (isObject(value)) {
    yield { what: `${path} has one member more`, record: { ...value, surplus: 1 } };
    for (const [key, inner] of Object.entries(value)) {
      const { [key]: _, ...without } = value;
      yield { what: `${path} lacks ${key}`, record: without };
      for (const { what: told, record } of changes(inner, `${path}.${key}`))
        yield { what: told, record: { ...value, [key]: record } };
    }
  } else yield { what: `${path} is something else`, record: other(value) };
}

function other(value: unknown): unknown {
  if (typeof value === "string") return value === "" ? " " : `${value.slice(0, -1)}${value.endsWith("a") ? "b" : "a"}`;
  if (typeof value === "number") return value + 1;
  return typeof value === "boolean" ? !value : false;
}

/** The seal, where there is one. */
function what(record: unknown): unknown {
  return isObject(record) ? record["integrity"] : undefined;
}
