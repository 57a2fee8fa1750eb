import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { describe, expect, test } from "vitest";
import { INPUT_NAMES, OUTPUT_NAMES } from "../../shared/index.ts";
import { isObject } from "../../shared/restore/fields.ts";
import { type Page, PAGES, page, ROOT, wrongWithLink } from "./markdown.ts";

const scripts: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const SCRIPTS = Object.keys(isObject(scripts) && isObject(scripts["scripts"]) ? scripts["scripts"] : {});
/** What is shown and not run, by its language; `sh` is run: see commands.test.ts. */
const SHOWN = ["text", "console", "json", "yaml", "ts", "mermaid", "kusto", "groovy"];

/** Pages by what is wrong on them; empty is right. */
function wrong(problems: (one: Page) => readonly string[]): readonly string[] {
  return PAGES.flatMap((one) => problems(one).map((problem) => `${one.path}: ${problem}`));
}

describe("every document", () => {
  test("is found", () => {
    expect(PAGES.map(({ path }) => path)).toEqual(expect.arrayContaining(["README.md", "docs/README.md"]));
    expect(PAGES.flatMap(({ links }) => links).length).toBeGreaterThan(100);
  });

  test("links to what is there, headings included", () => {
    expect(
      wrong((one) =>
        one.links.flatMap((target) => {
          const why = wrongWithLink(one, target);
          return why === undefined ? [] : [`${target}: ${why}`];
        }),
      ),
    ).toEqual([]);
  });

  test("says of every fence what it is, so that it is known which ones are run", () => {
    const unknown = wrong(({ fences }) =>
      fences
        .filter(({ language }) => language !== "sh" && !SHOWN.includes(language))
        .map(({ language, line }) => `line ${line} is ${language === "" ? "of no language" : language}`),
    );
    expect(unknown).toEqual([]);
  });

  test("names only npm scripts that there are", () => {
    const missing = wrong(({ text }) =>
      [...text.matchAll(/npm run (?:-s |--silent )?([a-z][\w:-]*)/g)]
        .flatMap(([, name]) => name ?? [])
        .filter((name) => !SCRIPTS.includes(name)),
    );
    expect(missing).toEqual([]);
  });

  test("of docs/ is in the index, and every decision in that of the decisions", () => {
    const indexed = (index: string): readonly string[] => {
      const folder = index.replace("README.md", "");
      const { links } = page(index);
      return PAGES.map(({ path }) => path)
        .filter((path) => path.startsWith(folder) && !path.slice(folder.length).includes("/") && path !== index)
        .filter((path) => !links.some((link) => link.split("#")[0] === path.slice(folder.length)));
    };
    expect([...indexed("docs/README.md"), ...indexed("docs/decisions/README.md")]).toEqual([]);
  });
});

test("every npm script stands in the table of CONTRIBUTING.md", () => {
  const { text } = page("CONTRIBUTING.md");
  const told = [...text.matchAll(/^\| `npm (?:run )?([\w:-]+)`/gm)].flatMap(([, name]) => name ?? []);
  expect(told.toSorted()).toEqual(SCRIPTS.toSorted());
});

describe("a workflow in a document", () => {
  const workflows = PAGES.flatMap(({ path, fences }) =>
    fences.filter(({ language }) => language === "yaml").map((fence) => ({ where: `${path}:${fence.line}`, ...fence })),
  );

  test.each(workflows)("$where parses, and gives our Action only inputs that it has", ({ code }) => {
    const inputs: readonly string[] = INPUT_NAMES;
    const given = stepsIn(parse(code)).flatMap((step) =>
      /service-fabric-restore-verification@|^\.\/$/.test(String(step["uses"])) && isObject(step["with"])
        ? Object.keys(step["with"])
        : [],
    );
    expect(given.filter((name) => !inputs.includes(name))).toEqual([]);
  });

  test("one at least uses the Action", () => {
    expect(workflows.filter(({ code }) => code.includes("cluster-endpoint:")).length).toBeGreaterThan(1);
  });

  test("reads only outputs that the Action has", () => {
    const outputs: readonly string[] = OUTPUT_NAMES;
    const read = workflows.flatMap(({ code }) => [...code.matchAll(/steps\.(?:drill|verify)\.outputs\.([\w-]+)/g)]);
    expect(read.filter(([, name = ""]) => !outputs.includes(name))).toEqual([]);
  });
});

/** Every object with `uses` in it, however deep: a fence may be a workflow, a job or a step. */
function stepsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn);
  if (!isObject(value)) return [];
  return [...("uses" in value ? [value] : []), ...Object.values(value).flatMap(stepsIn)];
}

test("the map shows every room of the repository, and none that is not there", () => {
  const rooms = ["", "shared/", "test/"].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !["node_modules", "build", "coverage", ".git"].includes(entry.name))
      .map(({ name }) => `${folder}${name}/`),
  );
  const { text } = page("docs/architecture.md");
  const shown = new Set([...text.matchAll(/\*\*\[`([\w./-]+\/)`\]/g)].flatMap(([, room]) => room ?? []));
  expect(rooms.filter((room) => !shown.has(room) && room !== "test/")).toEqual([]);
  expect([...shown].filter((room) => !existsSync(join(ROOT, room)))).toEqual([]);
});

test("every field in the record's reference says what it means", () => {
  const rows = page("docs/record.md").text.matchAll(/^\| `([^`]+)` \| ([^|]+) \|(.*)\|$/gm);
  const fields = [...rows].map(([, field, type = "", meaning = ""]) => ({ field, type, meaning: meaning.trim() }));
  expect(fields.length).toBeGreaterThan(130);
  expect(fields.filter(({ meaning, type }) => !/^\S.*\.$/.test(meaning) || type.trim() === "")).toEqual([]);
});
