import { describe, expect, test } from "vitest";
import { cleanHtml, cleanLine, cleanMarkdown } from "../shared/clean-text.ts";
import { redact } from "../shared/redact.ts";
import { parseInstant } from "../shared/restore/instant.ts";
import { parseInt64 } from "../shared/restore/int64.ts";
import { parsePartitionId } from "../shared/restore/partition-id.ts";
import { parseExactJson } from "../shared/service-fabric/exact-json.ts";

/*
 * A mebibyte, the most that a reply may hold, of what is worst for each regular expression that reads a stranger's text. One that takes
 * time by the square of it would be at it for hours, and this file with it; one that needs a stack for it would throw.
 */

const LENGTH = 1_048_576;
const filled = (piece: string): string => piece.repeat(Math.ceil(LENGTH / piece.length)).slice(0, LENGTH);

const WORST: readonly string[] = [
  ...["a", " ", "#", ":", "[", '"', "1", "=", "/", ".", "@", "-", "\u0000a", "\u200b", "\\a", "&", "www."].map(filled),
  ...["sig=", "AccountKey=", '"Password":"', '"Password" ', '"aPasswordSecretConnectionString', "?code="].map(filled),
  ...["Bearer ", "eyJa.", ".eyJa", " eyJaaaa.aaaa", "://a:", "://a:b", "://"].map(filled),
  ...["-----BEGIN ", "-----BEGIN PRIVATE KEY----- ", "2026-02-03T10:00:00."].map(filled),
  ...["x-functions-key : ", "x-functions-key:"].map(filled),
  `"${filled("a")}`,
  `"Password":"${filled("a")}`,
  `"Password":"${filled("\\a")}`,
  `"Password"${filled(" ")}`,
  `Bearer${filled(" ")}`,
  `eyJa.${filled("a")}`,
  `://a:${filled("b")}`,
  `-----BEGIN ${filled("A ")}`,
  `-----BEGIN PRIVATE KEY-----${filled("-----EN")}`,
  `2026-02-03T10:00:00.${filled("1")}`,
  `{${filled(" ")}`,
];

function outcome(text: string): string {
  try {
    parseExactJson(text);
    return "JSON";
  } catch (error) {
    return error instanceof Error ? error.name : "nothing that is known";
  }
}

describe.each(WORST.map((text) => [`${JSON.stringify(text.slice(0, 32))}...`, text] as const))("%s", (_, text) => {
  test("is read to its end", () => {
    expect(redact(text).length).toBeGreaterThan(0);
    for (const clean of [cleanLine, cleanHtml, cleanMarkdown]) {
      expect(clean(text).length).toBeLessThan(5_000);
      expect(clean(text, LENGTH).length).toBeGreaterThan(0);
    }
    expect([parseInstant(text), parseInt64(text), parsePartitionId(text)]).toEqual([undefined, undefined, undefined]);
    expect(["JSON", "SyntaxError"]).toContain(outcome(text));
  });
});
