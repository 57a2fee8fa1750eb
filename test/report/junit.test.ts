import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { toJUnit } from "../../shared/report/junit.ts";
import type { RestoreRecord } from "../../shared/record.ts";
import { verdict } from "../../shared/restore/verdict.ts";
import { FAILED, HOSTILE, hostile, NEVER, recorded, RESTORED } from "./records.ts";

type Read = Readonly<Record<string, unknown>>;
const fields = (value: unknown): Read => (typeof value === "object" && value !== null ? { ...value } : {});
const list = (value: unknown): readonly Read[] => (Array.isArray(value) ? value.map(fields) : []);

/** What a reader makes of it. */
async function readBack(record: RestoreRecord): Promise<readonly Read[]> {
  const xml = await toJUnit(record);
  expect(XMLValidator.validate(xml)).toBe(true);
  const isArray = (name: string): boolean => ["testsuite", "testcase", "property"].includes(name);
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: "",
    parseAttributeValue: false,
    isArray,
  });
  return list(fields(fields(parser.parse(xml))["testsuites"])["testsuite"]);
}
const casesOf = (suite: Read | undefined): readonly Read[] => list(suite?.["testcase"]);

describe("the record as JUnit XML", () => {
  test("ten thousand partitions are ten thousand cases", async () => {
    const xml = await toJUnit(recorded(Array.from({ length: 10_000 }, () => FAILED)));
    expect(xml.match(/<testcase /g)).toHaveLength(10_000);
    expect(xml).toContain('tests="10000" failures="10000" errors="0"');
  });

  test("the more there are to tell of, the less is told of each", async () => {
    const [few, many] = [await toJUnit(hostile(1)), await toJUnit(hostile(3_000))];
    const longest = (xml: string): number =>
      Math.max(...[...xml.matchAll(/<failure[^]*?<\/failure>/g)].map(([it]) => it.length));
    expect(longest(many)).toBeLessThan(longest(few));
  });

  test("a suite for each service, a case for each partition: passed, failure or error by its verdict", async () => {
    const record = recorded([
      { ...FAILED, serviceName: "fabric:/App/Orders" },
      NEVER,
      { ...RESTORED, serviceName: "fabric:/App/Orders" },
    ]);
    const suites = await readBack(record);
    expect(
      suites.map(({ name, tests, failures, errors, skipped }) => [name, tests, failures, errors, skipped]),
    ).toEqual([
      ["fabric:/App/Orders", "2", "1", "0", "0"],
      ["partitions", "1", "0", "1", "0"],
    ]);
    const [failed, passed] = casesOf(suites[0]);
    expect(fields(failed?.["failure"])["type"]).toBe("restore-failed");
    expect(passed).toEqual({ name: RESTORED.partitionId, classname: "fabric:/App/Orders", time: "85" });
    expect(fields(casesOf(suites[1])[0]?.["error"])["type"]).toBe("no-restore");
  });

  test("its properties are the objectives and what else the verdict hung on", async () => {
    const record = recorded([RESTORED], { "rto-minutes": "10", "rpo-minutes": "60" });
    const properties = list(fields((await readBack(record))[0]?.["properties"])["property"]);
    const values = Object.fromEntries(properties.map(({ name, value }) => [String(name), value]));
    expect(values).toMatchObject({ "rto-seconds": "600", "rpo-seconds": "3600", verdict: "passed" });
    expect(values).not.toHaveProperty("expected-backup-id");
  });

  test("says how an objective was met, and what to do about what is red", async () => {
    const xml = await toJUnit(recorded([RESTORED, FAILED], { "rto-minutes": "10" }));
    expect(xml).toContain("RTO met: 1 min 25 s of 10 min, 8 min 35 s to spare");
    expect(xml).toContain("Next: Look at the cluster");
  });

  test("a run that came to no partition is one case in error: an empty suite would be green", async () => {
    const [suite] = await readBack(recorded([], {}, { verdict: verdict("access-denied", "HTTP 403") }));
    expect(suite).toMatchObject({ tests: "1", failures: "0", errors: "1" });
    expect(fields(casesOf(suite)[0]?.["error"])).toMatchObject({ type: "access-denied", message: "HTTP 403" });
  });

  test("what was cancelled is an error, not a skipped test: that would look green", async () => {
    const cancelled = { ...NEVER, verdict: verdict("cancelled", "Stopped by SIGINT.") };
    expect((await readBack(recorded([cancelled])))[0]).toMatchObject({ errors: "1", skipped: "0" });
  });

  test("a service with nothing to restore is skipped", async () => {
    const skipped = [{ name: "fabric:/App/Front", why: "stateless" }];
    const suites = await readBack(recorded([RESTORED], {}, { skipped }));
    expect(suites[1]).toMatchObject({ name: "fabric:/App/Front", tests: "1", skipped: "1", errors: "0" });
  });

  test("no text of a cluster breaks out of it", async () => {
    const suites = await readBack(hostile(3));
    expect(suites.map(({ tests }) => tests)).toEqual(["3", "1"]);
    for (const failure of casesOf(suites[0]).map((one) => fields(one["failure"]))) {
      expect(Object.keys(failure).toSorted()).toEqual(["#text", "message", "type"]);
      expect(failure["message"]).toContain("]]> </failure><x a='b\">");
    }
    expect(await toJUnit(hostile(3))).not.toMatch(/[\p{Cf}\uFFFE\uFFFF]|[^\P{Cc}\n]/u);
  });

  test.each([
    ["a good run", recorded([RESTORED], { "rto-minutes": "10" })],
    ["a mixed run", recorded([FAILED, NEVER, RESTORED])],
    ["a run without partitions", recorded([], {}, { verdict: verdict("unreachable", HOSTILE) })],
    ["a hostile run", hostile(120)],
  ])("has the shape of the Ant JUnit schema: %s", async (_, record) => {
    const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "", preserveOrder: true });
    const tree: unknown = parser.parse(await toJUnit(record));
    expect(
      againstSchema(
        elements(tree).filter(({ name }) => name !== "?xml"),
        "",
      ),
    ).toEqual([]);
  });
});

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
}

