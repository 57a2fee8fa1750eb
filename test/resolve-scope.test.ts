import { describe, expect, test } from "vitest";
import { type ClusterGateway, GatewayError } from "../shared/cluster-gateway.ts";
import { parseDrillRequest } from "../shared/drill-request.ts";
import type { World } from "../shared/observe-restore.ts";
import { isExplicit, resolveScope, type Scope, scopeOrVerdict, type Targets } from "../shared/resolve-scope.ts";
import { type PartitionId, parsePartitionId } from "../shared/restore/partition-id.ts";
import type { PartitionInfo, ServiceInfo } from "../shared/restore/partition-info.ts";
import type { ProblemCode } from "../shared/restore/problem.ts";
import type { Verdict } from "../shared/restore/verdict.ts";
import { type DrillResult, verifyRestore } from "../shared/verify-restore.ts";
import { ACCEPTED, afterStart, HOUR, MINUTE, SECOND, START, sure, UNDATED_SUCCESS } from "./restore/scenes.ts";
import { answer, scriptedGateway } from "./restore/scripted-world.ts";
import { FakeClock } from "./simulator/clock.ts";

/* What the targets come to: services and applications are asked for their partitions before anything is watched. */

const id = (digit: string): PartitionId => sure(parsePartitionId(`${digit.repeat(8)}-7fd6-42e9-b1ba-000000000001`));
const [A, B, C, D] = [id("a"), id("b"), id("c"), id("d")] as const;
const stateful = (partitionId: PartitionId): PartitionInfo => ({
  partitionId,
  stateful: true,
  status: "Ready",
  health: "Ok",
});
const SERVICES: readonly ServiceInfo[] = [
  { name: "fabric:/App/Orders", persisted: true, kind: "stateful" },
  { name: "fabric:/App/Cache", persisted: false, kind: "its state is not persisted" },
  { name: "fabric:/App/Front", persisted: false, kind: "stateless" },
  { name: "fabric:/App/Stock", persisted: true, kind: "stateful" },
];
const PARTITIONS: Readonly<Record<string, readonly PartitionInfo[]>> = {
  "fabric:/App/Orders": [stateful(A), stateful(B)],
  "fabric:/App/Stock": [stateful(C)],
  "fabric:/App/Front": [{ ...stateful(D), stateful: false }],
  "fabric:/App/Cache": [stateful(D)],
};
const missing = (): never => {
  throw new GatewayError("partition-not-found", "HTTP 404 no such thing");
};

function cluster(clock: FakeClock, different: Partial<ClusterGateway> = {}): ClusterGateway {
  return {
    ...scriptedGateway(clock, answer(ACCEPTED), answer(UNDATED_SUCCESS)),
    services: async (name) => (name === "fabric:/App" ? SERVICES : missing()),
    partitions: async (name) => PARTITIONS[name] ?? missing(),
    ...different,
  };
}
const targets = (different: Partial<Targets>): Targets => ({
  partitionIds: [],
  serviceNames: [],
  applicationNames: [],
  ...different,
});
const resolve = (asked: Partial<Targets>, different: Partial<ClusterGateway> = {}): Promise<Scope> =>
  resolveScope(targets(asked), cluster(new FakeClock(START), different), {
    budgetMs: 1_000,
    signal: new AbortController().signal,
  });

