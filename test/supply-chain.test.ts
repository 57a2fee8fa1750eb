import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fieldsOf } from "../scripts/licences.ts";

/* What may come into an installation, by the lockfile: that it is what was looked at once, may be passed on, and runs nothing. */

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const lock = fieldsOf(JSON.parse(read("package-lock.json")));
const packages = Object.entries(fieldsOf(lock["packages"]))
  .filter(([path]) => path !== "")
  .map(([path, facts]) => fieldsOf({ path, ...fieldsOf(facts) }));
const manifest = fieldsOf(JSON.parse(read("package.json")));

test("every package is named with the digest of its content, and none with an address of its own", () => {
  expect(packages.length).toBeGreaterThan(500);
  const undigested = packages.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(String(integrity)));
  expect(undigested.map(({ path }) => path)).toEqual([]);
  expect(packages.filter((one) => "resolved" in one || one["link"] === true)).toEqual([]);
});

test("no package's script runs at installation; those that have one are these, and tools of ours", () => {
  expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
  const scripted = packages.filter((one) => one["hasInstallScript"] === true);
  expect(scripted.map(({ path, dev }) => [path, dev])).toEqual([
    ["node_modules/protobufjs", true],
    ["node_modules/tree-sitter-bicep", true],
  ]);
});

test("what is shipped may be passed on under our licence", () => {
  const shipped = packages.filter(({ dev }) => dev !== true);
  const licences = new Set(shipped.map(({ license }) => String(license)));
  expect([...licences].toSorted()).toEqual(["0BSD", "Apache-2.0", "BSD-3-Clause", "ISC", "MIT"]);
});

describe("versions", () => {
  test.each(["dependencies", "devDependencies", "optionalDependencies"])("of %s are exact", (kind) => {
    const wanted = Object.entries(fieldsOf(manifest[kind]));
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });

  test("of the lockfile are those of package.json", () => {
    const locked = fieldsOf(fieldsOf(lock["packages"])[""]);
    for (const kind of ["dependencies", "devDependencies", "optionalDependencies", "bin"])
      expect(kind === "bin" ? Object.values(fieldsOf(locked[kind])) : locked[kind]).toEqual(
        kind === "bin" ? [manifest["bin"]] : manifest[kind],
      );
  });
});
