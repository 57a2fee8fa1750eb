import { ProxyAgent, request } from "undici";
import { describe, expect, test } from "vitest";
import { makeCertificates } from "./certificates.ts";
import { FakeClock } from "./clock.ts";
import { SimulatedCluster } from "./cluster.ts";
import { type ProxySettings, startProxy } from "./proxy.ts";
import { startServer } from "./server.ts";
import { hang, inTurn, nothing, type Shows } from "./timeline.ts";
import { ID, PROGRESS, START } from "./world.ts";

const { ca, server: leaf } = makeCertificates();
const auth = { user: "drill", password: "p:ss wörd" };
const token = `Basic ${Buffer.from("drill:p:ss wörd").toString("base64")}`;

async function behind(settings: ProxySettings, tls: boolean, shows: Shows = nothing) {
  const partitions = [{ id: ID, timeline: inTurn([shows]) }];
  const cluster = new SimulatedCluster({ clock: new FakeClock(START), partitions });
  const server = await startServer(cluster, tls ? { tls: leaf } : {});
  const proxy = await startProxy(settings);
  let running = true;
  const stop = async (): Promise<void> => {
    if (running) await proxy[Symbol.asyncDispose]();
    running = false;
  };
  const dispatcher = new ProxyAgent({
    uri: proxy.url.href,
    ...(settings.auth === undefined ? {} : { token }),
    proxyTls: { ca: ca.cert, servername: "localhost" },
    requestTls: { ca: ca.cert, servername: "localhost" }, // not the host's own name, which may be an address
    proxyTunnel: tls,
  });
  return {
    cluster,
    server,
    proxy,
    ask: async (host = server.url.host): Promise<string> => {
      const { statusCode, body } = await request(`${server.url.protocol}//${host}${PROGRESS}`, { dispatcher });
      return `${statusCode} ${await body.text()}`;
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      await server[Symbol.asyncDispose]();
      await dispatcher.destroy();
    },
  };
}

describe("the proxy", () => {
  test.for<readonly [string, ProxySettings]>([
    ["plain", {}],
    ["itself behind TLS", { tls: leaf }],
    ["with a password", { auth }],
  ])("tunnels to the cluster, %s", async ([, settings]) => {
    await using it = await behind(settings, true);
    expect(await it.ask()).toBe("200 null");
    const authorization = settings.auth === undefined ? undefined : token;
    expect(it.proxy.requests).toStrictEqual([{ kind: "tunnel", target: it.server.url.host, authorization }]);
  });

  test("leads to this machine whatever host is named", async () => {
    await using it = await behind({}, true);
    expect(await it.ask(`cluster.test:${it.server.url.port}`)).toBe("200 null");
    expect(it.proxy.requests).toMatchObject([{ target: `cluster.test:${it.server.url.port}` }]);
    expect(it.server.requests[0]?.headers.host).toBe(`cluster.test:${it.server.url.port}`);
  });

  test("forwards requests to plain http", async () => {
    await using it = await behind({}, false);
    expect(await it.ask()).toBe("200 null");
    expect(it.proxy.requests).toMatchObject([{ kind: "forward", target: `${it.server.url.origin}${PROGRESS}` }]);
    expect(it.server.requests).toHaveLength(1);
  });

  test.for<readonly [string, ProxySettings, string]>([
    ["a wrong password", { auth: { ...auth, user: "other" } }, "407"],
    ["anybody, if told to", { refuse: 503 }, "503"],
  ])("refuses %s", async ([, settings, status]) => {
    await using it = await behind(settings, true);
    await expect(it.ask()).rejects.toThrow(status);
    await using plain = await behind(settings, false);
    expect(await plain.ask().catch(String)).toContain(status);
    expect([it.server.connections.tcp, plain.server.requests.length]).toStrictEqual([0, 0]);
    expect([it.proxy.requests, plain.proxy.requests]).toMatchObject([[{ kind: "tunnel" }], [{ kind: "forward" }]]);
  });

  test("cuts its tunnels when it stops", async () => {
    await using it = await behind({}, true, hang);
    const asking = it.ask().then(
      () => "answered",
      () => "cut off",
    );
    await expect.poll(() => it.cluster.looks(ID)).toBe(1);
    await it.stop();
    expect(await asking).toBe("cut off");
  });
});
