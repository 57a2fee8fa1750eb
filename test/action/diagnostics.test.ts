import { createServer } from "node:net";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { type Listening, listening } from "../service-fabric/scene.ts";
import { keepingSecrets } from "./secrets.ts";

/* Node can be told to write a report of a process. It is for whoever examines a crash, and no place for a key. */

const TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkcmlsbCJ9.c2lnbmF0dXJl";
const ID = "00000000-0000-4000-8000-0000000000ef";

let folder = "";
let silent: Listening;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "diagnostics-"));
  silent = await listening(createServer((socket) => socket.resume()));
});
afterAll(async () => {
  await silent[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const reporting = (): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--report-on-signal --report-signal=SIGUSR2 --report-directory=${folder}`,
});

async function written(): Promise<string> {
  for (;;) {
    const [name] = await readdir(folder);
    const text = name === undefined ? "" : await readFile(join(folder, name), "utf8");
    if (name !== undefined && text.trimEnd().endsWith("}")) {
      await rm(join(folder, name));
      return text;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("a report of the Action holds no input", async () => {
  let report: Promise<string> | undefined;
  await keepingSecrets([], {
    inputs: {
      "cluster-endpoint": `https://127.0.0.1:${silent.port}`,
      "partition-id": ID,
      "access-token": TOKEN,
      "timeout-minutes": "0.5",
    },
    env: reporting(),
    onLine: (line, child) => {
      if (report !== undefined || !line.includes("Watching")) return;
      child.kill("SIGUSR2");
      report = written();
      void report.then(() => child.kill("SIGTERM"));
    },
  });
  const text = await report;
  expect(text).toContain('"javascriptStack"');
  expect(text).not.toContain(TOKEN);
});

test("nor does one of the terminal command", async () => {
  let text = "";
  await runCli(
    ["--cluster-endpoint", `https://127.0.0.1:${silent.port}`, "--partition-id", ID, "--timeout-minutes=0.5"],
    {
      env: { ...reporting(), SF_VERIFY_ACCESS_TOKEN: TOKEN },
      meanwhile: async (child) => {
        await new Promise((resolve) => child.stderr.once("data", resolve));
        child.kill("SIGUSR2");
        text = await written();
        child.kill("SIGTERM");
      },
    },
  );
  expect(text).toContain('"javascriptStack"');
  expect(text).not.toContain(TOKEN);
});
