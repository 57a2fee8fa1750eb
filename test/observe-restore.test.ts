import { describe, expect, test } from "vitest";
import { type ClusterGateway, GatewayError, type LookBudget } from "../shared/cluster-gateway.ts";
import { observeRestore, type World } from "../shared/observe-restore.ts";
import { advance } from "../shared/restore/advance.ts";
import { later } from "../shared/restore/instant.ts";
import type { Backup } from "../shared/restore/partition-info.ts";
import type { ProblemCode } from "../shared/restore/problem.ts";
import { beginWatch, type Observation, type WatchPlan } from "../shared/restore/watch.ts";
import type { Question } from "../shared/restore/witness.ts";
import { ACCEPTED, PARTITION, planned, POINT, START, success } from "./restore/scenes.ts";
import { answer, type Line, scriptedGateway, trouble } from "./restore/scripted-world.ts";
import { FakeClock } from "./simulator/clock.ts";

/* One look as a value: what is asked, what is not, within which budget, and what becomes of trouble. */

const DONE = success(START);
const EXPECTED = "3a056ac9-7206-43c3-8424-000000000001";
const listed: Backup = { backupId: EXPECTED, type: "Full", location: "", point: POINT };
const ALL: readonly Question[] = ["partition", "health-event", "backups"];

interface Called {
  readonly what: Question;
  readonly budgetMs: number;
}

/** A cluster whose progress is that line. */
function showing(clock: FakeClock, line: Line): Pick<ClusterGateway, "restoreProgress"> {
  const gateway = scriptedGateway(clock, line);
  return { restoreProgress: (id, budget) => gateway.restoreProgress(id, budget) };
}

