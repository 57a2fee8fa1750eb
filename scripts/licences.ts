import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every package of `paths` ("node_modules/undici", as the lockfile names them) with its licence and the licence's text. */
export function licencesOf(paths: readonly string[]): string {
  const lock: unknown = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));
  const known = fieldsOf(fieldsOf(lock)["packages"]);
  const texts = paths.map((path) => {
    const file = readdirSync(`${root}${path}`).find((name) => /^licen[cs]e/i.test(name));
    const text =
      file === undefined ? "" : readFileSync(`${root}${path}/${file}`, "utf8").replaceAll("\r\n", "\n").trim();
    return `${path.replace(/^.*node_modules\//, "")}\n${String(fieldsOf(known[path])["license"])}\n${text}\n`;
  });
  return [...new Set(texts)].toSorted().join("\n");
}

/** The folders of the packages that modules belong to ("node_modules/undici"), by the paths of the modules; our own are of none. */
export function packagesOf(modules: readonly string[]): readonly string[] {
  const found = modules
    .map((id) => id.replaceAll("\\", "/"))
    .flatMap((path) => /\/(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return [...new Set(found)];
}

/** The fields of a JSON object; of anything else none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
