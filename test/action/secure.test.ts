import { createPrivateKey } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import type { Access } from "../simulator/access.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import type { TlsOptions } from "../simulator/client-certificate.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { type ProxySettings, startProxy } from "../simulator/proxy.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { accepted, inTurn, restoring, succeeded } from "../simulator/timeline.ts";
import type { StepResult } from "./run-bundle.ts";
import { artefacts, keepingSecrets, leaks } from "./secrets.ts";

/* The bundle against clusters behind TLS, with every way in; and nothing of a secret in anything any run leaves behind. */

const made = makeCertificates();
const { admin, adminPfx, adminLegacyPfx, stranger, user, ca, otherCa, server: leaf } = made;
const ID = "00000000-0000-4000-8000-0000000000bb";
const FAST = { "poll-interval-seconds": "0.1", "timeout-minutes": "0.15", "start-timeout-minutes": "0.05" };
const TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkcmlsbCJ9.c2lnbmF0dXJl";
const PEM = { "client-certificate": admin.cert, "client-key": admin.key };
const PFX = { "client-pfx": adminPfx.pfx.toString("base64"), "client-pfx-password": adminPfx.passphrase };
const X509: Access = { mode: "x509", admins: [admin.sha1], users: [user.sha1] };
const AAD: Access = { mode: "aad", tokens: [{ token: TOKEN, role: "User" }] };
const PASSWORD = { user: "drill@corp", password: "hunter2 & co." };
const USER_INFO = "drill%40corp:hunter2%20%26%20co.@";

let folder = "";
let extraCa: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "authorities-"));
  const file = join(folder, "ca.pem");
  await writeFile(file, otherCa.cert);
  extraCa = { NODE_EXTRA_CA_CERTS: file };
});
afterAll(() => rm(folder, { recursive: true }));

function startCluster(
  tls: Partial<TlsOptions> | undefined,
  access: Access = { mode: "none" },
): Promise<SimulatorServer> {
  const timeline = inTurn([accepted(), 200], [restoring(), 200], [succeeded()]);
  const cluster = new SimulatedCluster({ clock: systemClock, partitions: [{ id: ID, timeline }], access });
  return startServer(cluster, tls === undefined ? {} : { tls: { cert: leaf.cert, key: leaf.key, ...tls } });
}

function verify(
  endpoint: string,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<StepResult> {
  const all = { ...FAST, "cluster-endpoint": endpoint, "partition-id": ID, ...inputs };
  return keepingSecrets([], { inputs: all, env });
}

interface Case {
  readonly tls: Partial<TlsOptions>;
  readonly access: Access;
  readonly inputs: Readonly<Record<string, string>>;
}
const CLIENT = { clientCa: made.clientCa.cert } as const;
const RENEGOTIATED = { ...CLIENT, requestClientCertificate: "after-handshake" } as const;

const PASSED: readonly (readonly [string, Case])[] = [
  ["a PEM pair, a CA", { tls: CLIENT, access: X509, inputs: { ...PEM, "server-ca": ca.cert } }],
  [
    "a PEM pair asked for after the handshake",
    { tls: RENEGOTIATED, access: X509, inputs: { ...PEM, "server-ca": ca.cert } },
  ],
  [
    "a reader's pair, a self-signed server by thumbprint",
    {
      tls: { ...RENEGOTIATED, ...made.selfSigned },
      access: X509,
      inputs: {
        "client-certificate": user.cert,
        "client-key": user.key,
        "server-certificate-thumbprint": `\u200e${made.selfSigned.sha1.toLowerCase()}`,
      },
    },
  ],
  [
    "a PFX, the server's own certificate",
    { tls: RENEGOTIATED, access: X509, inputs: { ...PFX, "server-ca": leaf.cert } },
  ],
  [
    "a token, a common name",
    {
      tls: made.otherName,
      access: AAD,
      inputs: { "access-token": `Bearer ${TOKEN}`, "server-ca": ca.cert, "server-common-name": "elsewhere.test" },
    },
  ],
  [
    "a token, the authorities of NODE_EXTRA_CA_CERTS",
    { tls: made.unrelated, access: AAD, inputs: { "access-token": TOKEN } },
  ],
];

const PROXIES: readonly (readonly [string, ProxySettings | undefined])[] = [
  ["directly", undefined],
  ["through an http proxy with a password", { auth: PASSWORD }],
  ["through an https proxy with a password", { auth: PASSWORD, tls: made.unrelated }],
];

describe.each(PROXIES)("%s", (_, settings) => {
  test.each(PASSED)("a restore is verified with %s", async (_what, { tls, access, inputs }) => {
    await using server = await startCluster(tls, access);
    await using proxy = settings === undefined ? undefined : await startProxy(settings);
    const env = proxy === undefined ? {} : { HTTPS_PROXY: `${proxy.url.protocol}//${USER_INFO}${proxy.url.host}` };
    const step = await verify(server.url.origin, inputs, { ...extraCa, ...env });
    expect(step.outputs).toMatchObject({ verdict: "passed", reason: "restored" });
    expect([step.exitCode, step.stderr]).toEqual([0, ""]);
    expect(server.requests.every((request) => request.tls !== undefined)).toBe(true);
    expect(proxy?.requests.length ?? 1).toBeGreaterThan(0);
  });

  test.each([
    ["an unknown authority", leaf, {}],
    ["another authority", made.unrelated, { "server-ca": ca.cert }],
    ["another name", made.otherName, { "server-ca": ca.cert }],
    ["another thumbprint", leaf, { "server-ca": ca.cert, "server-certificate-thumbprint": admin.sha256 }],
    ["another common name", leaf, { "server-ca": ca.cert, "server-common-name": ".test" }],
    ["a certificate that has expired", made.expired, { "server-certificate-thumbprint": made.expired.sha1 }],
  ] as const)("a server is refused, and sees no request, for %s", async (_what, tls, trust) => {
    for (const credential of [{ "access-token": TOKEN }, PEM]) {
      await using server = await startCluster({ ...tls, ...CLIENT }, AAD);
      await using proxy = settings === undefined ? undefined : await startProxy(settings);
      const env = proxy === undefined ? {} : { HTTPS_PROXY: `${proxy.url.protocol}//${USER_INFO}${proxy.url.host}` };
      const step = await verify(server.url.origin, { ...credential, ...trust }, { ...extraCa, ...env });
      expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "untrusted-server" });
      expect(step.exitCode).toBe(1);
      expect(server.requests).toEqual([]);
      expect(server.connections.tcp, "it did come to a connection").toBeGreaterThan(0);
    }
  });
});

