/**
 * `JSON.parse` that loses no digit: an integer too large for a double comes out as the string of its digits (LSNs are
 * bare 64-bit numbers on the wire; `JSON.parse` makes 9007199254740992 of 9007199254740993).
 * @throws SyntaxError where the text is no JSON
 */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, keepDigits) as unknown;
}

/** The third argument carries the source text (ES2025, "JSON.parse source text access"); the library's types lag behind. */
function keepDigits(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source;
  return source !== undefined && /^-?\d+$/.test(source) ? source : value;
}
