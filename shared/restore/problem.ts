import type { Reason } from "./verdict.ts";

/** Why a look brought no answer. A closed set: the gateway sorts every fault of the wire into one of these. */
export type ProblemCode =
  | "unreachable"
  | "timed-out"
  | "throttled"
  | "server-trouble"
  | "server-fault"
  | "unintelligible"
  | "backup-service-unavailable"
  | "partition-not-found"
  | "access-denied"
  | "untrusted-server"
  | "api-version-refused"
  | "rejected";

/** A look that brought no answer, as a value that can cross JSON. `message` may quote the cluster. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** What the server asked for in `Retry-After`. */
  readonly retryAfterMs?: number;
}

/** How long a cluster that never answered at all is waited for. */
export const NEVER_REACHED_MS = 120_000;

/**
 * What to do about it:
 * - `bear`: a fault of transport is never a fault of the restore; keep looking until the deadline;
 * - `bear-once-reached`: as `bear` once the cluster has given one usable answer, else give up after `times` in a row;
 * - `give-up`: asking again cannot help, but for `times` > 1 it is confirmed first.
 */
export interface Treatment {
  readonly treatment: "bear" | "bear-once-reached" | "give-up";
  readonly times: number;
  /** What the verdict says where this problem ends the watch. */
  readonly reason: Reason;
}

const bear = (reason: Reason): Treatment => ({ treatment: "bear", times: Infinity, reason });
const giveUp = (reason: Reason, times = 1): Treatment => ({ treatment: "give-up", times, reason });

/** The one table of what is retried. Which signal of the wire is which problem stands in `service-fabric/reply-faults.ts`. */
export const TREATMENT: Readonly<Record<ProblemCode, Treatment>> = {
  unreachable: bear("unreachable"),
  "timed-out": bear("unreachable"),
  throttled: bear("unreachable"),
  "server-trouble": bear("unreachable"),
  // A 500 that names no passing condition: real ones pass, a broken service answers so for ever.
  "server-fault": { treatment: "bear-once-reached", times: 10, reason: "unreachable" },
  // A captive portal or a wrong port answers like this for ever; a gateway being deployed does so for a moment.
  unintelligible: { treatment: "bear-once-reached", times: 5, reason: "unintelligible" },
  // The gateway answers so for a moment while it learns where the service lives: asked twice before it is believed.
  "backup-service-unavailable": giveUp("backup-service-unavailable", 2),
  "partition-not-found": giveUp("partition-not-found"),
  // The gateway client has refreshed the credential once before it says so.
  "access-denied": giveUp("access-denied"),
  "untrusted-server": giveUp("untrusted-server"),
  // The gateway client has tried the other generation's api-version before it says so.
  "api-version-refused": giveUp("rejected"),
  rejected: giveUp("rejected"),
};
