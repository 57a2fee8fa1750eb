import { createServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer, type SecureVersion } from "node:tls";
import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import type { Credential } from "../../shared/service-fabric/credentials.ts";
import type { ServerTrust } from "../../shared/service-fabric/server-trust.ts";
import { AMPLE_MS, gatewayError, rejection, SHORT_MS } from "../contract/face.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { startProxy } from "../simulator/proxy.ts";
import { startServer } from "../simulator/server.ts";
import { deadPort, listening, mute, opened, overTls, simulated } from "./scene.ts";

/* Who we are, and what a handshake may cost. */

const made = makeCertificates();
const { admin, user, stranger, clientCa, adminPfx, adminTripleDesPfx } = made;
const trust: Partial<ServerTrust> = { ca: [new X509Certificate(made.ca.cert)] };
const pem = ({ cert, key }: typeof admin): Credential => ({ kind: "certificate", cert, key });
const x509 = { mode: "x509", admins: [admin.sha1], users: [user.sha1] } as const;

const CERTIFICATES: readonly (readonly [string, Credential, string])[] = [
  ["PEM", pem(admin), admin.sha1],
  ["PEM, read-only", pem(user), user.sha1],
  [
    "PEM with its chain",
    { ...pem(admin), kind: "certificate", cert: admin.cert + clientCa.cert, key: admin.key },
    admin.sha1,
  ],
  ["PFX", { kind: "pfx", ...adminPfx }, admin.sha1],
  ["PFX in 3DES", { kind: "pfx", ...adminTripleDesPfx }, admin.sha1],
];

describe.each(["in-handshake", "after-handshake"] as const)("a client certificate that is asked for %s", (when) => {
  const tls = { clientCa: clientCa.cert, requestClientCertificate: when };

  test.each(CERTIFICATES)("lets us in, directly and through a proxy: %s", async (_, credential, sha1) => {
    await using server = await overTls(tls, { access: x509 });
    await using proxy = await startProxy();
    for (const proxies of [{}, { httpsProxy: proxy.url.href }]) {
      await using cluster = opened(server.url, { credential, trust, proxies });
      for (let looks = 0; looks < 3; looks++) {
        expect((await cluster.look()).progress?.state).toBe("RestoreInProgress");
      }
    }
    expect(server.requests.map((request) => request.tls?.client?.sha1)).toEqual(Array<string>(6).fill(sha1));
    expect(new Set(server.requests.map((request) => request.tls?.version))).toEqual(new Set(["TLSv1.2"]));
    expect(server.connections, "looks share a connection").toMatchObject({ tcp: 2, handshakes: 2, broken: 0 });
    expect(proxy.requests).toMatchObject([{ target: server.url.host }]);
  });

  test.each([
    ["is missing", { kind: "none" }],
    ["is a stranger's of the same name", pem(stranger)],
  ] as const)("is access denied where it %s", async (_, credential) => {
    await using server = await overTls(tls, { access: x509 });
    await using cluster = opened(server.url, { credential, trust });
    const error = await gatewayError(cluster.look());
    expect([error.code, error.message]).toEqual(["access-denied", "HTTP 403 Client certificate required"]);
  });
});

describe.each<SecureVersion>(["TLSv1.2", "TLSv1.3"])("a front-end that ends the handshake itself, %s", (maxVersion) => {
  test.each([
    ["no certificate", { kind: "none" }],
    ["a stranger's", pem(stranger)],
  ] as const)("is access denied: %s", async (_, credential) => {
    const { cert, key } = made.server;
    const options = { cert, key, ca: clientCa.cert, requestCert: true, rejectUnauthorized: true, maxVersion };
    const seen: string[] = [];
    await using server = await listening(
      createHttpsServer(options, (request, response) => {
        seen.push(request.url ?? "");
        response.end("null");
      }),
    );
    await using cluster = opened(new URL(`https://127.0.0.1:${server.port}`), { credential, trust });
    const error = await gatewayError(cluster.look());
    expect(error).toMatchObject({ code: "access-denied", message: expect.stringContaining("refused our certificate") });
    expect(seen).toEqual([]);
  });
});

