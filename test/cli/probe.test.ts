import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import type { Access } from "../simulator/access.ts";
import type { Generation } from "../simulator/bodies.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import type { TlsOptions } from "../simulator/client-certificate.ts";
import { type ClusterOptions, SimulatedCluster } from "../simulator/cluster.ts";
import { during } from "../simulator/faults.ts";
import { noBackupService, signInPage } from "../simulator/replies.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { accepted, ended, hang, inTurn, nothing, succeeded, type Timeline } from "../simulator/timeline.ts";
import { type CommandResult, runCli } from "./run-cli.ts";

/* The page of a probe, of clusters of each kind; and nothing in it that would tell whose they are. */

const { admin, user, ca, server: leaf, clientCa, expired, otherName, selfSigned, endingSoon } = makeCertificates();
const ID = "00000000-0000-4000-8000-0000000000cf";
const SERVICE = "fabric:/SecretApp/SecretService";
const TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkcmlsbCJ9.c2lnbmF0dXJl";
const RESTORED = inTurn([succeeded()]);
const X509: Access = { mode: "x509", admins: [admin.sha1], users: [user.sha1] };
const METADATA = { tenant: "7e4a0000-1111-2222-3333-444444444444", cluster: "7e4a0000-5555-6666-7777-888888888888" };
const AAD: Access = { mode: "aad", tokens: [{ token: TOKEN, role: "User" }], metadata: METADATA };
const asUser = ["--client-certificate", user.cert, "--client-key", user.key];
const asAdmin = ["--client-certificate", admin.cert, "--client-key", admin.key];

interface Scene extends Partial<ClusterOptions> {
  readonly timeline?: Timeline;
  readonly tls?: Partial<TlsOptions>;
}

function start({ timeline = RESTORED, tls, ...options }: Scene): Promise<SimulatorServer> {
  const partitions = [{ id: ID, timeline, service: SERVICE }];
  const cluster = new SimulatedCluster({ clock: systemClock, partitions, ...options });
  const made = { cert: leaf.cert, key: leaf.key, clientCa: clientCa.cert, ...tls };
  return startServer(cluster, tls === undefined ? {} : { tls: made });
}

const NAMES = [ID, "Secret", "127.0.0.1", "cluster.test", "elsewhere", "sf-", "Simulated", TOKEN, "7e4a0000"];
const CERTIFICATES = [leaf, expired, otherName, selfSigned, endingSoon, user, admin];

/** Of whatever is printed nothing may name anybody or give anything away. */
function discreet(result: CommandResult): CommandResult {
  const secrets = [admin, user].flatMap(({ key, cert }) => [key, cert].flatMap((pem) => pem.split("\n").slice(1, -2)));
  const prints = CERTIFICATES.flatMap(({ sha1, sha256 }) => [sha1, sha256]);
  const page = result.stdout.toLowerCase();
  expect([...NAMES, ...secrets, ...prints].filter((one) => page.includes(one.toLowerCase()))).toEqual([]);
  return result;
}

/** The answers of the page, by question. */
function answers({ stdout }: CommandResult): Readonly<Record<string, string>> {
  const rows = [...stdout.matchAll(/^\| (.+?) \| (.+) \|$/gm)];
  return Object.fromEntries(rows.map(([, question = "", answer = ""]): [string, string] => [question, answer]));
}

async function probe(scene: Scene, ...args: readonly string[]): Promise<CommandResult> {
  await using server = await start(scene);
  const result = await runCli(["probe", "--cluster-endpoint", server.url.origin, ...args]);
  expect(server.requests.every(({ method }) => method === "GET")).toBe(true);
  return discreet(result);
}

