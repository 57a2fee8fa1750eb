export type Outcome = "passed" | "failed" | "inconclusive";

interface ReasonSpec {
  readonly verdict: Outcome;
  /** When it is given, for people: the README's table is made of these. */
  readonly when: string;
}

/** Every way a verification can end: a closed set. Only `passed` is green. */
export const REASONS = {
  restored: {
    verdict: "passed",
    when: "The cluster reports `Success`, and it is the success of this restore.",
  },

  "restore-failed": { verdict: "failed", when: "The cluster reports `Failure` (or `Invalid`) for this restore." },
  "restore-timed-out": {
    verdict: "failed",
    when: "The cluster reports `Timeout` for this restore: it stopped waiting. The restore may still complete.",
  },
  "deadline-exceeded": { verdict: "failed", when: "Our deadline came while this restore was still under way." },
  "wrong-backup": { verdict: "failed", when: "Another restore point than the expected one." },
  "rto-missed": { verdict: "failed", when: "Restored, but later than the recovery time objective." },
  "rpo-missed": { verdict: "failed", when: "Restored, but from a backup older than the recovery point objective." },
  unhealthy: { verdict: "failed", when: "Restored, but not ready and healthy by the deadline." },

  "no-restore": { verdict: "inconclusive", when: "No restore is on record by the start timeout." },
  stale: {
    verdict: "inconclusive",
    when: "What is on record is older than `not-before`, or cannot be dated, and nothing newer appeared by the start timeout.",
  },
  unreachable: {
    verdict: "inconclusive",
    when: "No usable answer: network, DNS, 5xx, throttling; for 2 minutes from the start, or up to the deadline.",
  },
  "access-denied": { verdict: "inconclusive", when: "The cluster refuses us (401, 403)." },
  "untrusted-server": { verdict: "inconclusive", when: "The server's certificate is not the one expected." },
  "partition-not-found": {
    verdict: "inconclusive",
    when: "The cluster knows no such partition, service or application.",
  },
  "backup-service-unavailable": {
    verdict: "inconclusive",
    when: "The Backup Restore Service is not deployed in the cluster.",
  },
  rejected: { verdict: "inconclusive", when: "The cluster refuses the request (any other 4xx)." },
  unintelligible: { verdict: "inconclusive", when: "Answers that are no restore progress, repeatedly." },
  cancelled: { verdict: "inconclusive", when: "We were told to stop; the restore goes on in the cluster." },
  "internal-error": { verdict: "inconclusive", when: "The verification itself broke. Never a pass, always reported." },
} as const satisfies Readonly<Record<string, ReasonSpec>>;

export type Reason = keyof typeof REASONS;

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
  return { verdict: REASONS[reason].verdict, reason, message, ...(identifiedBy === undefined ? {} : { identifiedBy }) };
}

const SEVERITY: Readonly<Record<Outcome, number>> = { failed: 2, inconclusive: 1, passed: 0 };

/** Worst first: failed, inconclusive, passed; equals keep their order. For `toSorted`. */
export function worstFirst(a: Pick<Verdict, "verdict">, b: Pick<Verdict, "verdict">): number {
  return SEVERITY[b.verdict] - SEVERITY[a.verdict];
}