describe("what is spoken", () => {
  test("TLS 1.3 without a client certificate, HTTP/1.1 although h2 is on offer", async () => {
    const protocols: (string | false | null)[] = [];
    const { cert, key } = made.server;
    await using server = await listening(
      createTlsServer({ cert, key, ALPNProtocols: ["h2", "http/1.1"] }, (socket) => {
        protocols.push(socket.alpnProtocol, socket.getProtocol());
        socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull"));
        socket.on("error", () => {});
      }),
    );
    await using cluster = opened(new URL(`https://127.0.0.1:${server.port}`), { trust });
    expect((await cluster.look()).progress).toBeNull();
    expect(protocols).toEqual(["http/1.1", "TLSv1.3"]);
  });

  test.each([["directly"], ["through a proxy"]])(
    "https to a port of plain http is no server to trust: %s",
    async (way) => {
      await using server = await startServer(simulated());
      await using proxy = await startProxy();
      const proxies = way === "directly" ? {} : { httpsProxy: proxy.url.href };
      await using cluster = opened(new URL(`https://127.0.0.1:${server.url.port}`), { trust, proxies });
      const error = await gatewayError(cluster.look());
      expect(error).toMatchObject({ code: "untrusted-server", message: expect.stringContaining("does not speak TLS") });
      expect(server.requests).toEqual([]);
    },
  );

  test("plain http to a port of https brings nothing that could be read", async () => {
    await using server = await overTls();
    await using cluster = opened(new URL(`http://127.0.0.1:${server.url.port}`));
    expect(["unreachable", "rejected", "unintelligible"]).toContain((await gatewayError(cluster.look())).code);
    expect(server.requests).toEqual([]);
  });

  test("a server of another age is none to be waited for", async () => {
    const { cert, key } = made.server;
    const old = { cert, key, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await using server = await listening(createTlsServer(old, (socket) => socket.on("error", () => {})));
    await using cluster = opened(new URL(`https://127.0.0.1:${server.port}`), { trust });
    expect((await gatewayError(cluster.look())).code).toBe("untrusted-server");
  });
});

/** Every place at which a connection can come to hang: each is a port that takes connections and says nothing. */
const HANGS: readonly (readonly [string, (port: number) => Parameters<typeof opened>])[] = [
  ["the handshake", (port) => [new URL(`https://127.0.0.1:${port}`), { trust }]],
  ["the handshake, with a certificate", (port) => [new URL(`https://127.0.0.1:${port}`), { credential: pem(admin) }]],
  ["an http proxy", (port) => [new URL("https://cluster.test:1"), { proxies: { httpsProxy: `127.0.0.1:${port}` } }]],
  [
    "an https proxy",
    (port) => [new URL("https://cluster.test:1"), { proxies: { httpsProxy: `https://127.0.0.1:${port}` } }],
  ],
  ["plain http", (port) => [new URL(`http://127.0.0.1:${port}`), {}]],
  [
    "plain http behind a proxy",
    (port) => [new URL("http://cluster.test:1"), { proxies: { httpProxy: `127.0.0.1:${port}` } }],
  ],
];

describe.each(HANGS)("where %s hangs", (_, to) => {
  test("the budget holds", async () => {
    await using server = await mute();
    await using cluster = opened(...to(server.port));
    const before = systemClock.now();
    const error = await gatewayError(cluster.look(SHORT_MS));
    const took = systemClock.now() - before;
    expect(error).toMatchObject({ code: "timed-out", message: expect.stringContaining(`within ${SHORT_MS} ms`) });
    expect(took).toBeGreaterThanOrEqual(SHORT_MS - 10);
    expect(took).toBeLessThan(AMPLE_MS / 2);
  });

  test("an abort ends the look at once, and closing leaves no connection behind", async () => {
    await using server = await mute();
    const cluster = opened(...to(server.port));
    const stop = new AbortController();
    const rejected = rejection(cluster.look(60_000, stop.signal));
    await expect.poll(() => server.connections.made, { interval: 5 }).toBe(1);
    const before = systemClock.now();
    stop.abort("SIGTERM");
    expect(await rejected).toBe("SIGTERM");
    await cluster[Symbol.asyncDispose]();
    await expect.poll(() => server.connections.open, { interval: 5 }).toBe(0);
    expect(systemClock.now() - before).toBeLessThan(AMPLE_MS / 2);
  });
});

describe("a handshake that breaks off", () => {
  test.each([
    ["by a reset", (socket: { resetAndDestroy(): unknown }) => void socket.resetAndDestroy()],
    ["by the end of the connection", (socket: { end(): unknown }) => void socket.end()],
  ])("%s is a cluster that cannot be reached", async (_, breakOff) => {
    const server = createTcpServer((socket) => socket.once("data", () => breakOff(socket)));
    await using port = await listening(server);
    await using cluster = opened(new URL(`https://127.0.0.1:${port.port}`), { trust });
    expect((await gatewayError(cluster.look())).code).toBe("unreachable");
  });

  test("for want of a server is told with host and port", async () => {
    const port = await deadPort();
    await using cluster = opened(new URL(`https://127.0.0.1:${port}`), { trust });
    const error = await gatewayError(cluster.look());
    expect(error.code).toBe("unreachable");
    expect(error.message).toMatch(new RegExp(`^127\\.0\\.0\\.1:${port} cannot be reached: .*ECONNREFUSED`));
  });

  test("after a client that was closed is refused at once, not waited for", async () => {
    await using server = await listening(createServer((_request, response) => response.end("null")));
    const cluster = opened(new URL(`http://127.0.0.1:${server.port}`));
    await cluster.look();
    await cluster[Symbol.asyncDispose]();
    expect((await gatewayError(cluster.look())).code).toBe("unreachable");
  });
});
