/*
 * The Action's bundle: TypeScript emits into build/, ncc bundles the emitted JavaScript into the committed dist/.
 * Two steps because ncc 0.45 cannot drive TypeScript 7 (vercel/ncc#1336). Not minified: dist/ is reviewed and diffed,
 * and minified it starts no faster. The result is the same byte for byte wherever it is built.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { licencesOf, productionPackages } from "./licences.ts";

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
runNode("@vercel/ncc/dist/ncc/cli.js", "build", "build/action/main.js", "--out=dist", "--no-cache");

// @azure/identity can open a browser, which no runner has; the script it would do so with stays out.
rmSync(`${root}dist/xdg-open`, { force: true });

// ncc's own licence file knows the packages of one chunk only, so it is written here: all that may be in the bundle.
writeFileSync(`${root}dist/licenses.txt`, licencesOf(productionPackages()));

// Beside the bundle, in chunks of their own: @azure/identity and @actions/github, loaded when they are needed.
const files = readdirSync(`${root}dist`).toSorted();
const unexpected = files.filter((file) => !/^(\d+\.)?index\.js$|^licenses\.txt$|^package\.json$/.test(file));
if (unexpected.length > 0) throw new Error(`dist/ holds ${unexpected.join(", ")}`);
