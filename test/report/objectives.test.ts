import { expect, test } from "vitest";
import { toRecord } from "../../shared/record.ts";
import { describeObjective, objectivesOf } from "../../shared/report/objectives.ts";
import { given } from "../../shared/restore/fields.ts";
import { ended, requested, resultOf } from "../records.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  filetime,
  MINUTE,
  PARTITION,
  planned,
  POINT,
  saw,
  success,
} from "../restore/scenes.ts";

/* What could not be judged is not told as met: the line stands beside a verdict that says why not. */

/** A restore of minute 2, of a backup of 55 minutes before, where only what began 20 minutes before counts. */
function told(plan: { readonly rtoMs?: number; readonly rpoMs?: number }, lossMs?: number): readonly string[] {
  const well = { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" };
  const value = { ...well, ...given("dataLossVersion", lossMs === undefined ? undefined : filetime(lossMs)) };
  const restored = {
    backupId: PARTITION,
    type: "Full",
    location: "",
    createdAt: afterStart(-55 * MINUTE),
    point: POINT,
  };
  const done = saw(success(afterStart(2 * MINUTE)), 0, {
    ...ALL_IS_WELL,
    partition: { ok: true, value },
    backups: { ok: true, value: { expected: null, restored } },
  });
  const bound = afterStart(-20 * MINUTE);
  const result = ended(planned({ ...plan, notBefore: bound }), [0, saw(ACCEPTED, 0)], [20 * MINUTE, done]);
  const minutes = (ms: number | undefined): string => (ms === undefined ? "" : String(ms / MINUTE));
  const request = requested({ "rto-minutes": minutes(plan.rtoMs), "rpo-minutes": minutes(plan.rpoMs) });
  const record = toRecord(request, resultOf(result, [], bound));
  return [
    record.reason,
    ...record.partitions.flatMap((one) => objectivesOf(record, one)).map((objective) => describeObjective(objective)),
  ];
}

test("an objective that is met by what is counted from not-before only is not measured, where the loss may be older", () => {
  expect(told({ rtoMs: 30 * MINUTE }, -50 * MINUTE)).toEqual(["rejected", "RTO not measured: the objective is 30 min"]);
  expect(told({ rpoMs: 40 * MINUTE })).toEqual(["rejected", "RPO not measured: the objective is 40 min"]);
});

test("it is met where the loss is dated, and missed for certain where even that is too much", () => {
  expect(told({ rtoMs: 30 * MINUTE, rpoMs: 60 * MINUTE }, 0)).toEqual([
    "restored",
    "RTO met: 2 min of 30 min, 28 min to spare",
    "RPO met: 55 min of 1 h, 5 min to spare",
  ]);
  expect(told({ rpoMs: 30 * MINUTE })).toEqual([
    "rpo-missed",
    "RPO missed by 5 min: 35 min, and the objective is 30 min",
  ]);
});
