import { describe, expect, test } from "vitest";
import { settled } from "../../shared/restore/remember.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { type Observation, STRETCHES_KEPT, type Watch } from "../../shared/restore/watch.ts";
import type { Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  fault,
  HOUR,
  IN_PROGRESS,
  type Look,
  MINUTE,
  PARTITION,
  planned,
  play,
  POINT,
  saw,
  SECOND,
  START,
  success,
  UNDATED_SUCCESS,
} from "./scenes.ts";

/* What the other witnesses said, and what is kept to replay a watch: how long each of it counts. */

const after = (...looks: readonly [Look, ...Look[]]): Watch => play(planned(), ...looks).watch;
const DONE = success(afterStart(2 * MINUTE));

describe("what the other witnesses said", () => {
  const well = {
    ok: true,
    value: { partitionId: PARTITION, stateful: true, status: "NotReady", health: "Ok" },
  } as const;
  const event = { ok: true, value: null } as const;
  const backups = { ok: true, value: { expected: null, restored: null } } as const;
  const no = (code: ProblemCode) => ({ ok: false, problem: { code, message: code } }) as const;
  const beside = (progress: RestoreProgress | null, testimony?: Testimony): Observation => ({
    kind: "progress",
    progress,
    ...(testimony === undefined ? {} : { testimony }),
  });
  const all = (answer: ReturnType<typeof no>): Testimony => ({
    partition: answer,
    healthEvent: answer,
    backups: answer,
  });
  const first: Look = [3 * MINUTE, beside(DONE, { partition: well, healthEvent: event, backups })];
  const [then, later] = [afterStart(3 * MINUTE), afterStart(4 * MINUTE)];
  const heard = {
    partition: { ...well, at: then },
    healthEvent: { ...event, at: then },
    backups: { ...backups, at: then },
  };
  const heardAfter = (seen: Observation): Watch["heard"] => after(first, [4 * MINUTE, seen]).heard;

  test("is kept with its time while the result stays the same to the letter", () => {
    expect(heardAfter(beside(DONE))).toEqual(heard);
  });

  test("is not outweighed by passing trouble, but by a refusal", () => {
    expect(heardAfter(beside(DONE, all(no("throttled"))))).toEqual(heard);
    const refused = { ...no("access-denied"), at: later };
    expect(heardAfter(beside(DONE, all(no("access-denied"))))).toEqual({
      partition: refused,
      healthEvent: refused,
      backups: refused,
    });
  });

  test("trouble is remembered where nothing better is, and the newest of it", () => {
    const busy = after(
      [3 * MINUTE, beside(DONE, all(no("throttled")))],
      [4 * MINUTE, beside(DONE, all(no("timed-out")))],
    );
    const last = { ...no("timed-out"), at: later };
    expect(busy.heard).toEqual({ partition: last, healthEvent: last, backups: last });
  });

  test("is of no other result, and of none where the record is gone", () => {
    expect(heardAfter(beside(success(afterStart(3 * MINUTE))))).toEqual({});
    expect(heardAfter(beside(null))).toEqual({});
    expect(heardAfter(beside(IN_PROGRESS))).toEqual({});
  });

  test.each<readonly [string, RestoreProgress | null, RestoreProgress, boolean]>([
    ["still counts for its success", IN_PROGRESS, DONE, true],
    ["still counts in its next state", ACCEPTED, IN_PROGRESS, true],
    ["does not count for another restore point", ACCEPTED, UNDATED_SUCCESS, false],
    ["does not count after no record", null, ACCEPTED, false],
    ["does not count for a restore after a result", DONE, ACCEPTED, false],
  ])("the backup list heard under way %s", (_, before, now, counts) => {
    const plan = planned({ healthCheck: "require", notBefore: afterStart(HOUR / 4) });
    const told = beside(before, { partition: well, backups });
    const { watch } = play(plan, [0, told], [SECOND, beside(now)]);
    expect(watch.heard).toEqual(counts ? { backups: { ...backups, at: START } } : {});
  });
});

describe("the evidence", () => {
  const raw = (observation: Observation, body: string): Observation =>
    observation.kind === "cancelled" ? observation : { ...observation, raw: body };

  test("equal observations in a row are one stretch, their bodies aside", () => {
    const watch = after([0, raw(saw(ACCEPTED), "a")], [SECOND, raw(saw(ACCEPTED), "b")], [MINUTE, saw(IN_PROGRESS)]);
    expect(watch.evidence).toEqual([
      { observation: saw(ACCEPTED), first: START, last: afterStart(SECOND), times: 2 },
      { observation: saw(IN_PROGRESS), first: afterStart(MINUTE), last: afterStart(MINUTE), times: 1 },
    ]);
    expect(watch.replies.map(({ body }) => body)).toEqual(["a", "b"]);
  });

  test.each<readonly [string, Observation, Observation, boolean]>([
    ["skews within 600 ms are one", saw(ACCEPTED, 1_000), saw(ACCEPTED, 1_600), true],
    ["either way", saw(ACCEPTED, 1_600), saw(ACCEPTED, 1_000), true],
    ["further apart they are two", saw(ACCEPTED, 1_000), saw(ACCEPTED, 1_601), false],
    ["either way, two", saw(ACCEPTED, 1_601), saw(ACCEPTED, 1_000), false],
    ["none is not a skew of 0", saw(ACCEPTED), saw(ACCEPTED, 0), false],
    ["nor is 0 none", saw(ACCEPTED, 0), saw(ACCEPTED), false],
    ["none and none are one", saw(ACCEPTED), saw(ACCEPTED), true],
    ["another state is another", saw(ACCEPTED, 0), saw(IN_PROGRESS, 0), false],
    ["faults of one kind are one", fault("throttled"), fault("throttled"), true],
    ["of two kinds two", fault("throttled"), fault("timed-out"), false],
  ])("%s", (_, one, other, same) => {
    const { evidence } = after([0, one], [SECOND, other]);
    expect(evidence).toHaveLength(same ? 1 : 2);
    expect(settled({ ...after([0, one]) }, other)).toEqual(same ? one : other);
  });

  test("what is judged is the one that is kept, with the body that came", () => {
    const watch = after([0, raw(saw(ACCEPTED, 1_000), "a")]);
    expect(settled(watch, raw(saw(ACCEPTED, 1_500), "b"))).toEqual(raw(saw(ACCEPTED, 1_000), "b"));
  });

  test("what does not fit in is counted, and nothing grows after it", () => {
    const [first, ...others] = Array.from({ length: STRETCHES_KEPT + 1 }, (_, n): Look => [
      n,
      saw({ state: "Accepted", spelled: `Accepted ${n}`, point: POINT }),
    ]);
    const last = others.at(-2);
    if (first === undefined || last === undefined) throw new TypeError("the test itself is wrong");
    const full = after(first, ...others.slice(0, -1));
    expect([full.evidence.length, full.evidenceDropped]).toEqual([STRETCHES_KEPT, 0]);
    const over = after(first, ...others, [STRETCHES_KEPT + 5, last[1]]);
    expect([over.evidence.length, over.evidenceDropped]).toEqual([STRETCHES_KEPT, 2]);
    expect(over.evidence.at(-1)?.times).toBe(1);
  });
});
