import { beforeAll, afterAll, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startProxy } from "../simulator/proxy.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { inTurn, succeeded } from "../simulator/timeline.ts";
import { keepingSecrets } from "./secrets.ts";

/* An environment in which somebody has switched off what Node would check: the cluster is proven all the same. */

const { server: leaf, selfSigned, unrelated } = makeCertificates();
const ID = "00000000-0000-4000-8000-0000000000ee";
const TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkcmlsbCJ9.c2lnbmF0dXJl";
const OFF = { NODE_TLS_REJECT_UNAUTHORIZED: "0" };

let server: SimulatorServer;
beforeAll(async () => {
  const cluster = new SimulatedCluster({
    clock: systemClock,
    partitions: [{ id: ID, timeline: inTurn([succeeded()]) }],
    access: { mode: "aad", tokens: [{ token: TOKEN, role: "User" }] },
  });
  server = await startServer(cluster, { tls: { cert: leaf.cert, key: leaf.key } });
});
afterAll(() => server[Symbol.asyncDispose]());

const verify = (inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>>) =>
  keepingSecrets([], {
    inputs: {
      "cluster-endpoint": server.url.origin,
      "partition-id": ID,
      "access-token": TOKEN,
      "timeout-minutes": "0.05",
      ...inputs,
    },
    env,
  });

describe("NODE_TLS_REJECT_UNAUTHORIZED=0", () => {
  test.each([
    ["an unknown authority", {}],
    ["another thumbprint", { "server-certificate-thumbprint": unrelated.sha256 }],
    ["another authority and another name", { "server-ca": unrelated.cert, "server-common-name": "elsewhere.test" }],
  ])("does not let a server through that has %s", async (_, trust) => {
    const step = await verify(trust, OFF);
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "untrusted-server" });
    expect(server.requests).toEqual([]);
  });

  test("does not tell a proxy that nobody knows its password", async () => {
    await using proxy = await startProxy({ tls: selfSigned });
    const step = await verify({}, { ...OFF, HTTPS_PROXY: `https://drill:hunter2-hunter2@${proxy.url.host}` });
    expect(step.outputs).toMatchObject({ verdict: "inconclusive", reason: "unreachable" });
    expect([proxy.requests, server.requests]).toEqual([[], []]);
  });
});
