import { describe, expect, test } from "vitest";
import { GatewayError } from "../../shared/cluster-gateway.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import { openClient } from "./client.ts";
import { FakeClock } from "./clock.ts";
import { type ClusterOptions, SimulatedCluster } from "./cluster.ts";
import { during, type Fault } from "./faults.ts";
import { simulatedGateway } from "./gateway.ts";
import * as reply from "./replies.ts";
import { cut, drip, hang, inTurn, nothing, reset, restoring, type Shows, slow } from "./timeline.ts";
import { AT, ID, openWorld, PROGRESS, START } from "./world.ts";

function clusterWith(faults: readonly Fault[], options: Partial<ClusterOptions> = {}) {
  const clock = new FakeClock(START);
  const partitions = [{ id: ID, timeline: inTurn([restoring()]) }];
  return { clock, cluster: new SimulatedCluster({ clock, partitions, faults, ...options }) };
}

describe("a fault of the whole cluster", () => {
  test("hits every route while it lasts, before anybody asks who is there", async () => {
    const faults = [during(1_000, 2_000, reply.unavailable)];
    await using it = await openWorld(nothing, { faults, access: { mode: "x509" } });
    const statuses = async (): Promise<readonly number[]> =>
      Promise.all(
        [PROGRESS, `/Partitions/${ID}?api-version=6.0`, "/$/GetAadMetadata?api-version=6.0", "/"].map(
          async (target) => (await it.fetch(target)).status,
        ),
      );
    expect(await statuses()).toStrictEqual([403, 403, 200, 403]);
    it.clock.advanceBy(1_000);
    expect(await statuses()).toStrictEqual([503, 503, 503, 503]);
    expect(it.cluster.looks(ID)).toBe(0);
    it.clock.advanceBy(1_000);
    expect(await statuses()).toStrictEqual([403, 403, 200, 403]);
  });

  test("hits a share of the requests, the same ones with the same dice", () => {
    const course = (dice: number): string => {
      const { cluster } = clusterWith([during(0, Infinity, reset, 0.3)], { dice });
      return Array.from({ length: 1_000 }, () => (cluster.strike() === undefined ? "." : "x")).join("");
    };
    expect(course(7)).toBe(course(7));
    expect(course(7)).not.toBe(course(8));
    expect(Math.abs(course(7).replaceAll(".", "").length - 300)).toBeLessThan(60);
  });

  test("of several the first one in the list hits", () => {
    const { cluster } = clusterWith([during(0, 10, hang, 0), during(0, 10, reset), during(0, 10, nothing)]);
    expect(cluster.strike()).toStrictEqual(reset);
  });

  test("runs at the cluster's speed", () => {
    const { cluster, clock } = clusterWith([during(60_000, 120_000, slow(6_000, reset))], { speed: 60 });
    expect(cluster.strike()).toBeUndefined();
    clock.advanceBy(1_000);
    expect(cluster.strike()).toStrictEqual(slow(100, reset));
    clock.advanceBy(1_000);
    expect(cluster.strike()).toBeUndefined();
  });

  test("can be put on at any time", () => {
    const { cluster } = clusterWith([]);
    cluster.faults = [during(0, Infinity, reset)];
    expect(cluster.strike()).toStrictEqual(reset);
  });

  const failover = slow(10_000, reply.gatewayTimeout);
  test.for<readonly [string, Shows, string]>([
    ["a burst of 503", reply.unavailable, "server-trouble"],
    ["resets", reset, "unreachable"],
    ["hangs", hang, "timed-out"],
    ["drips", drip(), "timed-out"],
    ["a failover", failover, "server-trouble"],
    ["a body cut short", cut(reply.progressReply("null")), "unreachable"],
    ["a record where none was asked for", restoring(), "unintelligible"],
  ])("is met in process too: %s", async ([, shows, code]) => {
    const { cluster } = clusterWith([during(0, 1, shows)]);
    const id = parsePartitionId(ID);
    if (id === undefined) throw new TypeError("no partition id");
    const gateway = simulatedGateway(cluster);
    const look = { budgetMs: 20_000, signal: new AbortController().signal };
    const error: unknown = await gateway.partitionInfo(id, look).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(GatewayError);
    expect(error).toMatchObject({ code });
    cluster.faults = [];
    expect(await gateway.partitionInfo(id, look)).toMatchObject({ partitionId: ID, status: "Ready" });
  });
});

describe("trouble on the wire", () => {
  test("a body that is cut short has promised more", async () => {
    await using it = await openWorld(cut(reply.progressReply('{"RestoreState":"Success"}'), 100));
    const response = await it.fetch(PROGRESS);
    expect(response.headers.get("content-length")).toBe("126");
    await expect(response.text()).rejects.toMatchObject({ cause: { code: "UND_ERR_SOCKET" } });
  });

  test("a huge body is whole", async () => {
    await using it = await openWorld(reply.huge);
    const body = await (await it.fetch(PROGRESS)).text();
    expect(body.length).toBeGreaterThan(1_048_576);
    expect(JSON.parse(body)).toStrictEqual({ RestoreState: "Success" });
  });

  test.for([
    ["XML", reply.xml, 200, "content-type", "application/xml; charset=utf-8"],
    ["a page", reply.signInPage, 200, "content-type", "text/html; charset=utf-8"],
    ["a redirect", reply.redirect, 302, "location", "https://login.example.net/"],
    ["a pause in seconds", reply.tooManyRequests(7), 429, "retry-after", "7"],
    ["a pause until", reply.unavailableUntil(AT), 503, "retry-after", "Tue, 03 Feb 2026 10:20:30 GMT"],
  ] as const)("can be %s", async ([, shows, status, header, value]) => {
    await using it = await openWorld(shows);
    await using client = openClient(it.url);
    const told = await client.ask(PROGRESS);
    expect([told.status, told.headers[header]]).toStrictEqual([status, value]);
  });
});
