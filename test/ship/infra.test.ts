import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fieldsOf } from "../../scripts/licences.ts";
import { type BicepFile, readBicep } from "./bicep.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const below = (folder: string, extension: string): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name));

const files = new Map(below("infra", ".bicep").map((path) => [path, readBicep(read(path))]));
const main = bicep("infra/main.bicep");
/** The app's sources and its host.json. */
const app = new Map(["host.json", ...below("function", ".ts")].map((path) => [path, read(path)]));

/** Stands for VERIFICATION_CONFIGURATION where there are files beside the app, which Flex Consumption does not offer. */
const INSTEAD = "VERIFICATION_CONFIGURATION_FILE";

function bicep(path: string): BicepFile {
  const file = files.get(path);
  if (file === undefined) throw new Error(`${path} is not there`);
  return file;
}

describe("the gate itself", () => {
  test("tells where a broken file is broken", () => {
    const { errors } = readBicep("param location string\n\nvar tags = {\n  a: 'b'\n\nvar more = [\n");
    expect(errors.length).toBeGreaterThan(0);
    expect(errors[0]).toMatch(/^\d+:\d+ (not understood|missing .+)$/);
    expect(readBicep("param location = = 'x'\n").errors).toEqual(["1:16 not understood"]);
  });

  test("knows a name that is nowhere declared, and one that is nowhere used", () => {
    const { undeclared, unused } = readBicep("param a string\nvar b = [for c in items(d): {\n  a: '${c.key}'\n}]\n");
    expect(undeclared).toEqual(["2:25 d"]);
    expect(unused).toEqual(["a", "b"]);
  });

  test("knows which parameters may be left out", () => {
    const { parameters } = readBicep("param a string\nparam b string = 'x'\nparam c string?\n");
    expect([...parameters].filter(([, { optional }]) => optional).map(([name]) => name)).toEqual(["b", "c"]);
  });
});

