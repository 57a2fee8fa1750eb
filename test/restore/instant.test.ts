import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  earlier,
  formatDuration,
  formatInstant,
  instantFromMs,
  later,
  parseInstant,
} from "../../shared/restore/instant.ts";

describe("reading an RFC 3339 instant", () => {
  test.each([
    ["2026-02-03T10:20:30Z", "2026-02-03T10:20:30.000Z"],
    ["2026-02-03t10:20:30z", "2026-02-03T10:20:30.000Z"],
    ["  2026-02-03T10:20:30Z\n", "2026-02-03T10:20:30.000Z"],
    ["2026-02-03T10:20:30.5Z", "2026-02-03T10:20:30.500Z"],
    ["2026-02-03T10:20:30.1239999Z", "2026-02-03T10:20:30.123Z"],
    ["2026-02-03T10:20:30+00:00", "2026-02-03T10:20:30.000Z"],
    ["2026-02-03T10:20:30-00:00", "2026-02-03T10:20:30.000Z"],
    ["2026-02-03T10:20:30+05:30", "2026-02-03T04:50:30.000Z"],
    ["2026-02-03T23:30:00-08:00", "2026-02-04T07:30:00.000Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["0099-12-31T23:59:59Z", "0099-12-31T23:59:59.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ])("%j is %s", (text, utc) => {
    const at = parseInstant(text);
    expect(at !== undefined && formatInstant(at)).toBe(utc);
  });

  test.each([
    ["no offset: it names no instant", "2026-02-03T10:20:30"],
    ["a date alone", "2026-02-03"],
    ["a space for the T", "2026-02-03 10:20:30Z"],
    ["no seconds", "2026-02-03T10:20Z"],
    ["an offset without a colon", "2026-02-03T10:20:30+0100"],
    ["an offset in hours alone", "2026-02-03T10:20:30+01"],
    ["an offset of 24 hours", "2026-02-03T10:20:30+24:00"],
    ["an offset of 60 minutes", "2026-02-03T10:20:30+01:60"],
    ["30 February", "2026-02-30T10:20:30Z"],
    ["29 February of a common year", "2026-02-29T10:20:30Z"],
    ["29 February 1900", "1900-02-29T00:00:00Z"],
    ["31 April", "2026-04-31T10:20:30Z"],
    ["month 13", "2026-13-01T10:20:30Z"],
    ["month 0", "2026-00-01T10:20:30Z"],
    ["day 0", "2026-02-00T10:20:30Z"],
    ["hour 24", "2026-02-03T24:00:00Z"],
    ["minute 60", "2026-02-03T10:60:00Z"],
    ["a leap second", "2026-06-30T23:59:60Z"],
    ["a year of five digits", "12026-02-03T10:20:30Z"],
    ["the year 10000, by its offset", "9999-12-31T23:59:59-00:01"],
    ["the year before 0, by its offset", "0000-01-01T00:00:00+00:01"],
    ["a bare point", "2026-02-03T10:20:30.Z"],
    ["text after it", "2026-02-03T10:20:30Z please"],
    ["a number", "1770114030000"],
    ["nothing", ""],
  ])("refuses %s", (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  test("reads back what it writes", () => {
    // Years 0 to 9999: what RFC 3339 can write.
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 }), (ms) => {
        expect(parseInstant(formatInstant(instantFromMs(ms)))).toBe(ms);
      }),
      { numRuns: 1_000 },
    );
  });

  test("never throws, whatever the text", () => {
    const digits = fc.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), digits), (text) => {
        const at = parseInstant(text);
        expect(at === undefined || Number.isSafeInteger(at)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("an instant from milliseconds", () => {
  test("cuts fractions, towards 1970", () => {
    expect(instantFromMs(1_770_114_030_000.9)).toBe(1_770_114_030_000);
    expect(instantFromMs(-1.9)).toBe(-1);
  });

  test.each([NaN, Infinity, -Infinity, 8.64e15 + 1, -8.64e15 - 1])("refuses %d, which no date can hold", (ms) => {
    expect(() => instantFromMs(ms)).toThrow(RangeError);
  });

  test("can be moved and compared", () => {
    const at = instantFromMs(10_000);
    expect(later(at, 5_000)).toBe(15_000);
    expect(later(at, -5_000)).toBe(5_000);
    expect(earlier(at, later(at, 1))).toBe(at);
    expect(earlier(later(at, 1), at)).toBe(at);
  });
});

describe("a duration as people say it", () => {
  test.each([
    [0, "0 s"],
    [400, "0.4 s"],
    [1_000, "1 s"],
    [9_940, "9.9 s"],
    [9_990, "10 s"],
    [12_400, "12 s"],
    [59_400, "59 s"],
    [59_600, "1 min"],
    [60_000, "1 min"],
    [190_000, "3 min 10 s"],
    [3_599_600, "1 h"],
    [3_600_000, "1 h"],
    [7_500_000, "2 h 5 min"],
    [172_740_000, "47 h 59 min"],
    [172_800_000, "2 d"],
    [180_000_000, "2 d 2 h"],
    [257_370_000, "3 d"],
    [-190_000, "-3 min 10 s"],
    [-400, "-0.4 s"],
  ])("%d ms is %s", (ms, said) => {
    expect(formatDuration(ms)).toBe(said);
  });

  test("never says 60 seconds, 60 minutes or 24 hours beside a larger unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 * 86_400_000 }), (ms) => {
        expect(formatDuration(ms)).toMatch(
          /^(\d(\.\d)? s|[1-5]?\d s|[1-5]?\d min( [1-5]?\d s)?|[1-4]?\d h( [1-5]?\d min)?|\d+ d( (1?\d|2[0-3]) h)?)$/,
        );
      }),
      { numRuns: 3_000, examples: [[2 * 86_400_000 + 23.9 * 3_600_000]] },
    );
  });
});

describe("the edges", () => {
  test("of what a date can hold", () => {
    expect([instantFromMs(8.64e15), instantFromMs(-8.64e15)]).toEqual([8.64e15, -8.64e15]);
    expect(() => instantFromMs(8.64e15 + 1_000)).toThrow("8640000000001000 is no instant");
  });

  test("of the years that can be written", () => {
    expect(parseInstant("9999-12-31T23:00:00.000-00:59")).toBe(253_402_300_740_000);
    expect(parseInstant("9999-12-31T23:00:00.000-01:00")).toBeUndefined();
  });

  test("of an offset", () => {
    expect(parseInstant("2026-02-03T10:00:00+23:59")).toBe(parseInstant("2026-02-02T10:01:00Z"));
    expect(parseInstant("2026-02-03T10:00:00-23:59")).toBe(parseInstant("2026-02-04T09:59:00Z"));
    expect(parseInstant("2026-02-03T10:00:00+24:00")).toBeUndefined();
    expect(parseInstant("2026-02-03T10:00:00+00:60")).toBeUndefined();
  });

  test("of a duration told with a decimal", () => {
    expect([9_949, 9_950, 9_999, 10_000, 10_400].map(formatDuration)).toEqual([
      "9.9 s",
      "9.9 s",
      "10 s",
      "10 s",
      "10 s",
    ]);
  });
});