function elements(tree: unknown): readonly Element[] {
  return list(tree).flatMap((node) => {
    const name = Object.keys(node).find((key) => key !== ":@");
    if (name === undefined || name === "#text") return [];
    const attributes = Object.entries(fields(node[":@"])).map(([key, value]) => [key, String(value)] as const);
    return [{ name, attributes: Object.fromEntries(attributes), children: elements(node[name]) }];
  });
}

const INT = /^\d+$/;
const DECIMAL = /^\d+(\.\d+)?$/;
const TOKEN = /^\S+( \S+)*$/;
const ANY = /^.*$/;
const END = { attributes: { message: ANY, type: TOKEN }, children: "" };
/** windyroad/JUnit-Schema, JUnit.xsd: what each element may bear, and its children in their order. */
const SCHEMA: Readonly<
  Record<string, { readonly attributes: Readonly<Record<string, RegExp>>; readonly children: string }>
> = {
  testsuites: { attributes: {}, children: "( testsuite)*" },
  testsuite: {
    attributes: {
      name: TOKEN,
      package: TOKEN,
      id: INT,
      timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/,
      hostname: TOKEN,
      tests: INT,
      failures: INT,
      errors: INT,
      skipped: INT,
      time: DECIMAL,
    },
    children: " properties( testcase)* system-out system-err",
  },
  properties: { attributes: {}, children: "( property)*" },
  property: { attributes: { name: TOKEN, value: ANY }, children: "" },
  testcase: { attributes: { name: TOKEN, classname: TOKEN, time: DECIMAL }, children: "( skipped| error| failure)?" },
  skipped: { attributes: {}, children: "" },
  error: END,
  failure: END,
  "system-out": { attributes: {}, children: "" },
  "system-err": { attributes: {}, children: "" },
};

function againstSchema(all: readonly Element[], within: string): readonly string[] {
  return all.flatMap(({ name, attributes, children }) => {
    const path = `${within}/${name}`;
    const rule = SCHEMA[name];
    if (rule === undefined) return [`${path} is no element`];
    const order = children.map((child) => ` ${child.name}`).join("");
    return [
      ...(new RegExp(`^${rule.children}$`).test(order) ? [] : [`${path} holds${order}`]),
      ...Object.entries(rule.attributes).flatMap(([key, form]) =>
        form.test(attributes[key] ?? "\n") ? [] : [`${path}/@${key} is ${attributes[key]}`],
      ),
      ...Object.keys(attributes).flatMap((key) => (key in rule.attributes ? [] : [`${path}/@${key} is unknown`])),
      ...againstSchema(children, path),
    ];
  });
}
