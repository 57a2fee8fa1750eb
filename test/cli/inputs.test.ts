import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ALL_OPTIONS, FLAGS } from "../../cli/options.ts";
import { systemClock } from "../../shared/clock.ts";
import { INPUT_NAMES, INPUTS, type InputSpec } from "../../shared/inputs.ts";
import type { Access } from "../simulator/access.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { type ProxySettings, startProxy } from "../simulator/proxy.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { accepted, inTurn, succeeded } from "../simulator/timeline.ts";
import { type CommandOptions, type CommandResult, runCli } from "./run-cli.ts";

/* How a command is told what to do: by options, by files, by the environment; and what it says where that cannot be. */

const { admin, adminPfx, ca, server: leaf, clientCa } = makeCertificates();
const ID = "00000000-0000-4000-8000-0000000000ce";
const TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkcmlsbCJ9.c2lnbmF0dXJl";
const FAST = ["--poll-interval-seconds=0.1", "--timeout-minutes=0.15", "--start-timeout-minutes=0.05"];
const X509: Access = { mode: "x509", admins: [admin.sha1] };
const AAD: Access = { mode: "aad", tokens: [{ token: TOKEN, role: "User" }] };

let folder = "";
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "inputs-"));
  const files: Readonly<Record<string, string | Buffer>> = {
    "ca.pem": ca.cert,
    "client.pem": admin.cert,
    "client.key": admin.key,
    "windows.key": Buffer.from(`\ufeff${admin.key}`, "utf16le"),
    "client.pfx": adminPfx.pfx,
    "client.pfx.base64": adminPfx.pfx.toString("base64"),
    password: `${adminPfx.passphrase}\n`,
    token: `${TOKEN}\n`,
  };
  await Promise.all(Object.entries(files).map(([name, content]) => writeFile(at(name), content)));
});
afterAll(() => rm(folder, { recursive: true }));

function startCluster(access: Access): Promise<SimulatorServer> {
  const timeline = inTurn([accepted(), 200], [succeeded()]);
  const cluster = new SimulatedCluster({ clock: systemClock, partitions: [{ id: ID, timeline }], access });
  return startServer(cluster, { tls: { cert: leaf.cert, key: leaf.key, clientCa: clientCa.cert } });
}

/** What was secret must be in nothing that is left. */
async function secretly(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const result = await runCli(args, options);
  const key = admin.key.split("\n").slice(1, -2);
  for (const secret of [...key, adminPfx.pfx.toString("base64").slice(0, 40), adminPfx.passphrase, TOKEN])
    expect(`${result.stdout}${result.stderr}`).not.toContain(secret);
  return result;
}

describe("a credential comes in", () => {
  test.each([
    ["from files", X509, ["--client-certificate-file", "client.pem", "--client-key-file", "client.key"], {}, ""],
    [
      "from files in UTF-16",
      X509,
      ["--client-certificate-file", "client.pem", "--client-key-file", "windows.key"],
      {},
      "",
    ],
    ["from a PFX", X509, ["--client-pfx-file", "client.pfx", "--client-pfx-password-file", "password"], {}, ""],
    [
      "from a PFX in base64, its password from the environment",
      X509,
      ["--client-pfx-file", "client.pfx.base64"],
      { SF_VERIFY_CLIENT_PFX_PASSWORD: adminPfx.passphrase },
      "",
    ],
    [
      "from the environment",
      X509,
      [],
      { SF_VERIFY_CLIENT_CERTIFICATE: admin.cert, SF_VERIFY_CLIENT_KEY: admin.key },
      "",
    ],
    ["from the standard input", AAD, ["--access-token-file=-"], {}, `${TOKEN}\n`],
  ] as const)("%s", async (_, access, args, env, stdin) => {
    await using server = await startCluster(access);
    const placed = args.map((arg) => (/^[a-z]/.test(arg) ? at(arg) : arg));
    const target = ["--cluster-endpoint", server.url.origin, "--partition-id", ID, "--server-ca-file", at("ca.pem")];
    const { exitCode, stderr } = await secretly([...target, ...FAST, ...placed], { env, stdin });
    expect(stderr).not.toContain("warning");
    expect(exitCode).toBe(0);
  });

  test("on the command line with a warning that does not repeat it", async () => {
    await using server = await startCluster(AAD);
    const env = {
      SF_VERIFY_CLUSTER_ENDPOINT: server.url.origin,
      SF_VERIFY_PARTITION_ID: ID,
      SF_VERIFY_SERVER_CA_FILE: at("ca.pem"),
      SF_VERIFY_TIMEOUT_MINUTS: "1",
    };
    const { exitCode, stderr } = await secretly([...FAST, `--access-token=${TOKEN}`], { env });
    expect(exitCode).toBe(0);
    expect(stderr).toContain("warning: --access-token on the command line can be read by whoever lists the processes");
    expect(stderr).toContain("--access-token-file or SF_VERIFY_ACCESS_TOKEN");
    expect(stderr).toContain("warning: SF_VERIFY_TIMEOUT_MINUTS is the variable of no option; it has no effect");
  });

  test("through the proxy that the environment names", async () => {
    await using server = await startCluster(AAD);
    const settings: ProxySettings = {};
    await using proxy = await startProxy(settings);
    const target = ["--cluster-endpoint", server.url.origin, "--partition-id", ID, "--server-ca-file", at("ca.pem")];
    const env = { HTTPS_PROXY: proxy.url.href };
    const { exitCode } = await secretly([...target, ...FAST, "--access-token-file", at("token")], { env });
    expect(exitCode).toBe(0);
    expect(proxy.requests.length).toBeGreaterThan(0);
  });
});

