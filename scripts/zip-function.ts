/*
 * What is deployed: host.json, a package.json that names the bundle and nothing else, the bundle, the licences of what is in
 * it. Once as the folder build/package/ (azd takes a folder) and once as build/function.zip, the same bytes wherever built.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type Zippable, zipSync } from "fflate";
import { buildFunction } from "./build-function.ts";
import { fieldsOf } from "./licences.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A zip dates its files in local time from 1980 on; this is its first moment in every time zone. */
const MTIME = new Date(1980, 0, 1);
/** Made on Unix, a plain file that all may read. */
const FILE = { mtime: MTIME, os: 3, attrs: 0o100644 << 16, level: 9 } as const;

type PackageFile = readonly [path: string, content: Uint8Array];

/** What is in the package, in the order of the zip: `bundle` is the folder that build-function.ts wrote. */
export function packageFiles(bundle: string, hostJson = `${root}host.json`): readonly PackageFile[] {
  return [
    ["host.json", readFileSync(hostJson)],
    ["package.json", reducedPackage()],
    ["build/function/main.js", readFileSync(`${bundle}/main.js`)],
    ["build/function/licenses.txt", readFileSync(`${bundle}/licenses.txt`)],
  ];
}

export function zipOf(files: readonly PackageFile[]): Uint8Array {
  const entries: Zippable = Object.fromEntries(files.map(([path, content]) => [path, [content, FILE]]));
  return zipSync(entries);
}

/** No dependencies, no scripts: whatever installs or builds on the way to Azure finds nothing to do. */
function reducedPackage(): Uint8Array {
  const whole: unknown = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const kept = ["name", "version", "private", "license", "type", "main", "engines"];
  const reduced = Object.fromEntries(kept.map((key) => [key, fieldsOf(whole)[key]]));
  return new TextEncoder().encode(`${JSON.stringify(reduced, null, 2)}\n`);
}

if (import.meta.main) {
  await buildFunction(`${root}build/function`);
  const files = packageFiles(`${root}build/function`);
  rmSync(`${root}build/package`, { recursive: true, force: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(`${root}build/package/${path}`), { recursive: true });
    writeFileSync(`${root}build/package/${path}`, content);
  }
  const zip = zipOf(files);
  writeFileSync(`${root}build/function.zip`, zip);
  console.log(`build/function.zip: ${zip.length} bytes`);
}
