import { X509Certificate } from "node:crypto";
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, test } from "vitest";
import type { Credential } from "../../shared/service-fabric/credentials.ts";
import type { ServerTrust } from "../../shared/service-fabric/server-trust.ts";
import { gatewayError } from "../contract/face.ts";
import { type Certificate, makeCertificates } from "../simulator/certificates.ts";
import { modernPfx } from "../simulator/pfx.ts";
import { type ProxyServer, startProxy } from "../simulator/proxy.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { selfSigned } from "./certificate.ts";
import { listening, opened, overTls, simulated } from "./scene.ts";

/* Who the server is, on real connections: what is refused has been sent nothing, on whichever way it was reached. */

const made = makeCertificates();
/** Stands for a corporate proxy's certificate, and bears no name but the proxy's address. */
const ofProxy = selfSigned("proxy", made.server.key, ["IP:127.0.0.1"]);
// In this process alone: the unrelated CA stands for the system's authorities.
setDefaultCACertificates([...getCACertificates("default"), made.otherCa.cert, ofProxy.cert]);

const x509 = ({ cert }: Certificate): X509Certificate => new X509Certificate(cert);
const ca = (...certificates: readonly Certificate[]): Partial<ServerTrust> => ({ ca: certificates.map(x509) });
const pin = (...thumbprints: readonly string[]): Partial<ServerTrust> => ({ thumbprints });
const TOKEN: Credential = { kind: "token", token: "eyJ.secret.token" };
const ADMIN: Credential = { kind: "certificate", cert: made.admin.cert, key: made.admin.key };

type Way = "directly" | "through an http proxy" | "through an https proxy";
const WAYS: readonly Way[] = ["directly", "through an http proxy", "through an https proxy"];

async function on(way: Way): Promise<ProxyServer | undefined> {
  if (way === "directly") return undefined;
  return startProxy(way === "through an https proxy" ? { tls: ofProxy } : {});
}

/** The server under the name of `localhost`: a proxy must not be taken for it. */
function named({ url }: SimulatorServer): URL {
  return new URL(`https://localhost:${url.port}`);
}

const RIGHT: readonly (readonly [string, Certificate, Partial<ServerTrust>])[] = [
  ["the system's authorities", made.unrelated, {}],
  ["a CA", made.server, ca(made.ca)],
  ["an issuing CA that is no root", made.issued, ca(made.issuingCa)],
  ["the signed leaf as CA", made.server, ca(made.server)],
  ["the self-signed leaf as CA, which bears another name", made.selfSigned, ca(made.selfSigned)],
  ["a SHA-1 thumbprint", made.selfSigned, pin("A".repeat(40), made.selfSigned.sha1)],
  ["a SHA-256 thumbprint", made.otherName, pin(made.otherName.sha256)],
  ["a thumbprint and a CA", made.otherName, { ...pin(made.otherName.sha1), ...ca(made.ca) }],
  ["a common name in place of the host's", made.otherName, { ...ca(made.ca), commonName: "elsewhere.test" }],
];

/** The bypasses of `rejectUnauthorized: false`, ignored callbacks and lost TLS options are all among these. */
const WRONG: readonly (readonly [string, Certificate, Partial<ServerTrust>, RegExp])[] = [
  ["an unknown authority, for the system's", made.server, {}, /not trusted/],
  ["a self-signed certificate, for the system's authorities", made.selfSigned, {}, /not trusted/],
  ["the system's authority, for a CA of ours", made.unrelated, ca(made.ca), /not trusted/],
  ["the root of a chain whose middle nobody has", made.issued, ca(made.ca), /not trusted/],
  ["another host's name", made.otherName, ca(made.ca), /altnames/],
  ["another self-signed leaf than the one named", made.selfSigned, ca(made.server), /not trusted/],
  ["a trusted chain and name, but a wrong thumbprint", made.server, { ...ca(made.ca), ...pin(made.ca.sha1) }, /print/],
  ["the system's trust, but a wrong thumbprint", made.unrelated, pin(made.server.sha256), /print/],
  [
    "a right thumbprint, but no chain to the CA",
    made.unrelated,
    { ...pin(made.unrelated.sha1), ...ca(made.ca) },
    /not/,
  ],
  ["a trusted chain, but another common name", made.server, { ...ca(made.ca), commonName: "elsewhere.test" }, /name/],
  [
    "a client's certificate, of the right authority and name",
    made.admin,
    { ...ca(made.clientCa), commonName: "sf-admin" },
    /PURPOSE/,
  ],
  ["a certificate that has expired", made.expired, ca(made.ca), /expired on/],
  ["a certificate that has expired, by its thumbprint", made.expired, pin(made.expired.sha1), /expired on/],
  ["a certificate that has expired, as its own CA", made.expired, ca(made.expired), /expired on/],
];

