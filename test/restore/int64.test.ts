import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseInt64 } from "../../shared/restore/int64.ts";

test.each([
  ["0", "0"],
  ["-1", "-1"],
  ["-0", "0"],
  ["007", "7"],
  ["9007199254740993", "9007199254740993"],
  ["9223372036854775807", "9223372036854775807"],
  ["-9223372036854775808", "-9223372036854775808"],
  [3_552, "3552"],
  [-1, "-1"],
  [-0, "0"],
  [9_007_199_254_740_991, "9007199254740991"],
])("%j is %s", (value, digits) => {
  expect(parseInt64(value)).toBe(digits);
});

test.each([
  ["one too large for 64 bits", "9223372036854775808"],
  ["one too small for 64 bits", "-9223372036854775809"],
  ["20 digits", "00000000000000000001"],
  ["a number a double cannot hold exactly", 9_007_199_254_740_992],
  ["a fraction", 1.5],
  ["NaN", NaN],
  ["infinity", Infinity],
  ["a fraction as text", "1.5"],
  ["an exponent", "1e3"],
  ["hexadecimal", "0x10"],
  ["a plus sign", "+1"],
  ["a bare minus", "-"],
  ["space", " 1"],
  ["a line break", "1\n"],
  ["no digits", ""],
  ["digits of another script", "\u0661"],
  ["null", null],
  ["nothing", undefined],
  ["true", true],
  ["a list", ["1"]],
  ["an object", { toString: () => "1" }],
  ["a bigint", 1n],
])("refuses %s", (_, value) => {
  expect(parseInt64(value)).toBeUndefined();
});

test("keeps every digit of every 64-bit integer", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      expect(parseInt64(value.toString())).toBe(value.toString());
    }),
    { numRuns: 500 },
  );
});
