import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as core from "../shared/index.ts";
import { TOOL_NAME, TOOL_VERSION } from "../shared/version.ts";

const root = new URL("../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const sources = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`);

describe("the repository keeps its promises", () => {
  test("the tool's name and version are those of package.json", () => {
    expect(JSON.parse(read("package.json"))).toMatchObject({ name: TOOL_NAME, version: TOOL_VERSION });
  });

  test("action.yml and the README's tables are what the sources generate", () => {
    const script = fileURLToPath(new URL("scripts/generate.ts", root));
    expect(() => execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })).not.toThrow();
  });

  test("every reason has its section in docs/troubleshooting.md, under the anchor that annotations link to", () => {
    const sections = [...read("docs/troubleshooting.md").matchAll(/^## (.+)\n\n(.+)/gm)];
    expect(sections.map(([, heading]) => heading)).toEqual(Object.keys(core.REASONS));
    for (const [, heading = "", text = ""] of sections) {
      expect(heading).toMatch(/^[a-z-]+$/); // so that GitHub's anchor of it is itself
      expect(text).toMatch(/^[A-Z].{20}/);
    }
  });

  test("no clock hides in the core: `new Date()` without an argument is nowhere in shared/", () => {
    expect(sources("shared").filter((path) => /new Date\(\s*\)/.test(read(path)))).toEqual([]);
  });

  test("only the entry point and the runner's adapter know the process", () => {
    const known = [...sources("shared"), ...sources("action"), ...sources("cli")].filter((path) =>
      /\bprocess\.\w/.test(read(path)),
    );
    expect(known.toSorted()).toEqual([
      "action/main.ts",
      "action/runner-identity.ts",
      "action/runner.ts",
      "cli/main.ts",
    ]);
  });

  test("nothing ends the process by force, which would cut off what is still being written, but the entry point at the very end", () => {
    const forced = [...sources("shared"), ...sources("action"), ...sources("cli")].filter((path) =>
      read(path).includes("process.exit("),
    );
    expect(forced).toEqual(["action/main.ts", "cli/main.ts"]);
    for (const path of forced)
      expect(read(path).trim().split("\n").at(-1)).toBe("setTimeout(() => process.exit(), 3_000).unref();");
  });

  test("the lockfile names no registry host", () => {
    expect(read("package-lock.json")).not.toContain("resolved");
  });

  test("the public surface is a deliberate list", () => {
    expect(Object.keys(core).toSorted()).toMatchInlineSnapshot(`
      [
        "ACTION_CADENCE",
        "FUNCTION_CADENCE",
        "GatewayError",
        "INPUTS",
        "INPUT_NAMES",
        "MOST_IN_ONE_DOCUMENT",
        "OUTPUTS",
        "OUTPUT_NAMES",
        "ProgressLog",
        "REASONS",
        "RECORD_SCHEMA",
        "TONE",
        "TOOL_NAME",
        "TOOL_VERSION",
        "Unreadable",
        "beginMember",
        "boundLine",
        "brokenRun",
        "callOff",
        "checkEvidence",
        "cleanHtml",
        "cleanLine",
        "cleanMarkdown",
        "commonPlan",
        "contentOf",
        "countsOf",
        "describeObjective",
        "describeProblems",
        "documentText",
        "earlier",
        "endingOf",
        "explain",
        "formatDuration",
        "formatInstant",
        "given",
        "headline",
        "instantFromMs",
        "internalError",
        "isExplicit",
        "isObject",
        "jsonText",
        "later",
        "learnedCadence",
        "listsOf",
        "metByOne",
        "nextTurn",
        "objectivesOf",
        "ofRun",
        "openCluster",
        "parseDrillRequest",
        "parseInstant",
        "parsePartitionId",
        "planOfMany",
        "probeCluster",
        "probePage",
        "proxySecrets",
        "readLists",
        "reasonsOf",
        "redact",
        "reportText",
        "scopeOrVerdict",
        "seal",
        "settings",
        "sharedBudget",
        "systemClock",
        "takeTurn",
        "toJUnit",
        "toRecord",
        "verdict",
        "verifyRestore",
        "worstFirst",
        "writeText",
      ]
    `);
  });
});
