/*
 * The terminal's bundle: plain JavaScript, because Node strips no types under node_modules, in dist/cli/, which is committed. Not
 * minified: dist/ is reviewed and diffed. Beside main.js stand chunks for what few runs need (@azure/identity, the writer of
 * JUnit XML): they are loaded when they are. The same bytes wherever it is built.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { licencesOf } from "./licences.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Bundles cli/main.ts into `folder`, beside the licences of what is in it. */
export async function buildCli(folder: string): Promise<void> {
  await using build = await rolldown({
    cwd: root,
    input: "cli/main.ts",
    platform: "node",
    onLog: (level, log) => {
      if (level === "warn") console.warn(log.message);
    },
  });
  const { output } = await build.generate({ format: "esm", entryFileNames: "main.js", chunkFileNames: "[name].js" });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const chunks = output.map((one) => {
    if (one.type !== "chunk") throw new Error(`${one.fileName} is no chunk`);
    writeFileSync(`${folder}/${one.fileName}`, one.code);
    return one;
  });
  writeFileSync(`${folder}/licenses.txt`, licencesOf([...new Set(chunks.flatMap(packagesIn))]));
}

/** The folders of the packages that have code in the chunk: `node_modules/undici`. */
function packagesIn(chunk: OutputChunk): readonly string[] {
  return chunk.moduleIds
    .map((id) => relative(root, id).replaceAll("\\", "/"))
    .flatMap((path) => /^node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []);
}

if (import.meta.main) await buildCli(`${root}dist/cli`);
