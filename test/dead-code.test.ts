import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/* What nobody asks for is not kept: types apart, which belong to the signatures they stand in. */

const root = fileURLToPath(new URL("../", import.meta.url));
const sources = new Map(
  globSync("{action,cli,function,scripts,shared,test}/**/*.ts", { cwd: root }).map((path) => [
    path,
    readFileSync(`${root}${path}`, "utf8"),
  ]),
);

/** `path name` of every exported function, constant and class. */
function exported(): readonly (readonly [path: string, name: string])[] {
  return [...sources].flatMap(([path, text]) =>
    [...text.matchAll(/^export (?:async )?(?:function\*?|const|class|abstract class) (\w+)/gm)].flatMap(
      ([, name]): readonly (readonly [string, string])[] => (name === undefined ? [] : [[path, name]]),
    ),
  );
}

test("whatever is exported is asked for elsewhere", () => {
  expect(exported().length).toBeGreaterThan(300);
  const unused = exported().filter(([path, name]) => {
    const word = new RegExp(`\\b${name}\\b`);
    return ![...sources].some(([other, text]) => other !== path && word.test(text));
  });
  expect(unused.filter(([path]) => !path.startsWith("test/purity/"))).toEqual([]);
});
