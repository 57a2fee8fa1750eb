import * as fc from "fast-check";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { WatchPlan } from "../../shared/restore/watch.ts";
import { afterStart, HOUR, MINUTE, planned, SECOND, START } from "./scenes.ts";
import { type Attempt, backupId, type Fate, type Truth } from "./truth-model.ts";

/* Random true histories of one partition. */

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const mostly = <T>(usual: T, ...others: fc.Arbitrary<T>[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(usual) }, ...others);
const passing = fc.constantFrom<ProblemCode>("unreachable", "timed-out", "throttled", "server-trouble", "server-fault");
const lasting = fc.constantFrom<ProblemCode>("access-denied", "rejected", "partition-not-found", "unintelligible");

const anyPlan = fc
  .record({
    notBefore: mostly(START, between(-30 * MINUTE, 6 * MINUTE).map(afterStart)),
    toleranceMs: mostly(5 * SECOND, between(0, 10 * SECOND)),
    startBy: between(0, 8 * MINUTE).map(afterStart),
    deadline: between(MINUTE, 35 * MINUTE).map(afterStart),
    cadence: fc.oneof(
      between(20 * SECOND, 4 * MINUTE).map((everyMs): WatchPlan["cadence"] => ({ kind: "fixed", everyMs })),
      fc.constant<WatchPlan["cadence"]>({ kind: "proportional", fraction: 0.2, minMs: 8_000, maxMs: 60_000 }),
    ),
    healthCheck: mostly<WatchPlan["healthCheck"]>("require", fc.constantFrom("report", "off")),
    expected: mostly(-1, between(0, 2)),
    rtoMs: mostly(0, between(MINUTE, 40 * MINUTE)),
    rpoMs: mostly(0, between(235 * MINUTE, 350 * MINUTE)),
  })
  .map(({ expected, rtoMs, rpoMs, ...plan }) =>
    planned({
      ...plan,
      ...(expected < 0 ? {} : { expectedBackupId: backupId(expected) }),
      ...(rtoMs === 0 ? {} : { rtoMs }),
      ...(rpoMs === 0 ? {} : { rpoMs }),
    }),
  );