/** A cluster that notes what it is asked beside the progress. */
function noting(
  clock: FakeClock,
  different: Partial<ClusterGateway> = {},
): { gateway: ClusterGateway; calls: Called[] } {
  const calls: Called[] = [];
  const noted = <T>(what: Question, value: T, { budgetMs }: LookBudget): Promise<T> => {
    calls.push({ what, budgetMs });
    return Promise.resolve(value);
  };
  const well = { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" };
  const gateway: ClusterGateway = {
    ...scriptedGateway(clock, { progress: DONE, clockSkewMs: 7 }),
    partitionInfo: (_, look) => noted("partition", well, look),
    restoreHealthEvent: (_, look) => noted("health-event", null, look),
    backups: (_, look) => noted("backups", [listed], look),
    ...different,
  };
  return { gateway, calls };
}

const look = (
  different: Partial<ClusterGateway>,
  ask: readonly Question[],
  plan: Partial<WatchPlan> = {},
  signal = new AbortController().signal,
): Promise<Observation> => {
  const clock = new FakeClock(START);
  const world: World = { gateway: noting(clock, different).gateway, clock, signal };
  return observeRestore(world, planned(plan), ask, 1_000);
};

describe("a look", () => {
  test("that asks nothing brings the progress and the skew, and calls nobody else", async () => {
    const clock = new FakeClock(START);
    const { gateway, calls } = noting(clock);
    const world = { gateway, clock, signal: new AbortController().signal };
    expect(await observeRestore(world, planned(), [], 1_000)).toEqual({
      kind: "progress",
      progress: DONE,
      clockSkewMs: 7,
    });
    expect(calls).toEqual([]);
  });

  test.each<readonly [Question, string]>([
    ["partition", "partition"],
    ["health-event", "healthEvent"],
    ["backups", "backups"],
  ])("that asks for %s brings that answer and no other", async (question, key) => {
    const seen = await look({}, [question]);
    expect(seen).toMatchObject({ kind: "progress", testimony: { [key]: { ok: true } } });
    expect(seen.kind === "progress" && Object.keys(seen.testimony ?? {})).toEqual([key]);
  });

  test("asks the others after the progress has answered, within what is left of one budget", async () => {
    const clock = new FakeClock(START);
    const { signal } = new AbortController();
    const slow = showing(clock, async () => {
      await clock.sleep(700, signal);
      return answer(DONE);
    });
    const { gateway, calls } = noting(clock, slow);
    await observeRestore({ gateway, clock, signal }, planned(), ALL, 1_000);
    expect(calls).toEqual(ALL.map((what) => ({ what, budgetMs: 300 })));
  });

  test("leaves the others at least a moment where the progress took it all", async () => {
    const clock = new FakeClock(START);
    const { signal } = new AbortController();
    const slow = showing(clock, async () => {
      await clock.sleep(1_000, signal);
      return answer(DONE);
    });
    const { gateway, calls } = noting(clock, slow);
    await observeRestore({ gateway, clock, signal }, planned(), ["partition"], 1_000);
    expect(calls).toEqual([{ what: "partition", budgetMs: 1 }]);
  });

  test.each([
    ["the one that was restored", {}, { expected: null, restored: listed }],
    ["the one that was expected", { expectedBackupId: EXPECTED }, { expected: listed, restored: listed }],
  ])("brings of all backups only %s", async (_, plan, value) => {
    expect(await look({}, ["backups"], plan)).toMatchObject({ testimony: { backups: { ok: true, value } } });
  });

  test("finds the backup of a restore that is under way", async () => {
    expect(await look(showing(new FakeClock(START), answer(ACCEPTED)), ["backups"])).toMatchObject({
      testimony: { backups: { value: { restored: listed } } },
    });
  });

  test("of a partition without a record matches no backup", async () => {
    expect(await look(showing(new FakeClock(START), answer(null)), ["backups"])).toMatchObject({
      progress: null,
      testimony: { backups: { value: { expected: null, restored: null } } },
    });
  });
});

describe("the clock of a cluster that is ten minutes ahead", () => {
  test.each<Question>(ALL)(
    "is so however long %s took to answer: an older success stays an older one",
    async (slow) => {
      const clock = new FakeClock(START);
      const signal = new AbortController().signal;
      const [ahead, tookMs] = [600_000, 8_000];
      const late = async <T>(what: Question, value: T): Promise<T> => {
        if (what === slow) await clock.sleep(tookMs, signal);
        return value;
      };
      // It ended eight seconds before the start: too early by more than the tolerance.
      const progress = success(later(START, ahead - 8_000));
      const { gateway } = noting(clock, {
        ...scriptedGateway(clock, { progress, clockSkewMs: ahead }),
        partitionInfo: () =>
          late("partition", { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" }),
        restoreHealthEvent: () => late("health-event", null),
        backups: () => late("backups", [listed]),
      });
      const seen = await observeRestore({ gateway, clock, signal }, planned(), ALL, 20_000);
      const step = advance(beginWatch(planned(), START, 7), seen, clock.now());
      expect(step).toMatchObject({ next: "look", watch: { aheadMs: ahead, last: { dated: later(START, ahead) } } });
    },
  );
});

describe("trouble", () => {
  test("with the progress is a look without an answer, and nobody else is asked", async () => {
    const clock = new FakeClock(START);
    const { gateway, calls } = noting(clock, showing(clock, trouble("throttled", 5_000)));
    const world = { gateway, clock, signal: new AbortController().signal };
    expect(await observeRestore(world, planned(), ALL, 1_000)).toEqual({
      kind: "unavailable",
      problem: { code: "throttled", message: "gateway says throttled", retryAfterMs: 5_000 },
    });
    expect(calls).toEqual([]);
  });

  test.each<ProblemCode>(["access-denied", "unreachable", "partition-not-found"])(
    "with one witness is an answer about that one; the others are heard: %s",
    async (code) => {
      const partitionInfo = (): Promise<never> => Promise.reject(new GatewayError(code, "no"));
      expect(await look({ partitionInfo }, ALL)).toMatchObject({
        kind: "progress",
        testimony: {
          partition: { ok: false, problem: { code, message: "no" } },
          healthEvent: { ok: true, value: null },
          backups: { ok: true },
        },
      });
    },
  );

  test("of our own making is not hidden, wherever it happens", async () => {
    const broken = (): Promise<never> => Promise.reject(new TypeError("a defect"));
    await expect(look({ restoreProgress: broken }, [])).rejects.toThrow("a defect");
    await expect(look({ partitionInfo: broken }, ALL)).rejects.toThrow("a defect");
    await expect(look({ backups: broken }, ALL)).rejects.toThrow("a defect");
  });
});

describe("an abort", () => {
  test.each([
    ["its reason, where that is a text", "SIGTERM", "SIGTERM"],
    ["the caller, where it is anything else", new Error("x"), "the caller"],
  ])("before the look asks nobody and names %s", async (_, reason, why) => {
    const restoreProgress = (): Promise<never> => Promise.reject(new TypeError("was asked"));
    expect(await look({ restoreProgress }, ALL, {}, AbortSignal.abort(reason))).toEqual({ kind: "cancelled", why });
  });

  test.each<readonly [string, keyof Pick<ClusterGateway, "restoreProgress" | "partitionInfo" | "backups">]>([
    ["the progress", "restoreProgress"],
    ["a witness", "partitionInfo"],
    ["the backups", "backups"],
  ])("while %s is asked makes the look a cancelled one", async (_, call) => {
    const controller = new AbortController();
    const aborting = (): Promise<never> => {
      controller.abort("SIGINT");
      return Promise.reject(new Error("aborted"));
    };
    const seen = await look({ [call]: aborting }, ALL, {}, controller.signal);
    expect(seen).toEqual({ kind: "cancelled", why: "SIGINT" });
  });
});
