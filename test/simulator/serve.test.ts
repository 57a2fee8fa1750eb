import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openClient } from "./client.ts";
import { story } from "./stories.ts";

test("the cluster for curl speaks TLS on demand, and takes its authority's file away with it", async () => {
  const script = fileURLToPath(new URL("serve.ts", import.meta.url));
  const child = spawn(process.execPath, [script, "--port", "0", "--tls"], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  let text = "";
  for await (const chunk of child.stdout.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.includes("Ctrl-C")) break;
  }
  const [, origin = ""] = /listens on (https:\S+)\. /.exec(text) ?? [];
  const [, path = ""] = /Its authority: (\S+)/.exec(text) ?? [];
  expect(text).toContain(`curl --cacert '${path}' -i '${origin}/Partitions/`);
  expect(text).toContain(`--server-ca-file '${path}'`);

  await using client = openClient(new URL(origin), { ca: readFileSync(path) });
  const target = `/Partitions/${story("never-restored").partitionId}/$/GetRestoreProgress?api-version=6.4`;
  expect(await client.ask(target)).toMatchObject({ status: 200, body: "null" });
  child.kill("SIGTERM");
  expect(await exit).toStrictEqual([0, null]);
  expect(existsSync(path)).toBe(false);
});
