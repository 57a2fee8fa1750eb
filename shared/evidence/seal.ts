import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { isObject } from "../restore/fields.ts";

/**
 * What makes a record tamper-evident: its own digest, and that of the record before it in the same series.
 * Both are the SHA-256, in lower-case hex, of the canonical JSON (RFC 8785) of a record without its `integrity.sha256`.
 */
export interface Integrity {
  readonly sha256: string;
  /** The digest of the record before this one; `null` for the first of a series. */
  readonly predecessorSha256: string | null;
}

export type Sealed<T extends object> = T & { readonly integrity: Integrity };

/**
 * The record with its digest. What is sealed is the record as it will be read back: an absent member and one that is
 * `undefined` are the same in JSON, and so are they here. Half a character (a lone surrogate, which a cluster may well send) has no
 * canonical form: U+FFFD takes its place, so that no text can keep a verdict from its record.
 */
export function seal<T extends object>(record: T, predecessorSha256: string | null): Sealed<T> {
  const content = wellFormed(record);
  return { ...content, integrity: { sha256: digestToBe(content, predecessorSha256), predecessorSha256 } };
}

/**
 * The digest a record with this content must bear, whatever it says of itself. The content is what was read from JSON, and taken as it is:
 * written once more, a number too large would become `null`, and nobody could tell the two apart.
 * @throws Error where it has no canonical form
 */
export function digestOf(content: object, predecessorSha256: string | null): string {
  const { partitions, ...run }: { partitions?: unknown } = content;
  if (!Array.isArray(partitions)) return sha256(canonical({ ...content, integrity: { predecessorSha256 } }));
  const digest = digestInPieces(run, predecessorSha256);
  for (const partition of partitions) digest.add(partition);
  return digest.sha256();
}

/** The digest of a record whose partitions come one by one: the same as of the whole, without ever holding it. */
export interface DigestInPieces {
  add(partition: unknown): void;
  /** Once all have been added. */
  sha256(): string;
}

const IN_PIECES = "partitions";

export function digestInPieces(run: object, predecessorSha256: string | null): DigestInPieces {
  const hash = createHash("sha256");
  const members: Readonly<Record<string, unknown>> = { ...run, integrity: { predecessorSha256 } };
  // RFC 8785, 3.2.3: sorted by UTF-16 code units, as JavaScript compares strings.
  const named = Object.keys(members)
    .filter((name) => name !== IN_PIECES)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => ({ name, text: `${canonical(name)}:${canonical(members[name])}` }));
  const joined = (those: typeof named): string => those.map(({ text }) => text).join(",");
  const before = named.filter(({ name }) => name < IN_PIECES);
  const after = named.filter(({ name }) => name > IN_PIECES);
  hash.update(`{${joined(before)},${canonical(IN_PIECES)}:[`, "utf8");
  let separator = "";
  return {
    add(partition) {
      hash.update(`${separator}${canonical(partition)}`, "utf8");
      separator = ",";
    },
    sha256: () => hash.update(`]${after.length === 0 ? "" : ","}${joined(after)}}`, "utf8").digest("hex"),
  };
}

/** Partition by partition: ten thousand with all that was seen of them are not written as one text. */
function digestToBe(content: object, predecessorSha256: string | null): string {
  const { partitions, ...run }: { partitions?: unknown } = content;
  if (!Array.isArray(partitions)) return digestOf(objectIn(readBack(content)), predecessorSha256);
  const digest = digestInPieces(objectIn(readBack(run)), predecessorSha256);
  for (const partition of partitions) digest.add(readBack(partition));
  return digest.sha256();
}

/** As it will be read from the file. */
function readBack(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function objectIn(value: unknown): object {
  if (!isObject(value)) throw new TypeError("only objects are sealed");
  return value;
}

function canonical(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("a record has no canonical form");
  return text;
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

/** The same value where all of its strings are well-formed, as they nearly always are. */
function wellFormed<T>(value: T): T;
function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    const mended = items.map((item) => wellFormed(item));
    return mended.every((item, n) => Object.is(item, items[n])) ? items : mended;
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const mended = entries.map(([name, member]): [string, unknown] => [name.toWellFormed(), wellFormed(member)]);
  const same = mended.every(([name, member], n) => name === entries[n]?.[0] && Object.is(member, entries[n]?.[1]));
  return same ? value : Object.fromEntries(mended);
}
