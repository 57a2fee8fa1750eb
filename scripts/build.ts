/*
 * The Action's bundle: TypeScript emits into build/, ncc bundles the emitted JavaScript into the committed dist/.
 * Two steps because ncc 0.45 cannot drive TypeScript 7 (vercel/ncc#1336). Not minified: dist/ is reviewed and diffed,
 * and minified it starts no faster. The result is the same byte for byte wherever it is built.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

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
writeFileSync(`${root}dist/licenses.txt`, licences());

// Beside the bundle, in chunks of their own: @azure/identity and @actions/github, loaded when they are needed.
const files = readdirSync(`${root}dist`).toSorted();
const unexpected = files.filter((file) => !/^(\d+\.)?index\.js$|^licenses\.txt$|^package\.json$/.test(file));
if (unexpected.length > 0) throw new Error(`dist/ holds ${unexpected.join(", ")}`);

/** Every production package of the lockfile, with the text of its licence. */
function licences(): string {
  const lock: unknown = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));
  const packages = Object.entries(fieldsOf(fieldsOf(lock)["packages"]))
    .filter(([path, entry]) => path !== "" && fieldsOf(entry)["dev"] !== true && fieldsOf(entry)["optional"] !== true)
    .map(([path, entry]) => {
      const file = readdirSync(`${root}${path}`).find((name) => /^licen[cs]e/i.test(name));
      const text =
        file === undefined ? "" : readFileSync(`${root}${path}/${file}`, "utf8").replaceAll("\r\n", "\n").trim();
      return `${path.replace(/^.*node_modules\//, "")}\n${String(fieldsOf(entry)["license"])}\n${text}\n`;
    });
  return [...new Set(packages)].toSorted().join("\n");
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
