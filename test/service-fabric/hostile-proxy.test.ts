import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { setInterval } from "node:timers";
import { expect, test } from "vitest";
import { secureConnector } from "../../shared/service-fabric/connect.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { gatewayError } from "../contract/face.ts";
import { listening, opened } from "./scene.ts";

test("a proxy that repeats what it was sent does not bring its password into an error or a record", async () => {
  const sent = Buffer.from("drill:hunter2 & company").toString("base64");
  const echo = createServer(({ headers }, response) => {
    const [, value = ""] = (headers["proxy-authorization"] ?? "").split(" ");
    const told = {
      Error: { Code: "E", Message: `no such user: ${value}, ${Buffer.from(value, "base64").toString()}` },
    };
    response.writeHead(502, `refused ${value}`).end(JSON.stringify(told));
  });
  await using proxy = await listening(echo);
  const httpProxy = `http://drill:hunter2%20&%20company@127.0.0.1:${proxy.port}`;
  await using client = opened(new URL("http://cluster.test:19080"), { proxies: { httpProxy } });
  const error = await gatewayError(client.look());
  expect(error.message).toContain("no such user: ***, ***");
  expect(`${error.message} ${error.raw}`).not.toMatch(new RegExp(`hunter2|${sent}`));
});

test("a proxy that answers drop by drop, and never to the end, is given up in the time of a connection", async () => {
  const drops = new Set<NodeJS.Timeout>();
  const dripping = createTcpServer((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nX-Wait: ");
    const drop = setInterval(() => socket.write("a"), 40);
    drops.add(drop);
    socket.once("close", () => clearInterval(drop)).resume();
  });
  await using proxy = await listening(dripping);
  const connect = secureConnector({
    trust: SYSTEM_TRUST,
    identity: {},
    proxies: { httpsProxy: `http://127.0.0.1:${proxy.port}` },
    timeoutMs: 200,
    closing: new AbortController().signal,
    nowMs: () => Date.now(),
    warn: () => {},
  });
  const error = await new Promise<Error | null>((resolve) =>
    connect({ hostname: "cluster.test", port: "1", protocol: "https:" }, (...[failure]) => resolve(failure)),
  );
  expect(error?.message).toContain("no tunnel within 200 ms");
  for (const drop of drops) clearInterval(drop);
});
