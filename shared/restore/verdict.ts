/** Every way a verification can end, with the verdict it amounts to. Only `passed` is green. */
export const VERDICT_OF = {
  restored: "passed",

  "restore-failed": "failed",
  "restore-timed-out": "failed",
  "deadline-exceeded": "failed",
  "wrong-backup": "failed",
  "rto-missed": "failed",
  "rpo-missed": "failed",
  unhealthy: "failed",

  "no-restore": "inconclusive",
  stale: "inconclusive",
  unreachable: "inconclusive",
  "access-denied": "inconclusive",
  "untrusted-server": "inconclusive",
  "partition-not-found": "inconclusive",
  "backup-service-unavailable": "inconclusive",
  rejected: "inconclusive",
  unintelligible: "inconclusive",
  cancelled: "inconclusive",
  "internal-error": "inconclusive",
} as const;

export type Reason = keyof typeof VERDICT_OF;
export type Outcome = "passed" | "failed" | "inconclusive";

/**
 * How the answer is known to be about *this* restore:
 * - `in-flight`: this run saw the restore under way, at or after `not-before`;
 * - `timestamp`: the cluster dated the success at or after `not-before`;
 * - `data-loss-version`: the partition's last declared data loss is recent enough (makes a red verdict certain, never a green one);
 * - `any`: `not-before: any`, the check was switched off.
 */
export type IdentifiedBy = "in-flight" | "timestamp" | "data-loss-version" | "any";

/** `message` is one or two plain sentences; it may quote the cluster, so it is cleaned wherever it is shown. */
export interface Verdict {
  readonly verdict: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly identifiedBy?: IdentifiedBy;
}

export function verdict(reason: Reason, message: string, identifiedBy?: IdentifiedBy): Verdict {
  return { verdict: VERDICT_OF[reason], reason, message, ...(identifiedBy === undefined ? {} : { identifiedBy }) };
}

const SEVERITY: Readonly<Record<Outcome, number>> = { failed: 2, inconclusive: 1, passed: 0 };

/** Worst first: failed, inconclusive, passed; equals keep their order. For `toSorted`. */
export function worstFirst(a: Pick<Verdict, "verdict">, b: Pick<Verdict, "verdict">): number {
  return SEVERITY[b.verdict] - SEVERITY[a.verdict];
}
