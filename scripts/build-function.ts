/*
 * The Function app's bundle: one ES module, build/function/main.js, that `main` in package.json names. One file, because the
 * number of files is what a cold start on network-mounted packages pays for; minified, because half of what the SDKs bring is
 * comment and indentation, which is parsed at each start; with its names kept, because errors are told by them. The source map
 * stands beside it and is not deployed. The same bytes wherever it is built.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { licencesOf, packagesOf } from "./licences.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * The worker's own module, which comes from it; and what storage-blob imports only where a list of blobs is asked for as Apache
 * Arrow (we ask for XML, its default).
 */
const NOT_BUNDLED = ["@azure/functions-core", "apache-arrow"];

/** Bundles `entry` (a path inside the repository) into one file of `folder`, beside the licences of what is in it. */
export async function buildFunction(folder: string, entry = "function/main.ts"): Promise<void> {
  await using build = await rolldown({
    cwd: root,
    input: entry,
    platform: "node",
    external: NOT_BUNDLED,
    onLog: (level, log) => {
      if (level === "warn") console.warn(log.message);
    },
  });
  const { output } = await build.generate({
    file: "main.js",
    format: "esm",
    codeSplitting: false,
    minify: true,
    keepNames: true,
    sourcemap: "hidden",
  });
  const [chunk] = output;
  const unexpected = output.map(({ fileName }) => fileName).filter((name) => !/^main\.js(\.map)?$/.test(name));
  if (unexpected.length > 0) throw new Error(`the bundle is not one file: ${unexpected.join(", ")}`);

  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/main.js`, chunk.code);
  if (chunk.map !== null) writeFileSync(`${folder}/main.js.map`, chunk.map.toString());
  writeFileSync(`${folder}/licenses.txt`, licencesOf(packagesOf(chunk.moduleIds)));
}

if (import.meta.main) await buildFunction(`${root}build/function`);
