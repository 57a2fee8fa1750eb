import * as fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "../../shared/report/json-text.ts";

test.each([
  ["an escape sequence in one character", "a\u009b31mb", String.raw`"a\u009b31mb"`],
  ["one of the usual kind", "a\u001b[31mb", String.raw`"a\u001b[31mb"`],
  ["what turns the direction of writing", "a\u202egpj.exe", String.raw`"a\u202egpj.exe"`],
  ["what cannot be seen", "pass\u200bed", String.raw`"pass\u200bed"`],
  ["a separator of lines", "a\u2028b", String.raw`"a\u2028b"`],
  ["a tag, which is two units long", "a\u{e0041}b", String.raw`"a\udb40\udc41b"`],
  ["other scripts and pictures stay", "復元 é 🎉", `"復元 é 🎉"`],
])("%s is seen", (_, text, written) => {
  expect(jsonText(text)).toBe(written);
});

test("is the same value, and shows nothing but what can be seen", () => {
  const units = fc.string({ unit: fc.constantFrom("\u009b", "\u007f", "\u202e", "\u{e0041}", "a", '"', "\\", "\n") });
  fc.assert(
    fc.property(fc.dictionary(units, fc.oneof(units, fc.array(units), fc.double(), fc.constant(null))), (value) => {
      for (const indent of [undefined, 2]) {
        const text = jsonText(value, indent);
        expect(text).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }
    }),
    { seed: 8, numRuns: 500 },
  );
});