describe.each(WAYS)("%s", (way) => {
  test.each(RIGHT)("a server is asked that is trusted by %s", async (_, certificate, trust) => {
    await using server = await overTls(certificate);
    await using proxy = await on(way);
    await using cluster = opened(named(server), { trust, credential: TOKEN, proxies: { httpsProxy: proxy?.url.href } });
    expect((await cluster.look()).progress?.state).toBe("RestoreInProgress");
    expect(server.requests).toMatchObject([
      { headers: { authorization: "Bearer eyJ.secret.token" }, tls: { version: "TLSv1.3" } },
    ]);
    const tunnel = { kind: "tunnel", target: named(server).host, authorization: undefined };
    expect(proxy?.requests ?? []).toEqual(way === "directly" ? [] : [tunnel]);
  });

  test.each(WRONG)("a server is refused, and sent nothing, for %s", async (_, certificate, trust, why) => {
    for (const credential of [TOKEN, ADMIN]) {
      await using server = await overTls({ ...certificate, clientCa: made.clientCa.cert });
      await using proxy = await on(way);
      await using cluster = opened(named(server), { trust, credential, proxies: { httpsProxy: proxy?.url.href } });
      const error = await gatewayError(cluster.look());
      expect(error.code).toBe("untrusted-server");
      expect(error.message).toMatch(why);
      expect(error.message).toContain(named(server).host);
      expect(server.requests).toEqual([]);
      expect(server.connections, "it did come to a handshake").toMatchObject({ tcp: 1 });
    }
  });
});

describe("a server that is refused", () => {
  test("reads not one byte after the handshake", async () => {
    let read = "";
    let handshakes = 0;
    await using server = await listening(
      createTlsServer({ ...made.selfSigned, maxVersion: "TLSv1.2" }, (socket) => {
        handshakes += 1;
        socket.on("data", (chunk: Buffer) => (read += chunk.toString("latin1")));
        socket.on("error", () => {});
      }),
    );
    await using cluster = opened(new URL(`https://127.0.0.1:${server.port}`), {
      credential: TOKEN,
      trust: ca(made.ca),
    });
    expect((await gatewayError(cluster.look())).code).toBe("untrusted-server");
    await expect.poll(() => server.connections.open).toBe(0);
    expect({ read, handshakes }).toEqual({ read: "", handshakes: 1 });
  });

  test("is the end of it: no other gateway is asked, nothing is asked again", async () => {
    await using wrong = await overTls(made.unrelated);
    await using right = await overTls();
    await using cluster = opened([wrong.url, right.url], { trust: ca(made.ca) });
    expect((await gatewayError(cluster.look())).code).toBe("untrusted-server");
    expect([wrong.connections.tcp, right.connections.tcp]).toEqual([1, 0]);
  });

  test("is refused on every new connection, also where another server was trusted before", async () => {
    const good = await overTls();
    const { port } = good.url;
    await using cluster = opened(named(good), { trust: ca(made.ca), credential: TOKEN });
    await cluster.look();
    await good[Symbol.asyncDispose]();
    await using impostor = await startServer(simulated(), { port: Number(port), tls: made.selfSigned });
    await expect
      .poll(async () => (await gatewayError(cluster.look())).code, { timeout: 5_000 })
      .toBe("untrusted-server");
    expect(impostor.requests).toEqual([]);
  });
});

describe("a certificate close to its end", () => {
  test("of the server is a warning, said once", async () => {
    await using server = await overTls(made.endingSoon);
    await using cluster = opened(server.url, { trust: ca(made.ca) });
    await Promise.all([cluster.look(), cluster.look(), cluster.look()]);
    await cluster.look();
    expect(cluster.warnings).toEqual([expect.stringMatching(/^The cluster's server certificate expires on .+ days$/)]);
    expect(server.connections.handshakes).toBeGreaterThan(1);
  });

  test("of the client is a warning before anything is asked; without one there is none", async () => {
    const { cert, key } = made.endingSoon;
    await using soon = opened(new URL("https://127.0.0.1:1"), { credential: { kind: "certificate", cert, key } });
    await using later = opened(new URL("https://127.0.0.1:1"), { credential: ADMIN });
    expect(soon.warnings).toEqual([expect.stringMatching(/^The client certificate expires on/)]);
    expect(later.warnings).toEqual([]);
  });

  test("of the client is one also out of a PFX, before anything is asked", async () => {
    const passphrase = "Winter 2026 & co.";
    const pfx = modernPfx(made.endingSoon, passphrase, "aes256");
    const nowhere = new URL("https://127.0.0.1:1");
    await using soon = opened(nowhere, { credential: { kind: "pfx", pfx, passphrase } });
    await using later = opened(nowhere, { credential: { kind: "pfx", ...made.adminPfx } });
    expect(soon.warnings).toEqual([expect.stringMatching(/^The client certificate expires on .+ days$/)]);
    expect(later.warnings).toEqual([]);
  });

  test("of a server that is refused is no news", async () => {
    await using server = await overTls(made.endingSoon);
    await using cluster = opened(server.url, { trust: pin(made.server.sha1) });
    expect((await gatewayError(cluster.look())).code).toBe("untrusted-server");
    expect(cluster.warnings).toEqual([]);
  });
});
