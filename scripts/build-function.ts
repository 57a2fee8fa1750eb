/*
 * The Function app's bundle: one ES module, build/function/main.js, that `main` in package.json names. One file, because the
 * number of files is what a cold start on network-mounted packages pays for; not minified, because it loads no faster so and
 * a stack trace stays readable. `@azure/functions-core` is the worker's own and comes from it.
 * The source map stands beside it and is not deployed. The same bytes wherever it is built.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { licencesOf } from "./licences.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles `entry` (a path inside the repository) into one file of `folder`, beside the licences of what is in it. */
export async function buildFunction(folder: string, entry = "function/main.ts"): Promise<void> {
  await using build = await rolldown({
    cwd: root,
    input: entry,
    platform: "node",
    external: ["@azure/functions-core"],
    onLog: (level, log) => {
      if (level === "warn") console.warn(log.message);
    },
  });
  const { output } = await build.generate({
    file: "main.js",
    format: "esm",
    codeSplitting: false,
    sourcemap: "hidden",
  });
  const [chunk] = output;
  const unexpected = output.map(({ fileName }) => fileName).filter((name) => !/^main\.js(\.map)?$/.test(name));
  if (unexpected.length > 0) throw new Error(`the bundle is not one file: ${unexpected.join(", ")}`);

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/main.js`, chunk.code);
  if (chunk.map !== null) writeFileSync(`${folder}/main.js.map`, chunk.map.toString());
  writeFileSync(`${folder}/licenses.txt`, licencesOf(packagesIn(chunk)));
}

/** The folders of the packages that have code in the chunk: `node_modules/undici`. */
function packagesIn(chunk: OutputChunk): readonly string[] {
  const found = chunk.moduleIds
    .map((id) => relative(root, id).replaceAll("\\", "/"))
    .flatMap((path) => /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
  return [...new Set(found)];
}

if (import.meta.main) await buildFunction(`${root}build/function`);
