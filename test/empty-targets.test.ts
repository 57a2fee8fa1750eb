import { describe, expect, test } from "vitest";
import type { ClusterGateway } from "../shared/cluster-gateway.ts";
import { parseDrillRequest, type RawInputs } from "../shared/drill-request.ts";
import { parsePartitionId } from "../shared/restore/partition-id.ts";
import type { PartitionInfo, ServiceInfo } from "../shared/restore/partition-info.ts";
import { type DrillResult, verifyRestore } from "../shared/verify-restore.ts";
import { ACCEPTED, START, sure, UNDATED_SUCCESS } from "./restore/scenes.ts";
import { answer, jumpingClock, scriptedGateway } from "./restore/scripted-world.ts";

/* A run names several targets. One that comes to nothing is not made up for by another that is green. */

const A = sure(parsePartitionId("aaaaaaaa-7fd6-42e9-b1ba-000000000001"));
const ORDERS: ServiceInfo = { name: "fabric:/App/Orders", persisted: true, kind: "stateful" };
const STOCK: ServiceInfo = { name: "fabric:/App/Stock", persisted: true, kind: "stateful" };
const FRONT: ServiceInfo = { name: "fabric:/Web/Front", persisted: false, kind: "stateless" };
const ofOrders: PartitionInfo = { partitionId: A, stateful: true, status: "Ready", health: "Ok" };

/** A cluster that answers about what it does not know with an empty list: that of GetServices is a filter, not a look-up. */
async function run(inputs: RawInputs, different: Partial<ClusterGateway> = {}): Promise<DrillResult> {
  const clock = jumpingClock();
  const listed = new Map([
    ["fabric:/App", [ORDERS]],
    ["fabric:/Web", [FRONT]],
  ]);
  const gateway: ClusterGateway = {
    ...scriptedGateway(clock, answer(ACCEPTED), answer(UNDATED_SUCCESS)),
    services: async (name) => listed.get(name) ?? [],
    partitions: async (name) => (name === ORDERS.name ? [ofOrders] : []),
    ...different,
  };
  const parsed = parseDrillRequest({ "cluster-endpoint": "http://localhost:19080", ...inputs });
  if (!parsed.ok) throw new Error("the test's own request is wrong");
  const world = { gateway, clock, signal: new AbortController().signal };
  return verifyRestore(parsed.request, world, { autoNotBefore: { at: START, source: "step" }, dice: 7 }, () => {});
}

describe("beside a target that is green", () => {
  test("another that came to something is verified too", async () => {
    const { verdict } = await run({ "service-name": ORDERS.name, "application-name": "fabric:/App" });
    expect(verdict).toMatchObject({ verdict: "passed", reason: "restored" });
  });

  test.each<readonly [string, RawInputs, string]>([
    ["an application nobody knows", { "application-name": "fabric:/App, fabric:/Typo" }, "fabric:/Typo"],
    ["a service nobody knows", { "service-name": `${ORDERS.name}, fabric:/App/Typo` }, "fabric:/App/Typo"],
    ["one nobody knows, beside a partition", { "partition-id": A, "application-name": "fabric:/Typo" }, "fabric:/Typo"],
    ["a service in the input for applications", { "application-name": `fabric:/App, ${ORDERS.name}` }, ORDERS.name],
    ["a stateless service", { "service-name": `${ORDERS.name}, ${FRONT.name}` }, `${FRONT.name} (stateless)`],
    ["an application of stateless services", { "application-name": "fabric:/App, fabric:/Web" }, "fabric:/Web"],
  ])("%s is not green", async (_, inputs, named) => {
    const { verdict } = await run(inputs);
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "partition-not-found" });
    expect(verdict.message).toContain(named);
  });

  test("a service with persisted state but without partitions is not, whatever its application's others are", async () => {
    const { verdict } = await run({ "application-name": "fabric:/App" }, { services: async () => [ORDERS, STOCK] });
    expect(verdict).toMatchObject({ verdict: "inconclusive", reason: "partition-not-found" });
    expect(verdict.message).toContain(`in ${STOCK.name}:`);
  });
});

test("a run that passes at its very deadline says that nobody looked whether partitions had appeared meanwhile", async () => {
  const inputs = { "service-name": ORDERS.name, "timeout-minutes": "1", "poll-interval-seconds": "60" };
  const { verdict, warnings } = await run(inputs);
  expect([verdict.reason, warnings]).toEqual([
    "restored",
    ["Whether partitions appeared meanwhile was not looked at: the run had come to its end."],
  ]);
  expect((await run({ ...inputs, "partition-id": A, "service-name": "" })).warnings).toEqual([]);
});
