export type Outcome = "passed" | "failed" | "inconclusive";

interface ReasonSpec {
  readonly verdict: Outcome;
  /** When it is given, for people: the README's table is made of these. */
  readonly when: string;
  /** What to do then, in a sentence. More stands under the reason's own heading in docs/troubleshooting.md. */
  readonly next: string;
}

/** Every way a verification can end: a closed set. Only `passed` is green. */
export const REASONS = {
  restored: {
    verdict: "passed",
    when: "The cluster reports `Success`, and it is the success of this restore.",
    next: "Nothing: keep the record as the drill's evidence.",
  },

  "restore-failed": {
    verdict: "failed",
    when: "The cluster reports `Failure` (or `Invalid`) for this restore.",
    next: "Look at the cluster's error and at the partition's health events, put right what they name (storage access, a missing or broken backup), then restore again.",
  },
  "restore-timed-out": {
    verdict: "failed",
    when: "The cluster reports `Timeout` for this restore: it stopped waiting. The restore may still complete.",
    next: "Look whether data loss still goes on before restoring again; it may yet complete. If backups are large, ask for the restore with a longer RestoreTimeout.",
  },
  "deadline-exceeded": {
    verdict: "failed",
    when: "Our deadline came while this restore was still under way, also if it has succeeded since.",
    next: "Look at the last state and how long it has not moved; give a large backup more `timeout-minutes`, and find out why a restore stays in `Accepted`.",
  },
  "wrong-backup": {
    verdict: "failed",
    when: "Another restore point than the expected one.",
    next: "Compare the restore point with the backup list: the trigger named another backup, or somebody else restored.",
  },
  "rto-missed": {
    verdict: "failed",
    when: "Restored, but later than the recovery time objective.",
    next: "The data is back, but late: find the slow part in the timeline, or agree on another objective.",
  },
  "rpo-missed": {
    verdict: "failed",
    when: "Restored, but from a backup older than the recovery point objective.",
    next: "The data is back, but older than agreed: look whether the backup policy ran, and how often it does.",
  },
  unhealthy: {
    verdict: "failed",
    when: "Restored, but not ready and healthy by the deadline.",
    next: "Look at the partition's health and replicas in Service Fabric Explorer: the restore came back, the partition did not.",
  },

  "no-restore": {
    verdict: "inconclusive",
    when: "No restore is on record by the start timeout.",
    next: "Look whether the restore was really asked for, of this partition in this cluster; if it comes late, raise `start-timeout-minutes`.",
  },
  stale: {
    verdict: "inconclusive",
    when: "What is on record is older than `not-before`, or cannot be dated, and nothing newer appeared by the start timeout.",
    next: "Look whether the restore was really asked for in this run; if it was asked for earlier, name that moment in `not-before`.",
  },
  unreachable: {
    verdict: "inconclusive",
    when: "No usable answer: network, DNS, 5xx, throttling; for 2 minutes from the start, or up to the deadline.",
    next: "Look at the endpoint and its port, DNS, firewalls and the proxy (`NO_PROXY`) from where this runs.",
  },
  "access-denied": {
    verdict: "inconclusive",
    when: "The cluster refuses us (401, 403).",
    next: "Look whether the client certificate or token is one the cluster lists as a (read-only) client, and whether it has expired.",
  },
  "untrusted-server": {
    verdict: "inconclusive",
    when: "The server's certificate is not the one expected.",
    next: "Look at the certificate the message names: renewed ones need a new `server-certificate-thumbprint`, self-signed ones `server-ca`.",
  },
  "partition-not-found": {
    verdict: "inconclusive",
    when: "The cluster knows no such partition, service or application.",
    next: "Look whether the id or name is right, and of this cluster: partition ids change when a service is created anew.",
  },
  "backup-service-unavailable": {
    verdict: "inconclusive",
    when: "The Backup Restore Service is not deployed in the cluster.",
    next: "Add the Backup Restore Service to the cluster (add-on feature `BackupRestoreService`); without it there are no restores.",
  },
  rejected: {
    verdict: "inconclusive",
    when: "The cluster refuses the request (any other 4xx).",
    next: "The message says what the cluster refused: often an old cluster (`api-version`), or an answer that an input makes necessary.",
  },
  unintelligible: {
    verdict: "inconclusive",
    when: "Answers that are no restore progress, repeatedly.",
    next: "Something else answers there, such as a proxy's or a sign-in page: look at the raw answer in the record, and at the endpoint.",
  },
  cancelled: {
    verdict: "inconclusive",
    when: "We were told to stop; the restore goes on in the cluster.",
    next: "Nothing was stopped but our looking. Run the verification again, with `not-before` at the start of this restore.",
  },
  "internal-error": {
    verdict: "inconclusive",
    when: "The verification itself broke. Never a pass, always reported.",
    next: "This is a defect of the tool: please report it, with the log. It says nothing about the restore.",
  },
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
