import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { TOOL_VERSION } from "../../shared/version.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { clusterOfStories, story } from "../simulator/stories.ts";
import { accepted, ended, hang, inTurn, nothing, restoring, type Timeline } from "../simulator/timeline.ts";
import { type CommandResult, runCli } from "./run-cli.ts";

/* The built command as a child process, against the simulated cluster. */

const ID = "00000000-0000-4000-8000-0000000000cc";
const OTHER = "00000000-0000-4000-8000-0000000000cd";
const FAST = ["--poll-interval-seconds=0.1", "--timeout-minutes=0.15", "--start-timeout-minutes=0.02"];

function startWith(timeline: Timeline): Promise<SimulatorServer> {
  const partitions = [ID, OTHER].map((id) => ({ id, timeline }));
  return startServer(new SimulatedCluster({ clock: systemClock, partitions }));
}

async function verifyTimeline(timeline: Timeline, ...more: readonly string[]): Promise<CommandResult> {
  await using server = await startWith(timeline);
  return await runCli(["--cluster-endpoint", server.url.origin, "--partition-id", ID, ...FAST, ...more]);
}

describe("the exit code is the verdict", () => {
  test.each([
    ["clean", 0, "Restore verification passed: restored"],
    ["fails-without-reason", 1, "Restore verification failed: restore-failed"],
    ["server-timeout", 1, "Restore verification failed: restore-timed-out"],
    ["stale-success-only", 2, "Restore verification inconclusive: stale"],
    ["never-restored", 2, "Restore verification inconclusive: no-restore"],
    ["no-backup-service", 2, "Restore verification inconclusive: backup-service-unavailable"],
  ])("of the story %s it is %i", async (name, code, title) => {
    const told = story(name);
    await using server = await startServer(clusterOfStories(systemClock, { speed: 300, stories: [told] }));
    const target = ["--cluster-endpoint", server.url.origin, "--partition-id", told.partitionId];
    const { exitCode, stdout, stderr } = await runCli(["verify", ...target, ...FAST]);
    expect([exitCode, stdout.split("\n")[0]]).toEqual([code, title]);
    expect(stderr).toContain(`Watching partition ${told.partitionId} at ${server.url.origin}`);
    expect(stderr).toContain("(start of the command) on counts.");
    expect(server.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("and what to do next stands below it, where it did not pass", async () => {
    const { stdout } = await verifyTimeline(inTurn([nothing]));
    expect(stdout).toContain("Next: ");
    expect(stdout).toContain("docs/troubleshooting.md#no-restore");
    expect(stdout).not.toMatch(/`(?:not-before|start-timeout-minutes|health-check)/);
  });
});

describe("what is printed where", () => {
  test("with --json stdout is the record and nothing else, as the report file has it", async () => {
    await using server = await startWith(inTurn([accepted(), 300], [ended("Failure")]));
    const { exitCode, stdout, stderr, file } = await runCli(
      [
        "--cluster-endpoint",
        server.url.origin,
        "--partition-id",
        ID,
        "--partition-id",
        OTHER,
        ...FAST,
        "--json",
        "--report-path",
        "out/record.json",
        "--junit-path=out/junit.xml",
      ],
      { files: ["out/record.json", "out/junit.xml"] },
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "failed",
      reason: "restore-failed",
      counts: { failed: 2 },
      plan: { notBeforeSource: "start of the command" },
    });
    expect(file("out/record.json")).toBe(stdout);
    expect(file("out/junit.xml")).toContain(OTHER);
    expect(stderr).toContain("Restore verification failed: restore-failed");
  });

  test("without a terminal there is a line per change, without colours, and none per look", async () => {
    const { stdout, stderr } = await verifyTimeline(inTurn([accepted(), 700], [restoring(), 700], [ended("Failure")]));
    const states = stderr.split("\n").filter((line) => line.startsWith("+"));
    expect(states.map((line) => line.replace(/^\+[\d.]+ s {2}/, ""))).toEqual([
      "Accepted",
      "RestoreInProgress",
      "Failure",
      "failed: restore-failed",
    ]);
    expect(`${stdout}${stderr}`).not.toContain("\u001b");
  });

  test("a file that cannot be written is a warning, and the verdict stays", async () => {
    const { exitCode, stderr } = await verifyTimeline(
      inTurn([accepted(), 200], [ended("Failure")]),
      `--report-path=${process.execPath}/record.json`,
    );
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`warning: ${process.execPath}/record.json could not be written; the verdict stays.`);
  });

  test("--version tells the version and asks nobody", async () => {
    const { exitCode, stdout, stderr } = await runCli(["--version"]);
    expect([exitCode, stdout, stderr]).toEqual([0, `service-fabric-restore-verification ${TOOL_VERSION}\n`, ""]);
  });
});

describe("a command that is stopped", () => {
  test.each([
    ["between two looks", inTurn([accepted()]), "SIGINT"],
    ["in the middle of a look", inTurn([hang]), "SIGTERM"],
  ] as const)("%s says cancelled, and leaves the restore alone", async (_, timeline, signal) => {
    await using server = await startWith(timeline);
    const target = ["--cluster-endpoint", server.url.origin, "--partition-id", ID, "--poll-interval-seconds=60"];
    const { exitCode, stdout } = await runCli(target, {
      async meanwhile(child) {
        await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
        child.kill(signal);
      },
    });
    expect(exitCode).toBe(2);
    expect(stdout).toContain("Restore verification inconclusive: cancelled");
    expect(server.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("while it reads its input ends without having asked anybody", async () => {
    await using server = await startWith(inTurn([accepted()]));
    const target = ["--cluster-endpoint", server.url.origin, "--partition-id", ID, "--server-ca-file=-"];
    const { exitCode, stdout, stderr } = await runCli(target, {
      stdinOpen: true,
      // More than a pipe holds: once it is written it is being read.
      async meanwhile(child) {
        child.stdin.write("x".repeat(1_000_000));
        await once(child.stdin, "drain");
        child.kill("SIGINT");
      },
    });
    expect([exitCode, stdout, server.connections.tcp]).toEqual([2, "", 0]);
    expect(stderr).toContain("Stopped by SIGINT before anything was asked.");
  });

  test("by two signals at once, as npm passes on what the terminal sent already, has its verdict all the same", async () => {
    await using server = await startWith(inTurn([accepted()]));
    const target = ["--cluster-endpoint", server.url.origin, "--partition-id", ID, "--poll-interval-seconds=60"];
    const { exitCode, stdout } = await runCli(target, {
      async meanwhile(child) {
        await expect.poll(() => server.requests.length, { timeout: 10_000 }).toBeGreaterThan(0);
        child.kill("SIGINT");
        child.kill("SIGINT");
      },
    });
    expect([exitCode, stdout.split("\n")[0]]).toEqual([2, "Restore verification inconclusive: cancelled"]);
  });
});
