import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant } from "../../shared/restore/instant.ts";
import { type ParsedProgress, parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { parseExactJson } from "../../shared/service-fabric/exact-json.ts";

/* The bodies are those of the contract, section 10, letter by letter, read as they come off the wire. */

const read = (text: string): ParsedProgress => parseRestoreProgress(parseExactJson(text));

function progressOf(text: string): RestoreProgress | null {
  const parsed = read(text);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
}

function whyNot(body: unknown): string {
  const parsed = parseRestoreProgress(body);
  if (parsed.ok) throw new Error(`read as ${JSON.stringify(parsed.value)}`);
  return parsed.why;
}

const v64 = {
  epoch: { dataLossVersion: "133801234567890123", configurationVersion: "8589934592" },
  lsn: "3552",
};
const EPOCH = `"RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"}`;
const NO_TIME = `"TimeStampUtc":"0001-01-01T00:00:00Z"`;
const success = (fields: string): string => `{"RestoreState":"Success"${fields === "" ? "" : `,${fields}`}}`;

describe("a restore under way", () => {
  test.each([
    ["accepted.v64", "Accepted"],
    ["in-progress.v64", "RestoreInProgress"],
    ["secondaries-in-progress", "SecondariesInProgress"],
  ])("%s bears the restore point that was asked for, and no time", (_, state) => {
    const body = `{"RestoreState":"${state}",${NO_TIME},${EPOCH},"RestoredLsn":3552}`;
    expect(progressOf(body)).toStrictEqual({ state, spelled: state, point: v64 });
  });

  test("accepted.v62: the preview's names of the epoch are read alike", () => {
    const body = `{"RestoreState":"Accepted","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":{"DataLossNumber":"131738800000000001","ConfigurationNumber":"8589934592"},"RestoredLsn":54719}`;
    const point = {
      epoch: { dataLossVersion: "131738800000000001", configurationVersion: "8589934592" },
      lsn: "54719",
    };
    expect(progressOf(body)).toStrictEqual({ state: "Accepted", spelled: "Accepted", point });
  });

  test("the other spelling of the release notes is the same state, spelled as the cluster spelled it", () => {
    const body = `{"RestoreState":"SecondaryInProgress"}`;
    expect(progressOf(body)).toStrictEqual({ state: "SecondariesInProgress", spelled: "SecondaryInProgress" });
  });

  test("the reference's form, with the state alone, is enough", () => {
    expect(progressOf(`{"RestoreState":"RestoreInProgress"}`)).toStrictEqual({
      state: "RestoreInProgress",
      spelled: "RestoreInProgress",
    });
  });
});

describe("a success", () => {
  const DATE = `"TimeStampUtc":"2026-02-03T10:20:30Z"`;

  test.each([
    ["success.v64: LSN as a number", `${DATE},${EPOCH},"RestoredLsn":3552`, "3552"],
    ["success.documented-shape: LSN as a string", `${DATE},${EPOCH},"RestoredLsn":"3552","FailureError":null`, "3552"],
    ["success.big-lsn: beyond 2^53, exact", `${DATE},${EPOCH},"RestoredLsn":9007199254740993`, "9007199254740993"],
    ["the largest LSN", `${DATE},${EPOCH},"RestoredLsn":9223372036854775807`, "9223372036854775807"],
    ["an LSN of -1", `${DATE},${EPOCH},"RestoredLsn":-1`, "-1"],
    ["an LSN of -1 as a string", `${DATE},${EPOCH},"RestoredLsn":"-1"`, "-1"],
  ])("%s", (_, fields, lsn) => {
    const progress = progressOf(success(fields));
    expect(progress).toMatchObject({ state: "Success", spelled: "Success", point: { epoch: v64.epoch, lsn } });
    expect(progress?.state === "Success" && progress.at !== undefined && formatInstant(progress.at)).toBe(
      "2026-02-03T10:20:30.000Z",
    );
  });

  test("an epoch in numbers beyond 2^53 is exact too", () => {
    const epoch = `"RestoredEpoch":{"DataLossVersion":133801234567890123,"ConfigurationVersion":8589934592}`;
    expect(progressOf(success(`${epoch},"RestoredLsn":3552`))).toMatchObject({ point: v64 });
  });

  test.each([
    ["the sentinel", `"0001-01-01T00:00:00Z"`],
    ["the sentinel of a node west of UTC", `"0001-01-01T08:00:00Z"`],
    ["the sentinel of Los Angeles before the railways", `"0001-01-01T07:53:00Z"`],
    ["the last moment of year 1", `"0001-12-31T23:59:59Z"`],
    ["a time without its offset", `"2026-02-03T10:20:30"`],
    ["an impossible date", `"2026-02-30T10:20:30Z"`],
    ["a .NET date of old", `"/Date(1770114030000)/"`],
    ["milliseconds", `1770114030000`],
    ["null", `null`],
    ["nothing", `""`],
  ])("bears no time where there is none: %s", (_, text) => {
    expect(progressOf(success(`"TimeStampUtc":${text}`))).toStrictEqual({ state: "Success", spelled: "Success" });
  });

  test("bears no restore point where the epoch is null or absent, whatever the LSN", () => {
    expect(progressOf(success(`"RestoredEpoch":null,"RestoredLsn":0`))).not.toHaveProperty("point");
    expect(progressOf(success(`"RestoredLsn":"0"`))).not.toHaveProperty("point");
    expect(progressOf(success(""))).not.toHaveProperty("point");
  });
});

describe("a restore that failed", () => {
  const empty = `${NO_TIME},"RestoredEpoch":null,"RestoredLsn":0`;

  test.each([
    ["failure.v64", `{"RestoreState":"Failure",${empty}}`, "Failure"],
    ["timeout.v64", `{"RestoreState":"Timeout",${empty}}`, "Timeout"],
    [
      "timeout.western-node",
      `{"RestoreState":"Timeout","TimeStampUtc":"0001-01-01T08:00:00Z","RestoredEpoch":null,"RestoredLsn":0}`,
      "Timeout",
    ],
    ["an Invalid", `{"RestoreState":"Invalid",${empty}}`, "Invalid"],
    ["a null reason", `{"RestoreState":"Failure",${empty},"FailureError":null}`, "Failure"],
  ])("%s says nothing but that", (_, body, state) => {
    expect(progressOf(body)).toStrictEqual({ state, spelled: state });
  });

  test.each([
    [
      "failure.documented-shape",
      `{"Code":"FABRIC_E_BACKUPCOPIER_ACCESS_DENIED","Message":"The backup store refused access."}`,
      { code: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED", message: "The backup store refused access." },
    ],
    [
      "failure.numeric-code",
      `{"Code":2148734263,"Message":"Input was in an unexpected form."}`,
      { code: "2148734263", message: "Input was in an unexpected form." },
    ],
    ["a reason without its code", `{"Message":"no store"}`, { code: "", message: "no store" }],
    ["a reason of other types", `{"Code":["x"],"Message":{"text":"y"}}`, { code: "", message: "" }],
  ])("gives the reason there is: %s", (_, error, failure) => {
    for (const state of ["Failure", "Timeout", "Invalid"]) {
      const body = `{"RestoreState":"${state}",${empty},"FailureError":${error}}`;
      expect(progressOf(body)).toStrictEqual({ state, spelled: state, failure });
    }
  });
});

test("never-restored: null is an answer of its own", () => {
  expect(read("null")).toStrictEqual({ ok: true, value: null });
});

describe("a state of the future", () => {
  test.each(["RestoreQueued", "success", "SUCCESS", "Success ", "Succeeded", "failure", "__proto__"])(
    "is kept by name and is never a success: %s",
    (spelled) => {
      const body = JSON.stringify({ RestoreState: spelled, TimeStampUtc: "2026-02-03T10:20:30Z" });
      expect(progressOf(body)).toStrictEqual({ state: "Unrecognized", spelled });
    },
  );
});

describe("what is no restore progress is refused whole", () => {
  test.each([
    ["a list", `[]`, "a list"],
    ["a list of one progress", `[{"RestoreState":"Success"}]`, "a list"],
    ["a string", `"Success"`, `"Success"`],
    ["a number", `3`, "3"],
    ["true", `true`, "true"],
    ["an empty object", `{}`, "RestoreState is missing"],
    ["another case of the name", `{"restoreState":"Success"}`, "RestoreState is missing"],
    ["a wrapped progress", `{"value":{"RestoreState":"Success"}}`, "RestoreState is missing"],
    ["an inherited state", `{"__proto__":{"RestoreState":"Success"}}`, "RestoreState is missing"],
    ["a numeric state", `{"RestoreState":3}`, "RestoreState is 3"],
    ["a numeric state beyond 2^53", `{"RestoreState":9007199254740993}`, "RestoreState is"],
    ["an empty state", `{"RestoreState":""}`, `RestoreState is ""`],
    ["a null state", `{"RestoreState":null}`, "RestoreState is null"],
    ["a list as state", `{"RestoreState":["Success"]}`, "RestoreState is a list"],
    ["a fabric error", `{"Error":{"Code":"E_FAIL","Message":""}}`, "RestoreState is missing"],
  ])("%s", (_, body, why) => {
    expect(whyNot(parseExactJson(body))).toContain(why);
  });

  const halves = `"DataLossVersion":"1","ConfigurationVersion":"2"`;
  test.each([
    ["an epoch that is a string", `"RestoredEpoch":"1/2","RestoredLsn":1`, "RestoredEpoch"],
    ["an epoch that is a list", `"RestoredEpoch":[1,2],"RestoredLsn":1`, "RestoredEpoch"],
    ["an epoch with one half", `"RestoredEpoch":{"DataLossVersion":"1"},"RestoredLsn":1`, "RestoredEpoch"],
    ["an empty epoch", `"RestoredEpoch":{},"RestoredLsn":1`, "RestoredEpoch"],
    ["a fractional epoch", `"RestoredEpoch":{"DataLossVersion":1.5,"ConfigurationVersion":2}`, "RestoredEpoch"],
    ["a garbled LSN", `"RestoredEpoch":{${halves}},"RestoredLsn":"12x"`, "RestoredLsn"],
    ["a fractional LSN", `"RestoredEpoch":{${halves}},"RestoredLsn":1.5`, "RestoredLsn"],
    ["an LSN beyond 64 bits", `"RestoredEpoch":{${halves}},"RestoredLsn":9223372036854775808`, "RestoredLsn"],
    ["an epoch without its LSN", `"RestoredEpoch":{${halves}}`, "RestoredLsn"],
  ])("a success with %s", (_, fields, why) => {
    expect(whyNot(parseExactJson(success(fields)))).toContain(why);
  });
});

describe("whatever arrives", () => {
  const names = fc.constantFrom(
    "RestoreState",
    "TimeStampUtc",
    "RestoredEpoch",
    "RestoredLsn",
    "FailureError",
    "DataLossVersion",
    "ConfigurationVersion",
  );
  const values = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom("Success", "success", "Failure", "Accepted", "2026-02-03T10:20:30Z", "1", 1, -1, null),
  );
  const near = fc.dictionary(names, fc.oneof(values, fc.dictionary(names, values)));

  test("the parser never throws, and a success is one the cluster called Success", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.jsonValue(), near), (body) => {
        const parsed = parseRestoreProgress(body);
        if (!parsed.ok || parsed.value?.state !== "Success") return;
        expect(body).toHaveProperty("RestoreState", "Success");
      }),
      { numRuns: 1_500 },
    );
  });

  test("what it reads is plain JSON, and reading takes nothing from the body", () => {
    fc.assert(
      fc.property(near, (body) => {
        const before = structuredClone(body);
        const parsed = parseRestoreProgress(body);
        expect(body).toEqual(before);
        expect(JSON.parse(JSON.stringify(parsed))).toStrictEqual(parsed);
      }),
      { numRuns: 300 },
    );
  });
});
