/*
 * Text from a cluster is untrusted: a message with a line break and `::error::` in it would be a command to the runner,
 * one with `|` or `<` would rearrange the job summary. It is cleaned where it is shown, not where it is stored.
 */

// Control characters, line and paragraph separators, zero-width and direction-changing characters, and what is no character
// at all (U+FFFE, U+FFFF and their like, which XML 1.0 cannot hold).
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}]+/gu;

const HALF_CHARACTER = /[\uD800-\uDBFF]$/;

/**
 * One line for a log: no control characters, nothing the runner takes for a command (`##[` counts anywhere in a line, `::`
 * at its start), at most `most` characters.
 */
export function cleanLine(text: string, most = 500): string {
  const line = text
    .replace(UNPRINTABLE, " ")
    .replaceAll("##[", "# #[")
    .replace(/^\s*::/, ": :");
  return line.length > most ? `${line.slice(0, most - 3).replace(HALF_CHARACTER, "")}...` : line;
}

/** One line for Markdown and the HTML in it: every character with a meaning there is escaped, and no address becomes a link. */
export function cleanMarkdown(text: string, most = 500): string {
  return cleanHtml(text, most)
    .replace(/[\\`*_[\]#|~@]/g, "\\$&")
    .replace(/:(?=\/\/)|(?<=www)\./gi, "\\$&");
}

/** One line for the inside of an HTML element, where Markdown is not read: `<pre>`, `<code>`. */
export function cleanHtml(text: string, most = 500): string {
  return cleanLine(text, most).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
