import * as fc from "fast-check";
import { describe, expect, inject, test } from "vitest";
import type { ClusterGateway } from "../../shared/cluster-gateway.ts";
import { explain } from "../../shared/explain.ts";
import { advance } from "../../shared/restore/advance.ts";
import { given } from "../../shared/restore/fields.ts";
import { answerBy, beginWatch, type Observation, type WatchPlan } from "../../shared/restore/watch.ts";
import { watchRestore } from "../../shared/watch-restore.ts";
import { FakeClock } from "../simulator/clock.ts";
import { fault, SECOND, START, sure } from "./scenes.ts";
import {
  answerTo,
  type Attempt,
  attemptAt,
  backupId,
  backupsAt,
  drive,
  isWell,
  lossesUntil,
  MADE_MS,
  partitionAt,
  type Run,
  type Truth,
  unwrap,
} from "./truth-model.ts";
import { anyTruth, behind, honestTruth, kept, type Oddities, taken } from "./truth-stories.ts";

/*
 * Random true histories of a partition, what the wire would show of them, and what the verdict may then say. The oracle
 * knows the truth and product.md; it does not know the code.
 */

/** Whether this run has been told the cluster's time by a reply that came straight from the cluster. */
const knowsTime = ({ looks }: Run): boolean =>
  looks.some(({ answer }) => !answer.cached && answer.problem === undefined && answer.clockSkewMs !== undefined);

/**
 * From when on (true time) a result counts. Section 3 takes the cluster's dates at their word where nothing tells the
 * cluster's time: a clock that is ahead then makes results younger, and a cache that answers alone is the cluster. That, and a
 * data loss of other trouble taken for the restore's own (rule 3, red only), are all the untruths it lets through; rule 1
 * outranks an odd date, but what was seen under way since not-before did end since not-before.
 */
function since(truth: Truth, run: Run): number {
  const { notBefore, toleranceMs } = truth.plan;
  if (notBefore === "any") return -Infinity;
  const exact = notBefore - START - toleranceMs;
  if (knowsTime(run)) return exact;
  const ahead = run.verdict.identifiedBy === "in-flight" ? 0 : Math.max(0, truth.skewMs);
  return exact - ahead - Math.max(...truth.fates.map(({ cachedForMs }) => cachedForMs));
}

/** What is wrong with a pass; nothing where it is right. */
function wrongWithPass(truth: Truth, run: Run): string | undefined {
  const { plan } = truth;
  const { answer } = sure(run.looks.at(-1));
  const attempt = attemptAt(truth, answer.trueMs);
  if (attempt === undefined || answer.trueMs < attempt.endMs || attempt.outcome !== "Success") return "no success";
  if (attempt.endMs < since(truth, run)) return `ended too early (${run.verdict.identifiedBy})`;
  if (plan.expectedBackupId !== undefined && plan.expectedBackupId !== backupId(attempt.backup)) return "wrong backup";
  return wrongWithHealth(truth, run, attempt) ?? (knowsTime(run) ? wrongWithObjectives(truth, attempt) : undefined);
}

function wrongWithHealth(truth: Truth, { looks }: Run, { endMs }: Attempt): string | undefined {
  if (truth.plan.healthCheck !== "require") return undefined;
  const told = looks.findLast(({ seen }) => seen.kind === "progress" && seen.testimony?.partition?.ok === true);
  if (told === undefined) return "its health was never seen";
  if (told.now - START < endMs) return "its health was seen before the success only";
  return isWell(truth, told.now - START) ? undefined : "it was not healthy";
}

/** Counted from the latest data loss before the end, else from not-before; a replica whose clock is odd is taken at its word. */
function wrongWithObjectives(truth: Truth, { endMs, dated, backup }: Attempt): string | undefined {
  const { notBefore, rtoMs = Infinity, rpoMs = Infinity } = truth.plan;
  const from = notBefore === "any" ? Infinity : notBefore - START;
  const losses = lossesUntil(truth, endMs + SECOND);
  const tookMs = endMs - Math.max(from, ...losses);
  if (typeof dated === "string" && tookMs > rtoMs + SECOND) return `the rto was missed by ${tookMs - rtoMs} ms`;
  const ageMs = Math.min(from, Math.max(...losses)) - sure(MADE_MS[backup]);
  return ageMs > rpoMs + SECOND ? `the rpo was missed by ${ageMs - rpoMs} ms` : undefined;
}

