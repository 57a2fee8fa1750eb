import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { restGateway } from "../../shared/service-fabric/rest-gateway.ts";
import type { TokenSource } from "../../shared/service-fabric/tokens.ts";
import { httpTransport } from "../../shared/service-fabric/transport.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { AMPLE_MS, gatewayError, ID, rejection } from "../contract/face.ts";
import { deadPort, mute, type Opened, opened } from "./scene.ts";
import { type Handler, inTurn, says, scripted } from "./scripted.ts";

const PROGRESS = `{"RestoreState":"Accepted"}`;
const ok = says(200, PROGRESS);
const error = (code: string, message: string): string => JSON.stringify({ Error: { Code: code, Message: message } });
const oldVersion = says(400, error("E_INVALIDARG", "Invalid API Version"));
const at = (port: number): URL => new URL(`http://127.0.0.1:${port}`);

describe("several gateways", () => {
  test("are tried in turn where one cannot be reached, and the good one is remembered", async () => {
    await using good = await scripted(ok);
    const dead = at(await deadPort());
    await using cluster = opened([dead, at(await deadPort()), good.url]);
    for (let looks = 0; looks < 3; looks++) expect((await cluster.look()).progress?.state).toBe("Accepted");
    expect(good.asked).toHaveLength(3);
  });

  test("the one that answered last is asked first", async () => {
    const refuse: Handler = (_asked, response) => response.destroy();
    await using first = await scripted(refuse);
    await using second = await scripted(ok);
    await using cluster = opened([first.url, second.url]);
    await cluster.look();
    first.handler = ok;
    await cluster.look();
    await cluster.look();
    expect([first.asked.length, second.asked.length]).toEqual([1, 3]);
    second.handler = refuse;
    await cluster.look();
    await cluster.look();
    expect([first.asked.length, second.asked.length], "and back").toEqual([3, 4]);
  });

  test("all dead: the last one's fault is told, each having been tried once", async () => {
    const reset: Handler = (_asked, response) => response.destroy();
    await using one = await scripted(reset);
    await using other = await scripted(reset);
    await using cluster = opened([one.url, other.url]);
    const { code, message } = await gatewayError(cluster.look());
    expect([code, one.asked.length, other.asked.length]).toEqual(["unreachable", 1, 1]);
    expect(message).toContain(other.url.host);
  });

  test.each([
    ["a refusal", says(403, "", "Client certificate required"), "access-denied"],
    ["trouble", says(503, ""), "server-trouble"],
    ["no JSON", says(200, "<html>"), "unintelligible"],
  ] as const)("the next is not asked where one has answered: %s", async (_, handler, code) => {
    await using one = await scripted(handler);
    await using other = await scripted(ok);
    await using cluster = opened([one.url, other.url]);
    expect((await gatewayError(cluster.look())).code).toBe(code);
    expect(other.asked).toEqual([]);
  });

  test("two looks that fail together move on once, not back to the one that is silent", async () => {
    await using silent = await mute();
    await using good = await scripted(ok);
    await using cluster = opened([at(silent.port), good.url]);
    const both = await Promise.allSettled([cluster.look(100), cluster.look(100)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect((await cluster.look()).progress?.state).toBe("Accepted");
    expect(good.asked).toHaveLength(1);
  });

  test("share one budget: a silent one uses it up, and the next look begins with the other", async () => {
    await using silent = await mute();
    await using good = await scripted(ok);
    await using cluster = opened([at(silent.port), good.url]);
    const before = systemClock.now();
    expect((await gatewayError(cluster.look(300))).code).toBe("timed-out");
    const took = systemClock.now() - before;
    expect(took).toBeGreaterThanOrEqual(290);
    expect(took).toBeLessThan(AMPLE_MS / 2);
    expect(good.asked).toEqual([]);
    expect((await cluster.look()).progress?.state).toBe("Accepted");
  });

  test("are told the seconds that are left, not those there were", async () => {
    const slowly: Handler = (_asked, response) => void setTimeout(() => response.destroy(), 1_100);
    await using slow = await scripted(slowly);
    await using good = await scripted(ok);
    await using cluster = opened([slow.url, good.url]);
    await cluster.look(5_500);
    expect([slow.asked[0]?.query["timeout"], good.asked[0]?.query["timeout"]]).toEqual(["5", "4"]);
  });

  test("an abort is the end of it", async () => {
    await using silent = await mute();
    await using good = await scripted(ok);
    await using cluster = opened([at(silent.port), good.url]);
    const stop = new AbortController();
    const rejected = rejection(cluster.look(AMPLE_MS, stop.signal));
    await expect.poll(() => silent.connections.made, { interval: 5 }).toBe(1);
    stop.abort("enough");
    expect(await rejected).toBe("enough");
    expect(good.asked).toEqual([]);
  });
});

describe("the api-version", () => {
  const versions = (asked: readonly { readonly query: Readonly<Record<string, string>> }[]): unknown[] =>
    asked.map(({ query }) => query["api-version"]);
  const only =
    (version: string): Handler =>
    (asked, response) =>
      (asked.query["api-version"] === version ? ok : oldVersion)(asked, response);

  test("of a preview cluster is found once, and remembered", async () => {
    await using server = await scripted(only("6.2-preview"));
    await using cluster = opened(server.url);
    for (let looks = 0; looks < 3; looks++) expect((await cluster.look()).progress?.state).toBe("Accepted");
    expect(versions(server.asked)).toEqual(["6.4", "6.2-preview", "6.2-preview", "6.2-preview"]);
  });

  test("is the one asked for where the cluster takes it", async () => {
    await using server = await scripted(only("9.1"));
    await using cluster = opened(server.url, { apiVersion: "9.1" });
    await cluster.look();
    expect(versions(server.asked)).toEqual(["9.1"]);
  });

  test("refused in both forms is told as it was refused first, and nothing is remembered", async () => {
    const second = says(400, error("E_INVALIDARG", "Invalid API Version"), "Second");
    await using server = await scripted(inTurn(oldVersion, second, oldVersion, second, ok));
    await using cluster = opened(server.url);
    for (let looks = 0; looks < 2; looks++) {
      const { code, message } = await gatewayError(cluster.look());
      expect([code, message]).toEqual(["api-version-refused", "HTTP 400 E_INVALIDARG: Invalid API Version"]);
    }
    expect(versions(server.asked)).toEqual(["6.4", "6.2-preview", "6.4", "6.2-preview"]);
  });

  test("of the preview, asked for as such, is not tried twice", async () => {
    await using server = await scripted(oldVersion);
    await using cluster = opened(server.url, { apiVersion: "6.2-preview" });
    expect((await gatewayError(cluster.look())).code).toBe("api-version-refused");
    expect(server.asked).toHaveLength(1);
  });

  test.each([
    ["another argument", says(400, error("E_INVALIDARG", "Invalid Arguments."))],
    ["an address", says(400, "", "FABRIC_E_INVALID_ADDRESS")],
    ["a 500", says(500, error("E_INVALIDARG", "Invalid API Version"))],
  ])("is not what a refusal of %s is about", async (_, handler) => {
    await using server = await scripted(handler);
    await using cluster = opened(server.url);
    await gatewayError(cluster.look());
    expect(server.asked).toHaveLength(1);
  });

  test("a fault on the second try is that fault", async () => {
    await using server = await scripted(inTurn(oldVersion, says(503, "")));
    await using cluster = opened(server.url);
    expect((await gatewayError(cluster.look())).code).toBe("server-trouble");
  });
});

describe("a token", () => {
  const expects =
    (token: string): Handler =>
    (asked, response) =>
      (asked.headers.authorization === `Bearer ${token}` ? ok : says(403, "", "Client certificate required"))(
        asked,
        response,
      );

  function withTokens(url: URL, tokens: TokenSource): Opened["look"] {
    const warn = (): void => {};
    const transport = httpTransport({ trust: SYSTEM_TRUST, identity: {}, proxies: {}, nowMs: () => Date.now(), warn });
    const gateway = restGateway({ endpoints: [url], apiVersion: "6.4", transport, clock: systemClock, tokens });
    return async (budgetMs = AMPLE_MS) => {
      try {
        return await gateway.restoreProgress(ID, { budgetMs, signal: new AbortController().signal });
      } finally {
        await transport.close();
      }
    };
  }

  test.each([403, 401])("that has run out is renewed once (%i)", async (status) => {
    await using server = await scripted(inTurn(says(status, ""), expects("new")));
    const refreshes: boolean[] = [];
    const look = withTokens(server.url, {
      token: (_look, refresh) => Promise.resolve((refreshes.push(refresh), refresh ? "new" : "old")),
    });
    expect((await look()).progress?.state).toBe("Accepted");
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer old", "Bearer new"]);
    expect(refreshes).toEqual([false, true]);
  });

  test("that is refused when new as well is access denied, after two requests", async () => {
    await using server = await scripted(says(403, "", "Client certificate required"));
    const look = withTokens(server.url, { token: (_look, refresh) => Promise.resolve(refresh ? "new" : "old") });
    expect((await gatewayError(look())).code).toBe("access-denied");
    expect(server.asked).toHaveLength(2);
  });

  test("that was given is not asked for again, nor the cluster", async () => {
    await using server = await scripted(says(401, ""));
    await using cluster = opened(server.url, { credential: { kind: "token", token: "given" } });
    expect((await gatewayError(cluster.look())).code).toBe("access-denied");
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(["Bearer given"]);
  });

  test("that a front-end repeats in its answer is not repeated after it", async () => {
    const repeats: Handler = ({ headers: { authorization = "" } }, response) => {
      response.writeHead(400, `No ${authorization}`).end(error("E_X", `You sent: ${authorization}.`));
    };
    await using server = await scripted(repeats);
    await using cluster = opened(server.url, { credential: { kind: "token", token: "eyJ.secret.token" } });
    expect((await gatewayError(cluster.look())).message).toBe("HTTP 400 E_X: You sent: Bearer ***.");
    server.handler = ({ headers: { authorization = "" } }, response) => void response.end(`<p>${authorization}`);
    expect((await gatewayError(cluster.look())).message).not.toContain("secret");
    server.handler = ({ headers: { authorization = "" } }, response) =>
      void response.writeHead(500, authorization).end();
    expect((await gatewayError(cluster.look())).message).toBe("HTTP 500 Bearer ***");
  });

  test("is not renewed for other refusals", async () => {
    for (const status of [400, 404, 429, 500, 503]) {
      await using server = await scripted(says(status, ""));
      const look = withTokens(server.url, { token: (_look, refresh) => Promise.resolve(refresh ? "new" : "old") });
      await gatewayError(look());
      expect(server.asked).toHaveLength(1);
    }
  });

  test("none is sent where there is none", async () => {
    await using server = await scripted(ok);
    await using cluster = opened(server.url);
    await cluster.look();
    expect(server.asked[0]?.headers).not.toHaveProperty("authorization");
  });
});
