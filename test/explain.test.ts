import { describe, expect, test } from "vitest";
import { type Evidence, explain } from "../shared/explain.ts";
import { advance } from "../shared/restore/advance.ts";
import { formatInstant } from "../shared/restore/instant.ts";
import { beginWatch, type Observation, STRETCHES_KEPT, type Watch, type WatchPlan } from "../shared/restore/watch.ts";
import type { Testimony } from "../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  FAILURE,
  fault,
  HOUR,
  IN_PROGRESS,
  type Look,
  MINUTE,
  PARTITION,
  planned,
  play,
  saw,
  SECOND,
  START,
  success,
  TIMEOUT,
  UNDATED_SUCCESS,
} from "./restore/scenes.ts";

/* A record keeps enough of what was seen to reach its verdict again, and says how on the way. */

const kept = ({ plan, startedAt, evidence: stretches, evidenceDropped: dropped }: Watch): Evidence => ({
  plan,
  startedAt,
  stretches,
  dropped,
});
/** Out of a file, as an auditor has it. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of a value is what is tested
const overJson = (evidence: Evidence): Evidence => JSON.parse(JSON.stringify(evidence)) as Evidence;
const ill: Testimony = {
  ...ALL_IS_WELL,
  partition: { ok: true, value: { partitionId: PARTITION, stateful: true, status: "NotReady", health: "Error" } },
};
const cancelled: Observation = { kind: "cancelled", why: "SIGTERM" };
const OLD = saw(success(afterStart(-HOUR)));
const OLD_AND_CACHED = saw(success(afterStart(-HOUR)), -HOUR);
const DONE = saw(success(afterStart(2 * MINUTE)));

/** Looks that go on seeing the same, at uneven times. */
const uneven = (seen: Observation, ...seconds: readonly number[]): readonly Look[] =>
  seconds.map((second): Look => [second * SECOND, seen]);

describe("the kept evidence explains the verdict", () => {
  test.each<readonly [string, Partial<WatchPlan>, readonly [Look, ...Look[]]]>([
    [
      "restored",
      {},
      [
        [0, saw(ACCEPTED)],
        [MINUTE, saw(IN_PROGRESS)],
        [3 * MINUTE, DONE],
      ],
    ],
    ["restored, by its date", {}, [[0, OLD], ...uneven(OLD, 1, 50, 200), [4 * MINUTE, DONE]]],
    [
      "restored, in the end healthy",
      {},
      [[3 * MINUTE, saw(success(START), 0, ill)], ...uneven(saw(success(START), 0, ill), 190, 500), [HOUR / 6, DONE]],
    ],
    ["restored, any being good enough", { notBefore: "any" }, [[0, OLD]]],
    ["restore-failed", {}, [[0, saw(ACCEPTED)], ...uneven(saw(ACCEPTED), 3, 4, 90), [2 * MINUTE, saw(FAILURE)]]],
    [
      "restore-timed-out",
      {},
      [
        [0, saw(ACCEPTED)],
        [2 * MINUTE, saw(TIMEOUT)],
      ],
    ],
    ["deadline-exceeded", {}, [[0, saw(ACCEPTED)], ...uneven(saw(IN_PROGRESS), 10, 11, 2_000, 2_100)]],
    ["deadline-exceeded, blind", {}, [[0, saw(ACCEPTED)], ...uneven(fault("unreachable"), 10, 20, 2_100)]],
    ["unhealthy", {}, [[0, saw(ACCEPTED)], ...uneven(saw(success(START), 0, ill), 10, 11, 12, 2_105)]],
    ["no-restore", {}, [[0, saw(null)], ...uneven(saw(null), 3, 10, 299, 300)]],
    ["stale", {}, [[0, OLD], ...uneven(OLD, 3, 299, 305)]],
    ["unreachable", {}, [[0, fault("unreachable")], ...uneven(fault("unreachable"), 1, 2, 4, 110, 121)]],
    [
      "unreachable, told off ten times",
      {},
      [[0, fault("server-fault")], ...uneven(fault("server-fault"), 1, 2, 3, 4, 5, 6, 7, 8, 60)],
    ],
    ["unintelligible", {}, [[0, fault("unintelligible")], ...uneven(fault("unintelligible"), 1, 2, 3, 50)]],
    [
      "access-denied",
      {},
      [
        [0, saw(ACCEPTED)],
        [SECOND, fault("access-denied")],
      ],
    ],
    [
      "backup-service-unavailable",
      {},
      [
        [0, fault("backup-service-unavailable")],
        [9, fault("backup-service-unavailable")],
      ],
    ],
    [
      "cancelled",
      {},
      [
        [0, saw(ACCEPTED)],
        [SECOND, cancelled],
      ],
    ],
    [
      "restored, by a clock that is behind",
      {},
      [
        [0, saw(null, -10 * MINUTE)],
        [MINUTE, saw(ACCEPTED, -10 * MINUTE)],
        ...uneven(saw(ACCEPTED, -10 * MINUTE), 120, 250, 640),
        [11 * MINUTE, saw(success(afterStart(MINUTE)), -10 * MINUTE)],
      ],
    ],
    [
      "restored, with an old answer in between",
      {},
      [
        [0, saw(ACCEPTED, 0)],
        [MINUTE, OLD_AND_CACHED],
        ...uneven(OLD_AND_CACHED, 70, 80),
        [3 * MINUTE, saw(success(afterStart(2 * MINUTE)), 0)],
      ],
    ],
    [
      "stale, by a clock told only later",
      {},
      [
        [MINUTE, saw(success(afterStart(9 * MINUTE)))],
        ...uneven(saw(success(afterStart(9 * MINUTE)), 10 * MINUTE), 600),
      ],
    ],
  ])("%s", (name, plan, looks) => {
    const end = play(planned(plan), ...looks);
    const verdict = concluded(end);
    expect(name).toContain(verdict.reason);
    expect(explain(overJson(kept(end.watch))).verdict).toEqual(verdict);
  });
});

