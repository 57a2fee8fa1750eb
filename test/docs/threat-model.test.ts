import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { page, ROOT } from "./markdown.ts";

/* `docs/threat-model.md` names a test for each defence: there must be that test, by that name. */

/** `path` or `path` "title", "title"; in the order of the page. */
const NAMED = /`((?:test|\.github|\.ci)\/[^`]+)`((?:(?:, )?\s?"[^"]+")*)/g;
const named = [...page("docs/threat-model.md").text.matchAll(NAMED)].map(([, path = "", titles = ""]) => ({
  path,
  titles: [...titles.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title),
}));
const tables =
  page("docs/threat-model.md").text.split("## What is done about it")[1]?.split("## Least privilege")[0] ?? "";

describe("the threat model", () => {
  test("names a test for every defence", () => {
    const rows = tables.split("\n").filter((line) => line.startsWith("| ") && !/^\| (attack|where|---)/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !/`(test|\.ci)\//.test(row) && !row.includes("see below"))).toEqual([]);
  });

  test.each(named)("$path has what is said to be in it", ({ path, titles }) => {
    expect(existsSync(join(ROOT, path))).toBe(true);
    const text = titles.length === 0 ? "" : readFileSync(join(ROOT, path), "utf8");
    expect(titles.filter((title) => !text.includes(title))).toEqual([]);
  });
});
