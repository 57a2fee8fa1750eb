/**
 * `JSON.parse` that loses no digit: an integer too large for a double comes out as the string of its digits (LSNs are
 * bare 64-bit numbers on the wire; `JSON.parse` makes 9007199254740992 of 9007199254740993).
 * @throws SyntaxError where the text is no JSON
 */
export function parseExactJson(text: string): unknown {
  const parsed: unknown = LARGE_NUMBER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
  return parsed;
}

/** A bare run of 16 digits or more: only then is there anything to lose, and a reviver costs as much as all the rest of a poll. */
const LARGE_NUMBER = /[[:,\s]-?\d{16}|^-?\d{16}/;

/** The third argument carries the source text (ES2025, "JSON.parse source text access"); the library's types lag behind. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  // Through a bigint, because V8 cuts a text out of another by keeping the other: eighteen digits would hold a whole list in memory.
  return source !== undefined && /^-?\d+$/.test(source) ? String(BigInt(source)) : value;
}
