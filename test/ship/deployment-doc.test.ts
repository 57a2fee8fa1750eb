import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBicep } from "./bicep.ts";

const root = new URL("../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");
const doc = read("docs/function-deployment.md");
const section = (title: string): string => doc.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
/** What stands in backticks in the given column of a table. */
const column = (text: string, index: number): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .flatMap((line) => [...(line.split("|")[index] ?? "").matchAll(/`([^`]+)`/g)].flatMap(([, name]) => name ?? []));

test("the table of parameters is the parameters of main.bicep, and the variables are those of main.parameters.json", () => {
  const declared = [...readBicep(read("infra/main.bicep")).parameters.keys()];
  const given = read("infra/main.parameters.json");
  const table = section("Parameters");
  const byName = (a: string, b: string): number => a.localeCompare(b);
  expect([...column(table, 1), "environmentName", "location"].toSorted(byName)).toEqual(declared.toSorted(byName));
  const variables = [...given.matchAll(/\$\{(\w+)=/g)].flatMap(([, name]) => name ?? []);
  expect(column(table, 2).toSorted(byName)).toEqual(variables.toSorted(byName));
});

test("every default in the table is the template's", () => {
  const source = read("infra/main.bicep");
  const rows = section("Parameters").matchAll(/^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|/gm);
  const wrong = [...rows].flatMap(([, name = "", value = ""]) => {
    const written = new RegExp(`^param ${name} \\w+ = (.+)$`, "m").exec(source)?.[1]?.replaceAll("'", "");
    return written === value ? [] : [`${name}: ${value} in the doc, ${String(written)} in the template`];
  });
  expect(wrong).toEqual([]);
});

test("every setting that is named is set", () => {
  const set = [...readBicep(read("infra/main.bicep")).keys, ...readBicep(read("infra/app/function.bicep")).keys];
  const named = [...column(section("Settings"), 1), ...column(section("Durable Task Scheduler"), 1)];
  const whole = named.map((name) => (name.startsWith("__") ? `AzureWebJobsStorage${name}` : name));
  expect(whole.filter((name) => !set.includes(name))).toEqual([]);
  expect(whole.length).toBeGreaterThan(10);
});

test("every alert that is named is a rule, and every rule is named", () => {
  const rules = [...read("infra/app/alerts.bicep").matchAll(/^ {4}name: '([\w-]+)'$/gm)].flatMap(
    ([, name]) => name ?? [],
  );
  expect(new Set(column(section("Alerts"), 1))).toEqual(new Set(rules));
});

test("every role that is granted is listed, and every file that is linked is there", () => {
  const granted = [
    ...`${read("infra/app/access.bicep")}${read("infra/app/scheduler.bicep")}`.matchAll(/(\w+)(?::| =) '[0-9a-f]{8}-/g),
  ];
  const permissions = section("Permissions").toLowerCase().replaceAll(" ", "");
  expect(granted.filter(([, role = ""]) => !permissions.includes(role.toLowerCase()))).toEqual([]);
  expect(granted.length).toBe(6);
  const links = [...doc.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].flatMap(([, path]) => path ?? []);
  expect(links.filter((path) => !existsSync(new URL(path, new URL("docs/", root))))).toEqual([]);
});
