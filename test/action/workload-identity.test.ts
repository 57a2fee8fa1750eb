import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { selfSigned } from "../service-fabric/certificate.ts";
import { entraToken } from "../service-fabric/entra-token.ts";
import { type Listening, listening, proxyTo } from "../service-fabric/scene.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, inTurn, succeeded } from "../simulator/timeline.ts";
import type { StepOptions, StepResult } from "./run-bundle.ts";
import { keepingSecrets } from "./secrets.ts";

/*
 * The runner's OIDC token, exchanged by the real @azure/identity of the bundle: every request to Microsoft's authority goes
 * through a proxy that leads to this machine, where a server bears its name.
 */

const AUTHORITY = "login.microsoftonline.com";
const TENANT = "11111111-1111-1111-1111-111111111111"; // as the simulated cluster names it
const CLIENT = "22222222-2222-2222-2222-222222222222";
const ID = "00000000-0000-4000-8000-0000000000dd";
const ASSERTION = "eyJ.assertion-of-the-runner.sig";
const RUNNER_TOKEN = "token-of-the-runner-itself";
const ACCESS = entraToken("access-token-of-entra");

const made = makeCertificates();
const ofAuthority = selfSigned(AUTHORITY, made.server.key, [`DNS:${AUTHORITY}`]);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "authority-"));
  await writeFile(join(folder, "ca.pem"), ofAuthority.cert);
});
afterAll(() => rm(folder, { recursive: true }));

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const json =
  (status: number, body: object): Answer =>
  (_request, response) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

interface World extends AsyncDisposable {
  readonly exchanged: string[];
  verify(inputs?: Readonly<Record<string, string>>, onLine?: StepOptions["onLine"]): Promise<StepResult>;
  readonly oidc: Listening;
}

interface Settings {
  readonly token?: Answer;
  readonly oidc?: Answer;
  readonly permitted?: boolean;
  readonly tenant?: string;
}

/** A cluster that lets in `ACCESS` alone, an authority, the runner's own service, and the proxy between. */
async function world(settings: Settings): Promise<World> {
  const { token = json(200, { token_type: "Bearer", expires_in: 3600, access_token: ACCESS }) } = settings;
  const { oidc = json(200, { value: ASSERTION }), permitted = true, tenant = TENANT } = settings;
  const exchanged: string[] = [];
  const { cert, key } = made.server;
  const cluster = new SimulatedCluster({
    clock: systemClock,
    partitions: [{ id: ID, timeline: inTurn([accepted(), 200], [succeeded()]) }],
    access: { mode: "aad", tokens: [{ token: ACCESS, role: "User" }], metadata: { tenant } },
  });
  const server = await startServer(cluster, { tls: { cert, key } });
  const authority = await listening(
    createTlsServer(ofAuthority, (request, response) => {
      request.setEncoding("utf8");
      let body = "";
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        exchanged.push(`${request.method} ${request.url?.split("?")[0]} ${body}`);
        token(request, response);
      });
    }),
  );
  const runner = await listening(createServer(oidc));
  const proxy = await proxyTo(AUTHORITY, authority.port);
  const all = [proxy, runner, authority, server];
  const permission = {
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${runner.port}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: RUNNER_TOKEN,
  };
  return {
    exchanged,
    oidc: runner,
    verify: (inputs = {}, onLine = () => {}) =>
      keepingSecrets([ASSERTION, RUNNER_TOKEN, ACCESS], {
        inputs: {
          "poll-interval-seconds": "0.1",
          "timeout-minutes": "0.15",
          "start-timeout-minutes": "0.05",
          "cluster-endpoint": server.url.origin,
          "partition-id": ID,
          "server-ca": made.ca.cert,
          "entra-tenant-id": TENANT,
          "entra-client-id": CLIENT,
          ...inputs,
        },
        env: {
          HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`,
          NO_PROXY: "127.0.0.1",
          NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
          ...(permitted ? permission : {}),
        },
        onLine,
      }),
    async [Symbol.asyncDispose]() {
      for (const one of all) await one[Symbol.asyncDispose]();
    },
  };
}

describe("a workload identity", () => {
  test("is exchanged for a token of the cluster's audience, once, and verifies a restore", async () => {
    await using it = await world({});
    const step = await it.verify();
    expect(step.outputs).toMatchObject({ verdict: "passed", reason: "restored" });
    expect(step.stderr).toBe("");
    for (const token of [ASSERTION, ACCESS]) expect(step.stdout).toContain(`::add-mask::${token}\n`);
    expect(it.exchanged).toHaveLength(1);
    const [, path, body = ""] = (it.exchanged[0] ?? "").split(" ");
    expect(path).toBe(`/${TENANT}/oauth2/v2.0/token`);
    expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
      client_id: CLIENT,
      client_assertion: ASSERTION,
      scope: "33333333-3333-3333-3333-333333333333/.default",
    });
  });

  test("that the authority refuses is access denied, in its words and at once", async () => {
    const why = "AADSTS700213: No matching federated identity record found.";
    await using it = await world({ token: json(401, { error: "invalid_client", error_description: why }) });
    const step = await it.verify();
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "access-denied" });
    expect(step.stdout).toContain("AADSTS700213");
    expect(it.exchanged).toHaveLength(1);
  });

  test("of a cluster in another tenant is not exchanged at all", async () => {
    await using it = await world({ tenant: TENANT.replaceAll("1", "9") });
    const step = await it.verify();
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "access-denied" });
    expect([it.exchanged.length, it.oidc.connections.made]).toEqual([0, 0]);
  });

  test("without the job's permission never passes, and the log says what is missing", async () => {
    await using it = await world({ permitted: false });
    const step = await it.verify({ "timeout-minutes": "0.02" });
    expect(step.outputs["verdict"]).toBe("inconclusive");
    expect(step.stdout).toMatch(/ACTIONS_ID_TOKEN_REQUEST_URL|id-token: write/);
  });

  test.each<readonly [string, Settings]>([
    ["the runner's service", { oidc: () => {} }],
    ["the authority", { token: () => {} }],
  ])("ends at its deadline although %s never answers", async (_, settings) => {
    await using it = await world(settings);
    const patience = { "timeout-minutes": "0.02", "request-timeout-seconds": "0.5" };
    const step = await it.verify(patience, (line, child) => {
      if (line.startsWith("::error ")) setTimeout(() => child.kill("SIGKILL"), 6_000).unref();
    });
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
    expect(step.exitCode).toBe(1);
  });
});
