import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { selfSigned } from "../service-fabric/certificate.ts";
import { entraToken } from "../service-fabric/entra-token.ts";
import { type Listening, listening, proxyTo } from "../service-fabric/scene.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, inTurn, succeeded } from "../simulator/timeline.ts";
import { type CommandResult, runCli } from "./run-cli.ts";

/* The token of a CI system, exchanged by the real @azure/identity of the bundle: a proxy leads to an authority on this machine. */

const AUTHORITY = "login.microsoftonline.com";
const TENANT = "11111111-1111-1111-1111-111111111111"; // as the simulated cluster names it
const CLIENT = "22222222-2222-2222-2222-222222222222";
const ID = "00000000-0000-4000-8000-0000000000de";
const ASSERTION = "eyJ.assertion-of-the-ci-system.sig";
const ACCESS = entraToken("access-token-of-entra");

const { server: leaf, ca } = makeCertificates();
const ofAuthority = selfSigned(AUTHORITY, leaf.key, [`DNS:${AUTHORITY}`]);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "identity-"));
  await writeFile(join(folder, "authority.pem"), ofAuthority.cert);
  await writeFile(join(folder, "token"), `${ASSERTION}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

/** An authority that gives `ACCESS` to whoever asks, and keeps what it was asked. */
function startAuthority(exchanged: string[]): Promise<Listening> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    exchanged.push(await text(request));
    const token = { token_type: "Bearer", expires_in: 3600, access_token: ACCESS };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(token));
  };
  return listening(createTlsServer(ofAuthority, (request, response) => void answer(request, response)));
}

async function verify(env: Readonly<Record<string, string>>, exchanged: string[]): Promise<CommandResult> {
  const timeline = inTurn([accepted(), 200], [succeeded()]);
  const access = { mode: "aad", tokens: [{ token: ACCESS, role: "User" }] } as const;
  const cluster = new SimulatedCluster({ clock: systemClock, partitions: [{ id: ID, timeline }], access });
  await using server = await startServer(cluster, { tls: { cert: leaf.cert, key: leaf.key } });
  await using authority = await startAuthority(exchanged);
  await using proxy = await proxyTo(AUTHORITY, authority.port);
  const target = ["--cluster-endpoint", server.url.origin, "--partition-id", ID, "--server-ca", ca.cert];
  const identity = ["--entra-tenant-id", TENANT, "--entra-client-id", CLIENT];
  return await runCli([...target, ...identity, "--poll-interval-seconds=0.1", "--timeout-minutes=0.15"], {
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
      NO_PROXY: "127.0.0.1",
      NODE_EXTRA_CA_CERTS: join(folder, "authority.pem"),
      ...env,
    },
  });
}

describe("a workload identity of another CI system", () => {
  test("is the token in its file, exchanged for one of the cluster's", async () => {
    const exchanged: string[] = [];
    const result = await verify({ AZURE_FEDERATED_TOKEN_FILE: join(folder, "token") }, exchanged);
    expect(result.stderr).toContain("Known to the cluster by a workload identity");
    expect(result.exitCode).toBe(0);
    expect(exchanged.some((body) => new URLSearchParams(body).get("client_assertion") === ASSERTION)).toBe(true);
    expect(`${result.stdout}${result.stderr}`).not.toContain(ASSERTION);
    expect(`${result.stdout}${result.stderr}`).not.toContain(ACCESS);
  });

  test("that stands in the variable itself, where its file should be named, is not repeated", async () => {
    const result = await verify({ AZURE_FEDERATED_TOKEN_FILE: ASSERTION }, []);
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toContain("the file that AZURE_FEDERATED_TOKEN_FILE names cannot be read: ENOENT");
    expect(`${result.stdout}${result.stderr}`).not.toContain(ASSERTION);
  });

  test("without such a file is bad usage", async () => {
    const exchanged: string[] = [];
    const { exitCode, stderr } = await verify({}, exchanged);
    expect([exitCode, exchanged]).toEqual([64, []]);
    expect(stderr).toContain("--entra-client-id needs AZURE_FEDERATED_TOKEN_FILE");
  });
});
