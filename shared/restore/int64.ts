declare const int64: unique symbol;

/**
 * A 64-bit integer as its decimal digits (LSNs, the two halves of an epoch). Never a number: as a double
 * 9007199254740993 becomes ...992. Never a bigint: it could not cross the JSON of a durable history or a record.
 */
export type Int64 = string & { readonly [int64]: true };

const DIGITS = /^-?\d{1,19}$/;
/** As it should be, and too short to be out of range: nothing to convert. Lists hold thousands of these. */
const CANONICAL = /^-?[1-9]\d{0,17}$/;

/** Accepts decimal digits, or a number that is exact as it stands; canonical form ("007" is "7"), `undefined` otherwise. */
export function parseInt64(value: unknown): Int64 | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text !== "string" || !DIGITS.test(text)) return undefined;
  const canonical = CANONICAL.test(text) ? text : BigInt(text).toString();
  return isInt64(canonical) ? canonical : undefined;
}

function isInt64(canonical: string): canonical is Int64 {
  return CANONICAL.test(canonical) || BigInt.asIntN(64, BigInt(canonical)).toString() === canonical;
}
