/*
 * What would otherwise be written twice: `action.yml` and the README's tables come from shared/inputs.ts and the verdict
 * table. `npm run generate` writes them; with --check it changes nothing and fails where they are out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { INPUTS, type InputSpec, OUTPUTS } from "../shared/inputs.ts";
import { REASONS } from "../shared/restore/verdict.ts";

const root = new URL("../", import.meta.url);
const inputs: readonly (readonly [string, InputSpec])[] = Object.entries(INPUTS);
const outputs = Object.entries(OUTPUTS);

const wanted: Readonly<Record<string, string>> = { "action.yml": actionYml(), "README.md": readme() };
const stale = Object.entries(wanted).filter(([file, text]) => readFileSync(new URL(file, root), "utf8") !== text);
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

function readme(): string {
  const tables: Readonly<Record<string, readonly string[]>> = {
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
  const text = readFileSync(new URL("README.md", root), "utf8");
  return Object.entries(tables).reduce((all, [name, lines]) => {
    const [begin, end] = [`<!-- ${name}: generated -->`, `<!-- /${name} -->`];
    const [from, to] = [all.indexOf(begin), all.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`README.md lacks the markers ${begin} ... ${end}`);
    return `${all.slice(0, from)}${begin}\n${lines.join("\n")}\n${all.slice(to)}`;
  }, text);
}
