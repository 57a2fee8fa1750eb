import { Agent, request } from "undici";
import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { later } from "../../shared/restore/instant.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { accepted, inTurn, POINT, restoring, succeeded } from "../simulator/timeline.ts";
import { keepingSecrets } from "./secrets.ts";

/*
 * A read-only client certificate is enough, for everything at once: the cluster knows the certificate as a user's, in the role `User`, and as
 * nothing else; the whole verification, with every question it has, goes through and asks for nothing more.
 */

const { ca, clientCa, server: leaf, user } = makeCertificates();
const SERVICES = ["fabric:/Shop/Orders", "fabric:/Shop/Stock", "fabric:/Bank/Ledger"];
const ids = [1, 2, 3, 4, 5, 6].map((last) => `00000000-0000-4000-8000-0000000000f${last}`);
const BACKUP = "11111111-2222-4333-8444-555555555555";

/** Routes that the role `User` may ask for: ClientAccessConfig.h (Query) and XRoleHeaderHandler.cs (GET). */
const FOR_USERS = [
  /^\/Applications\/[^/]+\/\$\/GetServices$/,
  /^\/Services\/[^/]+\/\$\/GetPartitions$/,
  /^\/Partitions\/[^/]+$/,
  /^\/Partitions\/[^/]+\/\$\/(GetRestoreProgress|GetBackups|GetHealth|GetServiceName)$/,
];

function startCluster() {
  const now = systemClock.now();
  const timeline = inTurn([accepted(), 300], [restoring(), 300], [succeeded()]);
  const backups = [{ backupId: BACKUP, point: POINT, createdAt: later(now, -600_000) }];
  const partitions = ids.map((id, nth) => ({ id, timeline, backups, service: SERVICES[nth % 3] ?? "" }));
  const access = { mode: "x509", users: [user.sha1] } as const;
  const cluster = new SimulatedCluster({ clock: systemClock, partitions, access });
  return startServer(cluster, {
    tls: { cert: leaf.cert, key: leaf.key, clientCa: clientCa.cert, requestClientCertificate: "after-handshake" },
  });
}

test("the certificate is one with which nothing can be changed", async () => {
  await using server = await startCluster();
  const connect = { cert: user.cert, key: user.key, ca: ca.cert, maxVersion: "TLSv1.2" } as const;
  const dispatcher = new Agent({ connect, allowH2: false });
  const ask = async (method: "GET" | "POST" | "PUT" | "DELETE", path: string): Promise<number> => {
    const url = new URL(`${path}?api-version=6.4`, server.url);
    const { statusCode, body } = await request(url, { dispatcher, method });
    await body.dump();
    return statusCode;
  };
  const partition = `/Partitions/${ids[0]}`;
  expect(await ask("GET", `${partition}/$/GetRestoreProgress`)).toBe(200);
  for (const method of ["POST", "PUT", "DELETE"] as const) {
    for (const path of [`${partition}/$/Restore`, `${partition}/$/GetRestoreProgress`, partition])
      expect(await ask(method, path)).toBeGreaterThanOrEqual(400);
  }
  await dispatcher.destroy();
});

test.each([
  [
    "partitions, services and an application together",
    { "partition-id": ids[2] ?? "", "application-name": "fabric:/Shop" },
  ],
  ["a partition, with everything that can be asked about it", { "expected-backup-id": BACKUP }],
])("it verifies %s", async (_, inputs) => {
  await using server = await startCluster();
  const many = "application-name" in inputs;
  const step = await keepingSecrets([], {
    inputs: {
      "cluster-endpoint": server.url.origin,
      "server-ca": ca.cert,
      "client-certificate": user.cert,
      "client-key": user.key,
      "poll-interval-seconds": "0.2",
      "timeout-minutes": "0.5",
      "rto-minutes": "10",
      "rpo-minutes": "60",
      "health-check": "require",
      ...(many ? { "service-name": "fabric:/Bank/Ledger" } : { "partition-id": ids[0] ?? "" }),
      ...inputs,
    },
  });
  expect(step.outputs).toMatchObject({ verdict: "passed", reason: "restored", "passed-count": many ? "6" : "1" });
  expect(server.requests.length).toBeGreaterThan(5);
  expect([...new Set(server.requests.map(({ method }) => method))]).toEqual(["GET"]);
  const more = server.requests.filter(({ path }) => !FOR_USERS.some((route) => route.test(path)));
  expect(more.map(({ path }) => path)).toEqual([]);
  // All of them were asked, so none was left out of the proof.
  const unasked = FOR_USERS.filter((route) => !server.requests.some(({ path }) => route.test(path)));
  expect(unasked.map(String)).toEqual(many ? [] : FOR_USERS.slice(0, 2).map(String));
});
