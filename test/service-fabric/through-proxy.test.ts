import { X509Certificate } from "node:crypto";
import { createServer } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { describe, expect, test } from "vitest";
import { secureConnector } from "../../shared/service-fabric/connect.ts";
import type { Credential } from "../../shared/service-fabric/credentials.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { gatewayError } from "../contract/face.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { type ProxySettings, startProxy } from "../simulator/proxy.ts";
import { startServer } from "../simulator/server.ts";
import { selfSigned } from "./certificate.ts";
import { deadPort, listening, opened, overTls, simulated } from "./scene.ts";

const made = makeCertificates();
const ofProxy = selfSigned("proxy", made.server.key, ["IP:127.0.0.1"]);
setDefaultCACertificates([...getCACertificates("default"), ofProxy.cert]); // in this process alone
const trust = { ca: [new X509Certificate(made.ca.cert)] };
const TOKEN: Credential = { kind: "token", token: "eyJ.secret.token" };

const SCHEMES = ["http", "https"] as const;
type Scheme = (typeof SCHEMES)[number];

/** The cluster, over TLS or not, behind a proxy, over TLS or not. */
async function behind(cluster: Scheme, proxy: Scheme, settings: ProxySettings = {}, userInfo = "") {
  const server = cluster === "https" ? await overTls() : await startServer(simulated());
  const between = await startProxy({ ...settings, ...(proxy === "https" ? { tls: ofProxy } : {}) });
  const url = `${proxy}://${userInfo}${between.url.host}`;
  const how =
    cluster === "https" ? { trust, credential: TOKEN, proxies: { httpsProxy: url } } : { proxies: { httpProxy: url } };
  const client = opened(new URL(`${cluster}://localhost:${server.url.port}`), how);
  return {
    server,
    proxy: between,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await between[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

const PAIRS = SCHEMES.flatMap((cluster) => SCHEMES.map((proxy) => [cluster, proxy] as const));

describe.each(PAIRS)("%s through a proxy of %s", (cluster, scheme) => {
  const secret = { user: "drill", password: "hunter2 & co." };

  test("reaches the cluster, and tells the proxy no more than where that is", async () => {
    await using it = await behind(cluster, scheme, { auth: secret }, "drill:hunter2%20&%20co.@");
    expect((await it.client.look()).progress?.state).toBe("RestoreInProgress");
    const authority = `localhost:${it.server.url.port}`;
    const [request] = it.proxy.requests;
    expect(request?.target.replace(/\/Partitions.*$/, "")).toBe(
      cluster === "https" ? authority : `http://${authority}`,
    );
    expect(request?.kind).toBe(cluster === "https" ? "tunnel" : "forward");
    expect(request?.authorization).toBe(`Basic ${Buffer.from("drill:hunter2 & co.").toString("base64")}`);
    expect(it.server.requests).toHaveLength(1);
    expect(it.server.requests[0]?.headers).not.toHaveProperty("proxy-connection");
  });

  test.each<readonly [string, ProxySettings, string]>([
    ["wants a password", { auth: secret }, "407"],
    ["refuses", { refuse: 403 }, "403"],
    ["is broken", { refuse: 502 }, "502"],
  ])("says what the proxy says that %s, and sends the cluster nothing", async (_, settings, status) => {
    await using it = await behind(cluster, scheme, settings, "drill:wr%6Fng-hunter2@");
    const error = await gatewayError(it.client.look());
    expect(error.message).toContain(status);
    expect(error.message).not.toMatch(/hunter2|drill|Basic/);
    expect(it.server.connections.tcp).toBe(0);
  });

  test("names the proxy that wants a password", async () => {
    await using it = await behind(cluster, scheme, { auth: secret }, "drill:wrong@");
    const error = await gatewayError(it.client.look());
    expect(error.code).toBe("unreachable");
    expect(error.message).toContain(`the proxy ${it.proxy.url.host}`);
  });

  test("names the proxy that is dead, without its user", async () => {
    const port = await deadPort();
    const url = `${scheme}://drill:hunter2@127.0.0.1:${port}`;
    await using client = opened(new URL(`${cluster}://cluster.test:19080`), {
      proxies: { httpProxy: url, httpsProxy: url },
    });
    const error = await gatewayError(client.look());
    expect(error.code).toBe("unreachable");
    expect(error.message).toMatch(new RegExp(`the proxy 127\\.0\\.0\\.1:${port}\\b.*ECONNREFUSED`));
    expect(error.message).not.toMatch(/hunter2|drill/);
  });

  test("says which variable is no URL, and not what is in it", async () => {
    const url = "socks5://drill:hunter2@127.0.0.1:1";
    await using client = opened(new URL(`${cluster}://cluster.test:19080`), {
      proxies: { httpProxy: url, httpsProxy: url },
    });
    const error = await gatewayError(client.look());
    expect(error.message).toContain(`${cluster.toUpperCase()}_PROXY is no http(s) URL`);
    expect(error.message).not.toMatch(/hunter2|drill/);
  });

  test("is not gone where NO_PROXY names the cluster", async () => {
    const server = cluster === "https" ? await overTls() : await startServer(simulated());
    await using _server = server;
    const dead = `http://127.0.0.1:${await deadPort()}`;
    const proxies = { httpProxy: dead, httpsProxy: dead, noProxy: `10.0.0.0/8,127.0.0.0/8:1,127.0.0.0/8` };
    await using client = opened(server.url, { trust: cluster === "https" ? trust : {}, proxies });
    expect((await client.look()).progress?.state).toBe("RestoreInProgress");
  });
});

describe("a proxy over TLS", () => {
  test("whose certificate nobody knows is told no password", async () => {
    await using proxy = await startProxy({ tls: made.selfSigned });
    for (const scheme of SCHEMES) {
      const url = `https://drill:hunter2@${proxy.url.host}`;
      await using client = opened(new URL(`${scheme}://cluster.test:1`), {
        proxies: { httpProxy: url, httpsProxy: url },
      });
      const error = await gatewayError(client.look());
      expect(error.code).toBe("unreachable");
      expect(error.message).toContain(`the proxy ${proxy.url.host}`);
    }
    expect(proxy.requests).toEqual([]);
  });
});

describe("a tunnel", () => {
  test("that is idle for longer than it took to build is left alone", async () => {
    await using server = await overTls();
    await using proxy = await startProxy();
    const closing = new AbortController();
    const connect = secureConnector({
      trust: { ...SYSTEM_TRUST, ...trust },
      identity: {},
      proxies: { httpsProxy: proxy.url.href },
      timeoutMs: 150,
      closing: closing.signal,
      nowMs: () => Date.now(),
      warn: () => {},
    });
    const { hostname, port, protocol } = server.url;
    const socket = await new Promise<NodeJS.WritableStream & { destroyed: boolean; destroy(): void }>(
      (resolve, reject) =>
        connect({ hostname, port, protocol }, (error, made_) => (made_ === null ? reject(error) : resolve(made_))),
    );
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  test("that the proxy opens to nowhere is a cluster that cannot be reached", async () => {
    const says = (text: string) => listening(createServer((socket) => socket.once("data", () => socket.end(text))));
    for (const text of [
      "HTTP/1.1 200 OK\r\n\r\n",
      "HTTP/1.1 200 OK\r\n\r\nhello",
      "SSH-2.0-x\r\n",
      "HTTP/1.1 200",
      "",
    ]) {
      await using proxy = await says(text);
      const proxies = { httpsProxy: `127.0.0.1:${proxy.port}` };
      await using client = opened(new URL("https://cluster.test:1"), { proxies });
      expect(["unreachable", "untrusted-server"]).toContain((await gatewayError(client.look())).code);
    }
  });
});
