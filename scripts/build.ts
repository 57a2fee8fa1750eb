/*
 * What is in the committed dist/. The Action's bundle: TypeScript emits into build/, ncc bundles the emitted JavaScript; two
 * steps because ncc 0.45 cannot drive TypeScript 7 (vercel/ncc#1336). The terminal's beside it: see build-cli.ts. Not minified:
 * dist/ is reviewed and diffed, and minified it starts no faster. The result is the same byte for byte wherever it is built.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { buildCli } from "./build-cli.ts";
import { fieldsOf, licencesOf } from "./licences.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

function runNode(script: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

for (const folder of ["build/action", "build/shared", "dist"])
  rmSync(`${root}${folder}`, { recursive: true, force: true });
runNode("typescript/bin/tsc", "-p", "tsconfig.build.json");
const STATS = "build/bundle-stats.json";
runNode(
  "@vercel/ncc/dist/ncc/cli.js",
  "build",
  "build/action/main.js",
  "--out=dist",
  "--no-cache",
  `--stats-out=${STATS}`,
);

// @azure/identity can open a browser, which no runner has; the script it would do so with stays out.
rmSync(`${root}dist/xdg-open`, { force: true });

// ncc's own licence file knows the packages of one chunk only, so it is written here, of the packages that ncc found.
writeFileSync(`${root}dist/licenses.txt`, licencesOf(packagesIn(JSON.parse(readFileSync(`${root}${STATS}`, "utf8")))));

// Beside the bundle, in chunks of their own: @azure/identity, @actions/github and fast-xml-parser, loaded when needed.
const files = readdirSync(`${root}dist`).toSorted();
const unexpected = files.filter((file) => !/^(\d+\.)?index\.js$|^licenses\.txt$|^package\.json$/.test(file));
if (unexpected.length > 0) throw new Error(`dist/ holds ${unexpected.join(", ")}`);

await buildCli(`${root}dist/cli`);

/** The folders of the packages of which a module is in some chunk, by the bundler's own statistics. */
function packagesIn(stats: unknown): readonly string[] {
  const found = new Set<string>();
  const visit = (modules: unknown): void => {
    for (const module of Array.isArray(modules) ? modules.map(fieldsOf) : []) {
      const folder = /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(String(module["nameForCondition"]));
      if (folder !== null) found.add(folder[0]);
      visit(module["modules"]); // those that were joined into one
    }
  };
  const { modules } = fieldsOf(stats);
  visit(Array.isArray(modules) ? modules.filter((module) => fieldsOf(module)["orphan"] !== true) : []);
  return [...found].toSorted();
}
