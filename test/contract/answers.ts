import { expect, test } from "vitest";
import { instantFromMs } from "../../shared/restore/instant.ts";
import {
  accepted,
  ended,
  future,
  nothing,
  POINT,
  restorePoint,
  restoring,
  secondaries,
  succeeded,
} from "../simulator/timeline.ts";
import { type Face, ID } from "./face.ts";

const AT = instantFromMs(Date.UTC(2026, 1, 3, 10, 20, 30));

export function describeAnswers(facing: Face): void {
  test.for([
    ["Accepted", accepted(), { state: "Accepted", spelled: "Accepted", point: POINT }],
    ["RestoreInProgress", restoring(), { state: "RestoreInProgress", spelled: "RestoreInProgress", point: POINT }],
    [
      "SecondariesInProgress",
      secondaries(),
      { state: "SecondariesInProgress", spelled: "SecondariesInProgress", point: POINT },
    ],
    [
      "SecondaryInProgress, the other spelling",
      secondaries("SecondaryInProgress"),
      { state: "SecondariesInProgress", spelled: "SecondaryInProgress", point: POINT },
    ],
    ["Success", succeeded({ at: AT }), { state: "Success", spelled: "Success", at: AT, point: POINT }],
    [
      "Success in the documented form",
      succeeded({ at: AT, documented: true }),
      { state: "Success", spelled: "Success", at: AT, point: POINT },
    ],
    ["Failure", ended("Failure"), { state: "Failure", spelled: "Failure" }],
    ["Timeout", ended("Timeout"), { state: "Timeout", spelled: "Timeout" }],
    ["Invalid", ended("Invalid"), { state: "Invalid", spelled: "Invalid" }],
    ["a state of the future", future("DataVerification"), { state: "Unrecognized", spelled: "DataVerification" }],
  ] as const)("tells %s as the cluster has it on record", async ([, shows, progress]) => {
    const { look } = await facing(shows);
    expect((await look()).progress).toStrictEqual(progress);
  });

  test("tells that no restore is on record", async () => {
    const { look } = await facing(nothing);
    expect((await look()).progress).toBeNull();
  });

  test("tells a success without a date as one without a date, also from a node west of UTC", async () => {
    const { look } = await facing(succeeded({ at: "undated" }), { hoursWestOfUtc: 8 });
    expect((await look()).progress).toStrictEqual({ state: "Success", spelled: "Success", point: POINT });
  });

  test.for(["9007199254740993", "9223372036854775807", "-9223372036854775808", "0"])(
    "loses no digit of the LSN %s",
    async (lsn) => {
      const point = restorePoint("133801234567890123", "8589934592", lsn);
      const { look } = await facing(succeeded({ at: AT, point }));
      expect((await look()).progress).toMatchObject({ point: { lsn } });
    },
  );

  test.for(["6.2", "6.4"] as const)("reads the epoch as generation %s spells it", async (generation) => {
    const { look } = await facing(restoring(), { generation });
    expect((await look()).progress).toMatchObject({ point: POINT });
  });

  test.for([
    [
      "a name",
      { failure: { code: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED", message: "The backup store refused access." } },
    ],
    ["a bare number", { failure: { code: "2148734263", message: "Input was in an unexpected form." } }],
    ["text only", { failure: { code: "", message: 'Line one.\nLine "two".' } }],
    [
      "a name, in the documented form",
      { failure: { code: "FABRIC_E_TIMEOUT", message: "Zeit überschritten." }, documented: true },
    ],
  ] as const)("tells the reason of a failure where it is %s", async ([, options]) => {
    const { look } = await facing(ended("Failure", options));
    expect((await look()).progress).toStrictEqual({ state: "Failure", spelled: "Failure", failure: options.failure });
  });

  test("tells what is on record now, not what it told before", async () => {
    const { look, cluster } = await facing(ended("Failure"));
    await look();
    expect(cluster.restore(ID)).toBe("accepted");
    expect((await look()).progress).toMatchObject({ state: "Accepted" });
  });
}
