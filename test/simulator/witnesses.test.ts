import { describe, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { FakeClock } from "./clock.ts";
import { type ClusterOptions, SimulatedCluster } from "./cluster.ts";
import type { SimulatedPartition } from "./inventory.ts";
import { accepted, ended, inTurn, nothing, reset, restoring, type Shows, succeeded } from "./timeline.ts";
import { AT, ID, openWorld, POST, PROGRESS, RESTORE, START } from "./world.ts";

const BEFORE = "133801234567890123";
/** FILETIME of 2026-02-03T10:00:00Z. */
const AT_START = "134145864000000000";

function world(
  shows: readonly (readonly [Shows, number?])[],
  partition: Partial<SimulatedPartition> = {},
  options: Partial<ClusterOptions> = {},
) {
  const clock = new FakeClock(START);
  const partitions = [{ id: ID, timeline: inTurn(...shows), ...partition }];
  const cluster = new SimulatedCluster({ clock, partitions, ...options });
  return { clock, cluster, seen: () => cluster.partition(ID) };
}

describe("the data loss version", () => {
  test("stays where nothing is restored, whatever is on record", () => {
    const { cluster, clock, seen } = world([[succeeded({ at: AT })]]);
    cluster.look(ID);
    clock.advanceBy(3_600_000);
    expect(seen()?.dataLoss).toBe(BEFORE);
  });

  test("is the time of the POST once a restore was asked for", () => {
    const { cluster, seen } = world([[ended("Failure")]]);
    cluster.restore(ID);
    expect(seen()?.dataLoss).toBe(AT_START);
  });

  test("is the time of Accepted in a timeline, by the cluster's clock, and does not rise by being looked at", () => {
    const { cluster, clock, seen } = world(
      [[nothing, 60_000], [accepted(), 10_000], [reset, 10_000], [accepted(), 10_000], [restoring()]],
      {},
      { clockSkewMs: -60_000 },
    );
    expect(seen()?.dataLoss).toBe(BEFORE);
    clock.advanceBy(1_000);
    expect(seen()?.dataLoss).toBe(BEFORE);
    cluster.look(ID);
    clock.advanceBy(59_999);
    expect(seen()?.dataLoss).toBe(BEFORE);
    clock.advanceBy(1);
    expect(seen()?.dataLoss).toBe("134145864010000000");
    clock.advanceBy(600_000);
    expect(seen()?.dataLoss).toBe("134145864010000000");
  });

  test("rises with every restore, also where the clock is behind", () => {
    const ahead = "199145864000000000";
    const { cluster, clock, seen } = world([[nothing]], { dataLossVersion: ahead });
    cluster.restore(ID);
    expect(seen()?.dataLoss).toBe("199145864000000001");
    clock.advanceBy(600_000);
    cluster.restore(ID);
    expect(seen()?.dataLoss).toBe("199145864000000002");
  });

  test("rises for a restore under another spelling too: the data is gone all the same", () => {
    const { cluster, seen } = world([[nothing]]);
    cluster.restore(ID.toUpperCase());
    expect(seen()?.dataLoss).toBe(AT_START);
  });

  test("is on the wire in both places", async () => {
    await using it = await openWorld(nothing);
    await it.fetch(RESTORE, POST);
    const one = await (await it.fetch(`/Partitions/${ID}?api-version=6.0`)).text();
    const list = await (await it.fetch("/Services/DemoApp~DemoSvc/$/GetPartitions?api-version=6.4")).text();
    const epoch = `{"ConfigurationVersion":"8589934592","DataLossVersion":"${AT_START}"}`;
    expect(one).toContain(`"CurrentConfigurationEpoch":${epoch}`);
    expect(list).toContain(`"PrimaryEpoch":${epoch}`);
  });
});

describe("the health event of a success", () => {
  const health = `/Partitions/${ID}/$/GetHealth?api-version=6.0`;

  test("is the fact sheet's to the byte, and lives two hours", async () => {
    await using it = await openWorld(inTurn([restoring(), 1_230_000], [succeeded()]));
    const events = async (): Promise<string> => (await it.fetch(health)).text();
    await it.fetch(PROGRESS);
    it.clock.advanceBy(1_229_999);
    expect(await events()).toContain('"HealthEvents":[]');
    it.clock.advanceBy(1);
    expect(await events()).toBe(
      `{"HealthEvents":[{"SourceId":"System.BackupRestoreManager","Property":"Restore","HealthState":"Ok","TimeToLiveInMilliSeconds":"PT2H","Description":"Partition was successfully restored at 02/03/2026 10:20:30 GMT.","SequenceNumber":"134145876301000000","RemoveWhenExpired":true,"SourceUtcTimestamp":"2026-02-03T10:20:30.100Z","LastModifiedUtcTimestamp":"2026-02-03T10:20:30.300Z","IsExpired":false,"LastOkTransitionAt":"2026-02-03T10:20:30.300Z","LastWarningTransitionAt":"0001-01-01T00:00:00.000Z","LastErrorTransitionAt":"0001-01-01T00:00:00.000Z"}],"AggregatedHealthState":"Ok","UnhealthyEvaluations":[],"PartitionId":"${ID}","ReplicaHealthStates":[]}`,
    );
    it.clock.advanceBy(7_199_999);
    expect(await events()).toContain("successfully restored");
    it.clock.advanceBy(1);
    expect(await events()).toContain('"HealthEvents":[]');
  });

  test("is of the time the record says", () => {
    const { cluster, seen } = world([[succeeded({ at: later(START, -60_000) })]]);
    cluster.look(ID);
    expect(seen()?.restoredAt).toBe(later(START, -60_000));
  });

  test("outlives the record: the next restore replaces that, and a failure posts none", () => {
    const { cluster, clock, seen } = world([[succeeded()]], {
      onRestore: inTurn([accepted(), 1_000], [ended("Failure")]),
    });
    cluster.look(ID);
    cluster.restore(ID);
    clock.advanceBy(2_000);
    expect(cluster.peek(ID)).toStrictEqual(ended("Failure"));
    expect(seen()?.restoredAt).toBe(START);
  });
});

describe("a partition", () => {
  test("is ready and well unless a spell says otherwise", () => {
    expect(world([[nothing]]).seen()).toMatchObject({ status: "Ready", health: "Ok", instead: undefined });
  });

  test("can be out of order for a while after a success", () => {
    const spells = [
      { since: "success", untilMs: 60_000, status: "Reconfiguring" },
      { since: "success", fromMs: 30_000, untilMs: 90_000, health: "Error" },
    ] as const;
    const { cluster, clock, seen } = world([[restoring(), 10_000], [succeeded()]], { spells });
    cluster.look(ID);
    const course: string[] = [];
    for (const ms of [0, 10_000, 30_000, 30_000, 30_000]) {
      clock.advanceBy(ms);
      course.push(`${seen()?.status} ${seen()?.health}`);
    }
    expect(course).toStrictEqual(["Ready Ok", "Reconfiguring Ok", "Reconfiguring Error", "Ready Error", "Ready Ok"]);
  });

  test("can be out of order for ever, and at speed", () => {
    const spells = [{ status: "InQuorumLoss" }, { fromMs: 60_000, status: "NotReady" }] as const;
    const { clock, seen } = world([[nothing]], { spells }, { speed: 60 });
    expect(seen()?.status).toBe("InQuorumLoss");
    clock.advanceBy(1_000);
    expect(seen()?.status).toBe("NotReady");
  });
});
