import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";

const CANONICAL = "1daae3f5-7fd6-42e9-b1ba-8c05f873994d";

test.each([
  ["as it should be", CANONICAL],
  ["in upper case", CANONICAL.toUpperCase()],
  ["in mixed case", "1DAAE3F5-7fd6-42E9-b1ba-8C05f873994d"],
  ["in the braces of PowerShell", `{${CANONICAL}}`],
  ["in braces and upper case", `{${CANONICAL.toUpperCase()}}`],
  ["with space around it", `  ${CANONICAL}\r\n`],
])("a GUID %s is the one lower-case form", (_, text) => {
  expect(parsePartitionId(text)).toBe(CANONICAL);
});

test.each([
  ["nothing", ""],
  ["no hyphens", CANONICAL.replaceAll("-", "")],
  ["a digit too few", CANONICAL.slice(0, -1)],
  ["a digit too many", `${CANONICAL}0`],
  ["a letter that is no digit", CANONICAL.replace("a", "g")],
  ["one brace", `{${CANONICAL}`],
  ["the other brace", `${CANONICAL}}`],
  ["two pairs of braces", `{{${CANONICAL}}}`],
  ["braces around its end", CANONICAL.replace(/(-.*)/, "{$1}")],
  ["braces around its beginning", CANONICAL.replace(/^(\w+)/, "{$1}")],
  ["parentheses", `(${CANONICAL})`],
  ["other groups", "1daae3f57-fd6-42e9-b1ba-8c05f873994d"],
  ["two of them", `${CANONICAL} ${CANONICAL}`],
  ["a line after it", `${CANONICAL}\n/../x`],
  ["full-width digits", CANONICAL.replace("1", "\uFF11")],
  ["a letter that lower-cases to ASCII", CANONICAL.replace("b", "\u212A")],
])("refuses %s", (_, text) => {
  expect(parsePartitionId(text)).toBeUndefined();
});

test("takes every GUID in either case, and its own form back", () => {
  fc.assert(
    fc.property(fc.uuid(), (guid) => {
      expect(parsePartitionId(guid.toUpperCase())).toBe(guid.toLowerCase());
      expect(parsePartitionId(guid.toLowerCase())).toBe(guid.toLowerCase());
    }),
    { numRuns: 300 },
  );
});
