import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fieldsOf } from "../scripts/licences.ts";
import { COMPOSITE, OWN, read, README, WORKFLOWS } from "./workflow-files.ts";

/* What a workflow may do, and what it lets into a script: of the project's own, and of every example that is there to be copied. */

const SHOWN: readonly (readonly [string, string])[] = [
  ...WORKFLOWS.map((path) => [path, read(path)] as const),
  ["README.md", README],
];

const jobsOf = (text: string): readonly Readonly<Record<string, unknown>>[] =>
  Object.values(fieldsOf(fieldsOf(parse(text))["jobs"])).map(fieldsOf);
const stepsOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(fieldsOf) : [];
const allSteps = (text: string): readonly Readonly<Record<string, unknown>>[] => [
  ...jobsOf(text).flatMap(({ steps }) => stepsOf(steps)),
  ...stepsOf(fieldsOf(fieldsOf(parse(text))["runs"])["steps"]),
];

describe.each(SHOWN)("%s", (_path, text) => {
  test("has nothing but what it says: no right of the repository's default, none to write for all of its jobs", () => {
    const { permissions } = fieldsOf(parse(text));
    expect(typeof permissions).toBe("object");
    expect(Object.values(fieldsOf(permissions)).filter((right) => right !== "read")).toEqual([]);
  });

  test("says of each right what it is for", () => {
    const rights = [...text.matchAll(/^ +(?:[a-z-]+): (?:read|write)\b.*$/gm)].map(([line]) => line);
    for (const line of rights) expect(line).toMatch(/: (read|write) # \w/);
  });

  test("is started by nobody who could bring code of their own along", () => {
    const { on } = fieldsOf(parse(text));
    const events = typeof on === "string" ? [on] : Object.keys(fieldsOf(on));
    for (const event of events) expect(["push", "pull_request", "schedule", "workflow_dispatch"]).toContain(event);
  });
});

describe.each([...SHOWN, [COMPOSITE, read(COMPOSITE)] as const])("%s", (_path, text) => {
  test("puts no expression into a script: values come by the environment", () => {
    const scripts = allSteps(text).flatMap(({ run }) => (typeof run === "string" ? [run] : []));
    expect(scripts.filter((script) => script.includes("${{"))).toEqual([]);
  });

  test("leaves no token behind where it checks out", () => {
    const checkouts = allSteps(text).filter(({ uses }) => String(uses).startsWith("actions/checkout@"));
    const kept = checkouts.filter(({ with: inputs }) => fieldsOf(inputs)["persist-credentials"] !== false);
    expect(kept).toEqual([]);
  });
});

test("no package is installed or run where there is a right to write or to sign", () => {
  const running = /\b(npm|npx|node|yarn|pnpm)\b|\.ci\/run/;
  const trusted = OWN.flatMap((path) => jobsOf(read(path)).map((job) => [path, job] as const)).filter(([, job]) =>
    Object.values(fieldsOf(job["permissions"])).includes("write"),
  );
  expect(trusted.length).toBeGreaterThan(2);
  const runs = trusted.flatMap(([path, { steps }]) =>
    stepsOf(steps).flatMap(({ run }) => (typeof run === "string" && running.test(run) ? [[path, run]] : [])),
  );
  expect(runs).toEqual([]);
});

test("every job of ours ends by itself", () => {
  const endless = OWN.filter((path) => jobsOf(read(path)).some((job) => typeof job["timeout-minutes"] !== "number"));
  expect(endless).toEqual([]);
});
