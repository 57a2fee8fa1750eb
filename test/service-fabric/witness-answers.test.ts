import { afterEach, describe, expect, test } from "vitest";
import type { ClusterGateway, LookBudget } from "../../shared/cluster-gateway.ts";
import { PARTITION } from "../restore/scenes.ts";
import { opened } from "./scene.ts";
import { inTurn, says, scripted } from "./scripted.ts";

/* Which answers the gateway takes for the cluster's own, and what it keeps of them. */

const LOOK: LookBudget = { budgetMs: 10_000, signal: new AbortController().signal };
const ACCEPTED = '{"RestoreState":"Accepted","TimeStampUtc":"0001-01-01T00:00:00Z"}';
const partition = (different: object = {}): string =>
  JSON.stringify({
    ServiceKind: "Stateful",
    PartitionInformation: { ServicePartitionKind: "Singleton", Id: PARTITION },
    PartitionStatus: "Ready",
    HealthState: "Ok",
    ...different,
  });
const dated = (ms: number): Record<string, string> => ({ date: new Date(ms).toUTCString() });
const NOW = Date.parse("2026-02-03T10:00:00Z");

const left: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of left.splice(0)) await one[Symbol.asyncDispose]();
});

async function before(...handlers: Parameters<typeof inTurn>): Promise<ClusterGateway> {
  const server = await scripted(inTurn(...handlers));
  const cluster = opened(server.url);
  left.push(server, cluster);
  return cluster.gateway;
}

describe("an answer about the partition's health", () => {
  test("from before what the cluster had told already is none, though its cache does not say so", async () => {
    const gateway = await before(says(200, ACCEPTED, "", dated(NOW)), says(200, partition(), "", dated(NOW - 6_000)));
    await gateway.restoreProgress(PARTITION, LOOK);
    await expect(gateway.partitionInfo(PARTITION, LOOK)).rejects.toMatchObject({ code: "server-trouble" });
  });

  test("is taken within the tolerance of two clocks", async () => {
    const gateway = await before(says(200, ACCEPTED, "", dated(NOW)), says(200, partition(), "", dated(NOW - 5_000)));
    await gateway.restoreProgress(PARTITION, LOOK);
    await expect(gateway.partitionInfo(PARTITION, LOOK)).resolves.toMatchObject({ status: "Ready" });
  });

  test.each(["6", "3600", "soon"])("is none where its Age is %s", async (age) => {
    const gateway = await before(says(200, partition(), "", { ...dated(NOW), age }));
    await expect(gateway.partitionInfo(PARTITION, LOOK)).rejects.toMatchObject({ code: "server-trouble" });
  });

  test("after an error that was dated in the future is taken: only answers count", async () => {
    const gateway = await before(
      says(502, "", "Bad Gateway", dated(NOW + 3_600_000)),
      says(200, partition(), "", dated(NOW)),
    );
    await expect(gateway.restoreProgress(PARTITION, LOOK)).rejects.toMatchObject({ code: "server-trouble" });
    await expect(gateway.partitionInfo(PARTITION, LOOK)).resolves.toMatchObject({ status: "Ready" });
  });

  test.each([["Stateless"], ["Invalid"], [undefined]])("of a partition of kind %s is none", async (ServiceKind) => {
    const gateway = await before(says(200, partition({ ServiceKind })));
    await expect(gateway.partitionInfo(PARTITION, LOOK)).rejects.toMatchObject({ code: "unintelligible" });
  });
});

describe("an answer beside the partition's own", () => {
  const EVENT = {
    SourceId: "System.BackupRestoreManager",
    Property: "Restore",
    HealthState: "Ok",
    SourceUtcTimestamp: "2026-02-03T10:00:00Z",
  };

  test("is the health event of the restore, where there is one", async () => {
    const health = (...HealthEvents: readonly unknown[]): string => JSON.stringify({ HealthEvents });
    const gateway = await before(says(200, health(EVENT)), says(200, health()), says(200, "{}"));
    await expect(gateway.restoreHealthEvent(PARTITION, LOOK)).resolves.toMatchObject({ health: "Ok", at: NOW });
    await expect(gateway.restoreHealthEvent(PARTITION, LOOK)).resolves.toBeNull();
    await expect(gateway.restoreHealthEvent(PARTITION, LOOK)).rejects.toMatchObject({ code: "unintelligible" });
  });

  test("is the name of its service", async () => {
    const gateway = await before(says(200, '{"Id":"App~Svc","Name":"fabric:/App/Svc"}'), says(204, ""));
    await expect(gateway.serviceName(PARTITION, LOOK)).resolves.toBe("fabric:/App/Svc");
    await expect(gateway.serviceName(PARTITION, LOOK)).rejects.toMatchObject({ code: "unintelligible" });
  });

  test("is asked for where the cluster has it", async () => {
    const server = await scripted(says(404, ""));
    const cluster = opened(server.url);
    left.push(server, cluster);
    const { gateway } = cluster;
    await Promise.allSettled([gateway.restoreHealthEvent(PARTITION, LOOK), gateway.serviceName(PARTITION, LOOK)]);
    expect(server.asked.map(({ path }) => path).toSorted()).toEqual([
      `/Partitions/${PARTITION}/$/GetHealth`,
      `/Partitions/${PARTITION}/$/GetServiceName`,
    ]);
    expect(server.asked.map(({ query }) => query["api-version"])).toEqual(["6.0", "6.0"]);
  });
});

describe("what was said word for word", () => {
  test("comes with the answer", async () => {
    const gateway = await before(says(200, ACCEPTED));
    await expect(gateway.restoreProgress(PARTITION, LOOK)).resolves.toMatchObject({ raw: ACCEPTED });
  });

  test.each([
    ["what is no progress", says(200, '{"State":"Success"}'), '{"State":"Success"}'],
    ["what is no JSON", says(200, "<p>Sign in</p>"), "<p>Sign in</p>"],
    ["a refusal", says(404, "nobody", "Not Found"), "nobody"],
    ["a refusal without a word", says(404, "", "Not Found"), undefined],
    ["a very long one, cut", says(200, "x".repeat(5_000)), "x".repeat(4_096)],
  ])("comes with the fault: %s", async (_, handler, raw) => {
    const gateway = await before(handler);
    await expect(gateway.restoreProgress(PARTITION, LOOK)).rejects.toMatchObject({ raw });
  });

  test("is without secrets, and so is what was read out of it", async () => {
    const Message = "no access with AccountKey=c2VjcmV0c2VjcmV0==;";
    const body = JSON.stringify({ RestoreState: "Failure", FailureError: { Code: "E_FAIL", Message } });
    const gateway = await before(says(200, body));
    const answer = await gateway.restoreProgress(PARTITION, LOOK);
    expect(JSON.stringify(answer)).toContain("AccountKey=***");
    expect(JSON.stringify(answer)).not.toContain("c2Vjcm");
  });

  test("has no half characters, which no record could be sealed with", async () => {
    const body = '{"RestoreState":"Failure","FailureError":{"Code":"\\ud83d","Message":"\\ude00"}}';
    const gateway = await before(says(200, body));
    const { progress } = await gateway.restoreProgress(PARTITION, LOOK);
    expect(progress).toMatchObject({ failure: { code: "\ufffd", message: "\ufffd" } });
  });
});
