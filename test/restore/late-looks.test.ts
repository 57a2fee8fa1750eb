import * as fc from "fast-check";
import { expect, test } from "vitest";
import { advance } from "../../shared/restore/advance.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { Verdict } from "../../shared/restore/verdict.ts";
import { beginWatch } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  FAILURE,
  fault,
  IN_PROGRESS,
  MINUTE,
  PARTITION,
  planned,
} from "./scenes.ts";
import { saw, SECOND, START, success, sure } from "./scenes.ts";

/* One restore after the other, and a worker that is away every now and then: what truly happened is known, whenever it is looked at. */

interface Attempt {
  readonly afterMs: number;
  readonly tookMs: number;
  readonly succeeds: boolean;
}
interface Look {
  readonly awayMs: number;
  readonly lost: boolean;
  readonly ill: boolean;
}

const seconds = (most: number): fc.Arbitrary<number> => fc.integer({ min: 1, max: most }).map((n) => n * SECOND);
const someAttempts = fc.array(
  fc.record<Attempt>({ afterMs: seconds(1_500), tookMs: seconds(1_500), succeeds: fc.boolean() }),
  { minLength: 1, maxLength: 4 },
);
const someLooks = fc.array(
  fc.record<Look>({
    awayMs: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, seconds(4_800)),
    lost: fc.nat(9).map((n) => n === 0),
    ill: fc.nat(2).map((n) => n === 0),
  }),
  { minLength: 1, maxLength: 8 },
);
const ILL = { partitionId: PARTITION, stateful: true, status: "Ready", health: "Error" };

/** What is on record at a time, and when that ended if it did. The first attempt may have begun an hour before. */
function onRecord(attempts: readonly Attempt[], atMs: number): readonly [RestoreProgress | null, number] {
  let [at, shown]: [number, readonly [RestoreProgress | null, number]] = [-60 * MINUTE, [null, Infinity]];
  for (const { afterMs, tookMs, succeeds } of attempts) {
    const [from, to] = [at + afterMs, at + afterMs + tookMs];
    if (atMs >= from) shown = [atMs < (from + to) / 2 ? ACCEPTED : IN_PROGRESS, Infinity];
    if (atMs >= to) shown = [succeeds ? success(afterStart(to)) : FAILURE, to];
    at = to;
  }
  return shown;
}

function watched(attempts: readonly Attempt[], looks: readonly Look[]): readonly [Verdict, number] {
  let watch = beginWatch(planned(), START, 7);
  let now = 0;
  for (let nth = 0; ; nth++) {
    const { awayMs, lost, ill } = sure(looks[nth % looks.length]);
    now += awayMs;
    const [progress, endedMs] = onRecord(attempts, now);
    const testimony = ill ? { ...ALL_IS_WELL, partition: { ok: true, value: ILL } as const } : ALL_IS_WELL;
    const step = advance(watch, lost ? fault("timed-out") : saw(progress, undefined, testimony), afterStart(now));
    if (step.next === "conclude") return [step.verdict, endedMs];
    watch = step.watch;
    now = Math.max(now, step.at - START);
  }
}

test("however late it is looked at, what passes ended by the deadline and since not-before, and what is late was late", () => {
  const { deadline, toleranceMs } = planned();
  const holds = fc.property(someAttempts, someLooks, (attempts, looks) => {
    const [{ verdict, message }, endedMs] = watched(attempts, looks);
    const isLate = endedMs > deadline - START + toleranceMs;
    const mayPass = !isLate && endedMs >= -toleranceMs;
    return (mayPass || verdict !== "passed") && (isLate || !message.includes("after the deadline"));
  });
  expect(fc.check(holds, { seed: 20_260_203, numRuns: 600 })).toMatchObject({ failed: false, numRuns: 600 });
});