describe.each([...files])("%s", (path, file) => {
  test("parses", () => {
    expect(file.errors).toEqual([]);
  });

  test("uses what it declares and declares what it uses", () => {
    expect({ undeclared: file.undeclared, unused: file.unused }).toEqual({ undeclared: [], unused: [] });
  });

  test("gives every module a file that is there, the parameters it must have, and none it does not know", () => {
    const wrong = file.modules.flatMap(({ name, path: target, params }) => {
      const { parameters } = bicep(join(dirname(path), target));
      const missing = [...parameters].filter(([one, { optional }]) => !optional && !params.includes(one));
      const unknown = params.filter((one) => !parameters.has(one));
      return [...missing.map(([one]) => `${name}: ${one} missing`), ...unknown.map((one) => `${name}: ${one} unknown`)];
    });
    expect(wrong).toEqual([]);
  });

  test("reads outputs that their modules have", () => {
    const unknown = file.outputsRead.filter(({ module, output }) => {
      const target = file.modules.find(({ name }) => name === module);
      return target === undefined || !bicep(join(dirname(path), target.path)).outputs.includes(output);
    });
    expect(unknown).toEqual([]);
  });

  test("needs no registry to compile, and holds no secret", () => {
    expect(read(path)).not.toMatch(/'br[:/]|listKeys\(|AccountKey=|SharedAccessKey/);
  });
});

describe("what is deployed", () => {
  test("every file below infra/app is a module of main.bicep", () => {
    const used = new Set(main.modules.map(({ path }) => join("infra", path)));
    expect([...files.keys()].filter((path) => !used.has(path))).toEqual(["infra/main.bicep"]);
  });

  test("every parameter in main.parameters.json is declared, and every one without a default is there", () => {
    const given: unknown = JSON.parse(read("infra/main.parameters.json"));
    const names = Object.keys(fieldsOf(fieldsOf(given)["parameters"]));
    expect(names.filter((name) => !main.parameters.has(name))).toEqual([]);
    const required = [...main.parameters].filter(([, { optional }]) => !optional).map(([name]) => name);
    expect(required.filter((name) => !names.includes(name))).toEqual([]);
  });

  test("every abbreviation is used", () => {
    const known: unknown = JSON.parse(read("infra/abbreviations.json"));
    const names = Object.keys(fieldsOf(known));
    const used = new Set([...read("infra/main.bicep").matchAll(/\{abbreviations\.(\w+)/g)].map(([, name]) => name));
    expect(names.filter((name) => !used.has(name))).toEqual([]);
    expect([...used].filter((name) => name === undefined || !names.includes(name))).toEqual([]);
  });

  test("every setting that the app reads is set", () => {
    const settings = [...main.keys, ...bicep("infra/app/function.bicep").keys];
    const isSet = (name: string): boolean => settings.some((one) => one === name || one.startsWith(`${name}__`));
    expect([...app.values()].flatMap(settingsIn).filter((name) => !isSet(name) && name !== INSTEAD)).toEqual([]);
    expect(isSet("AzureWebJobsStorage")).toBe(true);
  });

  test("every event that an alert waits for is one that the app writes", () => {
    const awaited = [...read("infra/app/alerts.bicep").matchAll(/event == \\?'([\w.]+)\\?'/g)].flatMap(
      ([, name]) => name ?? [],
    );
    const written = [...app.values()].join("\n");
    expect(awaited.filter((name) => !written.includes(`"${name}"`))).toEqual([]);
    expect(awaited).toContain("verification.heartbeat");
  });

  test("the scheduler's task hub and the container of the records are those that the app names", () => {
    const named = [...read("infra/main.bicep").matchAll(/^var (?:taskHubName|recordsContainerName) = '([^']+)'$/gm)];
    const written = [...app.values()].join("\n");
    expect(named.filter(([, name = ""]) => !written.includes(`"${name}"`))).toEqual([]);
    expect(named.length).toBe(2);
  });

  test("a setting is known where it is read: from the environment and in a binding expression", () => {
    const source = 'env["A_B"] ?? settings["AzureWebJobsStorage"]; app.timer("x", { schedule: "%VERIFY_AT%" });';
    expect(settingsIn(source)).toEqual(["A_B", "AzureWebJobsStorage", "VERIFY_AT"]);
  });

  test("storage opens to no key, the vault goes by roles, telemetry comes with the identity", () => {
    expect(read("infra/app/storage.bicep")).toContain("allowSharedKeyAccess: false");
    expect(read("infra/app/vault.bicep")).toContain("enableRbacAuthorization: true");
    expect(read("infra/app/monitoring.bicep")).toContain("DisableLocalAuth: true");
  });

  test("is reached over TLS 1.2 or newer, by nobody without a name, with no password to deploy by, and is written down", () => {
    const storage = read("infra/app/storage.bicep");
    for (const line of [
      "minimumTlsVersion: 'TLS1_2'",
      "allowBlobPublicAccess: false",
      "supportsHttpsTrafficOnly: true",
    ])
      expect(storage).toContain(line);
    const site = read("infra/app/function.bicep");
    expect(site).toContain("httpsOnly: true");
    expect(site).toContain("minTlsVersion: '1.2'");
    expect(site).toMatch(/kind in \['scm', 'ftp'\]: \{[^}]*properties: \{ allow: false \}/s);
    expect(read("infra/app/vault.bicep")).toMatch(
      /enablePurgeProtection: true[^]*categoryGroup: 'audit', enabled: true/,
    );
    expect(storage).toContain("category: 'StorageDelete', enabled: true");
  });

  test("azd deploys the folder that the zip script makes", () => {
    const azure: unknown = parse(read("azure.yaml"));
    const service = fieldsOf(fieldsOf(fieldsOf(azure)["services"])["api"]);
    expect(service).toMatchObject({ host: "function", project: "build/package", remoteBuild: false });
    expect(read("scripts/zip-function.ts")).toContain(`${String(service["project"])}/`);
  });
});

/** `env["NAME"]`, `settings["NAME"]` and `%NAME%`, as the app's sources and host.json name their settings. */
function settingsIn(source: string): readonly string[] {
  return [...source.matchAll(/\b(?:env|settings)(?:\["|\.)([A-Z]\w+)|%([A-Z]\w+)%/g)].flatMap(
    ([, variable, bound]) => variable ?? bound ?? [],
  );
}
