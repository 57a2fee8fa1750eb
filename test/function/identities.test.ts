import { execFile as execFileCallback } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildFunction } from "../../scripts/build-function.ts";
import { systemClock } from "../../shared/clock.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { objectIn } from "../functions-host/host.ts";
import { type Listening, listening } from "../service-fabric/scene.ts";
import type { Access } from "../simulator/access.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { modernPfx } from "../simulator/pfx.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { accepted, inTurn, succeeded } from "../simulator/timeline.ts";

/*
 * As whom the app comes to its cluster and to its storage: the built app in a process of its own, as the platform sets it up. The identity
 * endpoint of App Service is on loopback, its tokens are signed by nobody; all that reads them here looks at who they are for.
 */

const execFile = promisify(execFileCallback);
const APP = fileURLToPath(new URL("../functions-host/one-verification.ts", import.meta.url));
const certificates = makeCertificates();
const { server: leaf, ca, user, adminPfx, clientCa } = certificates;

const TENANT = "11111111-1111-1111-1111-111111111111"; // as the simulated cluster names it
const CLUSTER_APP = "33333333-3333-3333-3333-333333333333";
const IDENTITY = "44444444-4444-4444-8444-444444444444";
const PARTITION = "00000000-0000-4000-8000-0000000000de";
const SECRET = "header-that-only-the-app-knows";