describe("a refusal", () => {
  test.each([
    ["a stranger's certificate", { "client-certificate": stranger.cert, "client-key": stranger.key }, X509],
    ["no certificate", {}, X509],
    ["another token", { "access-token": `${TOKEN}x` }, AAD],
  ])("of %s is access denied", async (_, credential, access) => {
    await using server = await startCluster(RENEGOTIATED, access);
    const step = await verify(server.url.origin, { ...credential, "server-ca": ca.cert });
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "access-denied" });
    expect(step.stdout).toContain("Client certificate required");
  });

  test.each([
    ["a dead one", `http://${USER_INFO}127.0.0.1:1`, "the proxy 127.0.0.1:1"],
    ["one of another kind", `socks5://${USER_INFO}127.0.0.1:1`, "HTTPS_PROXY is no http"],
  ])("of a proxy names it, and not its user: %s", async (_, url, named) => {
    const env = { HTTPS_PROXY: url };
    const step = await verify("https://cluster.test:19080", { ...PEM, "timeout-minutes": "0.02" }, env);
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
    expect(step.stdout).toContain(named);
  });
});

describe("bad input", () => {
  const encrypted = createPrivateKey(admin.key)
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: adminPfx.passphrase })
    .toString();
  const pasted = { "client-pfx-password": adminPfx.passphrase };
  const table: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    ["a certificate without its key", { "client-certificate": admin.cert }, ["client-key is required"]],
    ["a key without its certificate", { "client-key": admin.key }, ["client-certificate is required"]],
    ["a pair that is none", { ...PEM, "client-key": stranger.key }, ["client-key is not the key of"]],
    ["an encrypted key", { ...PEM, "client-key": encrypted }, ["client-key is an encrypted key"]],
    ["PEM that is none", { ...PEM, "client-certificate": "secret-secret" }, ["client-certificate must be a PEM"]],
    ["a wrong PFX password", { ...PFX, "client-pfx-password": "Sommer 2026" }, ["client-pfx-password is wrong"]],
    ["an old PFX", { ...pasted, "client-pfx": adminLegacyPfx.pfx.toString("base64") }, ["outdated way"]],
    ["a thumbprint of 39 digits", { "server-certificate-thumbprint": leaf.sha1.slice(1) }, ["must be a SHA-1"]],
    ["a token and a certificate", { ...PEM, "access-token": TOKEN }, ["access-token cannot go together"]],
    ["a token and a PFX", { ...PFX, "access-token": TOKEN }, ["access-token cannot go together"]],
    [
      "several at once",
      { "client-key": encrypted, "server-ca": "none", "access-token": "two words" },
      ["client-certificate is required", "client-key is an encrypted", "server-ca must be", "access-token must be"],
    ],
  ];

  test.each(table)("is named in one message, and nothing is sent: %s", async (_, inputs, said) => {
    await using server = await startCluster({});
    const step = await verify(server.url.origin, inputs);
    const errors = step.stdout.split("\n").filter((line) => line.startsWith("::error"));
    expect(errors).toHaveLength(1);
    for (const one of [...said, "nothing was sent to the cluster"]) expect(errors[0]).toContain(one);
    expect([step.exitCode, step.outputs]).toEqual([1, {}]);
    expect(server.connections.tcp).toBe(0);
  });

  test.each([
    ["alone", (plain: string) => plain],
    ["in a list, by comma", (plain: string) => `https://127.0.0.1:1, ${plain}`],
    ["in a list, by line", (plain: string) => `https://127.0.0.1:1\n ${plain}`],
  ])("a credential goes over no plain http: %s", async (_, endpoint) => {
    await using server = await startCluster(undefined);
    const step = await verify(endpoint(server.url.origin), { "access-token": TOKEN, "server-ca": ca.cert });
    expect(step.stdout).toContain("access-token needs an https cluster-endpoint");
    expect(step.stdout).toContain("server-ca needs an https cluster-endpoint");
    expect([step.exitCode, step.outputs, server.connections.tcp]).toEqual([1, {}, 0]);
  });

  test("a user in the URL is not repeated", async () => {
    const step = await verify("https://drill:hunter2@127.0.0.1:1", { "access-token": TOKEN });
    expect(step.stdout).toContain("cluster-endpoint must not carry a user or password");
    expect(`${step.stdout}${step.stderr}`).not.toContain("hunter2");
  });
});

