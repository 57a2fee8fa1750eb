import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/*
 * The heart has no clock, no dice and no I/O because it does not compile with them. This is the proof: each offence is
 * planted in test/purity/planted.ts, and the real compiler, with the heart's own options, must find each one.
 */

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const planted = readFileSync(path("../purity/planted.ts"), "utf8").split("\n");
const marked = (mark: string): readonly (readonly [line: number, code: string])[] =>
  planted
    .map((code, index) => [index + 1, code] as const)
    .filter(([, code]) => code.includes(`// ${mark}:`))
    .map(([line, code]) => [line, code.trim()] as const);

/** Every file and line the compiler complains of, as `name:line`. */
function complaints(): ReadonlySet<string> {
  const { stdout, error } = spawnSync(
    process.execPath,
    [path("../../node_modules/typescript/bin/tsc"), "--pretty", "false", "-p", path("../purity/tsconfig.json")],
    { encoding: "utf8" },
  );
  if (error !== undefined) throw error;
  return new Set(
    Array.from(stdout.matchAll(/([\w.-]+)\((\d+),\d+\): error TS\d+/g), ([, file, line]) => `${file}:${line}`),
  );
}

describe("the heart's compiler options", () => {
  const found = complaints();

  test.each(marked("forbidden"))("refuse line %d: %s", (line) => {
    expect(found).toContain(`planted.ts:${line}`);
  });

  test.each(marked("allowed"))("allow line %d: %s", (line) => {
    expect(found).not.toContain(`planted.ts:${line}`);
  });

  test("are the ones in force: the complaints are about the planted lines alone", () => {
    expect(marked("forbidden").length).toBeGreaterThanOrEqual(18);
    const about = [...found].filter((place) => !place.startsWith("planted.ts:"));
    expect(about).toEqual([]);
  });
});
