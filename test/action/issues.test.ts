import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startProxy } from "../simulator/proxy.ts";
import { noRole } from "../simulator/replies.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, inTurn, POINT, type Shown } from "../simulator/timeline.ts";
import { FakeIssues, type IssueSeen, startGitHub } from "./github.ts";
import type { StepOptions, StepResult } from "./run-bundle.ts";
import { keepingSecrets } from "./secrets.ts";
import { HOSTILE } from "../report/records.ts";

/* One issue for each target while it is red: opened, commented on, closed. GitHub's API is a server on loopback. */

const ID = "00000000-0000-4000-8000-0000000000dd";
const OTHER = "00000000-0000-4000-8000-0000000000de";
const TOKEN = "ghs_a-token-of-the-run";

interface Step {
  readonly shows: () => Shown;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: StepOptions["onLine"];
  readonly before?: () => void;
}

const ACCEPTED = (): Shown => ({ kind: "restore", restore: { state: "Accepted", spelled: "Accepted", point: POINT } });

/** Runs the steps one after the other, against one cluster, and one repository with these issues. */
async function steps(github: FakeIssues, ...all: readonly Step[]): Promise<readonly StepResult[]> {
  await using api = await startGitHub(github.answer);
  let shown = ACCEPTED;
  const cluster = new (class extends SimulatedCluster {
    override look(id: string): ReturnType<SimulatedCluster["look"]> {
      void super.look(id);
      return shown();
    }
  })({ clock: systemClock, partitions: [ID, OTHER].map((id) => ({ id, timeline: inTurn([accepted()]) })) });
  await using server = await startServer(cluster);
  const results: StepResult[] = [];
  for (const { shows, inputs = {}, env = {}, onLine, before } of all) {
    before?.();
    shown = shows;
    const fixed = {
      "cluster-endpoint": server.url.origin,
      "partition-id": ID,
      "create-issue": "true",
      "github-token": TOKEN,
    };
    const quick = { "not-before": "2026-01-01T00:00:00Z", "poll-interval-seconds": "0.1", "timeout-minutes": "0.05" };
    const run = {
      GITHUB_REPOSITORY: "owner/repository",
      GITHUB_RUN_ID: "42",
      GITHUB_SERVER_URL: "https://github.test",
    };
    results.push(
      await keepingSecrets([], {
        inputs: { ...fixed, ...quick, ...inputs },
        env: { ...run, GITHUB_API_URL: api.url, ...env },
        ...(onLine === undefined ? {} : { onLine }),
      }),
    );
  }
  return results;
}

const restore = (shown: Extract<Shown, { kind: "restore" }>["restore"]) => (): Shown => ({
  kind: "restore",
  restore: shown,
});
const RED: Step = { shows: () => noRole };
const GREEN: Step = {
  shows: () => restore({ state: "Success", spelled: "Success", at: systemClock.now(), point: POINT })(),
};
const warnings = ({ stdout }: StepResult): readonly string[] =>
  stdout.split("\n").filter((line) => line.startsWith("::warning"));

