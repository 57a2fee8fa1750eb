/*
 * Reading `unknown` JSON field by field, for the parsers of this room.
 */

export type Fields = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a value is, in a few words for a message; never more than a short piece of it. */
export function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return cut(JSON.stringify(value) ?? typeof value, 60);
}

/**
 * At most so many characters, none of them half a one: JSON can carry a lone surrogate and a cut can make one, but no record
 * with one can be sealed (RFC 8785).
 */
export function cut(text: string, most: number): string {
  return text.slice(0, most).toWellFormed();
}

/** `{ [key]: value }`, or nothing at all: with exactOptionalPropertyTypes "absent" is not the same as `undefined`. */
export function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const object: { [P in K]?: V } = {};
  if (value !== undefined) object[key] = value;
  return object;
}

/** What was read, or why it cannot be. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

export function good<T>(value: T): Read<T> {
  return { ok: true, value };
}

export function unreadable(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}
