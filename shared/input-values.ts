import { good, type Read, unreadable } from "./restore/fields.ts";

/* What several inputs have in common: lists, durations, and how a text is told of that could not be read. */

/** The user's own text, short enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}

/** What stands between commas and line ends, blanks left out. */
export function items(text: string): readonly string[] {
  return text
    .split(/[\n,]/u)
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

interface Bounds {
  readonly above?: number;
  readonly least?: number;
  readonly most: number;
}

const UNIT_MS = { minutes: 60_000, seconds: 1_000 } as const;

/** A number of `unit` without sign or exponent, in milliseconds. */
export function duration(unit: keyof typeof UNIT_MS, bounds: Bounds): (text: string) => Read<number> {
  const low = bounds.above === undefined ? `at least ${bounds.least ?? 0}` : `more than ${bounds.above}`;
  return (text) => {
    const value = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : NaN;
    const inBounds =
      value <= bounds.most && (bounds.above === undefined ? value >= (bounds.least ?? 0) : value > bounds.above);
    if (!inBounds)
      return unreadable(`must be a number of ${unit}, ${low} and at most ${bounds.most}; got ${quote(text)}`);
    return good(Math.max(bounds.above === undefined ? 0 : 1, Math.round(value * UNIT_MS[unit])));
  };
}