const folder = mkdtempSync(join(tmpdir(), "identities-"));
const paths = { ca: join(folder, "ca.pem"), cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
writeFileSync(paths.ca, ca.cert);
writeFileSync(paths.cert, leaf.cert);
writeFileSync(paths.key, leaf.key);

let azurite: Azurite;
beforeAll(async () => {
  [azurite] = await Promise.all([startAzurite(), buildFunction(folder + "/app")]);
});
afterAll(async () => {
  await azurite[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** A token for whoever it is asked for, as a JWT of nobody's signature. */
function tokenFor(audience: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const iss = `https://sts.windows.net/${TENANT}/`;
  const claims = {
    aud: audience,
    iss,
    nbf: now - 60,
    iat: now - 60,
    exp: now + 3_600,
    tid: TENANT,
    ver: "1.0",
    roles: ["User"],
  };
  return [{ alg: "none", typ: "JWT" }, claims, "unsigned"]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}

interface Endpoint extends Listening {
  /** What it was asked for: `client id -> resource`. */
  readonly asked: string[];
}

/** The identity endpoint of App Service. */
async function identityEndpoint(gives: (resource: string) => string | undefined): Promise<Endpoint> {
  const asked: string[] = [];
  const server = createServer(({ url, headers }, response) => {
    const query = new URL(url ?? "/", "http://identity").searchParams;
    const resource = query.get("resource") ?? "";
    asked.push(`${query.get("client_id")} -> ${resource}`);
    const token = headers["x-identity-header"] === SECRET ? gives(resource) : undefined;
    response.writeHead(token === undefined ? 400 : 200, { "content-type": "application/json" });
    const expires_on = String(Math.floor(Date.now() / 1_000) + 3_600);
    response.end(
      JSON.stringify(
        token === undefined
          ? { error: "invalid_request", error_description: "no identity of that name is assigned" }
          : { access_token: token, expires_on, resource, token_type: "Bearer", client_id: query.get("client_id") },
      ),
    );
  });
  return { ...(await listening(server)), asked };
}

/** A restore that has just ended, behind TLS. */
function secured(access: Access): Promise<SimulatorServer> {
  const partitions = [{ id: PARTITION, timeline: inTurn([accepted(), 200], [succeeded()]) }];
  const cluster = new SimulatedCluster({ clock: systemClock, partitions, access });
  return startServer(cluster, { tls: { cert: leaf.cert, key: leaf.key, clientCa: clientCa.cert } });
}

type Settings = Readonly<Record<string, string>>;

/** Verifies it with these settings of the cluster and of the app. */
async function verified(
  cluster: SimulatorServer,
  fields: object,
  settings: Settings,
): Promise<Record<string, unknown>> {
  const demo = { endpoints: [cluster.url.origin], serverCa: ca.cert, ...fields };
  const body = JSON.stringify({ cluster: "demo", partitionIds: [PARTITION], notBefore: "PT1H", deadlineMinutes: 1 });
  const { stdout } = await execFile(process.execPath, [APP, `${folder}/app/main.js`, body], {
    env: {
      PATH: process.env["PATH"],
      VERIFICATION_CONFIGURATION: JSON.stringify({ clusters: { demo } }),
      ...(settings["AzureWebJobsStorage__tableServiceUri"] === undefined
        ? { AzureWebJobsStorage: azurite.connectionString }
        : {}),
      ...settings,
    },
    timeout: 60_000,
  });
  // Of no secret is anything in an answer, a record or the log.
  expect(stdout).not.toMatch(/PRIVATE KEY|header-that-only|bm9uZ|Winter 2026/);
  return objectIn(String(objectIn(stdout)["body"]));
}

const PASSED = { verdict: "passed", reason: "restored" };

describe("to the cluster", () => {
  test("with a client certificate out of a setting, as Key Vault hands it out in PEM", async () => {
    await using cluster = await secured({ mode: "x509", users: [user.sha1] });
    const settings = { READER: `${user.key}\n${user.cert}` };
    expect(await verified(cluster, { clientCertificateSetting: "READER" }, settings)).toMatchObject(PASSED);
    expect(cluster.requests.at(-1)?.tls?.client?.commonName).toBe("sf-reader");
  });

  test("with a PFX out of a setting, its password out of another", async () => {
    await using cluster = await secured({ mode: "x509", users: [certificates.admin.sha1] });
    const fields = { clientCertificateSetting: "READER_PFX", clientCertificatePasswordSetting: "READER_PASSWORD" };
    const settings = { READER_PFX: adminPfx.pfx.toString("base64"), READER_PASSWORD: adminPfx.passphrase };
    expect(await verified(cluster, fields, settings)).toMatchObject(PASSED);
    expect(cluster.requests.at(-1)?.tls?.client?.commonName).toBe("sf-admin");
  });

  test("with a PFX without a password, as Key Vault hands a certificate out", async () => {
    await using cluster = await secured({ mode: "x509", users: [user.sha1] });
    const settings = { READER_PFX: modernPfx(user, "", "aes256").toString("base64") };
    expect(await verified(cluster, { clientCertificateSetting: "READER_PFX" }, settings)).toMatchObject(PASSED);
    expect(cluster.requests.at(-1)?.tls?.client?.commonName).toBe("sf-reader");
  });

  test("with a certificate that the cluster does not know it is told so", async () => {
    await using cluster = await secured({ mode: "x509", users: [certificates.admin.sha1] });
    const settings = { READER: `${user.cert}\n${user.key}` };
    expect(await verified(cluster, { clientCertificateSetting: "READER" }, settings)).toMatchObject({
      verdict: "inconclusive",
      reason: "access-denied",
    });
  });

  const entra = { managedIdentity: { tenantId: TENANT, clientId: IDENTITY } };
  const appService = (endpoint: Endpoint): Settings => ({
    IDENTITY_ENDPOINT: `http://127.0.0.1:${endpoint.port}/msi/token`,
    IDENTITY_HEADER: SECRET,
  });

  test("by its managed identity: a token of the platform for the cluster's own application", async () => {
    const token = tokenFor(CLUSTER_APP);
    await using cluster = await secured({ mode: "aad", tokens: [{ token, role: "User" }] });
    await using endpoint = await identityEndpoint((resource) => (resource === CLUSTER_APP ? token : undefined));
    expect(await verified(cluster, entra, appService(endpoint))).toMatchObject(PASSED);
    expect(endpoint.asked).toEqual([`${IDENTITY} -> ${CLUSTER_APP}`]);
  });

  test("an identity that the platform does not know is access denied, and no token goes out", async () => {
    await using cluster = await secured({ mode: "aad", tokens: [] });
    await using endpoint = await identityEndpoint(() => undefined);
    expect(await verified(cluster, entra, appService(endpoint))).toMatchObject({ reason: "access-denied" });
    expect(cluster.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  test("a cluster of another tenant gets none", async () => {
    await using cluster = await secured({ mode: "aad", tokens: [], metadata: { tenant: CLUSTER_APP } });
    await using endpoint = await identityEndpoint(tokenFor);
    expect(await verified(cluster, entra, appService(endpoint))).toMatchObject({ reason: "access-denied" });
    expect(endpoint.asked).toEqual([]);
  });
});

test("to its storage account by its managed identity, over https and without any key", async () => {
  await using account = await startAzurite({ cert: paths.cert, key: paths.key });
  await using cluster = await secured({ mode: "none" });
  await using endpoint = await identityEndpoint(tokenFor);
  const settings = {
    IDENTITY_ENDPOINT: `http://127.0.0.1:${endpoint.port}/msi/token`,
    IDENTITY_HEADER: SECRET,
    AzureWebJobsStorage__credential: "managedidentity",
    AzureWebJobsStorage__clientId: IDENTITY,
    AzureWebJobsStorage__blobServiceUri: account.blobUri,
    AzureWebJobsStorage__tableServiceUri: account.tableUri,
    NODE_EXTRA_CA_CERTS: paths.ca,
  };
  expect(await verified(cluster, {}, settings)).toMatchObject(PASSED);
  expect(new Set(endpoint.asked)).toEqual(new Set([`${IDENTITY} -> https://storage.azure.com`]));
});
