import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { formatInstant, later } from "../../shared/restore/instant.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startProxy } from "../simulator/proxy.ts";
import { startServer } from "../simulator/server.ts";
import { inTurn, succeeded } from "../simulator/timeline.ts";
import { startGitHub } from "./github.ts";
import type { StepResult } from "./run-bundle.ts";
import { keepingSecrets } from "./secrets.ts";

const ID = "00000000-0000-4000-8000-0000000000cc";
const MINUTE = 60_000;
const TOKEN = "a-token-of-the-workflow";
const ago = (minutes: number): string => formatInstant(later(systemClock.now(), -minutes * MINUTE));

const startedAt = (text: string) => (_request: IncomingMessage, response: ServerResponse) => {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ id: 42, run_started_at: text }));
};
const refuse = (_request: IncomingMessage, response: ServerResponse) => {
  response
    .writeHead(403, { "content-type": "application/json" })
    .end(JSON.stringify({ message: "Resource not accessible by integration" }));
};

/** A restore that succeeded ten minutes ago, verified with `not-before: auto`. */
async function verify(env: Readonly<Record<string, string>>, token = TOKEN): Promise<StepResult> {
  const timeline = inTurn([succeeded({ at: later(systemClock.now(), -10 * MINUTE) })]);
  await using server = await startServer(
    new SimulatedCluster({ clock: systemClock, partitions: [{ id: ID, timeline }] }),
  );
  return await keepingSecrets([], {
    inputs: {
      "cluster-endpoint": server.url.origin,
      "partition-id": ID,
      "github-token": token,
      "poll-interval-seconds": "0.1",
      "timeout-minutes": "0.02",
    },
    env: { GITHUB_REPOSITORY: "owner/repository", GITHUB_RUN_ID: "42", NO_PROXY: "", ...env },
  });
}

const sourceOf = ({ outputs }: StepResult): string | undefined =>
  /"notBeforeSource":"([^"]*)"/.exec(outputs["result"] ?? "")?.[1];

describe("not-before: auto", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "event-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("is the start of the workflow run, so that an earlier step's restore counts", async () => {
    await using github = await startGitHub(startedAt(ago(20)));
    const step = await verify({ GITHUB_API_URL: github.url });
    expect(step.outputs).toMatchObject({ verdict: "passed", reason: "restored" });
    expect(sourceOf(step)).toBe("start of the workflow run");
    expect(github.seen.map(({ method, url, headers }) => [method, url, headers.authorization])).toEqual([
      ["GET", "/repos/owner/repository/actions/runs/42", `token ${TOKEN}`],
    ]);
  });

  test("a restore from before the run does not count", async () => {
    await using github = await startGitHub(startedAt(ago(5)));
    expect((await verify({ GITHUB_API_URL: github.url })).outputs).toMatchObject({ reason: "stale" });
  });

  test("where the API refuses, it warns and takes the start of the job, which the event file tells", async () => {
    await using github = await startGitHub(refuse);
    const event = join(folder, "event.json");
    await writeFile(event, "{}");
    const written = new Date(systemClock.now() - 20 * MINUTE);
    await utimes(event, written, written);
    const step = await verify({ GITHUB_API_URL: github.url, GITHUB_EVENT_PATH: event });
    expect(step.outputs).toMatchObject({ verdict: "passed" });
    expect(sourceOf(step)).toBe("start of the job");
    expect(step.stdout).toMatch(/::warning::.*actions: read.*Resource not accessible/);
    expect(step.stdout.replace(/^::add-mask::.*$/gm, "")).not.toContain(TOKEN);
  });

  test.each([
    ["nothing of a run is known", {}, TOKEN],
    ["there is no token", { GITHUB_API_URL: "http://127.0.0.1:1" }, ""],
    ["the API is not there", { GITHUB_API_URL: "http://127.0.0.1:1" }, TOKEN],
  ])("where %s, it is the start of the step", async (_, env, token) => {
    const step = await verify({ GITHUB_RUN_ID: "GITHUB_API_URL" in env ? "42" : "", ...env }, token);
    expect(sourceOf(step)).toBe("start of the step");
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "stale" });
  });

  test("a run that began in the future by GitHub's clock is not believed", async () => {
    await using github = await startGitHub(startedAt(ago(-60)));
    expect(sourceOf(await verify({ GITHUB_API_URL: github.url }))).toBe("start of the step");
  });

  test("the API is asked through the proxy that is set", async () => {
    await using github = await startGitHub(startedAt(ago(20)));
    await using proxy = await startProxy();
    const step = await verify({
      GITHUB_API_URL: github.url.replace("127.0.0.1", "api.github.test"),
      http_proxy: proxy.url.href,
    });
    expect(sourceOf(step)).toBe("start of the workflow run");
    expect(proxy.requests.some(({ target }) => target.includes("api.github.test"))).toBe(true);
    expect(step.outputs).toMatchObject({ verdict: "passed" });
  });
});
