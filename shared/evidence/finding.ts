/** What can be wrong with evidence that was read, and what keeps it from being judged. */
export type Kind = keyof typeof KINDS;

/**
 * `broken`: it is not what was written. `unproven`: nothing can be said, neither that it is whole nor that it is not.
 */
export const KINDS = {
  "no-json": "broken",
  altered: "broken",
  misplaced: "broken",
  "cut-short": "broken",
  duplicate: "broken",
  "missing-predecessor": "broken",
  forked: "broken",
  "missing-batch": "broken",
  "missing-last": "broken",
  unsealed: "unproven",
  "no-record": "unproven",
  unreadable: "unproven",
} as const satisfies Readonly<Record<string, "broken" | "unproven">>;

/** What is wrong, and where it was seen. Names and texts may be a stranger's: clean them before they are shown. */
export interface Finding {
  readonly name: string;
  readonly kind: Kind;
  readonly message: string;
}

/** A record's place in its series, as it says itself. */
export interface Link {
  readonly name: string;
  readonly sha256: string;
  readonly predecessorSha256: string | null;
  /** When it had its verdict; to tell which of several findings is the first. */
  readonly endedAtUtc: string;
  /** The digests of the records that hold its evidence. */
  readonly batches: readonly string[];
}

export function short(digest: string): string {
  return `${digest.slice(0, 12)}…`;
}
