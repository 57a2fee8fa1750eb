import { expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import type { ClusterGateway, LookBudget } from "../../shared/cluster-gateway.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import { instantFromMs, later } from "../../shared/restore/instant.ts";
import type { ClusterOptions } from "../simulator/cluster.ts";
import { during } from "../simulator/faults.ts";
import * as reply from "../simulator/replies.ts";
import { hang, inTurn, nothing, POINT, restorePoint, succeeded } from "../simulator/timeline.ts";
import { AMPLE_MS, type Face, gatewayError, ID, partitionId, rejection, SHORT_MS } from "./face.ts";

const LOOK: LookBudget = { budgetMs: AMPLE_MS, signal: new AbortController().signal };
const AT = instantFromMs(Date.UTC(2026, 1, 3, 9, 0, 55));
const APP = "fabric:/Shop/Eu";
const ORDERS = `${APP}/Orders 100%`;
const WEB = partitionId("2daae3f5-7fd6-42e9-b1ba-8c05f873994d");
const UNKNOWN = partitionId("99999999-9999-4999-8999-999999999999");
const IDS = [1, 2, 3, 4, 5].map((n) => partitionId(`00000000-0000-4000-8000-00000000000${n}`));

const FULL = { backupId: "7903dc2a-228d-44b0-b7c8-000000000001", point: POINT, createdAt: AT };
const NEWER = {
  backupId: "7903dc2a-228d-44b0-b7c8-000000000002",
  chainId: FULL.backupId,
  point: restorePoint("133801234567890123", "8589934592", "9007199254740993"),
  createdAt: later(AT, 3_600_000),
};

/** Of every kind a partition; lists come two a page. */
const SHOP: Partial<ClusterOptions> = {
  paging: { size: 2 },
  services: [
    { name: ORDERS, application: APP },
    { name: `${APP}/Web`, application: APP, kind: "Stateless" },
    { name: `${APP}/Cache`, application: APP, hasPersistedState: false },
  ],
  partitions: [
    { id: ID, timeline: inTurn([nothing]), service: ORDERS },
    { id: WEB, timeline: inTurn([nothing]), service: `${APP}/Web` },
    ...IDS.map((id) => ({ id, timeline: inTurn([nothing]) })),
  ],
};

/** Every question but the one about the restore. */
const QUESTIONS: readonly (readonly [string, (gateway: ClusterGateway, look: LookBudget) => Promise<unknown>])[] = [
  ["a partition", (gateway, look) => gateway.partitionInfo(ID, look)],
  ["its health", (gateway, look) => gateway.restoreHealthEvent(ID, look)],
  ["its service", (gateway, look) => gateway.serviceName(ID, look)],
  ["its backups", (gateway, look) => gateway.backups(ID, look)],
  ["a service's partitions", (gateway, look) => gateway.partitions(ORDERS, look)],
  ["an application's services", (gateway, look) => gateway.services(APP, look)],
];

export function describeWitnesses(facing: Face): void {
  const REPLICAS = { targetReplicaSetSize: 3, minReplicaSetSize: 2 };
  const fact = { stateful: true, status: "Ready", health: "Ok", dataLossVersion: POINT.epoch.dataLossVersion };

  test("tells a partition as the failover manager sees it, and that there is none", async () => {
    const { gateway } = await facing(nothing, SHOP);
    expect(await gateway.partitionInfo(ID, LOOK)).toStrictEqual({ partitionId: ID, ...fact, ...REPLICAS });
    expect(await gateway.partitionInfo(UNKNOWN, LOOK)).toBeNull();
    const stateless = await gatewayError(gateway.partitionInfo(WEB, LOOK));
    expect([stateless.code, stateless.message]).toEqual(["unintelligible", expect.stringContaining("not stateful")]);
  });

  test("tells a partition's trouble in the cluster's own words", async () => {
    const spells = [{ status: "InQuorumLoss", health: "Error" }] as const;
    const { gateway } = await facing(nothing, { partitions: [{ id: ID, timeline: inTurn([nothing]), spells }] });
    expect(await gateway.partitionInfo(ID, LOOK)).toMatchObject(spells[0]);
  });

  test("tells when a restore succeeded by the health event, and that there is no such event", async () => {
    const at = later(instantFromMs(Math.floor(systemClock.now() / 1_000) * 1_000), -60_000);
    const success = await facing(succeeded({ at }));
    await success.look(); // the attempt begins with the first look at it
    const event = await success.gateway.restoreHealthEvent(ID, LOOK);
    expect(event).toMatchObject({ health: "Ok", at: later(at, 100) });
    expect(event?.description).toContain("successfully restored");
    const none = await facing(nothing);
    expect(await none.gateway.restoreHealthEvent(ID, LOOK)).toBeNull();
  });

  test("tells whose a partition is", async () => {
    const { gateway } = await facing(nothing, SHOP);
    expect(await gateway.serviceName(ID, LOOK)).toBe(ORDERS);
  });

  test.for(["6.2", "6.4"] as const)("tells all partitions of a service, over all pages (%s)", async (generation) => {
    const { gateway } = await facing(nothing, { ...SHOP, generation });
    const { dataLossVersion, ...common } = { ...fact, ...REPLICAS };
    const told = generation === "6.2" ? common : { ...common, dataLossVersion };
    expect(await gateway.partitions("fabric:/DemoApp/DemoSvc", LOOK)).toStrictEqual(
      IDS.map((id) => ({ partitionId: id, ...told })),
    );
  });

  test("tells all services of an application, and which cannot be restored", async () => {
    const { gateway } = await facing(nothing, SHOP);
    expect(await gateway.services(APP, LOOK)).toStrictEqual([
      { name: ORDERS, persisted: true, kind: "stateful" },
      { name: `${APP}/Web`, persisted: false, kind: "stateless" },
      { name: `${APP}/Cache`, persisted: false, kind: "its state is not persisted" },
    ]);
  });

  test("tells all backups of a partition, newest first, and loses no digit", async () => {
    const backups = [NEWER, FULL];
    const partitions = [{ id: ID, timeline: inTurn([nothing]), backups }];
    const { gateway } = await facing(nothing, { partitions, paging: { size: 1 } });
    expect(await gateway.backups(ID, LOOK)).toStrictEqual([
      {
        backupId: NEWER.backupId,
        type: "Incremental",
        location: zip(10),
        createdAt: NEWER.createdAt,
        point: NEWER.point,
      },
      { backupId: FULL.backupId, type: "Full", location: zip(9), createdAt: AT, point: POINT },
    ]);
  });

  const missing: readonly (readonly [string, (gateway: ClusterGateway) => Promise<unknown>])[] = [
    ["a health", (gateway) => gateway.restoreHealthEvent(UNKNOWN, LOOK)],
    ["a service's name", (gateway) => gateway.serviceName(UNKNOWN, LOOK)],
    ["backups", (gateway) => gateway.backups(UNKNOWN, LOOK)],
    ["partitions", (gateway) => gateway.partitions("fabric:/Nowhere/Nothing", LOOK)],
    ["services", (gateway) => gateway.services("fabric:/Nowhere", LOOK)],
  ];
  test.for(missing)("reports %s of what is not there", async ([, ask]) => {
    const { gateway } = await facing(nothing, SHOP);
    expect((await gatewayError(ask(gateway))).code).toBe("partition-not-found");
  });

  test.for<readonly [string, typeof reply.noRole, ProblemCode]>([
    ["for want of a policy", reply.backupNotEnabled, "rejected"],
    ["for want of the storage", reply.storageUnreadable, "server-fault"],
    ["for want of a role", reply.noRole, "access-denied"],
  ])("reports backups that are refused %s", async ([, backups, code]) => {
    const { gateway } = await facing(nothing, { partitions: [{ id: ID, timeline: inTurn([nothing]), backups }] });
    const error = await gatewayError(gateway.backups(ID, LOOK));
    expect([error.code, error.message.includes(backups.told)]).toEqual([code, true]);
  });

  test("reports that what keeps no state has no backups", async () => {
    const { gateway } = await facing(nothing, SHOP);
    expect((await gatewayError(gateway.backups(WEB, LOOK))).code).toBe("rejected");
  });

  test.for(QUESTIONS)("gives up on a cluster that hangs, once the budget is spent: asked for %s", async ([, ask]) => {
    const { gateway } = await facing(nothing, { ...SHOP, faults: [during(0, Infinity, hang)] });
    const error = await gatewayError(ask(gateway, { ...LOOK, budgetMs: SHORT_MS }));
    expect(error.code).toBe("timed-out");
  });

  test.for(QUESTIONS)("rejects with the reason of an abort, before and while asked for %s", async ([, ask]) => {
    const { gateway } = await facing(nothing, { ...SHOP, faults: [during(0, Infinity, hang)] });
    const [early, late] = [new Error("before"), new Error("while")];
    expect(await rejection(ask(gateway, { ...LOOK, signal: AbortSignal.abort(early) }))).toBe(early);
    const controller = new AbortController();
    const asked = rejection(ask(gateway, { ...LOOK, signal: controller.signal }));
    controller.abort(late);
    expect(await asked).toBe(late);
  });
}

function zip(hour: number): string {
  return `DemoApp\\DemoSvc\\${ID}\\2026-02-03 ${String(hour).padStart(2, "0")}.00.55.zip`;
}