/** What is wrong with a red verdict about the restore: the attempt must be in flight when last seen, or have ended in time. */
function wrongWithFailed(truth: Truth, run: Run): string | undefined {
  const { reason, identifiedBy } = run.verdict;
  // When last seen: by the last reply that was taken for an answer.
  const told = run.looks.findLast(({ now }) => now === run.watch.last?.at);
  const attempt = told && attemptAt(truth, told.answer.trueMs);
  if (told === undefined || attempt === undefined) return "there is nothing on record";
  const underWay = told.answer.trueMs < attempt.endMs;
  if (reason === "wrong-backup" && truth.plan.expectedBackupId === backupId(attempt.backup))
    return "it is the right one";
  if (reason === "deadline-exceeded") return underWay ? undefined : "it is not under way";
  if (underWay) return reason === "wrong-backup" ? undefined : "it is under way";
  const expected = reason === "restore-failed" ? "Failure" : reason === "restore-timed-out" ? "Timeout" : "Success";
  if (attempt.outcome !== expected) return `it ended as ${attempt.outcome}`;
  if (attempt.endMs >= since(truth, run)) return undefined;
  // The partition is asked after the progress: the loss may even be that of a restore which began in between.
  const lost = lossesUntil(truth, told.now - START).some((ms) => ms >= since(truth, run));
  return identifiedBy === "data-loss-version" && lost ? undefined : `it ended too early (${identifiedBy})`;
}

function wrongWith(truth: Truth, run: Run): string | undefined {
  const last = sure(run.looks.at(-1));
  if (last.now > answerBy(last.before, truth.plan.deadline, truth.requestTimeoutMs)) return "it ended too late";
  if (run.verdict.verdict === "passed") return wrongWithPass(truth, run);
  return run.verdict.verdict === "failed" ? wrongWithFailed(truth, run) : undefined;
}

declare module "vitest" {
  interface ProvidedContext {
    /** The part of the histories to tell, where a configuration names one (`npm run mutation`): else all of them. */
    readonly shareOfHistories?: number;
  }
}

/** Fails with the seed and the path of the history; without `endOnFailure` it looks for a smaller one, for minutes. */
const runs = (numRuns: number, seed: number): fc.Parameters<unknown> => ({
  numRuns: Math.ceil(numRuns * (inject("shareOfHistories") ?? 1)),
  seed,
  endOnFailure: true,
});
const always = (check: (truth: Truth) => void, oddities: Oddities, numRuns: number, seed: number): void => {
  fc.assert(fc.property(anyTruth(oddities), check), runs(numRuns, seed));
};

describe("the verdict is true, and said in time", () => {
  test.each<readonly [string, Oddities, number]>([
    ["of a cluster that tells the time, right or wrong", {}, 25_000],
    ["of a cluster that tells it now and then", { tellsDate: "as-drawn" }, 25_000],
    ["of a cluster that never tells it", { tellsDate: "never" }, 15_000],
    ["of a replica whose clock is behind", { dated: behind }, 15_000],
    ["through a cache that keeps some replies", { cached: kept }, 20_000],
    ["through a cache that gives the same reply again and again", { frozenMs: taken }, 20_000],
  ])("%s", { timeout: 120_000 }, (_, oddities, numRuns) => {
    const said = { passed: 0, failed: 0, inconclusive: 0 };
    const check = (truth: Truth): void => {
      const run = drive(truth);
      said[run.verdict.verdict] += 1;
      expect(wrongWith(truth, run)).toBeUndefined();
    };
    always(check, oddities, numRuns, 20_260_203);
    const told = said.passed + said.failed + said.inconclusive;
    expect(said.passed).toBeGreaterThan(told / 30);
    expect(said.failed).toBeGreaterThan(told / 20);
  });
});

test("an honest restore passes, by any clock that is not behind", { timeout: 120_000 }, () => {
  const passes = (truth: Truth): void => {
    expect(drive(truth).verdict.reason).toBe("restored");
  };
  fc.assert(fc.property(honestTruth, passes), runs(5_000, 8));
});

const BLINDNESS = ["as-it-was", "all", "partition", "backups"] as const;
type Blindness = (typeof BLINDNESS)[number];

