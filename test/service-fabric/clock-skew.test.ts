import { describe, expect, test } from "vitest";
import { clockSkew, type ToldTime } from "../../shared/service-fabric/clock-skew.ts";
import { SECOND, START } from "../restore/scenes.ts";

/* What the Date header tells of the cluster's clock, and of the age of an answer. Times are milliseconds after START. */

const told = (date: string | undefined, sentMs: number, tookMs: number, age?: string): ToldTime | undefined => {
  const headers = { ...(date === undefined ? {} : { date }), ...(age === undefined ? {} : { age }) };
  return clockSkew({ status: 200, statusText: "OK", headers, body: "" }, START + sentMs, START + sentMs + tookMs);
};
const at = (ms: number): string => new Date(START + ms).toUTCString();

describe("a prompt reply", () => {
  test.each([
    ["of the same second", 0, 0],
    ["of a second behind: the earlier end", -SECOND, -1_290],
    ["of a second ahead", SECOND, 2 * SECOND - 250],
    ["an hour ahead: the later end", 3_600 * SECOND, 3_601 * SECOND - 250],
    ["an hour behind, or an hour old: the earlier end", -3_600 * SECOND, -3_600 * SECOND - 290],
  ])("%s", (_, ms, skew) => {
    expect(told(at(ms), 250, 40)).toEqual({ clockSkewMs: skew });
  });
});

describe("a slow reply", () => {
  test.each([
    ["dated when it came tells nothing of a skew", 20 * SECOND, 0],
    ["dated when it was asked for is as old as that", 0, -19 * SECOND],
    ["dated an hour ago is an hour old", -3_600 * SECOND, -3_619 * SECOND],
    ["dated ahead tells a clock that is ahead", 80 * SECOND, 61 * SECOND],
  ])("%s", (_, ms, skew) => {
    expect(told(at(ms), 0, 20 * SECOND)).toEqual({ clockSkewMs: skew, clockSlackMs: ms + SECOND - skew });
  });
});

test.each([
  ["there is no Date", undefined],
  ["the Date is none", "yesterday"],
])("nothing is told where %s", (_, date) => {
  expect(told(date, 0, 40)).toBeUndefined();
});

test("out of a cache a reply is as old as its date, whatever Age it tells", () => {
  expect(told(at(-4 * SECOND), 0, 40, "1")).toEqual({ clockSkewMs: -4 * SECOND - 40 });
});