describe("the partitions of", () => {
  test.each<readonly [string, Partial<Targets>, readonly PartitionId[], readonly string[]]>([
    ["partitions are they themselves", { partitionIds: [B, A] }, [B, A], []],
    ["a service are all of its own", { serviceNames: ["fabric:/App/Orders"] }, [A, B], []],
    [
      "an application are those of all its services with persisted state",
      { applicationNames: ["fabric:/App"] },
      [A, B, C],
      ["fabric:/App/Cache", "fabric:/App/Front"],
    ],
    [
      "everything mixed are each there once, in the order of the targets",
      {
        partitionIds: [C],
        serviceNames: ["fabric:/App/Stock", "fabric:/App/Orders"],
        applicationNames: ["fabric:/App"],
      },
      [C, A, B],
      ["fabric:/App/Cache", "fabric:/App/Front"],
    ],
    [
      "a stateless service are none, and it is skipped",
      { serviceNames: ["fabric:/App/Front"] },
      [],
      ["fabric:/App/Front"],
    ],
    ["a service in memory are none", { serviceNames: ["fabric:/App/Cache"] }, [], ["fabric:/App/Cache"]],
  ])("%s", async (_, asked, partitionIds, skipped) => {
    const scope = await resolve(asked);
    expect(scope.partitionIds).toEqual(partitionIds);
    expect(scope.skipped.map(({ name }) => name)).toEqual(skipped);
  });

  test("services of one application are looked up in one list of it; what their own lists show is kept", async () => {
    const asked: string[] = [];
    const services = async (name: string): Promise<readonly ServiceInfo[]> => {
      asked.push(name);
      return SERVICES;
    };
    const scope = await resolve({ serviceNames: ["fabric:/App/Orders", "fabric:/App/Stock"] }, { services });
    expect(asked).toEqual(["fabric:/App"]);
    expect(scope.services).toEqual([
      { name: "fabric:/App/Orders", partitions: [stateful(A), stateful(B)] },
      { name: "fabric:/App/Stock", partitions: [stateful(C)] },
    ]);
  });

  test("what is skipped is said to be skipped, and why", async () => {
    expect((await resolve({ applicationNames: ["fabric:/App"] })).skipped).toEqual([
      { name: "fabric:/App/Cache", why: "its state is not persisted" },
      { name: "fabric:/App/Front", why: "stateless" },
    ]);
  });

  test.each<ProblemCode>(["partition-not-found", "access-denied", "rejected"])(
    "a service whose application will not list its services are those it has itself: %s",
    async (code) => {
      const services = (): Promise<never> => Promise.reject(new GatewayError(code, "no"));
      expect((await resolve({ serviceNames: ["fabric:/App/Stock"] }, { services })).partitionIds).toEqual([C]);
      const front = await resolve({ serviceNames: ["fabric:/App/Front"] }, { services });
      expect(front).toMatchObject({ partitionIds: [], skipped: [{ name: "fabric:/App/Front", why: "stateless" }] });
    },
  );

  test("a service that does not exist are an error", async () => {
    await expect(resolve({ serviceNames: ["fabric:/App/Nothing"] })).rejects.toThrow("no such thing");
  });

  test("partitions alone need no question", () => {
    expect(isExplicit(targets({ partitionIds: [A] }))).toBe(true);
    expect(isExplicit(targets({ partitionIds: [A], serviceNames: ["fabric:/App/Orders"] }))).toBe(false);
    expect(isExplicit(targets({ applicationNames: ["fabric:/App"] }))).toBe(false);
  });
});

/** An application whose list meets that trouble so many times. */
function failing(code: ProblemCode, times = Infinity): Pick<ClusterGateway, "services"> {
  let left = times;
  return {
    services: async () => {
      left -= 1;
      if (left >= 0) throw new GatewayError(code, `gateway says ${code}`);
      return SERVICES;
    },
  };
}

async function bear(
  different: Partial<ClusterGateway>,
  {
    signal = new AbortController().signal,
    deadlineMs = 35 * MINUTE,
    asked = { applicationNames: ["fabric:/App"] },
  }: { signal?: AbortSignal; deadlineMs?: number; asked?: Partial<Targets> } = {},
): Promise<{ result: Scope | Verdict; tookMs: number }> {
  const clock = new FakeClock(START);
  const world: World = { gateway: cluster(clock, different), clock, signal };
  const result = await scopeOrVerdict(targets(asked), world, afterStart(deadlineMs), 20 * SECOND);
  return { result, tookMs: clock.now() - START };
}

describe("trouble while the partitions are listed", () => {
  test.each<ProblemCode>(["unreachable", "timed-out", "throttled", "server-trouble", "server-fault", "unintelligible"])(
    "is borne where it passes: %s",
    async (code) => {
      const { result } = await bear(failing(code, 3));
      expect(result).toMatchObject({ partitionIds: [A, B, C] });
    },
  );

  test("is borne too where the application's list would tell whether a service can be restored", async () => {
    const asked = { applicationNames: [], serviceNames: ["fabric:/App/Orders"] };
    const { result } = await bear(failing("throttled", 3), { asked });
    expect(result).toMatchObject({ partitionIds: [A, B] });
  });

  test.each<readonly [ProblemCode, string]>([
    ["access-denied", "access-denied"],
    ["untrusted-server", "untrusted-server"],
    ["partition-not-found", "partition-not-found"],
    ["backup-service-unavailable", "backup-service-unavailable"],
    ["api-version-refused", "rejected"],
    ["rejected", "rejected"],
  ])("that will not pass ends it soon: %s", async (code, reason) => {
    const { result, tookMs } = await bear(failing(code));
    expect(result).toMatchObject({ verdict: "inconclusive", reason });
    expect(result).toHaveProperty("message", expect.stringContaining("fabric:/App"));
    expect(tookMs).toBeLessThan(10 * SECOND);
  });

  test.each<readonly [ProblemCode, string]>([
    ["unreachable", "unreachable"],
    ["throttled", "unreachable"],
    ["server-fault", "unreachable"],
    ["unintelligible", "unintelligible"],
  ])("that does not pass ends it after two minutes at the latest: %s", async (code, reason) => {
    const { result, tookMs } = await bear(failing(code));
    expect(result).toMatchObject({ verdict: "inconclusive", reason });
    expect(tookMs).toBeLessThanOrEqual(2 * MINUTE);
  });

  test("never lasts beyond the deadline", async () => {
    const { result, tookMs } = await bear(failing("unreachable"), { deadlineMs: 10 * SECOND });
    expect(result).toMatchObject({ reason: "unreachable" });
    expect(tookMs).toBeLessThanOrEqual(10 * SECOND);
  });

  test("that is our own defect is not hidden", async () => {
    const services = (): Promise<never> => Promise.reject(new TypeError("a defect"));
    await expect(bear({ services })).rejects.toThrow("a defect");
  });

  test.each([
    ["before", 0],
    ["while it is borne", 5 * SECOND],
  ])("an abort %s is a cancelled run", async (_, ms) => {
    const clock = new FakeClock(START);
    const signal = ms === 0 ? AbortSignal.abort("SIGTERM") : clock.abortAt(afterStart(ms), "SIGTERM");
    const world: World = { gateway: cluster(clock, failing("unreachable")), clock, signal };
    const asked = targets({ applicationNames: ["fabric:/App"] });
    const result = await scopeOrVerdict(asked, world, afterStart(HOUR), 20 * SECOND);
    expect(result).toMatchObject({ verdict: "inconclusive", reason: "cancelled" });
    expect(result).toHaveProperty("message", expect.stringContaining("SIGTERM"));
  });

  test("finding nothing is told, with what was skipped", async () => {
    const { result } = await bear({ services: async () => SERVICES.slice(1, 3) });
    expect(result).toMatchObject({ reason: "partition-not-found" });
    expect(result).toHaveProperty("message", expect.stringMatching(/fabric:\/App\/Front \(stateless\)/));
  });
});

