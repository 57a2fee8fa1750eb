import { execFile as execFileCallback, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { EVENTS } from "../../function/events.ts";
import { objectIn } from "../functions-host/host.ts";
import { ROUND_TRIP } from "../functions-host/round-trip.ts";

const execFile = promisify(execFileCallback);
const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("what the README types is what `npm run functions` prints", () => {
  expect(read("README.md")).toContain(`\`\`\`sh\n${ROUND_TRIP("http://127.0.0.1:7071")}\n\`\`\``);
});

test("the README's round trip by curl works against `npm run functions`, and nothing stays behind", async () => {
  const script = /```sh\n(app=http:\/\/127\.0\.0\.1:7071\n[^`]+)```/.exec(read("README.md"))?.[1] ?? "";
  const folder = mkdtempSync(join(tmpdir(), "round-trip-"));
  const app = spawn(process.execPath, ["test/functions-host/serve.ts", "--port", "0"], {
    cwd: new URL("../..", import.meta.url),
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const origin = await originOf(app.stdout);
    const typed = script.replace("http://127.0.0.1:7071", origin);
    await execFile("bash", ["-euo", "pipefail", "-c", typed], { cwd: folder, timeout: 60_000 });
    const verdict = objectIn(readFileSync(join(folder, "verdict.json"), "utf8"));
    expect(verdict).toMatchObject({ verdict: "passed", reason: "restored" });
  } finally {
    const gone = once(app, "exit");
    app.kill("SIGINT");
    expect(await gone).toEqual([0, null]);
    rmSync(folder, { recursive: true });
  }
}, 90_000);

async function originOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const origin = /listens on (http:\/\/127\.0\.0\.1:\d+)\/api/.exec(line)?.[1];
    if (origin !== undefined) {
      output.resume();
      return origin;
    }
  }
  throw new Error("the app was not served");
}

test("the page of events is the table of events", () => {
  const rows = Object.entries(EVENTS).map(([name, when]) => `| \`${name}\` | ${when} |`);
  expect(read("docs/function-events.md")).toContain(rows.join("\n"));
});

test.each(["docs/function-events.md", "docs/function-deployment.md"])(
  "the questions of %s are about events there are",
  (page) => {
    const questions = [...read(page).matchAll(/```kusto\n([^`]+)```/g)].map(([, text = ""]) => text).join("\n");
    const named = [...questions.matchAll(/'(verification\.\w+)'/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !Object.keys(EVENTS).includes(name ?? ""))).toEqual([]);
  },
);

test("OpenTelemetry is for whoever asks for it: the package brings none", () => {
  expect(read("host.json")).not.toContain("telemetryMode");
  expect(read("package.json")).not.toMatch(/opentelemetry/);
});
