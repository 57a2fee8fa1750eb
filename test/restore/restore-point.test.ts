import { describe, expect, test } from "vitest";
import { parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import { readTime } from "../../shared/restore/restore-point.ts";
import { at } from "./scenes.ts";

/* Where a reply stops to be one, told in the words of the refusal. */

describe("a reply", () => {
  test.each<readonly [string, unknown, string]>([
    ["that is a list", [], "the reply is a list, not an object"],
    ["without a state", {}, "RestoreState is missing"],
    ["whose state is a number", { RestoreState: 4 }, "RestoreState is 4"],
    ["whose state begins with a digit", { RestoreState: "4Success" }, 'RestoreState is "4Success"'],
    ["whose state begins with a blank", { RestoreState: " Success" }, 'RestoreState is " Success"'],
    [
      "of a success that failed",
      { RestoreState: "Success", FailureError: { Code: "E_FAIL" } },
      "a Success bears a FailureError",
    ],
    [
      "with half an epoch",
      { RestoreState: "Accepted", RestoredEpoch: {} },
      "RestoredEpoch holds no pair of 64-bit integers",
    ],
    ["with an epoch that is none", { RestoreState: "Success", RestoredEpoch: 7 }, "RestoredEpoch is 7"],
  ])("%s is none", (_, body, why) => {
    expect(parseRestoreProgress(body)).toEqual({ ok: false, why });
  });
});

test("a time of year 1 is none, wherever its node stands", () => {
  expect(readTime("0001-12-31T23:59:59.999Z")).toBeUndefined();
  expect(readTime("0002-01-01T00:00:00Z")).toBe(at("0002-01-01T00:00:00Z"));
  expect(readTime(undefined)).toBeUndefined();
});