describe("whatever truly happened", () => {
  // A record that was gone, and an attempt seen under way before a not-before to come, speak against what follows: not to have
  // seen those leaves the truth as it was and the verdict free to tell it, so they stay.
  const speaksAgainst = (seen: Observation, { notBefore }: WatchPlan): boolean =>
    seen.kind === "progress" && (seen.progress === null || (notBefore !== "any" && notBefore > START));

  test("more blindness never turns what did not pass into a pass", { timeout: 120_000 }, () => {
    const blinded = fc.array(fc.constantFrom(...BLINDNESS), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(anyTruth(), blinded, (truth, how) => {
        const run = drive(truth);
        fc.pre(run.verdict.verdict !== "passed");
        expect(retold(truth.plan, run, how)).not.toBe("passed");
      }),
      runs(8_000, 3),
    );
  });

  /** What the same looks come to, some of them blind; nothing where they come to no end. */
  function retold(plan: WatchPlan, { looks }: Run, how: readonly Blindness[]): string | undefined {
    let watch = beginWatch(plan, START, 7);
    for (const [n, { seen, now }] of looks.entries()) {
      const less = speaksAgainst(seen, plan) ? seen : blind(seen, sure(how[n % how.length]));
      const step = advance(watch, less, now);
      if (step.next === "conclude") return step.verdict.verdict;
      watch = step.watch;
    }
    return undefined;
  }

  function blind(seen: Observation, how: Blindness): Observation {
    if (how === "as-it-was" || seen.kind !== "progress") return seen;
    if (how === "all") return fault("unreachable");
    if (seen.testimony?.[how] === undefined) return seen;
    const problem = { code: "throttled", message: "blind" } as const;
    return { ...seen, testimony: { ...seen.testimony, [how]: { ok: false, problem } } };
  }

  test("watch and observation survive JSON at every step", { timeout: 120_000 }, () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of a value is what is tested
    const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    const check = (truth: Truth): void => {
      const { looks, watch } = drive(truth);
      for (const [n, { before, seen, now }] of looks.entries()) {
        const step = advance(overJson(before), overJson(seen), now);
        expect(JSON.stringify(step.watch)).toBe(JSON.stringify(looks[n + 1]?.before ?? watch));
      }
    };
    always(check, { tellsDate: "as-drawn" }, 100, 4);
  });

  test.each<readonly [string, Oddities]>([
    ["of a cluster that tells the time", {}],
    ["of a cluster that tells it now and then", { tellsDate: "as-drawn" }],
    ["through a cache", { cached: kept }],
  ])("the kept evidence explains the verdict %s", { timeout: 120_000 }, (_, oddities) => {
    const check = (truth: Truth): void => {
      const { verdict, watch } = drive(truth);
      fc.pre(watch.evidenceDropped === 0);
      const { plan, startedAt, evidence: stretches } = watch;
      const explained = explain({ plan, startedAt, stretches, dropped: 0 }).verdict;
      expect(explained?.reason).toBe(verdict.reason);
    };
    always(check, oddities, 4_000, 5);
  });

  test("the generator and the synchronous driver say the same", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyTruth({ tellsDate: "as-drawn" }), async (truth) => {
        const { verdict, watch } = drive(truth);
        const clock = new FakeClock(START);
        const world = { gateway: gatewayOf(truth, clock), clock, signal: new AbortController().signal };
        const events = await Array.fromAsync(
          watchRestore(truth.plan, world, { requestTimeoutMs: truth.requestTimeoutMs, dice: 7 }),
        );
        expect(events.at(-1)).toMatchObject({ type: "concluded", verdict, watch });
      }),
      runs(300, 6),
    );
  });
});

function gatewayOf(truth: Truth, clock: FakeClock): ClusterGateway {
  let n = -1;
  return {
    async restoreProgress(_, { budgetMs, signal }) {
      n += 1;
      const { now, problem, progress, clockSkewMs, clockSlackMs } = answerTo(truth, n, clock.now(), budgetMs);
      await clock.sleep(now - clock.now(), signal);
      unwrap(problem === undefined ? { ok: true, value: null } : { ok: false, problem });
      return { progress, ...given("clockSkewMs", clockSkewMs), ...given("clockSlackMs", clockSlackMs) };
    },
    partitionInfo: async () => unwrap(partitionAt(truth, n, clock.now() - START)),
    backups: async () => unwrap(backupsAt(truth, n)),
    restoreHealthEvent: async () => null,
    serviceName: async () => "fabric:/App/Service",
    partitions: async () => [],
    services: async () => [],
  };
}
