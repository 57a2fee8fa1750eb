import { describe, expect, test } from "vitest";
import { cut, describe as describeValue, given, isObject } from "../../shared/restore/fields.ts";

/* What the parsers say of a value that is not what they wanted. */

describe("a value is described in a few words", () => {
  test.each<readonly [unknown, string]>([
    [undefined, "missing"],
    [null, "null"],
    [[1, 2], "a list"],
    [{ a: 1 }, "an object"],
    [7, "7"],
    [true, "true"],
    ["Ready", '"Ready"'],
    [() => 1, "function"],
    ["x".repeat(100), `"${"x".repeat(59)}`],
    [`${"x".repeat(58)}🎉`, `"${"x".repeat(58)}\ufffd`],
  ])("%j: %s", (value, words) => {
    expect(describeValue(value)).toBe(words);
  });
});

test("a text is cut to a length, and never in the middle of a character", () => {
  expect([cut("abc", 3), cut("abcd", 3), cut("a🎉", 2), cut("\ud800", 5)]).toEqual(["abc", "abc", "a\ufffd", "\ufffd"]);
});

test("only what is given is there", () => {
  expect([given("a", 0), given("a", undefined)]).toEqual([{ a: 0 }, {}]);
});

test("an object is one of JSON", () => {
  expect([{}, [], null, "", undefined].map(isObject)).toEqual([true, false, false, false, false]);
});
