import { describe, expect, test } from "vitest";
import { parseInt64 } from "../../shared/restore/int64.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { Observation, Step, WatchPlan } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  concluded,
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
  sure,
} from "./scenes.ts";

/*
 * Objectives count from the data loss. Where that is not known, or the one that is known is of other trouble, not-before does not
 * always stand in for it: it makes a restore look longer than it was, and a backup younger.
 */

interface Facts {
  /** Milliseconds after the start: of the partition's latest data loss, and of the backup. */
  readonly lossMs?: number;
  readonly madeMs: number;
  readonly refused?: true;
}

const DONE = success(afterStart(20 * MINUTE));

function heard(progress: RestoreProgress, { lossMs, madeMs, refused }: Facts): Observation {
  const partition = { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" };
  const ticks = (ms: number): string => String(BigInt(START + ms + 11_644_473_600_000) * 10_000n);
  const lost = lossMs === undefined ? {} : { dataLossVersion: sure(parseInt64(ticks(lossMs))) };
  const restored = { backupId: "x", type: "Full", location: "", createdAt: afterStart(madeMs), point: POINT };
  return saw(progress, 0, {
    partition:
      refused === true
        ? { ok: false, problem: { code: "rejected", message: "HTTP 400" } }
        : { ok: true, value: { ...partition, ...lost } },
    healthEvent: { ok: true, value: null },
    backups: { ok: true, value: { expected: null, restored } },
  });
}

const judged = (plan: Partial<WatchPlan>, ...looks: readonly [Look, ...Look[]]): Step => play(planned(plan), ...looks);

describe("an rpo of an hour, with a not-before of six hours ago", () => {
  const plan: Partial<WatchPlan> = { rpoMs: HOUR, notBefore: afterStart(-6 * HOUR), healthCheck: "report" };
  const of = (facts: Facts): string => concluded(judged(plan, [25 * MINUTE, heard(DONE, facts)])).reason;

  test.each<readonly [string, Facts, string]>([
    ["is met where the loss is known", { lossMs: 0, madeMs: -50 * MINUTE }, "restored"],
    ["is missed where the loss is known", { lossMs: 0, madeMs: -5 * HOUR }, "rpo-missed"],
    ["is not met by a backup of five hours where the loss is not told", { madeMs: -5 * HOUR }, "rejected"],
    ["nor where the partition refuses to tell", { madeMs: -5 * HOUR, refused: true }, "rejected"],
    ["nor where data was lost again after the end", { lossMs: 24 * MINUTE, madeMs: -5 * HOUR }, "rejected"],
    ["is met where the restore began before not-before", { lossMs: -7 * HOUR, madeMs: -6.9 * HOUR }, "restored"],
    ["is missed where it did, from an old backup", { lossMs: -7 * HOUR, madeMs: -9 * HOUR }, "rpo-missed"],
    ["is missed by a backup that was too old at not-before", { madeMs: -8 * HOUR }, "rpo-missed"],
    ["is met by a backup that was young enough at the end", { madeMs: -39 * MINUTE }, "restored"],
    ["is not met by one that was not, though by seconds", { madeMs: -40 * MINUTE - 2 * SECOND }, "rejected"],
  ])("%s", (_, facts, reason) => {
    expect(of(facts)).toBe(reason);
  });

  test("says between what and what the age may lie", () => {
    const { message } = concluded(judged(plan, [25 * MINUTE, heard(DONE, { madeMs: -8 * HOUR + 90 * MINUTE })]));
    expect(message).toMatch(/rpo-minutes cannot be judged.*between 30 min and 6 h 50 min old/);
  });
});

describe("an rto of ten minutes, of a restore that takes twenty", () => {
  const plan: Partial<WatchPlan> = { rtoMs: 10 * MINUTE };
  const made = { madeMs: -HOUR };

  test.each<readonly [string, RestoreProgress, number, string]>([
    ["is missed though data was lost again while it ran", IN_PROGRESS, 15 * MINUTE, "rto-missed"],
    ["is met where data was lost after it was accepted", ACCEPTED, 15 * MINUTE, "restored"],
    ["is met where data was lost when it was first seen to run", IN_PROGRESS, 11 * MINUTE, "restored"],
  ])("%s", (_, underWay, lossMs, reason) => {
    const looks = [11 * MINUTE, saw(underWay, 0)] as const;
    expect(concluded(judged(plan, looks, [21 * MINUTE, heard(DONE, { lossMs, ...made })])).reason).toBe(reason);
  });
});

describe("a restore that ended twenty minutes after not-before, where data was last lost forty before it", () => {
  const facts = { lossMs: -40 * MINUTE, madeMs: -HOUR };
  const of = (rtoMs: number): Step => judged({ rtoMs }, [25 * MINUTE, heard(DONE, facts)]);

  test.each<readonly [string, number, string]>([
    ["misses an rto that is over since not-before", 19 * MINUTE, "rto-missed"],
    ["does not meet one that is over since the loss", 59 * MINUTE, "rejected"],
    ["meets one that is not over since either", HOUR, "restored"],
  ])("%s", (_, rtoMs, reason) => {
    expect(concluded(of(rtoMs)).reason).toBe(reason);
  });

  test("is told with both", () => {
    const { message } = concluded(of(30 * MINUTE));
    expect(message).toMatch(/rto-minutes cannot be judged: it took 20 min since not-before, but 1 h since data loss/);
  });
});