describe("create-issue", () => {
  test("opens one issue, comments on it while it stays red, closes it on the next pass, and opens another later", async () => {
    const github = new FakeIssues();
    await steps(github, RED, RED, GREEN, GREEN, RED);
    expect(github.issues.map(({ state, comments }) => [state, comments.length])).toEqual([
      ["closed", 2],
      ["open", 0],
    ]);
    expect(github.issues[0]?.comments[1]).toContain("**passed: restored**");
  });

  test("each target has its own, in whatever order it is typed", async () => {
    const github = new FakeIssues();
    const both = (text: string): Step => ({ ...RED, inputs: { "partition-id": text } });
    await steps(github, RED, both(`${ID},${OTHER}`), both(`${OTHER}\n${ID.toUpperCase()}`));
    expect(github.issues.map(({ title, comments }) => [title, comments.length])).toEqual([
      [`Restore of partition ${ID} is not verified`, 0],
      [`Restore of partition ${ID} and 1 more is not verified`, 1],
    ]);
  });

  test("finds its issue behind hundreds of others, and takes no pull request for it", async () => {
    const github = new FakeIssues();
    const other = (number: number, more: Partial<IssueSeen> = {}): IssueSeen => {
      return { number, title: "another", body: "", comments: [], state: "open", ...more };
    };
    const before = (): void => {
      const pull = other(2, { isPullRequest: true, body: github.issues[0]?.body ?? "" });
      github.issues = [...github.issues, pull, ...Array.from({ length: 250 }, (_, index) => other(index + 3))];
    };
    await steps(github, RED, { ...RED, before });
    expect(github.issues).toHaveLength(252);
    expect(github.issues.map(({ comments }) => comments.length).filter((count) => count > 0)).toEqual([1]);
    expect(github.issues[0]?.comments).toHaveLength(1);
  });

  test.each([
    ["a stranger", { user: { type: "User" }, author_association: "NONE" }, 0],
    ["who contributed once", { user: { type: "User" }, author_association: "CONTRIBUTOR" }, 0],
    ["an account that is gone", { user: null, author_association: "NONE" }, 0],
    ["a maintainer, with a token of theirs", { user: { type: "User" }, author_association: "MEMBER" }, 1],
  ])("an issue with its marker that was opened by %s", async (_, by, taken) => {
    const github = new FakeIssues();
    const copied = (): void => {
      github.issues = github.issues.map((issue) => ({ ...issue, by }));
    };
    await steps(github, RED, { ...RED, before: copied });
    expect(github.issues.map(({ comments }) => comments.length)).toEqual(taken === 1 ? [1] : [0, 0]);
    if (taken === 1) return;
    await steps(github, GREEN);
    expect(github.issues.map(({ state }) => state)).toEqual(["open", "open"]);
  });

  test("a cancelled run found nothing out, and opens none", async () => {
    const github = new FakeIssues();
    const [step] = await steps(github, {
      shows: ACCEPTED,
      inputs: { "poll-interval-seconds": "60", "timeout-minutes": "5" },
      onLine: (line, child) => void (line.includes("Accepted") && child.kill("SIGTERM")),
    });
    expect(step?.outputs).toMatchObject({ reason: "cancelled" });
    expect(github.issues).toEqual([]);
  });

  test.each([
    [403, "Resource not accessible by integration"],
    [404, "Not Found"],
    [410, "Issues are disabled for this repo"],
    [500, "trouble"],
  ])("a refusal with %i is a warning: verdict, outputs and exit code stay", async (status, message) => {
    const github = new FakeIssues();
    github.refusal = { status, message };
    const [step] = await steps(github, GREEN);
    expect(step?.outputs).toMatchObject({ verdict: "passed" });
    expect(step?.exitCode).toBe(0);
    expect(step === undefined ? [] : warnings(step)).toEqual([
      expect.stringMatching(new RegExp(`issues: write.*${message}`)),
    ]);
  });

  test.each([
    ["there is no token", { inputs: { "github-token": "" } }],
    ["this is no run of a repository", { env: { GITHUB_REPOSITORY: "" } }],
    ["GitHub cannot be reached", { env: { GITHUB_API_URL: "http://127.0.0.1:1" } }],
  ])("where %s, it is a warning", async (_, different) => {
    const [step] = await steps(new FakeIssues(), { ...GREEN, ...different });
    expect(step?.exitCode).toBe(0);
    expect(step === undefined ? [] : warnings(step)).toHaveLength(1);
  });

  test("is not touched unless it is asked for", async () => {
    const github = new FakeIssues();
    await steps(github, { ...RED, inputs: { "create-issue": "false" } });
    expect(github.issues).toEqual([]);
  });

  test("GitHub is asked through the proxy that is set, and the cluster is not where NO_PROXY says so", async () => {
    const github = new FakeIssues();
    await using api = await startGitHub(github.answer);
    await using proxy = await startProxy();
    const env = {
      GITHUB_API_URL: api.url.replace("127.0.0.1", "api.github.test"),
      http_proxy: proxy.url.href,
      no_proxy: "127.0.0.1",
    };
    await steps(new FakeIssues(), { ...RED, env });
    expect(proxy.requests.length).toBeGreaterThan(0);
    expect(proxy.requests.every(({ target }) => target.includes("api.github.test"))).toBe(true);
    expect(github.issues).toHaveLength(1);
  });

  test("what a cluster says stands where GitHub reads no mention, reference or markup in it", async () => {
    const github = new FakeIssues();
    const failure = { code: "E", message: `${HOSTILE}</pre>@octocat` };
    await steps(github, {
      shows: restore({ state: "Failure", spelled: "Failure", documented: true, failure }),
    });
    const body = github.issues[0]?.body ?? "";
    const outside = body.replace(/<pre>[^<]*<\/pre>/g, "");
    expect(body).toContain("@octocat");
    expect(outside).not.toMatch(/octocat|<x|javascript/);
  });
});
