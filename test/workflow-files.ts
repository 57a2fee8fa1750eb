import { readdirSync, readFileSync } from "node:fs";

/* Every workflow of the project and every example that is there to be copied. */

const root = new URL("../", import.meta.url);

/** A file of the project, by its path from the root. */
export const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

const inFolder = (folder: string): readonly string[] =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith(".yml"))
    .map((name) => `${folder}/${name}`);

export const OWN = inFolder(".github/workflows");
export const EXAMPLES = inFolder("examples");
export const WORKFLOWS = [...OWN, ...EXAMPLES, ...inFolder("examples/runbooks")];
export const COMPOSITE = "examples/composite/action.yml";
/** The workflow that the README shows first. */
export const README = /```yaml\n(name: [^]*?)```/.exec(read("README.md"))?.[1] ?? "";