const masksOf = ({ stdout }: StepResult): readonly string[] =>
  stdout.split("\n").flatMap((line) => (line.startsWith("::add-mask::") ? [decodeURIComponent(line.slice(12))] : []));

test("all that is secret is masked before the first line of the log", async () => {
  await using server = await startCluster({});
  for (const inputs of [PFX, { "client-key": admin.key }, { "access-token": TOKEN }]) {
    const step = await verify(server.url.origin, { ...inputs, "server-ca": ca.cert, "timeout-minutes": "0.002" });
    const [first = ""] = step.stdout.split("\n");
    expect(first).toMatch(/^::add-mask::/);
    // Line by line, as the runner would: but for the frame of a key, and for a stump that is part of half the log.
    const lines = Object.values(inputs).flatMap((value) => value.trim().split("\n"));
    const secret = lines.filter((line) => !line.startsWith("-----") && (lines.length < 3 || line.length >= 16));
    expect(masksOf(step)).toEqual(secret);
  }
});

test("of a pasted header the bare token is masked too, and of a proxy its password in every form", async () => {
  const env = { HTTPS_PROXY: `http://${USER_INFO}127.0.0.1:1`, http_proxy: "ops:Winter/2026@proxy:3128" };
  const step = await verify("https://127.0.0.1:1", { "access-token": `Bearer  ${TOKEN}`, "rto-minutes": "x" }, env);
  const masks = masksOf(step);
  for (const secret of [TOKEN, PASSWORD.password, "hunter2%20%26%20co.", "Winter/2026"])
    expect(masks).toContain(secret);
  expect(masks).toContain(Buffer.from(`${PASSWORD.user}:${PASSWORD.password}`).toString("base64"));
  expect(step.stdout.split("\n")[0]).toMatch(/^::add-mask::/);
});

test("the search itself finds a secret wherever it is, and as whatever it is written", () => {
  const secret = "hunter2 & co.";
  for (const text of [secret, "hunter2%20%26%20co.", Buffer.from(secret).toString("base64")]) {
    const step = { exitCode: 0, stdout: "", stderr: "", outputs: {}, summary: "", files: [], texts: {}, elapsedMs: 0 };
    const places: readonly Partial<StepResult>[] = [
      { stdout: `a ${text} b` },
      { stderr: text },
      { outputs: { result: `{"x":"${text}"}` } },
      { summary: `| ${text} |` },
      { texts: { "record.json": text } },
      { texts: { [`w/${text}`]: "" } },
    ];
    for (const place of places) expect(leaks(artefacts({ ...step, ...place }), [secret])).toHaveLength(1);
    expect(leaks(artefacts({ ...step, stdout: `::add-mask::${text}` }), [secret])).toEqual([]);
  }
});
