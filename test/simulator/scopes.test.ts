import { describe, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { noNativeRole } from "./replies.ts";
import { inTurn, nothing } from "./timeline.ts";
import { ID, openPartition, openWorld, page, START, told } from "./world.ts";

const OTHER = ID.replace("1d", "2d");
const UNKNOWN = "99999999-9999-4999-8999-999999999999";
const timeline = inTurn([nothing]);

describe("the bodies are the fact sheet's to the byte", () => {
  const keys = `"LowKey":"-9223372036854775808","HighKey":"9223372036854775807"`;
  const range = `"PartitionInformation":{"ServicePartitionKind":"Int64Range","Id":"${ID}",${keys}}`;
  const replicas = `"TargetReplicaSetSize":3,"MinReplicaSetSize":2`;
  const ready = `"HealthState":"Ok","PartitionStatus":"Ready","LastQuorumLossDurationInSeconds":"0"`;
  const epoch = `{"ConfigurationVersion":"8589934592","DataLossVersion":"133801234567890123"}`;

  test.for([
    [
      "services.list",
      "/Applications/DemoApp/$/GetServices?api-version=6.0",
      `{"ContinuationToken":"","Items":[{"ServiceKind":"Stateful","Name":"fabric:/DemoApp/DemoSvc","TypeName":"DemoSvcType","ManifestVersion":"1.0.0","HasPersistedState":true,"HealthState":"Ok","ServiceStatus":"Active","IsServiceGroup":false,"Id":"DemoApp~DemoSvc"}]}`,
    ],
    [
      "partitions.list",
      "/Services/DemoApp~DemoSvc/$/GetPartitions?api-version=6.4",
      `{"ContinuationToken":"","Items":[{"ServiceKind":"Stateful",${range},${replicas},${ready},"PrimaryEpoch":${epoch}}]}`,
    ],
    [
      "partitions.list before 6.4",
      "/Services/DemoApp~DemoSvc/$/GetPartitions?api-version=6.0",
      `{"ContinuationToken":"","Items":[{"ServiceKind":"Stateful",${range},${replicas},${ready}}]}`,
    ],
    [
      "partition.one",
      `/Partitions/${ID}?api-version=6.0`,
      `{"ServiceKind":"Stateful",${range},${replicas},${ready},"CurrentConfigurationEpoch":${epoch}}`,
    ],
    [
      "service-name",
      `/Partitions/${ID}/$/GetServiceName?api-version=6.0`,
      `{"Id":"DemoApp~DemoSvc","Name":"fabric:/DemoApp/DemoSvc"}`,
    ],
    [
      "service-name before 6.0",
      `/Partitions/${ID}/$/GetServiceName?api-version=3.0`,
      `{"Id":"DemoApp/DemoSvc","Name":"fabric:/DemoApp/DemoSvc"}`,
    ],
    [
      "health without an event",
      `/Partitions/${ID}/$/GetHealth?api-version=6.0`,
      `{"HealthEvents":[],"AggregatedHealthState":"Ok","UnhealthyEvaluations":[],"PartitionId":"${ID}","ReplicaHealthStates":[]}`,
    ],
    [
      "backups.list",
      `/Partitions/${ID}/$/GetBackups?api-version=6.4`,
      `{"Items":[{"BackupId":"3a056ac9-7206-43c3-8424-8c05f873994d","BackupChainId":"3a056ac9-7206-43c3-8424-8c05f873994d","ApplicationName":"fabric:/DemoApp","ServiceName":"fabric:/DemoApp/DemoSvc",${range},"BackupLocation":"DemoApp\\\\DemoSvc\\\\${ID}\\\\2026-02-03 09.00.00.zip","BackupType":"Full","EpochOfLastBackupRecord":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"LsnOfLastBackupRecord":"3552","CreationTimeUtc":"2026-02-03T09:00:00Z","FailureError":null,"ServiceManifestVersion":"1.0.0"}],"ContinuationToken":null}`,
    ],
  ] as const)("%s", async ([, target, body]) => {
    await using it = await openPartition();
    expect(await told(it, target)).toBe(`200 ${body}`);
  });

  test("for the other kinds of partition too", async () => {
    await using it = await openPartition({ key: { kind: "Singleton" } });
    const target = `/Partitions/${ID}?api-version=6.0`;
    expect(await told(it, target)).toContain(`{"ServicePartitionKind":"Singleton","Id":"${ID}"}`);
    await using named = await openPartition({ key: { kind: "Named", name: "Nord" } });
    expect(await told(named, target)).toContain(`{"ServicePartitionKind":"Named","Id":"${ID}","Name":"Nord"}`);
  });
});

describe("what is not there", () => {
  test.for([
    ["/Applications/Nowhere/$/GetServices", 404, "FABRIC_E_APPLICATION_NOT_FOUND"],
    ["/Services/DemoApp~Nothing/$/GetPartitions", 404, "FABRIC_E_SERVICE_DOES_NOT_EXIST"],
    [`/Partitions/${UNKNOWN}`, 204, ""],
    [`/Partitions/${UNKNOWN}/$/GetServiceName`, 404, "FABRIC_E_PARTITION_NOT_FOUND"],
    [`/Partitions/${UNKNOWN}/$/GetHealth`, 404, "FABRIC_E_HEALTH_ENTITY_NOT_FOUND"],
    [`/Partitions/${UNKNOWN}/$/GetBackups`, 404, "FABRIC_E_PARTITION_NOT_FOUND"],
    ["/Partitions/orders", 400, "E_INVALIDARG"],
    ["/Partitions/orders/$/GetBackups", 400, "E_INVALIDARG"],
    ["/Services/DemoApp~DemoSvc", 400, "E_INVALIDARG"],
  ] as const)("is told as the contract has it: %s", async ([path, status, code]) => {
    await using it = await openPartition();
    const text = await told(it, `${path}?api-version=6.4`);
    expect(text).toMatch(code === "" ? /^204$/ : new RegExp(`^${status} .*"Code":"${code}"`));
  });

  test.for([
    ["", 400],
    ["0.9", 400],
    ["1.0", 200],
    ["6.2-preview", 200],
    ["11", 200],
    ["11.1", 400],
    ["six", 400],
  ] as const)("native routes meet api-version %j with %i", async ([version, status]) => {
    await using it = await openPartition();
    const response = await it.fetch(`/Partitions/${ID}${version === "" ? "" : `?api-version=${version}`}`);
    expect(response.status).toBe(status);
  });
});

describe("names", () => {
  const services = [
    { name: "fabric:/Shop/Eu/Orders 100%", application: "fabric:/Shop/Eu" },
    { name: "fabric:/Shop/Eu/Web", application: "fabric:/Shop/Eu", kind: "Stateless" },
    { name: "fabric:/Shop/Eu/Cache", application: "fabric:/Shop/Eu", hasPersistedState: false },
  ] as const;
  const partitions = [
    { id: ID, timeline, service: "fabric:/Shop/Eu/Orders 100%" },
    { id: OTHER, timeline, service: "fabric:/Shop/Eu/Web" },
    { id: UNKNOWN, timeline, service: "fabric:/Shop/Eu/Cache" },
  ];

  test.for(["Shop~Eu~Orders%20100%25", "Shop/Eu/Orders%20100%25", "Shop%2FEu%2FOrders%20100%25"])(
    "are found with tildes or slashes, decoded once: %s",
    async (id) => {
      await using it = await openWorld(nothing, { partitions, services });
      expect(await told(it, `/Services/${id}/$/GetPartitions?api-version=6.4`)).toContain(`"Id":"${ID}"`);
    },
  );

  test("that are encoded twice are other names", async () => {
    await using it = await openWorld(nothing, { partitions, services });
    const target = "/Services/Shop~Eu~Orders%2520100%2525/$/GetPartitions?api-version=6.4";
    expect(await told(it, target)).toContain("FABRIC_E_SERVICE_DOES_NOT_EXIST");
  });

  test("come with what can be restored and what cannot", async () => {
    await using it = await openWorld(nothing, { partitions, services });
    const { Items } = await page(it, "/Applications/Shop~Eu/$/GetServices?api-version=6.4");
    expect(Items).toMatchObject([
      { Id: "Shop~Eu~Orders 100%", ServiceKind: "Stateful", HasPersistedState: true },
      { Id: "Shop~Eu~Web", ServiceKind: "Stateless" },
      { Id: "Shop~Eu~Cache", ServiceKind: "Stateful", HasPersistedState: false },
    ]);
    expect(await told(it, `/Partitions/${OTHER}?api-version=6.4`)).not.toContain("Epoch");
    for (const id of [OTHER, UNKNOWN]) {
      const text = await told(it, `/Partitions/${id}/$/GetBackups?api-version=6.4`);
      expect(text).toMatch(/^400 .*FABRIC_E_INVALID_FOR_STATELESS_SERVICES/);
    }
  });
});

describe("pages", () => {
  const ids = [1, 2, 3, 4, 5].map((n) => `00000000-0000-4000-8000-00000000000${n}`);
  const partitions = ids.map((id) => ({ id, timeline }));
  const target = "/Services/DemoApp~DemoSvc/$/GetPartitions?api-version=6.4";

  test("bring every item once, and an empty token at the end", async () => {
    await using it = await openWorld(nothing, { partitions, paging: { size: 2 } });
    const [all, tokens]: [unknown[], (string | null)[]] = [[], []];
    for (let token = ""; ;) {
      const { Items, ContinuationToken } = await page(it, target, token);
      all.push(...Items);
      tokens.push(ContinuationToken);
      token = ContinuationToken ?? "";
      if (token === "") break;
    }
    expect(all).toMatchObject(ids.map((Id) => ({ PartitionInformation: { Id } })));
    expect(tokens).toStrictEqual([`fabric:/DemoApp/DemoSvc + ${ids[1]}`, `fabric:/DemoApp/DemoSvc + ${ids[3]}`, ""]);
  });

  test("are not found by a token that was not percent-encoded", async () => {
    await using it = await openWorld(nothing, { partitions, paging: { size: 2 } });
    const { ContinuationToken } = await page(it, target);
    expect(await told(it, `${target}&ContinuationToken=${ContinuationToken}`)).toMatch(/^400 /);
  });

  test("of services end in a token of their own", async () => {
    const services = ["A", "B", "C"].map((name) => ({ name: `fabric:/Shop/${name}` }));
    await using it = await openWorld(nothing, { services, paging: { size: 2 } });
    const first = await page(it, "/Applications/Shop/$/GetServices?api-version=6.4");
    expect(first.ContinuationToken).toMatch(/^fabric:\/Shop\/B \+ /);
    const second = await page(it, "/Applications/Shop/$/GetServices?api-version=6.4", first.ContinuationToken ?? "");
    expect(second).toMatchObject({ Items: [{ Name: "fabric:/Shop/C" }], ContinuationToken: "" });
  });

  test("of a misbehaving cluster never end", async () => {
    await using it = await openWorld(nothing, { partitions, paging: { size: 2, repeats: true } });
    const { ContinuationToken } = await page(it, target);
    const second = await page(it, target, ContinuationToken ?? "");
    expect(second.ContinuationToken).toBe(ContinuationToken);
    expect(await page(it, target, second.ContinuationToken ?? "")).toStrictEqual(second);
  });
});

test("information about a partition can be refused for a while", async () => {
  const spells = [{ fromMs: 1_000, untilMs: 2_000, instead: noNativeRole }];
  await using it = await openPartition({ spells });
  const statuses: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    statuses.push((await it.fetch(`/Partitions/${ID}?api-version=6.0`)).status);
    statuses.push((await it.fetch(`/Partitions/${ID}/$/GetHealth?api-version=6.0`)).status);
    it.clock.advanceBy(1_000);
  }
  expect(statuses).toStrictEqual([200, 200, 403, 403, 200, 200]);
  expect(it.clock.now()).toBe(later(START, 3_000));
});
