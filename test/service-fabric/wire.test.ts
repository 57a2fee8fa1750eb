import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { rootCause } from "../../shared/service-fabric/transport.ts";
import { AMPLE_MS, gatewayError, ID } from "../contract/face.ts";
import { opened } from "./scene.ts";
import { type Handler, says, scripted } from "./scripted.ts";

/* What comes over the wire and is no whole reply, and what comes in several. */

const SUCCESS = `{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z"}`;
const MEGABYTE = 1_048_576;
const look = () => ({ budgetMs: AMPLE_MS, signal: new AbortController().signal });

describe("a body", () => {
  const padded = (bytes: number): string => SUCCESS + " ".repeat(bytes - SUCCESS.length);
  const chunked =
    (body: string): Handler =>
    (_asked, response) =>
      void (response.write(body.slice(0, 9)), response.end(body.slice(9)));

  test.each<readonly [string, Handler, string]>([
    ["of a byte more than a mebibyte", says(200, padded(MEGABYTE + 1)), "unintelligible"],
    [
      "of a byte more than a mebibyte, as it says itself",
      says(200, padded(MEGABYTE + 1), "OK", { "content-length": String(MEGABYTE + 1) }),
      "unintelligible",
    ],
    ["of two mebibytes without a length", chunked(padded(2 * MEGABYTE)), "unintelligible"],
    [
      "that promises more than comes, though it is whole JSON",
      (_asked, response) => {
        response.writeHead(200, { "content-length": SUCCESS.length + 5 });
        response.write(SUCCESS, () => response.destroy());
      },
      "unreachable",
    ],
    [
      "in chunks that breaks off, though it is whole JSON",
      (_asked, response) => void response.write(SUCCESS, () => response.destroy()),
      "unreachable",
    ],
    [
      "that breaks off where nobody can see it",
      (_asked, response) => {
        response.shouldKeepAlive = false;
        response.removeHeader("transfer-encoding");
        response.socket?.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${SUCCESS.slice(0, -1)}`);
      },
      "unintelligible",
    ],
    [
      "packed, though nobody asked for that",
      (_asked, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(SUCCESS));
      },
      "unintelligible",
    ],
    [
      "said to be packed that is garbage",
      (_asked, response) => {
        response.writeHead(200, { "content-encoding": "gzip" }).end(Buffer.of(0x1f, 0x8b, 8, 0, 255, 255, 0));
      },
      "unintelligible",
    ],
    [
      "of UTF-16",
      (_asked, response) => void response.end(Buffer.from(`\ufeff${SUCCESS}`, "utf16le")),
      "unintelligible",
    ],
    ["of another protocol", (_asked, response) => void response.socket?.end("SSH-2.0-OpenSSH_9.6\r\n"), "unreachable"],
    ["with headers without end", says(200, SUCCESS, "OK", { "x-long": "x".repeat(20_000) }), "unreachable"],
  ])("is no answer: %s", async (_, handler, code) => {
    await using server = await scripted(handler);
    await using cluster = opened(server.url);
    const error = await gatewayError(cluster.look());
    expect(error.code).toBe(code);
    expect(error.message.length).toBeLessThan(400);
  });

  test("of a mebibyte to the byte is read, and one that dwindles to nothing is no success", async () => {
    await using server = await scripted(says(200, padded(MEGABYTE)));
    await using cluster = opened(server.url);
    expect((await cluster.look()).progress?.state).toBe("Success");
    server.handler = says(200, "");
    expect((await cluster.look()).progress).toBeNull();
  });

  test("with a byte order mark, as .NET likes to write, is read", async () => {
    await using server = await scripted(says(200, `\ufeff${SUCCESS}`));
    await using cluster = opened(server.url);
    expect((await cluster.look()).progress?.state).toBe("Success");
  });

  test("with broken UTF-8 in a place of no account is read, and stays a text", async () => {
    const body = Buffer.concat([Buffer.from('{"x":"'), Buffer.of(0xff, 0xc0), Buffer.from(`",${SUCCESS.slice(1)}`)]);
    await using server = await scripted((_asked, response) => void response.end(body));
    await using cluster = opened(server.url);
    expect((await cluster.look()).progress?.state).toBe("Success");
  });

  test("that drips is given up once the budget is spent, and the connection with it", async () => {
    let closed = 0;
    await using server = await scripted((_asked, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(" "), 20);
      response.once("close", () => (clearInterval(timer), (closed += 1)));
    });
    await using cluster = opened(server.url);
    const before = systemClock.now();
    expect((await gatewayError(cluster.look(300))).code).toBe("timed-out");
    expect(systemClock.now() - before).toBeLessThan(AMPLE_MS / 2);
    await expect.poll(() => closed, { interval: 5 }).toBe(1);
  });

  test.each([301, 302, 303, 307, 308])("elsewhere is not fetched: a redirect (%i)", async (status) => {
    await using elsewhere = await scripted(says(200, SUCCESS));
    await using server = await scripted(says(status, "", "", { location: elsewhere.url.href }));
    await using cluster = opened(server.url);
    expect((await gatewayError(cluster.look())).code).toBe("unintelligible");
    expect([server.asked.length, elsewhere.asked.length]).toEqual([1, 0]);
  });

  test("out of a cache is an answer for as long as clocks may differ, and no longer", async () => {
    await using server = await scripted(says(200, SUCCESS, "OK", { age: "5" }));
    await using cluster = opened(server.url);
    expect((await cluster.look()).progress?.state).toBe("Success");
    for (const age of ["6", "86400"]) {
      server.handler = says(200, SUCCESS, "OK", { age });
      expect((await gatewayError(cluster.look())).code).toBe("server-trouble");
    }
  });

  test("is asked for as JSON, whole and fresh", async () => {
    await using server = await scripted(says(200, SUCCESS));
    await using cluster = opened(server.url);
    await cluster.look();
    expect(server.asked[0]?.headers).toMatchObject({
      accept: "application/json",
      "cache-control": "no-cache",
    });
    expect(server.asked[0]?.headers).not.toHaveProperty("accept-encoding");
  });
});

describe("a partition", () => {
  test("that does not exist is a 204, and is told as none", async () => {
    await using server = await scripted(says(204, ""));
    await using cluster = opened(server.url);
    expect(await cluster.gateway.partitionInfo(ID, look())).toBeNull();
    expect(server.asked[0]?.target).toMatch(new RegExp(`^/Partitions/${ID}\\?api-version=6\\.0&timeout=\\d+$`));
  });
});

test("what is told about another partition than the one asked for is no answer", async () => {
  const told = (id: string): Handler =>
    says(
      200,
      `{"ServiceKind":"Stateful","PartitionInformation":{"Id":"${id}"},"PartitionStatus":"Ready","HealthState":"Ok"}`,
    );
  await using server = await scripted(told(ID));
  await using cluster = opened(server.url);
  expect(await cluster.gateway.partitionInfo(ID, look())).toMatchObject({ partitionId: ID });
  server.handler = told("99999999-9999-4999-8999-999999999999");
  expect((await gatewayError(cluster.gateway.partitionInfo(ID, look()))).code).toBe("unintelligible");
});

describe("a list", () => {
  const TOKENS = ["", "a+b c/d?e&f=g%h#i~j", "fabric:/App/Service", "è\u0000", "1"];
  const service = (name: string): object => ({ ServiceKind: "Stateful", Name: name, HasPersistedState: true });
  const paged: Handler = ({ query }, response) => {
    const index = TOKENS.indexOf(query["ContinuationToken"] ?? "");
    const body = { Items: [service(`fabric:/App/S${index}`)], ContinuationToken: TOKENS[index + 1] ?? "" };
    response.writeHead(index < 0 ? 400 : 200).end(JSON.stringify(body));
  };

  test("is read to its end, its tokens being handed back to the letter", async () => {
    await using server = await scripted(paged);
    await using cluster = opened(server.url);
    const services = await cluster.gateway.services("fabric:/App", look());
    expect(services.map(({ name }) => name)).toEqual(TOKENS.map((_, index) => `fabric:/App/S${index}`));
    expect(server.asked[0]?.target).toMatch(/^\/Applications\/App\/\$\/GetServices\?api-version=6\.0&timeout=\d+$/);
    expect(server.asked[1]?.target).toContain("ContinuationToken=a%2Bb%20c%2Fd%3Fe%26f%3Dg%25h%23i~j");
  });

  test.each([
    ["the same one over and over", ["x", "x"]],
    ["in a ring", ["x", "y", "x"]],
  ])("whose tokens repeat never ends, and is given up: %s", async (_, tokens) => {
    const left = [...tokens];
    await using server = await scripted((_asked, response) => {
      response.end(JSON.stringify({ Items: [], ContinuationToken: left.shift() ?? "x" }));
    });
    await using cluster = opened(server.url);
    const error = await gatewayError(cluster.gateway.backups(ID, look()));
    expect(error).toMatchObject({ code: "unintelligible" });
    expect(error.message).toContain("continuation token repeats");
    expect(server.asked).toHaveLength(tokens.length);
  });

  test("that is endless with ever new tokens ends with the budget", async () => {
    let page = 0;
    await using server = await scripted((_asked, response) => {
      page += 1;
      setTimeout(() => response.end(JSON.stringify({ Items: [], ContinuationToken: String(page) })), 20);
    });
    await using cluster = opened(server.url);
    const budget = { budgetMs: 400, signal: new AbortController().signal };
    const before = systemClock.now();
    expect((await gatewayError(cluster.gateway.partitions("fabric:/App/S", budget))).code).toBe("timed-out");
    expect(systemClock.now() - before).toBeLessThan(AMPLE_MS / 2);
  });

  test.each([
    ["one bad item spoils it", `{"Items":[{"ServiceKind":"Stateful","Name":"fabric:/A/S"},{}],"ContinuationToken":""}`],
    ["no items", `{"ContinuationToken":""}`],
    ["null", "null"],
    ["an object for items", `{"Items":{}}`],
    ["a number for a token", `{"Items":[],"ContinuationToken":7}`],
  ])("that is none is unintelligible: %s", async (_, body) => {
    await using server = await scripted(says(200, body));
    await using cluster = opened(server.url);
    expect((await gatewayError(cluster.gateway.services("App", look()))).code).toBe("unintelligible");
  });

  test.each(["fabric:/App/Sub/Service", "App/Sub/Service", "App~Sub~Service", "FABRIC://App/Sub/Service"])(
    "of a service is asked for by its id, however the name is written: %s",
    async (name) => {
      await using server = await scripted(says(200, `{"Items":[],"ContinuationToken":null}`));
      await using cluster = opened(server.url);
      expect(await cluster.gateway.partitions(name, look())).toEqual([]);
      expect(server.asked[0]?.path).toBe("/Services/App~Sub~Service/$/GetPartitions");
    },
  );
});

describe("the innermost error says more than those around it", () => {
  const inner = new Error("connect ECONNREFUSED ::1:19080");
  test.each<readonly [string, unknown, unknown]>([
    ["itself", inner, inner],
    ["its cause", new TypeError("fetch failed", { cause: inner }), inner],
    ["the first of several: every address of a host was tried", new AggregateError([inner, new Error("x")]), inner],
    ["none of an empty list", new AggregateError([], "no address"), new AggregateError([], "no address")],
    ["what is no error", "gone", "gone"],
  ])("%s", (_, error, root) => {
    expect(rootCause(error)).toEqual(root);
  });
});
