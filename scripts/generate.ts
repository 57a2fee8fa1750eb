/*
 * What would otherwise be written twice: `action.yml` and the README's tables come from shared/inputs.ts and the verdict
 * table, docs/record.md from the record's schema. `npm run generate` writes them; with --check it changes nothing and fails where they
 * are out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { INPUTS, type InputSpec, OUTPUTS } from "../shared/inputs.ts";
import { REASONS } from "../shared/restore/verdict.ts";
import { recordReference } from "./record-reference.ts";

const root = new URL("../", import.meta.url);
const inputs: readonly (readonly [string, InputSpec])[] = Object.entries(INPUTS);
const outputs = Object.entries(OUTPUTS);

const wanted: Readonly<Record<string, string>> = {
  "action.yml": actionYml(),
  "README.md": between("README.md", tables()),
  "docs/record.md": between("docs/record.md", {
    record: recordReference(JSON.parse(read("schemas/restore-record.schema.json"))),
  }),
};
const stale = Object.entries(wanted).filter(([file, text]) => read(file) !== text);
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`${stale.map(([file]) => file).join(" and ")} out of date: run \`npm run generate\``);
    process.exitCode = 1;
  }
} else {
  for (const [file, text] of stale) writeFileSync(new URL(file, root), text);
}

function actionYml(): string {
  const lines = [
    "# Generated from shared/inputs.ts by `npm run generate`.",
    "name: Service Fabric restore verification",
    "description: Did this restore of this partition really come back? A verdict with a reason, not the last line of a loop.",
    "author: the maintainers of service-fabric-restore-verification",
    "branding: { icon: check-circle, color: blue }",
    "",
    "inputs:",
    ...inputs.flatMap(([name, spec]) => [
      `  ${name}:`,
      `    description: ${JSON.stringify(spec.description)}`,
      `    required: ${spec.required === true}`,
      ...(spec.required === true ? [] : [`    default: ${JSON.stringify(spec.default ?? "")}`]),
    ]),
    "",
    "outputs:",
    ...outputs.flatMap(([name, description]) => [`  ${name}:`, `    description: ${JSON.stringify(description)}`]),
    "",
    "runs:",
    "  using: node24",
    "  main: dist/index.js",
    "",
  ];
  return lines.join("\n");
}

function tables(): Readonly<Record<string, readonly string[]>> {
  return {
    inputs: [
      "| input | default | meaning |",
      "| --- | --- | --- |",
      ...inputs.map(([name, { default: value, required, description }]) => {
        const given = required === true ? "required" : value === undefined ? "–" : `\`${value}\``;
        return `| \`${name}\` | ${given} | ${description} |`;
      }),
    ],
    outputs: [
      "| output | meaning |",
      "| --- | --- |",
      ...outputs.map(([name, description]) => `| \`${name}\` | ${description} |`),
    ],
    verdicts: [
      "| verdict | reason | when |",
      "| --- | --- | --- |",
      ...Object.entries(REASONS).map(([reason, { verdict, when }]) => `| ${verdict} | \`${reason}\` | ${when} |`),
    ],
  };
}

/** The file with what stands between its markers replaced; it must have the markers. */
function between(file: string, parts: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(parts).reduce((all, [name, lines]) => {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- /${name} -->`];
    const [from, to] = [all.indexOf(begin), all.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${file} lacks the markers ${begin} ... ${end}`);
    return `${all.slice(0, from)}${begin}\n${lines.join("\n")}\n${all.slice(to)}`;
  }, read(file));
}

function read(file: string): string {
  return readFileSync(new URL(file, root), "utf8");
}
