import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { clusterOfStories, story } from "../simulator/stories.ts";
import { accepted, ended, hang, inTurn, restoring, type Timeline } from "../simulator/timeline.ts";
import { startGitHub } from "./github.ts";
import type { StepOptions, StepResult } from "./run-bundle.ts";
import { keepingSecrets } from "./secrets.ts";
import { transcript } from "./transcript.ts";

const SPEED = 300;
const ID = "00000000-0000-4000-8000-0000000000aa";
const FAST = { "poll-interval-seconds": "0.1", "timeout-minutes": "0.12", "start-timeout-minutes": "0.02" };

async function verifyStory(name: string): Promise<string> {
  const told = story(name);
  await using server = await startServer(clusterOfStories(systemClock, { speed: SPEED, stories: [told] }));
  const step = await keepingSecrets([], {
    inputs: { ...FAST, "cluster-endpoint": server.url.origin, "partition-id": told.partitionId },
  });
  return transcript(step, server.requests);
}

async function verifyTimeline(timeline: Timeline, options: Partial<StepOptions> = {}): Promise<StepResult> {
  const cluster = new SimulatedCluster({ clock: systemClock, partitions: [{ id: ID, timeline }] });
  await using server = await startServer(cluster);
  const inputs = { ...FAST, "cluster-endpoint": server.url.origin, "partition-id": ID, ...options.inputs };
  return await keepingSecrets([], { ...options, inputs });
}

describe("the committed bundle, run as the runner runs it", () => {
  test.each([
    "clean",
    "fails-without-reason",
    "server-timeout",
    "stale-success-only",
    "never-restored",
    "big-lsn",
    "no-backup-service",
  ])("leaves log, outputs, summary and requests of the story %s as reviewed", async (name) => {
    await expect(await verifyStory(name)).toMatchFileSnapshot(`transcripts/${name}.txt`);
  });

  test("names every bad input in one message, sends nothing, leaves the verdict unset and fails", async () => {
    const step = await keepingSecrets([], {
      inputs: {
        "cluster-endpoint": "ftp://ops-robot:hunter2@cluster",
        "partition-id": "not-a-guid",
        "timeout-minutes": "NaN",
        "start-timeout-minutes": "-1",
        "not-before": "yesterday",
      },
    });
    await expect(transcript(step)).toMatchFileSnapshot("transcripts/bad-inputs.txt");
    expect(step.stdout).not.toContain("hunter2");
  });

  test("several partitions: the worst decides, the list begins with it", async () => {
    const stories = ["clean", "fails-without-reason", "never-restored"].map(story);
    await using server = await startServer(clusterOfStories(systemClock, { speed: SPEED, stories }));
    const ids = stories.map(({ partitionId }) => partitionId);
    const step = await keepingSecrets([], {
      inputs: { ...FAST, "cluster-endpoint": server.url.origin, "partition-id": ids.join("\n") },
    });
    expect(step.exitCode).toBe(1);
    expect(step.outputs).toMatchObject({
      verdict: "failed",
      reason: "restore-failed",
      "restore-state": "",
      "passed-count": "1",
      "failed-count": "1",
      "inconclusive-count": "1",
    });
    expect(JSON.parse(step.outputs["result"] ?? "")).toMatchObject({
      partitions: [{ partitionId: ids[1] }, { partitionId: ids[2] }, { partitionId: ids[0] }],
    });
  });

  test("leaves nothing in the workspace and says nothing on stderr", async () => {
    const step = await verifyTimeline(inTurn([accepted()]), { inputs: { "timeout-minutes": "0.005" } });
    expect(step).toMatchObject({ files: [], stderr: "" });
  });

  test("a message of the cluster never becomes a command of the runner, nor a table of the summary", async () => {
    const message = "boom\n::set-output name=verdict::passed\r##[error]x | <img src=x> | `code`";
    const step = await verifyTimeline(
      inTurn(
        [accepted(), 300],
        [ended("Failure", { documented: true, failure: { code: "E\n::warning::x", message } })],
      ),
    );
    const commands = step.stdout.split("\n").filter((line) => line.startsWith("::") || line.includes("##["));
    const error: unknown = expect.stringMatching(/^::error title=/);
    expect(commands).toEqual(["::group::How it is watched", "::endgroup::", error]);
    expect(step.summary).not.toMatch(/<img|\n::/);
    expect(step.summary.split("\n").filter((line) => line.startsWith("| ❌"))).toHaveLength(1);
    expect(step.outputs["failure-message"]).toContain("boom");
    expect(step.outputs["verdict"]).toBe("failed");
  });

  test("`summary: false` writes no summary", async () => {
    const step = await verifyTimeline(inTurn([accepted()]), {
      inputs: { summary: "false", "timeout-minutes": "0.005" },
    });
    expect(step.summary).toBe("");
    expect(step.outputs["verdict"]).toBe("failed");
  });

  test("a run ends at its deadline although the cluster never answers", async () => {
    const step = await verifyTimeline(inTurn([hang]), { inputs: { "timeout-minutes": "0.02" } });
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
    expect(step.exitCode).toBe(1);
  });

  test("licences are those of the packages that are in the bundle, and of no others", async () => {
    const text = await readFile(new URL("../../dist/licenses.txt", import.meta.url), "utf8");
    for (const name of ["undici", "@actions/core", "@actions/github", "@azure/identity", "fast-xml-parser"])
      expect(text).toMatch(new RegExp(`^${name}\nMIT\n`, "m"));
    expect(text).not.toMatch(/^(durable-functions|@azure\/functions|@azure\/data-tables|ora|d3-.*)$/m);
  });
});

