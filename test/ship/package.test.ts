import { execFile as execFileCallback, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildFunction } from "../../scripts/build-function.ts";
import { fieldsOf } from "../../scripts/licences.ts";
import { packageFiles, zipOf } from "../../scripts/zip-function.ts";

const execFile = promisify(execFileCallback);
const root = fileURLToPath(new URL("../..", import.meta.url));
const WORKER = fileURLToPath(new URL("fake-worker.ts", import.meta.url));

const scratch = mkdtempSync(join(tmpdir(), "package-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

const smallest = { entry: "test/ship/smallest-app.ts", hostJson: `${scratch}/host.json` };
const whole = { entry: "function/main.ts", hostJson: `${root}host.json` };
writeFileSync(smallest.hostJson, '{ "version": "2.0" }\n');

async function zipped({ entry, hostJson }: typeof smallest): Promise<Uint8Array> {
  const folder = mkdtempSync(join(scratch, "bundle-"));
  await buildFunction(folder, entry);
  return zipOf(packageFiles(folder, hostJson));
}

/** Unzips where no node_modules is in sight, loads `main` as the worker does: what registered, one line each. */
async function loaded(zip: Uint8Array): Promise<readonly string[]> {
  const folder = mkdtempSync(join(scratch, "unzipped-"));
  for (const [path, content] of Object.entries(unzipSync(zip))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const main = join(folder, String(fieldsOf(manifest)["main"]));
  const { stdout, stderr } = await execFile(process.execPath, ["--import", WORKER, main], { cwd: folder });
  expect(stderr).toBe("");
  return stdout.trim().split("\n");
}

describe.each([smallest, whole])("the package of $entry", (app) => {
  let zip = new Uint8Array();
  beforeAll(async () => {
    zip = new Uint8Array(await zipped(app));
  });

  test("holds the host's file, a package.json that asks for nothing, the bundle, its licences, and nothing else", () => {
    const files = unzipSync(zip);
    expect(Object.keys(files)).toEqual([
      "host.json",
      "package.json",
      "build/function/main.js",
      "build/function/licenses.txt",
    ]);
    const manifest: unknown = JSON.parse(new TextDecoder().decode(files["package.json"]));
    expect(manifest).toMatchObject({ type: "module", main: "build/function/main.js" });
    expect(manifest).not.toHaveProperty("dependencies");
    expect(manifest).not.toHaveProperty("scripts");
    expect(new TextDecoder().decode(files["build/function/licenses.txt"])).toContain("@azure/functions\nMIT\n");
  });

  test("is at most 0.8 MB", () => {
    expect(zip.length).toBeLessThanOrEqual(800_000);
  });

  test("is the same bytes when built again", async () => {
    expect(Buffer.compare(await zipped(app), zip)).toBe(0);
  });

  test("names no path of the machine that built it", () => {
    const bundle = new TextDecoder().decode(unzipSync(zip)["build/function/main.js"]);
    expect(bundle).not.toContain(root);
  });

  test("loads from the unzipped folder alone, and only `health` answers without a key", async () => {
    const overHttp = (await loaded(zip)).filter((line) => line.includes(" httpTrigger "));
    expect(overHttp.filter((line) => !line.endsWith(" function"))).toEqual(["health httpTrigger anonymous"]);
    expect(overHttp.length).toBeGreaterThan(1);
  });
});

test(".funcignore lets through what the zip holds, and nothing else", () => {
  const folder = mkdtempSync(join(scratch, "ignore-"));
  const deployed = ["build/function/licenses.txt", "build/function/main.js", "host.json", "package.json"];
  const kept = [
    ".git-credentials",
    "action.yml",
    "build/function/main.js.map",
    "build/package/host.json",
    "dist/index.js",
    "function/main.ts",
    "local.settings.json",
    "node_modules/undici/package.json",
    "test/host.json",
  ];
  for (const path of [...deployed, ...kept]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  execFileSync("git", ["init", "--quiet"], { cwd: folder });
  const allowList = `--exclude-from=${join(root, ".funcignore")}`;
  const through = execFileSync("git", ["ls-files", "--others", allowList], { cwd: folder, encoding: "utf8" });
  expect(through.trim().split("\n").toSorted()).toEqual(deployed);
});