const anyAttempts = (dated: fc.Arbitrary<Attempt["dated"]>): fc.Arbitrary<readonly Attempt[]> =>
  fc
    .tuple(
      fc.oneof(between(-3 * HOUR, 0), between(-3 * MINUTE, 6 * MINUTE)),
      fc.array(
        fc.record({
          gapMs: fc.oneof(between(1, 20 * SECOND), between(1, 40 * MINUTE)),
          lossMs: mostly(2 * SECOND, between(0, MINUTE)),
          inProgressMs: between(0, 90 * SECOND),
          runMs: fc.oneof(between(0, MINUTE), between(0, 20 * MINUTE)),
          secondariesMs: mostly(0, between(0, MINUTE)),
          settleMs: mostly(0, between(0, 10 * MINUTE)),
          ends: mostly(true, fc.constant(false)),
          outcome: mostly<Attempt["outcome"]>("Success", fc.constantFrom("Failure", "Timeout")),
          dated,
          backup: mostly(0, between(0, 2)),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([firstMs, parts]) => {
      let nextMs = firstMs;
      return parts.map(({ gapMs, lossMs, inProgressMs, runMs, secondariesMs, settleMs, ends, ...rest }): Attempt => {
        const startMs = nextMs;
        const secondaries = startMs + inProgressMs + runMs;
        const endMs = Math.max(startMs + lossMs, secondaries + secondariesMs);
        nextMs = endMs + gapMs;
        return {
          ...rest,
          startMs,
          lossMs: startMs + lossMs,
          inProgressMs: startMs + inProgressMs,
          secondariesMs: secondaries,
          endMs: ends ? endMs : Infinity,
          settledMs: endMs + settleMs,
        };
      });
    });

const anyFate = (cached: fc.Arbitrary<number>, frozenMs: fc.Arbitrary<number>): fc.Arbitrary<Fate> =>
  fc.record({
    delayMs: mostly(40, between(0, 3 * SECOND), between(0, 25 * SECOND)),
    outward: fc.double({ min: 0, max: 1, noNaN: true }),
    trouble: fc.oneof(
      { weight: 40, arbitrary: fc.constant("none" as const) },
      { weight: 10, arbitrary: passing },
      { weight: 1, arbitrary: lasting },
    ),
    cachedForMs: cached,
    frozenMs,
    tellsDate: mostly(true, fc.constant(false)),
    partition: fc.oneof(
      { weight: 20, arbitrary: fc.constant("told" as const) },
      { weight: 6, arbitrary: passing },
      lasting,
    ),
    backups: fc.oneof(
      { weight: 20, arbitrary: fc.constant("told" as const) },
      { weight: 6, arbitrary: passing },
      lasting,
    ),
  });

const PROMPT: Fate = {
  delayMs: 40,
  outward: 0.5,
  trouble: "none",
  cachedForMs: 0,
  frozenMs: Infinity,
  tellsDate: true,
  partition: "told",
  backups: "told",
};

export interface Oddities {
  readonly cached?: fc.Arbitrary<number>;
  readonly frozenMs?: fc.Arbitrary<number>;
  readonly skew?: fc.Arbitrary<number>;
  readonly tellsDate?: "as-drawn" | "always" | "never";
  readonly dated?: fc.Arbitrary<Attempt["dated"]>;
}

/** How long a cache has kept a reply; a success's own clock. */
export const kept = mostly(0, between(0, 3 * HOUR), between(0, 2 * MINUTE));
/** When a cache took the one reply it gives: mostly while something was going on. */
export const taken = mostly(Infinity, between(-4 * HOUR, 0), between(-5 * MINUTE, MINUTE));
const uneven = mostly<Attempt["dated"]>("rightly", fc.constant("not-at-all"));
export const behind = mostly<Attempt["dated"]>(
  "rightly",
  fc.constant("not-at-all"),
  between(0, 2 * HOUR).map((behindMs) => ({ behindMs })),
);
export const anyTruth = ({
  cached,
  frozenMs,
  skew,
  tellsDate = "always",
  dated = uneven,
}: Oddities = {}): fc.Arbitrary<Truth> =>
  fc
    .record({
      plan: anyPlan,
      skewMs: skew ?? mostly(0, between(-3 * HOUR, 3 * HOUR), between(-MINUTE, MINUTE)),
      attempts: anyAttempts(dated),
      recordLostMs: mostly<readonly number[]>([], fc.array(between(-10 * MINUTE, 30 * MINUTE), { maxLength: 2 })),
      lossesMs: mostly<readonly number[]>([], fc.array(between(-HOUR, 30 * MINUTE), { maxLength: 3 })),
      spells: fc.array(
        fc
          .record({
            fromMs: between(-10 * MINUTE, 30 * MINUTE),
            forMs: between(0, 40 * MINUTE),
            status: fc.constantFrom("Ready", "NotReady", "InQuorumLoss"),
            health: fc.constantFrom("Ok", "Warning", "Error", "Unknown"),
          })
          .map(({ forMs, ...spell }) => ({ ...spell, untilMs: spell.fromMs + forMs })),
        { maxLength: 2 },
      ),
      goneMs: mostly(Infinity, fc.constant(Infinity), between(-HOUR, 30 * MINUTE)),
      fates: fc.array(anyFate(cached ?? fc.constant(0), frozenMs ?? fc.constant(Infinity)), {
        minLength: 1,
        maxLength: 7,
      }),
      requestTimeoutMs: mostly(20 * SECOND, between(SECOND, 20 * SECOND)),
    })
    .map((truth) => ({
      ...truth,
      fates: truth.fates.map((fate) => ({
        ...fate,
        tellsDate: tellsDate === "as-drawn" ? fate.tellsDate : tellsDate === "always",
      })),
    }));

/** One restore that succeeds within the run, and a cluster that answers promptly, truly and by a clock that is not behind. */
export const honestTruth: fc.Arbitrary<Truth> = fc
  .record({
    skewMs: fc.oneof(between(-4 * SECOND, 4 * SECOND), between(0, 3 * HOUR)),
    startMs: between(-10 * SECOND, 2 * MINUTE),
    runMs: between(20 * SECOND, 20 * MINUTE),
    settleMs: between(0, 5 * MINUTE),
    delayMs: between(0, 900),
    everyMs: between(SECOND, 30 * SECOND),
    tellsDate: fc.boolean(),
  })
  .map(({ skewMs, startMs, runMs, settleMs, delayMs, everyMs, tellsDate }): Truth => {
    const endMs = startMs + runMs;
    const times = { startMs, lossMs: startMs, inProgressMs: startMs + 5 * SECOND, secondariesMs: endMs, endMs };
    return {
      plan: planned({ cadence: { kind: "fixed", everyMs } }),
      skewMs: tellsDate ? skewMs : Math.min(skewMs, 4 * SECOND),
      attempts: [{ ...times, settledMs: endMs + settleMs, outcome: "Success", dated: "rightly", backup: 0 }],
      recordLostMs: [],
      lossesMs: [],
      spells: [],
      goneMs: Infinity,
      fates: [{ ...PROMPT, delayMs, tellsDate }],
      requestTimeoutMs: 20 * SECOND,
    };
  });
