import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { startServer } from "../simulator/server.ts";
import { clusterOfStories } from "../simulator/stories.ts";
import { type Fence, PAGES } from "./markdown.ts";
import { runSession } from "./session.ts";

/*
 * Every ```sh block of every document is run. `$CLUSTER` is the address of a simulated cluster of that page's own, sixty times as
 * fast as real life, as `npm run cluster -- --speed 60` serves it.
 */

/** Blocks that are not run here, by how they begin, and where they are run instead. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "npm ci && npm run demo": "these tests would run themselves; .ci/run does both on a clean clone",
  "app=http://127.0.0.1:7071": "needs the Function app; test/function/readme.test.ts starts it for this block",
};

const sessions = PAGES.map((page) => ({ page, path: page.path, fences: page.fences.filter(isRun) })).filter(
  ({ fences }) => fences.length > 0,
);

function isRun(this: void, { language, code }: Fence): boolean {
  return language === "sh" && !Object.keys(ELSEWHERE).some((begins) => code.startsWith(begins));
}

describe("the commands of the documents", () => {
  test.concurrent.each(sessions)(
    "$path: all of them work, in their order",
    async ({ page, fences }) => {
      await using cluster = await startServer(clusterOfStories(systemClock, { speed: 60 }));
      const failure = await runSession(page, fences, {
        variables: { CLUSTER: cluster.url.origin },
        limitMs: 50_000,
      });
      expect(failure).toBeUndefined();
    },
    60_000,
  );

  test("there are some in the guides that a newcomer follows", () => {
    expect(sessions.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["CONTRIBUTING.md", "docs/clusters.md", "docs/operating.md"]),
    );
  });
});