describe("the page tells the generation", () => {
  test.each<[Generation, Readonly<Record<string, string>>]>([
    [
      "6.4",
      {
        "api-version 6.4": "accepted",
        "api-version 6.2-preview": "refused as too old or too new",
        RestoredEpoch: "`DataLossVersion`: string, `ConfigurationVersion`: string",
        "List of partitions (api-version 6.4)": "available: 1 on the first page, with `PrimaryEpoch`",
        "Version of the cluster": "11.0.2707.1",
      },
    ],
    [
      "6.2",
      {
        "api-version 6.4": "refused as too old or too new",
        "api-version 6.2-preview": "accepted",
        RestoredEpoch: "`DataLossNumber`: string, `ConfigurationNumber`: string",
        "List of partitions (api-version 6.4)": "not available: refused (rejected: HTTP 400 `E_INVALIDARG`)",
      },
    ],
  ])("%s, of a service by its name", async (generation, told) => {
    const result = await probe({ generation }, "--service-name", SERVICE);
    expect(result.exitCode).toBe(0);
    expect(answers(result)).toMatchObject({
      ...told,
      Deployed: "yes",
      RestoreState: "`Success`",
      RestoredLsn: "number",
      "The partition": "`Stateful`, `Ready`, `Ok`",
    });
    expect(answers(result)["DataLossVersion as a time (FILETIME)"]).toMatch(
      /^plausible: data loss was declared .+ ago$/,
    );
  });

  test("and is a page as reviewed, the same but for its times", async () => {
    const { stdout } = await probe(
      { tls: {}, access: X509, clockSkewMs: 7_500 },
      ...asUser,
      ...TRUSTED,
      "--partition-id",
      ID,
    );
    const steady = stdout
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
      .replaceAll(/\d+ to \d+ ms, median \d+ ms/g, "<latency>")
      .replaceAll(/declared .+? ago/g, "declared <a while> ago")
      .replaceAll(/\| \+[78](?:\.\d)? s \|/g, "| +<about 8 s> |");
    await expect(steady).toMatchFileSnapshot("probe-page.md");
  });
});

const TRUSTED = ["--server-ca", ca.cert];

describe("the page tells who this client is", () => {
  test.each<[string, Access, readonly string[], number, string]>([
    ["a reader", X509, asUser, 0, "user (read-only): what only admins may ask is refused, which is as it should be"],
    [
      "an admin",
      X509,
      asAdmin,
      0,
      "admin: what only admins may ask came through (HTTP 404); a read-only client would be enough",
    ],
    ["nobody", X509, [], 2, "none: refused (access-denied: HTTP 403)"],
    [
      "a reader by token",
      AAD,
      ["--access-token", TOKEN],
      0,
      "user (read-only): what only admins may ask is refused, which is as it should be",
    ],
    [
      "a token that is refused",
      { ...AAD, refusesWith: 401 },
      ["--access-token", `${TOKEN}x`],
      2,
      "none: refused (access-denied: HTTP 401)",
    ],
  ])("%s", async (_, access, args, exitCode, role) => {
    const result = await probe({ tls: {}, access }, ...args, ...TRUSTED, "--partition-id", ID);
    expect(answers(result)).toMatchObject({
      "Role of this client": role,
      "Microsoft Entra ID": access.mode === "aad" ? "set up" : "not set up",
    });
    expect(result.exitCode).toBe(exitCode);
  });
});

describe("the page tells of the server's certificate", () => {
  test.each<[string, Partial<TlsOptions>, readonly string[], string, string]>([
    ["one that is trusted", leaf, TRUSTED, "yes, by server-ca", "trusted"],
    [
      "one that is pinned",
      selfSigned,
      ["--server-certificate-thumbprint", selfSigned.sha1],
      "yes, by server-certificate-thumbprint",
      "not trusted (`DEPTH_ZERO_SELF_SIGNED_CERT`)",
    ],
    [
      "one of an unknown authority",
      leaf,
      [],
      "no: its chain is not trusted",
      "not trusted (`UNABLE_TO_VERIFY_LEAF_SIGNATURE`)",
    ],
    ["one of another name", otherName, TRUSTED, "no: another name than the host's", "trusted"],
    ["one that has expired", expired, TRUSTED, "no: the certificate has expired", "not trusted (`CERT_HAS_EXPIRED`)"],
    [
      "another than the one pinned",
      leaf,
      ["--server-certificate-thumbprint", expired.sha1],
      "no: another thumbprint than expected",
      "not trusted (`UNABLE_TO_VERIFY_LEAF_SIGNATURE`)",
    ],
  ])("%s", async (_, tls, args, expected, chain) => {
    const result = await probe({ tls }, ...args, "--partition-id", ID);
    expect(answers(result)).toMatchObject({
      "The server is the one expected": expected,
      "Its chain, by the authorities in use": chain,
    });
    expect(answers(result)["TLS"]).toMatch(/^TLSv1\.[23], `[\w-]+`$/);
    expect(result.exitCode).toBe(expected.startsWith("yes") ? 0 : 2);
  });

  test("that it ends soon", async () => {
    const result = await probe({ tls: endingSoon }, ...TRUSTED);
    expect(answers(result)["Server certificate"]).toMatch(/^issued by an authority, RSA 2048; expires in (9|10) days$/);
  });
});

