import { createHash } from "node:crypto";
import canonicalize from "canonicalize";

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
 * `undefined` are the same in JSON, and so are they here.
 */
export function seal<T extends object>(record: T, predecessorSha256: string | null): Sealed<T> {
  return { ...record, integrity: { sha256: digestOf(record, predecessorSha256), predecessorSha256 } };
}

/** The digest a record with this content must bear, whatever it says of itself. */
export function digestOf(record: object, predecessorSha256: string | null): string {
  const content: unknown = JSON.parse(JSON.stringify({ ...record, integrity: { predecessorSha256 } }));
  const canonical = canonicalize(content);
  if (canonical === undefined) throw new TypeError("a record has no canonical form");
  return createHash("sha256").update(canonical, "utf8").digest("hex");
}
