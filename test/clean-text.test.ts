import * as fc from "fast-check";
import { marked } from "marked";
import { describe, expect, test } from "vitest";
import { cleanLine, cleanMarkdown } from "../shared/clean-text.ts";

/** What the runner does with a line: `::` at its start (after space) or `##[` anywhere is a command. */
const isCommand = (line: string): boolean => line.trimStart().startsWith("::") || line.includes("##[");

describe("a line for the log", () => {
  test.each([
    ["plain text stays as it is", "Restore finished at 10:20 (C:\\data)", "Restore finished at 10:20 (C:\\data)"],
    ["other scripts stay as they are", "Sauvegarde terminée 復元 🎉", "Sauvegarde terminée 復元 🎉"],
    ["a line break is a space", "one\r\ntwo\n\nthree", "one two three"],
    ["so are the separators of Unicode", "one\u2028two\u2029three\u0085four", "one two three four"],
    ["and control characters", "a\u0000b\u0007c\u001B[31md\u009Be", "a b c [31md e"],
    ["and what turns the direction of writing", "abc\u202Efed\u2066x", "abc fed x"],
    ["and what cannot be seen", "pass\u200Bword\uFEFF!", "pass word !"],
    ["and half a character", "a\uD83Db", "a b"],
    ["a command of the runner is broken", "::error::gone", ": :error::gone"],
    ["also behind space", " \t::set-output name=verdict::passed", ": :set-output name=verdict::passed"],
    ["also behind a line break", "x\n::error::gone", "x ::error::gone"],
    ["also in its old form, anywhere", "a ##[error]gone ##[add-mask]x", "a # #[error]gone # #[add-mask]x"],
    ["also with more of them", "###[error]", "## #[error]"],
    ["also put together by what is taken out", "#\u200B#[error]", "# #[error]"],
    ["a colon in the middle stays", "std::vector ::x", "std::vector ::x"],
  ])("%s", (_, text, line) => {
    expect(cleanLine(text)).toBe(line);
  });

  test("is cut to the length asked for, and says so", () => {
    expect(cleanLine("x".repeat(501))).toBe(`${"x".repeat(497)}...`);
    expect(cleanLine("x".repeat(500))).toHaveLength(500);
    expect(cleanLine("abcdefgh", 6)).toBe("abc...");
  });

  test("is not cut in the middle of a character", () => {
    expect(cleanLine("🎉".repeat(10), 8).isWellFormed()).toBe(true);
    expect(cleanLine("🎉".repeat(10), 9).isWellFormed()).toBe(true);
  });

  const nasty = fc.array(
    fc.oneof(fc.constantFrom("::", ":", "#", "##[", "[", "\n", "\r", "\u2028", "\u200B", " ", "error"), fc.string()),
  );

  test("is one printable line and no command, whatever the text and wherever it is cut", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 3, max: 60 }), (parts, most) => {
        const line = cleanLine(parts.join(""), most);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(isCommand(line)).toBe(false);
        expect(line.length).toBeLessThanOrEqual(most);
      }),
      { numRuns: 1_500 },
    );
  });
});

describe("a line for Markdown", () => {
  test.each([
    ["HTML", "<img src=x onerror=alert(1)>", "&lt;img src=x onerror=alert(1)&gt;"],
    ["entities", "&lt;b&gt;", "&amp;lt;b&amp;gt;"],
    ["the cell of a table", "a|b", "a\\|b"],
    ["a link", "[a](b)", "\\[a\\](b)"],
    ["a picture", "![a](b)", "!\\[a\\](b)"],
    ["code", "`a`", "\\`a\\`"],
    ["stress", "*a* _b_ ~c~", "\\*a\\* \\_b\\_ \\~c\\~"],
    ["a title", "# a", "\\# a"],
    ["a mention", "@octocat", "\\@octocat"],
    ["the escape itself", "\\*", "\\\\\\*"],
    ["a row of its own", "a\n| b |", "a \\| b \\|"],
    ["an address", "see https://evil.test/login", "see https\\://evil.test/login"],
    ["an address without its scheme", "see WWW.evil.test", "see WWW\\.evil.test"],
  ])("%s has no meaning in it", (_, text, line) => {
    expect(cleanMarkdown(text)).toBe(line);
  });

  test.each([
    "https://evil.test/a",
    "http://evil.test",
    "ftp://evil.test",
    "(www.evil.test)",
    "www.www.evil.test",
    "x://y",
  ])("%s is no link, as GitHub reads it", async (text) => {
    expect(await marked.parse(`| a |\n|---|\n| ${cleanMarkdown(text)} |`, { gfm: true })).not.toContain("<a");
  });

  test("no character with a meaning is left bare, whatever the text", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\\`*_[\]#|~@<>& ab\n]{0,40}$/), (text) => {
        const line = cleanMarkdown(text);
        expect(line.replaceAll(/\\./g, "")).not.toMatch(/[\\`*_[\]#|~@<>\n]/);
        expect(line.replaceAll(/&(amp|lt|gt);/g, "")).not.toContain("&");
      }),
      { numRuns: 1_000 },
    );
  });
});