describe("the page tells of a cluster that", () => {
  test("has no Backup Restore Service", async () => {
    const result = await probe({ faults: [], timeline: inTurn([noBackupService]) }, "--partition-id", ID);
    expect(answers(result)["Deployed"]).toBe(
      "no: refused (backup-service-unavailable: HTTP 404 `FABRIC_E_SERVICE_DOES_NOT_EXIST`)",
    );
    expect(result.exitCode).toBe(0);
  });

  test.each<[string, Timeline, Readonly<Record<string, string>>]>([
    [
      "never restored",
      inTurn([nothing]),
      { GetRestoreProgress: "`null`, as application/json: nothing was ever restored" },
    ],
    [
      "is restoring",
      inTurn([accepted()]),
      { RestoreState: "`Accepted`", TimeStampUtc: "year 1 (whole seconds, Z): absent" },
    ],
    ["failed without a reason", inTurn([ended("Failure")]), { RestoredEpoch: "`null`", FailureError: "absent" }],
    [
      "failed with one",
      inTurn([ended("Failure", { failure: { code: "E_FAIL", message: "Secret store" } })]),
      { FailureError: "object" },
    ],
  ])("%s", async (_, timeline, told) => {
    expect(answers(await probe({ timeline }, "--partition-id", ID))).toMatchObject(told);
  });

  test("is asked without any target what can be asked so", async () => {
    const result = await probe({});
    expect(result.exitCode).toBe(0);
    expect(answers(result)).toMatchObject({
      Deployed: "yes",
      "api-version 6.4": "accepted",
      GetRestoreProgress: "not asked: name a partition or a service",
    });
  });

  test("is none: a page to sign in", async () => {
    const result = await probe({ faults: [during(0, Infinity, signInPage)] }, "--partition-id", ID);
    expect(answers(result)["Role of this client"]).toBe("unknown: this is no Service Fabric gateway");
    expect(result.exitCode).toBe(2);
  });

  test("does not answer in time", async () => {
    const result = await probe({ faults: [during(0, Infinity, hang)] }, "--request-timeout-seconds=0.3");
    expect(answers(result)["Reached"]).toBe("no answer (timed-out)");
    expect(result.exitCode).toBe(2);
  });

  test("is not there", async () => {
    const result = discreet(await runCli(["probe", "--cluster-endpoint=https://127.0.0.1:1", "--partition-id", ID]));
    expect(answers(result)).toMatchObject({
      Reached: "no answer (unreachable: `ECONNREFUSED`)",
      TLS: "no handshake was completed",
    });
    expect(result.exitCode).toBe(2);
  });
});

describe("what else it prints", () => {
  test("names hosts where it is told to, and says so at the top", async () => {
    await using server = await start({ tls: otherName });
    const { stdout } = await runCli(["probe", "--cluster-endpoint", server.url.origin, ...TRUSTED, "--show-hosts"]);
    expect(stdout).toContain("(`--show-hosts`)");
    // As Markdown shows it, and not as a link.
    expect(stdout).toContain(`| Endpoints | ${server.url.origin.replace("://", "\\://")} |`);
    expect(stdout).toContain("elsewhere.test");
  });

  test("the same as JSON", async () => {
    const { stdout, exitCode } = await probe({}, "--json", "--partition-id", ID);
    expect(JSON.parse(stdout)).toMatchObject({ admitted: true, sections: [{ title: "Connection" }, {}, {}, {}] });
    expect(stdout).toMatch(/"partition": "[0-9a-f]{8}"/);
    expect(exitCode).toBe(0);
  });
});
