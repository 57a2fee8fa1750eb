import * as fc from "fast-check";

/* What the fuzz tests have in common: the same inputs in every run, and text as hostile as it comes. */

/** So many runs, always the same ones; a failure names the path to the input that failed. */
export const fuzzed = (numRuns: number): fc.Parameters<unknown> => ({ numRuns, seed: 20_260_203 });

/** What means something to a log, a shell, a table, a tag, a URL or a parser; half characters and no characters among it. */
const PIECES = [
  ...Array.from("\r\n\t\0\u001b\u0085\u2028\u202e\u200b\ufeff\ufffe\ud800\udfff<>&\"'`|*_[]#@:;,=%\\/?{}~$ -.0"),
  "]]>",
  "::error::",
  "##[error]",
  "<!--",
  "</testcase>",
  "__proto__",
  "${{ secrets.A }}",
  "9007199254740993",
  "1e999",
  "🎉",
] as const;

/** Any text: any characters at all, and those that mean something, mixed. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), { maxLength: 30 })
    .map((all) => all.join("")),
);

/** A text with some of it taken out, put in or written over. */
export function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(text.length), fc.nat(8), fc.oneof(fc.constant(""), anyText));
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) =>
      edits.reduce((rest, [at, length, piece]) => rest.slice(0, at) + piece + rest.slice(at + length), text),
    );
}

/** A JSON value with one of its values, somewhere within it, replaced or taken away. */
export function altered(value: unknown): fc.Arbitrary<unknown> {
  const places = paths(value);
  return fc
    .tuple(
      fc.constantFrom(...places),
      fc.oneof(fc.jsonValue(), anyText, fc.constantFrom(0, -1, 2 ** 53, null, undefined)),
    )
    .map(([path, other]) => replaced(value, path, other));
}

function paths(value: unknown, here: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [here];
  return [here, ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...here, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  if (Array.isArray(value))
    return value.map((inner: unknown, n) => (String(n) === key ? replaced(inner, rest, other) : inner));
  if (typeof value !== "object" || value === null) return other;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, name === key ? replaced(inner, rest, other) : inner]),
  );
}
