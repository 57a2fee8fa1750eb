import { X509Certificate } from "node:crypto";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { AMPLE_MS, ID } from "../contract/face.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { startProxy } from "../simulator/proxy.ts";
import { listening, opened, overTls } from "./scene.ts";

/* What a connection costs is paid once: handshakes are counted where they are made. */

const made = makeCertificates();
const trust = { ca: [new X509Certificate(made.ca.cert)] };
const credential = { kind: "certificate", cert: made.admin.cert, key: made.admin.key } as const;
const ONE = { tcp: 1, handshakes: 1, broken: 0 };
/** Longer than undici keeps an idle connection by itself (4 s, looked at every half a second). */
const PAUSE_MS = 6_000;

test.for(["directly", "through a proxy"])("looks right after one another share one connection, %s", async (way) => {
  await using server = await overTls();
  await using proxy = await startProxy();
  const proxies = way === "directly" ? {} : { httpsProxy: proxy.url.href };
  await using cluster = opened(server.url, { trust, credential, proxies });
  for (let looks = 0; looks < 5; looks++) await cluster.look();
  expect([server.requests.length, server.connections]).toEqual([5, ONE]);
});

test("questions that are asked at the same time open no more connections than they are", async () => {
  await using server = await overTls();
  await using cluster = opened(server.url, { trust });
  await cluster.look();
  const look = { budgetMs: AMPLE_MS, signal: new AbortController().signal };
  await Promise.all([cluster.look(), cluster.gateway.partitionInfo(ID, look), cluster.gateway.backups(ID, look)]);
  expect(server.connections).toEqual({ tcp: 3, handshakes: 3, broken: 0 });
});

test("a look after a longer pause shakes hands no second time", async () => {
  await using server = await overTls();
  await using cluster = opened(server.url, { trust });
  await cluster.look();
  await systemClock.sleep(PAUSE_MS, new AbortController().signal);
  await cluster.look();
  expect(server.connections).toEqual(ONE);
});

test("a server that keeps idle connections for less time is heeded: ours is closed before it closes its own", async () => {
  const http = createServer({ keepAliveTimeout: 0 }, (_request, response) => {
    response.writeHead(200, { "keep-alive": "timeout=3" }).end("null");
  });
  await using server = await listening(http);
  await using cluster = opened(new URL(`http://127.0.0.1:${server.port}`));
  await cluster.look();
  expect(server.connections).toEqual({ made: 1, open: 1 });
  await expect.poll(() => server.connections.open, { timeout: AMPLE_MS }).toBe(0);
  expect((await cluster.look()).progress).toBeNull();
  expect(server.connections.made).toBe(2);
});
