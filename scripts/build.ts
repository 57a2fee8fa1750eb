/*
 * The Action's bundle: TypeScript emits into build/, ncc bundles the emitted JavaScript into the committed dist/.
 * Two steps because ncc 0.45 cannot drive TypeScript 7 (vercel/ncc#1336). Not minified: dist/ is reviewed and diffed,
 * and minified it starts no faster. The result is the same byte for byte wherever it is built.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

function runNode(script: string, ...args: readonly string[]): void {
  execFileSync(process.execPath, [`node_modules/${script}`, ...args], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
}

for (const folder of ["build", "dist"]) rmSync(`${root}${folder}`, { recursive: true, force: true });
runNode("typescript/bin/tsc", "-p", "tsconfig.build.json");
runNode(
  "@vercel/ncc/dist/ncc/cli.js",
  "build",
  "build/action/main.js",
  "--out=dist",
  "--license=licenses.txt",
  "--no-cache",
);

// @azure/identity can open a browser, which no runner has; the script it would do so with stays out.
rmSync(`${root}dist/xdg-open`, { force: true });

// Beside the bundle: @azure/identity, loaded when it is needed, in two chunks. More would be an accident.
const files = readdirSync(`${root}dist`).toSorted();
const names = files.map((file) => file.replace(/^\d+\./, "N."));
if (names.join() !== "N.index.js,N.index.js,index.js,licenses.txt,package.json")
  throw new Error(`dist/ holds ${files.join(", ")}`);
