/*
 * The terminal's bundle: plain JavaScript, because Node strips no types under node_modules, in dist/cli/, which is committed. Not
 * minified: dist/ is reviewed and diffed. Beside main.js stand chunks for what few runs need (@azure/identity, the writer of
 * JUnit XML): they are loaded when they are. The same bytes wherever it is built.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { licencesOf, packagesOf } from "./licences.ts";

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
  const modules = output.flatMap((one) => {
    if (one.type !== "chunk") throw new Error(`${one.fileName} is no chunk`);
    writeFileSync(`${folder}/${one.fileName}`, one.code);
    return one.moduleIds;
  });
  writeFileSync(`${folder}/licenses.txt`, licencesOf(packagesOf(modules)));
}

if (import.meta.main) await buildCli(`${root}dist/cli`);