describe("a run over an application", () => {
  /** The application's list as it is read the first time, the second, and so on; the last one repeats. */
  async function run(
    lists: readonly (readonly PartitionId[] | GatewayError)[],
    different: Partial<ClusterGateway> = {},
  ): Promise<DrillResult> {
    const clock = new FakeClock(START);
    let reads = 0;
    const partitions = async (): Promise<readonly PartitionInfo[]> => {
      const list = sure(lists[Math.min(reads++, lists.length - 1)]);
      if (list instanceof GatewayError) throw list;
      return list.map(stateful);
    };
    const parsed = parseDrillRequest({
      "cluster-endpoint": "http://localhost:19080",
      "service-name": "fabric:/App/Orders",
      "not-before": "2026-02-03T10:00:00Z",
    });
    if (!parsed.ok) throw new Error("the test's own request is wrong");
    const underWay = new Set<PartitionId>();
    const restoreProgress: ClusterGateway["restoreProgress"] = async (partitionId) => {
      const progress = underWay.has(partitionId) ? UNDATED_SUCCESS : ACCEPTED;
      underWay.add(partitionId);
      return { progress };
    };
    const gateway = cluster(clock, { partitions, restoreProgress, ...different });
    const world: World = { gateway, clock, signal: new AbortController().signal };
    const seed = { autoNotBefore: { at: START, source: "step" }, dice: 7 };
    return verifyRestore(parsed.request, world, seed, () => {});
  }
  const idsOf = ({ partitions }: DrillResult): readonly PartitionId[] =>
    partitions.map(({ partitionId }) => partitionId).toSorted();

  test("watches those that appear meanwhile too, and says so", async () => {
    const result = await run([[A], [A, B], [A, B, C], [A, B, C]]);
    expect(idsOf(result)).toEqual([A, B, C]);
    expect(result.verdict.reason).toBe("restored");
    expect(result.warnings.join()).toMatch(new RegExp(`${B}.*${C}`));
  });

  test("is not green where one of those that appeared is not", async () => {
    const partitionInfo: ClusterGateway["partitionInfo"] = async (one) => (one === B ? null : stateful(one));
    const result = await run([[A], [A, B]], { partitionInfo });
    expect(result.verdict).toMatchObject({ verdict: "inconclusive", reason: "partition-not-found" });
  });

  test("tells of one that vanishes, by its own verdict", async () => {
    const gone: ClusterGateway["restoreProgress"] = async (one) =>
      one === B ? missing() : { progress: UNDATED_SUCCESS };
    const result = await run([[A, B], [A]], { restoreProgress: gone });
    expect(result.partitions.find(({ partitionId }) => partitionId === B)?.verdict.reason).toBe("partition-not-found");
    expect(result.verdict.verdict).not.toBe("passed");
  });

  test("warns where it could not be seen whether any appeared", async () => {
    const result = await run([[A], new GatewayError("access-denied", "HTTP 403 no more")]);
    expect(result.verdict.reason).toBe("restored");
    expect(result.warnings.join()).toContain("HTTP 403 no more");
  });

  test("has no partitions where there is nothing to verify", async () => {
    expect(await run([[]])).toMatchObject({ partitions: [], verdict: { reason: "partition-not-found" } });
  });
});