describe("bad usage is 64, told all at once in terms of options, and nothing is sent", () => {
  test("of everything that can be wrong at once", async () => {
    await using server = await startCluster({ mode: "none" });
    const { exitCode, stdout, stderr } = await runCli(
      [
        "--cluster-endpoint",
        server.url.origin,
        "--partition-id=not-a-guid",
        "--rto-minutes",
        "--json=yes",
        "--timeout-minutes=NaN",
        "--timeout-minutes=1",
        "--client-key-file=/nowhere/key",
        "--show-hosts",
        "--github-token=x",
        "hunter2",
        "--server-ca=x",
        `--server-ca-file=${at("ca.pem")}`,
        "--access-token-file=-",
        "--client-pfx-file=-",
        "--entra-client-id=7",
        "--not-before",
      ],
      { stdin: TOKEN },
    );
    expect([exitCode, stdout, server.connections.tcp]).toEqual([64, "", 0]);
    await expect(stderr.replaceAll(at(""), "/")).toMatchFileSnapshot("bad-usage.txt");
    expect(stderr).not.toMatch(/hunter2|eyJ/);
  });

  test("of a secret that was given in place of its file, which is not repeated", async () => {
    const pfx = adminPfx.pfx.toString("base64");
    const args = ["--client-key-file", admin.key, `--access-token-file=${TOKEN}`, "--client-pfx-file", pfx];
    const env = { SF_VERIFY_CLIENT_PFX_PASSWORD_FILE: adminPfx.passphrase };
    const { exitCode, stderr } = await secretly(args, { env });
    expect(exitCode).toBe(64);
    for (const name of ["--client-key-file", "--access-token-file", "--client-pfx-file", Object.keys(env)[0]])
      expect(stderr).toMatch(new RegExp(`${name} cannot be read: E[A-Z]+ \\(the path of a file is wanted`));
  });

  test.each([
    [["--partition-id", ID], "--cluster-endpoint is required"],
    [["--cluster-endpoint=http://127.0.0.1:1"], "--partition-id is required, or --service-name, or --application-name"],
    [
      ["--cluster-endpoint=https://127.0.0.1:1", "--partition-id", ID, "--server-ca-file=-"],
      "--server-ca-file is empty",
    ],
    [["prob"], "argument 1 belongs to no option and is no command (verify, probe, verify-evidence)"],
    [["probe", "--cluster-endpoint=http://127.0.0.1:1", "--rto-minutes=3"], "--rto-minutes means nothing to probe"],
    [["--cluster-endpoint=http://127.0.0.1:1", "--partition-id", "--json"], "--partition-id needs a value"],
    // A variable of a script that is not set must not switch the check off that it was to be.
    [
      ["--cluster-endpoint=http://127.0.0.1:1", "--partition-id", ID, "--expected-backup-id", ""],
      "--expected-backup-id needs",
    ],
    [["--cluster-endpoint=http://127.0.0.1:1", "--partition-id", ID, "--rto-minutes= "], "--rto-minutes needs a value"],
    [
      ["--cluster-endpoint=http://127.0.0.1:1", "--partition-id", ID, "--partition-id="],
      "--partition-id needs a value",
    ],
    [["--cluster-endpoint=ftp://partition-id", "--partition-id", ID], '"ftp://partition-id" is none'],
  ] as const)("%j", async (args, told) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect([exitCode, stdout]).toEqual([64, ""]);
    expect(stderr).toContain(told);
  });
});

test("docs/terminal.md names no option and no variable that there is not", async () => {
  const doc = await readFile(new URL("../../docs/terminal.md", import.meta.url), "utf8");
  const known = new Set([
    ...ALL_OPTIONS.flatMap((name) => [name, `${name}-file`]),
    ...Object.keys(FLAGS),
    "speed",
    "silent",
    "depth",
    "branch",
    "resource",
    "query",
    "name", // of git, az, and as an example
  ]);
  const options = [...doc.matchAll(/(?<!\w)--([a-z][a-z-]*)/g)].map(([, name = ""]) => name);
  const variables = [...doc.matchAll(/SF_VERIFY_([A-Z_]+[A-Z])/g)].map(([, name = ""]) =>
    name.toLowerCase().replaceAll("_", "-"),
  );
  expect([...options, ...variables].filter((name) => !known.has(name))).toEqual([]);
  expect(options.length + variables.length).toBeGreaterThan(20);
});

describe("--help", () => {
  test.each(["verify", "probe", "verify-evidence"])(
    "of %s is 0, on stdout, whatever else was typed",
    async (command) => {
      const { exitCode, stdout, stderr } = await runCli([command, "--bogus", "-h"]);
      expect([exitCode, stderr]).toEqual([0, ""]);
      await expect(stdout).toMatchFileSnapshot(`help-${command}.txt`);
    },
  );

  test("knows every input but those that mean something on GitHub only", async () => {
    const { stdout } = await runCli(["--help"]);
    const specs = INPUT_NAMES.map((name): readonly [string, InputSpec] => [name, INPUTS[name]]);
    const missing = specs.filter(([name, { github }]) => stdout.includes(`\n  --${name} `) === (github === true));
    expect(missing.map(([name]) => name)).toEqual([]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
  });
});
