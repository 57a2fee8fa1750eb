// What a terminal obeys or a reader cannot see, and JSON lets through as it is: DEL and the C1 controls (U+009B begins an escape
// sequence), zero-width and direction-changing characters, line and paragraph separators. `\n` is the writer's own.
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * JSON that can be looked at: the same value, whoever parses it, but what was hidden in a text stands there as `\u202e`. A record goes to
 * terminals, diffs and logs, and the cluster's own words stand in it to the letter.
 */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSEEN, (found) =>
    found.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
  );
}
