import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { FakeIssues, startGitHub } from "./github.ts";
import { keepingSecrets } from "./secrets.ts";
import { FAST, ID, type Scenario, SCENARIOS } from "./scenarios.ts";
import { transcript } from "./transcript.ts";

async function perform({ cluster, inputs = {}, step = {}, issues }: Scenario): Promise<string> {
  const github = new FakeIssues();
  await using api = await startGitHub(github.answer);
  await using server = await startServer(new SimulatedCluster({ clock: systemClock, ...cluster }));
  const all = { ...FAST, "cluster-endpoint": server.url.origin, "partition-id": ID, ...inputs };
  if (issues === undefined)
    return transcript(await keepingSecrets([], { ...step, inputs: all }), server.requests, { brief: true });

  const env = { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: "owner/repository", GITHUB_RUN_ID: "42" };
  const options = {
    inputs: {
      ...all,
      "not-before": "2026-01-01T00:00:00Z",
      "create-issue": "true",
      "github-token": "a-token-of-the-run",
    },
    env: { ...env, GITHUB_SERVER_URL: "https://github.test", NO_PROXY: "127.0.0.1" },
  };
  if (issues === "open") await openIssue(options);
  if (issues === "refused") github.refusal = { status: 403, message: "Resource not accessible by integration" };
  const before = server.requests.length;
  const done = await keepingSecrets([], options);
  const also = { issues: github.issues.map((issue) => JSON.stringify(issue, undefined, 1)).join("\n") };
  return transcript(done, server.requests.slice(before), { brief: true, also });
}

/** The same target, red because nothing is new enough: a first run that is not written down. */
async function openIssue(options: Parameters<typeof keepingSecrets>[1]): Promise<void> {
  const nothing = { "not-before": "2099-01-01T00:00:00Z", "start-timeout-minutes": "0" };
  await keepingSecrets([], { ...options, inputs: { ...options.inputs, ...nothing } });
}

describe("what a step leaves behind is as reviewed", () => {
  test.each(SCENARIOS)("$name: $why", async (scenario) => {
    await expect(await perform(scenario)).toMatchFileSnapshot(`transcripts/${scenario.name}.txt`);
  });

  test("and there is no transcript that nothing checks", async () => {
    const folder = new URL("transcripts/", import.meta.url);
    const stories = ["clean", "fails-without-reason", "server-timeout", "stale-success-only", "never-restored"];
    const others = [...stories, "big-lsn", "no-backup-service", "bad-inputs"];
    const known = [...SCENARIOS.map(({ name }) => name), ...others].map((name) => `${name}.txt`);
    expect((await readdir(folder)).toSorted()).toEqual(known.toSorted());
    expect(known.length).toBeGreaterThanOrEqual(25);
  });
});