describe("an explanation", () => {
  const looks = [
    [0, saw(null)],
    [SECOND, saw(ACCEPTED)],
    [2 * SECOND, saw(ACCEPTED)],
    [3 * SECOND, fault("throttled")],
    [4 * SECOND, saw(UNDATED_SUCCESS)],
  ] as const satisfies readonly Look[];

  test("tells each change, when, and what it led to", () => {
    const { steps } = explain(kept(play(planned(), ...looks).watch));
    expect(steps.map(({ at, saw: what, decision }) => `${formatInstant(at)} ${what}: ${decision}`)).toEqual([
      "2026-02-03T10:00:00.000Z no restore on record: looks on",
      "2026-02-03T10:00:01.000Z Accepted: looks on",
      "2026-02-03T10:00:03.000Z no answer (throttled): looks on",
      "2026-02-03T10:00:04.000Z Success: passed: restored",
    ]);
  });

  test("names who stopped it", () => {
    const { steps } = explain(kept(play(planned(), [0, cancelled]).watch));
    expect(steps.map(({ saw: what }) => what)).toEqual(["told to stop by SIGTERM"]);
  });

  test("of a watch that has not concluded has no verdict", () => {
    const { watch } = play(planned(), [0, saw(ACCEPTED)]);
    expect(explain(kept(watch)).verdict).toBeUndefined();
    expect(explain({ ...kept(watch), stretches: [] })).toEqual({ verdict: undefined, steps: [] });
  });

  test("changes nothing about the evidence", () => {
    const evidence = kept(play(planned(), ...looks).watch);
    const before = structuredClone(evidence);
    explain(evidence);
    expect(evidence).toEqual(before);
  });

  test("of a cluster that changed its mind too often is not claimed to be whole", () => {
    let watch = beginWatch(planned(), START, 7);
    for (let n = 0; n <= STRETCHES_KEPT; n++)
      watch = advance(watch, saw(n % 2 === 0 ? ACCEPTED : IN_PROGRESS), afterStart(n)).watch;
    const { dropped, stretches } = kept(advance(watch, DONE, afterStart(3 * MINUTE)).watch);
    expect({ dropped, stretches: stretches.length }).toEqual({ dropped: 2, stretches: STRETCHES_KEPT });
  });
});

test("a watch of an hour that always sees the same keeps one stretch, however the skew jitters", () => {
  let watch = beginWatch(planned({ deadline: afterStart(2 * HOUR) }), START, 7);
  for (let n = 0; n < 360; n++)
    watch = advance(watch, saw(ACCEPTED, 700 + (n % 40)), afterStart(n * 10 * SECOND)).watch;
  expect(watch.evidence).toHaveLength(1);
  expect(watch.evidence[0]).toMatchObject({ times: 360, first: START, last: afterStart(3_590 * SECOND) });
});
