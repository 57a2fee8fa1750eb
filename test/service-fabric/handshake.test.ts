import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
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
    expect(server.connections).toMatchObject({ tcp: server.connections.handshakes, broken: 0 });
    expect(server.connections.tcp, "looks share connections").toBeLessThan(6);
    expect(proxy.requests[0]).toMatchObject({ target: server.url.host });
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

describe("a front-end that ends the handshake itself", () => {
  /** The alert as it stands in a record of its own, whatever was said before it. */
  const alerting = (description: number): ReturnType<typeof listening> =>
    listening(
      createTcpServer((socket) => socket.once("data", () => socket.end(Buffer.of(21, 3, 3, 0, 2, 2, description)))),
    );

  test.each([
    ["handshake failure", 40, "access-denied"],
    ["bad certificate", 42, "access-denied"],
    ["unsupported certificate", 43, "access-denied"],
    ["revoked certificate", 44, "access-denied"],
    ["expired certificate", 45, "access-denied"],
    ["unknown certificate", 46, "access-denied"],
    ["unknown CA", 48, "access-denied"],
    ["access denied", 49, "access-denied"],
    ["certificate required", 116, "access-denied"],
    ["no common version of TLS", 70, "untrusted-server"],
    ["an internal error, which may pass", 80, "unreachable"],
  ] as const)("is understood by its alert: %s", async (_, description, code) => {
    await using server = await alerting(description);
    await using cluster = opened(new URL(`https://127.0.0.1:${server.port}`), { credential: pem(stranger), trust });
    expect((await gatewayError(cluster.look())).code).toBe(code);
  });

  test("is access denied where a real one wants a certificate and gets none", async () => {
    const { cert, key } = made.server;
    const options = { cert, key, ca: clientCa.cert, requestCert: true, maxVersion: "TLSv1.2" } as const;
    await using server = await listening(createTlsServer(options));
    await using cluster = opened(new URL(`https://127.0.0.1:${server.port}`), { trust });
    const error = await gatewayError(cluster.look());
    expect(error.code).toBe("access-denied");
    expect(error.message).toContain("refused our certificate");
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
      expect(error.code).toBe("untrusted-server");
      expect(error.message).toContain("does not speak TLS");
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
    expect(error.code).toBe("timed-out");
    expect(error.message).toMatch(/^no answer from .+ within \d+ ms$/);
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
