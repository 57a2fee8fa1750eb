import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { openPace, paying } from "../../shared/fleet/pace.ts";
import { START } from "../restore/scenes.ts";
import { opened, simulated } from "../service-fabric/scene.ts";
import { entraToken } from "../service-fabric/entra-token.ts";
import { scripted } from "../service-fabric/scripted.ts";
import { FakeClock } from "../simulator/clock.ts";
import { startServer } from "../simulator/server.ts";
import { inTurn, restoring } from "../simulator/timeline.ts";
import { ID } from "../contract/face.ts";

const never = new AbortController().signal;
const LOOK = { budgetMs: 5_000, signal: never };

/** How often a call through the real client was paid for. */
function counting(url: URL | readonly [URL, ...URL[]], how: Parameters<typeof opened>[1] = {}) {
  let paid = 0;
  const cluster = opened(url instanceof URL ? url : [...url], how);
  const gateway = paying(cluster.gateway, async () => void (paid += 1));
  return { gateway, paid: () => paid, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

test("every page of a list is paid for", async () => {
  const partitions = Array.from({ length: 5 }, (_, nth) => ({
    id: `00000000-0000-4000-8000-00000000000${nth}`,
    timeline: inTurn([restoring()]),
  }));
  await using server = await startServer(simulated({ partitions, paging: { size: 2 } }));
  await using it = counting(server.url);
  expect(await it.gateway.partitions("fabric:/DemoApp/DemoSvc", LOOK)).toHaveLength(5);
  expect(it.paid()).toBe(3);
});

test("so is the other api-version that is tried", async () => {
  await using server = await startServer(simulated({ generation: "6.2" }));
  await using it = counting(server.url);
  await it.gateway.restoreProgress(ID, LOOK);
  await it.gateway.restoreProgress(ID, LOOK);
  expect(it.paid()).toBe(3);
});

test("and the other endpoint that is asked where the first is not to be reached", async () => {
  await using server = await startServer(simulated());
  await using it = counting([new URL("http://127.0.0.1:1"), server.url]);
  await it.gateway.restoreProgress(ID, LOOK);
  expect(it.paid()).toBe(2);
});

test("and the request with a renewed credential, with what it takes to renew it", async () => {
  const tenant = "11111111-1111-1111-1111-111111111111";
  const metadata = { authority: "https://x/t", client: "c", cluster: "k", login: "https://x", redirect: "urn", tenant };
  await using server = await scripted(({ path }, response) => {
    const registration = path.endsWith("GetAadMetadata");
    response.writeHead(registration ? 200 : 401).end(registration ? JSON.stringify({ type: "aad", metadata }) : "");
  });
  let nth = 0;
  await using it = counting(server.url, {
    credential: { kind: "workload-identity", tenantId: tenant, clientId: "c" },
    workloadIdentity: () => ({
      getToken: () => Promise.resolve({ token: entraToken(`token-${(nth += 1)}`), expiresOnTimestamp: 8.64e15 }),
    }),
  });
  await expect(it.gateway.restoreProgress(ID, LOOK)).rejects.toMatchObject({ code: "access-denied" });
  expect(server.asked.length).toBeGreaterThanOrEqual(3);
  expect(it.paid()).toBe(server.asked.length);
});

test("whoever must wait for one more request gets it as soon as the budget allows", async () => {
  const clock = new FakeClock(START);
  const pace = openPace(4, clock);
  for (let nth = 0; nth < 9; nth++) await pace.one(never);
  expect(clock.now() - START).toBe(2_000);
});

test("whoever is told to stop waits no longer", async () => {
  const pace = openPace(0.1, systemClock);
  const controller = new AbortController();
  for (let nth = 0; nth < 4; nth++) await pace.one(never);
  const waiting = pace.one(controller.signal);
  controller.abort("SIGTERM");
  await expect(waiting).resolves.toBeUndefined();
});
