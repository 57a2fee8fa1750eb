import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataLossDeclaredAt } from "../../shared/restore/filetime.ts";
import { formatInstant } from "../../shared/restore/instant.ts";
import { parseInt64 } from "../../shared/restore/int64.ts";
import { sure } from "./scenes.ts";

const declared = (digits: string): string | undefined => {
  const at = dataLossDeclaredAt(sure(parseInt64(digits)));
  return at === undefined ? undefined : formatInstant(at);
};

describe("when data loss was declared", () => {
  test.each([
    ["a cluster's own example", "131675205859825409", "2018-04-06T20:36:25.982Z"],
    ["the tick before the next millisecond", "131675205859829999", "2018-04-06T20:36:25.982Z"],
    ["the next millisecond", "131675205859830000", "2018-04-06T20:36:25.983Z"],
    ["the first millisecond of 1970", "116444736000010000", "1970-01-01T00:00:00.001Z"],
    ["the last day of 9999", "2650467743999990000", "9999-12-31T23:59:59.999Z"],
  ])("%s", (_, digits, text) => {
    expect(declared(digits)).toBe(text);
  });

  test.each([
    ["0: none ever was", "0"],
    ["a small number: counted, not dated", "3"],
    ["1970 itself", "116444736000000000"],
    ["a time before 1970", "100000000000000000"],
    ["a negative number", "-131675205859825409"],
    ["the least number", "-9223372036854775808"],
    ["the first tick of the year 10000", "2650467744000000000"],
    ["the greatest number", "9223372036854775807"],
  ])("is not told by %s", (_, digits) => {
    expect(declared(digits)).toBeUndefined();
  });

  test("is exact to the millisecond for every time from 1970 to 9999", () => {
    const anyMs = fc.integer({ min: 1, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(anyMs, fc.integer({ min: 0, max: 9_999 }), (ms, ticks) => {
        const version = BigInt(ms + 11_644_473_600_000) * 10_000n + BigInt(ticks);
        expect(dataLossDeclaredAt(sure(parseInt64(String(version))))).toBe(ms);
      }),
      { numRuns: 5_000 },
    );
  });
});
