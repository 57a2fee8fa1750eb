import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { makeCertificates } from "./certificates.ts";
import { openClient } from "./client.ts";
import type { TlsOptions } from "./client-certificate.ts";
import { FakeClock } from "./clock.ts";
import { SimulatedCluster } from "./cluster.ts";
import { type SimulatorServer, startServer } from "./server.ts";
import { inTurn, nothing, reset, type Shows } from "./timeline.ts";
import { ID, POST, PROGRESS, RESTORE, START } from "./world.ts";

const certificates = makeCertificates();
const { ca, server: leaf, clientCa, admin, user, stranger } = certificates;
const trusting = { ca: ca.cert };
const as = ({ cert, key }: typeof admin): object => ({ ...trusting, cert, key });

function secured(tls: Partial<TlsOptions> = {}, shows: Shows = nothing): Promise<SimulatorServer> {
  const partitions = [{ id: ID, timeline: inTurn([shows]) }];
  const access = { mode: "x509", admins: [admin.sha1], users: [user.sha1] } as const;
  const cluster = new SimulatedCluster({ clock: new FakeClock(START), partitions, access });
  return startServer(cluster, { tls: { cert: leaf.cert, key: leaf.key, clientCa: clientCa.cert, ...tls } });
}

describe("over TLS", () => {
  test("a trusted client is answered on one connection, and the certificate is seen", async () => {
    await using server = await secured();
    await using client = openClient(server.url, as(admin));
    for (let i = 0; i < 3; i += 1) expect(await client.ask(PROGRESS)).toMatchObject({ status: 200, body: "null" });
    const tls = { version: "TLSv1.3", client: { commonName: "sf-admin", sha1: admin.sha1, chained: true } };
    expect(server.requests.map((request) => [request.connection, request.tls])).toStrictEqual([
      [1, tls],
      [1, tls],
      [1, tls],
    ]);
    expect(server.connections).toStrictEqual({ tcp: 1, handshakes: 1, broken: 0 });
  });

  test("a server nobody knows gets no request", async () => {
    await using server = await secured();
    await using client = openClient(server.url);
    await expect(client.ask(PROGRESS)).rejects.toMatchObject({ code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
    expect(server.requests).toStrictEqual([]);
    expect(server.connections.tcp).toBe(1);
  });

  test.for([
    ["expired", "CERT_HAS_EXPIRED"],
    ["otherName", "ERR_TLS_CERT_ALTNAME_INVALID"],
    ["selfSigned", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["unrelated", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ] as const)("a strict client turns away from a server that is %s", async ([name, code]) => {
    await using server = await secured(certificates[name]);
    await using client = openClient(server.url, trusting);
    await expect(client.ask(PROGRESS)).rejects.toMatchObject({ code });
  });

  test("the highest version can be bounded", async () => {
    await using server = await secured({ maxVersion: "TLSv1.2" });
    await using client = openClient(server.url, as(admin));
    await client.ask(PROGRESS);
    expect(server.requests).toMatchObject([{ tls: { version: "TLSv1.2" } }]);
  });

  test("a handshake that comes to nothing is counted", async () => {
    await using server = await secured();
    connect(Number(server.url.port), server.url.hostname).end("GET / HTTP/1.1\r\n\r\n");
    await expect.poll(() => server.connections).toStrictEqual({ tcp: 1, handshakes: 0, broken: 1 });
  });

  test("a connection that is reset is reset, and one whose handshake hangs does not hold up the end", async () => {
    await using server = await secured({}, reset);
    await using client = openClient(server.url, as(admin));
    await expect(client.ask(PROGRESS)).rejects.toMatchObject({ code: "ECONNRESET" });
    const idle = connect(Number(server.url.port), server.url.hostname);
    idle.on("error", () => {});
    await expect.poll(() => server.connections.tcp).toBe(2);
  });
});

describe("a client certificate", () => {
  const outside = [403, "Client certificate required", ""] as const;
  const denied = [403, "Forbidden", '{"Error":{"Code":"E_ACCESSDENIED","Message":"Access Denied."}}'] as const;
  // The restore has no body, and an admin's request comes as far as that.
  const inside = [400, "Bad Request", '{"Error":{"Code":"E_INVALIDARG","Message":"Invalid Arguments."}}'] as const;
  const answered = [200, "OK", "null"] as const;

  describe.for([
    ["in the handshake", { requestClientCertificate: "in-handshake" }, {}],
    ["after it, as http.sys does", { requestClientCertificate: "after-handshake" }, { maxVersion: "TLSv1.2" }],
  ] as const)("asked for %s", ([, tls, bounds]) => {
    test.for([
      ["an admin's", admin, answered, inside],
      ["a reader's", user, answered, denied],
      ["a stranger's of the same name", stranger, outside, outside],
      ["none", undefined, outside, outside],
    ] as const)("decides who may look and who may restore: %s", async ([, certificate, looking, restoring]) => {
      await using server = await secured(tls);
      const identity = certificate === undefined ? trusting : as(certificate);
      await using client = openClient(server.url, { ...identity, ...bounds });
      const look = await client.ask(PROGRESS);
      const restore = await client.ask(RESTORE, {}, "POST");
      expect([look.status, look.reason, look.body]).toStrictEqual(looking);
      expect([restore.status, restore.reason, restore.body]).toStrictEqual(restoring);
      expect(server.connections).toStrictEqual({ tcp: 1, handshakes: 1, broken: 0 });
      expect(server.requests.map((request) => request.tls?.client?.sha1)).toStrictEqual([
        certificate?.sha1,
        certificate?.sha1,
      ]);
    });
  });

  test("asked for after a handshake of TLS 1.3 does not come", async () => {
    await using server = await secured({ requestClientCertificate: "after-handshake" });
    await using client = openClient(server.url, as(admin));
    expect(await client.ask(PROGRESS)).toMatchObject({ status: 403, reason: "Client certificate required" });
    expect(server.requests).toMatchObject([{ tls: { version: "TLSv1.3" } }]);
  });

  test("nobody asks for does not come", async () => {
    await using server = await secured({ requestClientCertificate: "never" });
    await using client = openClient(server.url, as(admin));
    expect(await client.ask(PROGRESS)).toMatchObject({ status: 403 });
    expect(server.requests[0]?.tls).toStrictEqual({ version: "TLSv1.3" });
  });

  test("can be missing only where the cluster wants one: plain http has none", async () => {
    const access = { mode: "x509", admins: [admin.sha1] } as const;
    const partitions = [{ id: ID, timeline: inTurn([nothing]) }];
    const cluster = new SimulatedCluster({ clock: new FakeClock(START), partitions, access });
    await using server = await startServer(cluster);
    expect((await fetch(new URL(RESTORE, server.url), POST)).status).toBe(403);
    cluster.access = { mode: "none" };
    expect((await fetch(new URL(RESTORE, server.url), POST)).status).toBe(202);
  });
});