describe("told to stop", () => {
  test.each([
    ["SIGINT", "sleeping", inTurn([accepted()]), { "poll-interval-seconds": "60" }],
    ["SIGTERM", "sleeping", inTurn([restoring()]), { "poll-interval-seconds": "60" }],
    ["SIGINT", "waiting for an answer", inTurn([accepted(), 50], [hang]), {}],
  ] as const)(
    "by %s while %s, it still leaves a verdict, and leaves the restore alone",
    async (signal, _what, timeline, inputs) => {
      const step = await verifyTimeline(timeline, {
        inputs: { "timeout-minutes": "5", ...inputs },
        onLine: (line, child) => {
          if (!line.includes("Accepted") && !line.includes("RestoreInProgress")) return;
          // Once the state is in the log the next thing is a sleep, or a look that will hang.
          setTimeout(() => child.kill(signal), 300);
        },
      });
      expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "cancelled", "inconclusive-count": "1" });
      expect(step.stdout).toContain(`Stopped by ${signal}`);
      expect(step.summary).toContain("cancelled");
      expect(step.exitCode).toBe(1);
    },
  );

  test("in a TLS handshake that never ends, too", async () => {
    let child: ChildProcess | undefined;
    const silent = createServer(() => setTimeout(() => child?.kill("SIGINT"), 200)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const step = await keepingSecrets([], {
      inputs: {
        "cluster-endpoint": `https://127.0.0.1:${port}`,
        "partition-id": ID,
        "request-timeout-seconds": "300",
        "junit-path": "junit.xml",
        "report-path": "report.json",
      },
      onLine: (_, started) => void (child = started),
    });
    silent.close();
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "cancelled" });
    expect(Object.keys(step.texts)).toEqual(["junit.xml", "report.json"]);
    expect(step.exitCode).toBe(1);
  });

  test("while GitHub's API is asked for the start of the run, too", async () => {
    let child: ChildProcess | undefined;
    await using github = await startGitHub(() => void setTimeout(() => child?.kill("SIGTERM"), 100));
    const step = await verifyTimeline(inTurn([accepted()]), {
      inputs: { "github-token": "a-token-of-the-run", "timeout-minutes": "5" },
      env: { GITHUB_API_URL: github.url, GITHUB_REPOSITORY: "owner/repository", GITHUB_RUN_ID: "42" },
      onLine: (_, started) => void (child = started),
    });
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "cancelled" });
    expect(step.stdout).not.toContain("::warning");
  });

  test("twice, it still writes everything to the end", async () => {
    const step = await verifyTimeline(inTurn([accepted()]), {
      inputs: { "timeout-minutes": "5", "poll-interval-seconds": "60" },
      onLine: (line, child) => void (line.includes("Accepted") && child.kill("SIGINT")),
    });
    expect(step.stdout.match(/Accepted/g)?.length).toBeGreaterThan(1);
    expect(step.outputs).toMatchObject({ reason: "cancelled", "report-path": "" });
    expect(step.exitCode).toBe(1);
  });
});
