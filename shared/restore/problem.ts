import type { Reason } from "./verdict.ts";

/** Why a look brought no answer. A closed set: the gateway sorts every fault of the wire into one of these. */
export type ProblemCode =
  | "unreachable"
  | "timed-out"
  | "throttled"
  | "server-trouble"
  | "unintelligible"
  | "backup-service-unavailable"
  | "partition-not-found"
  | "access-denied"
  | "untrusted-server"
  | "rejected";

/** A look that brought no answer, as a value that can cross JSON. `message` may quote the cluster. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** What the server asked for in `Retry-After`. */
  readonly retryAfterMs?: number;
}

/**
 * What to do about it:
 * - `bear`: a fault of transport is never a fault of the restore; keep looking until the deadline;
 * - `bear-once-reached`: as `bear` once the cluster has given one usable answer, else give up after `times` in a row;
 * - `give-up`: asking again cannot help, but for `times` > 1 it is confirmed first.
 */
export interface Treatment {
  readonly treatment: "bear" | "bear-once-reached" | "give-up";
  readonly times: number;
  readonly reason: Reason;
}

/** The one table of what is retried. `reason` is what the verdict says where the problem is what ends the watch. */
export const TREATMENT: Readonly<Record<ProblemCode, Treatment>> = {
  unreachable: { treatment: "bear", times: Infinity, reason: "unreachable" },
  "timed-out": { treatment: "bear", times: Infinity, reason: "unreachable" },
  throttled: { treatment: "bear", times: Infinity, reason: "unreachable" },
  "server-trouble": { treatment: "bear", times: Infinity, reason: "unreachable" },
  // A captive portal or a wrong port answers like this for ever; a gateway being deployed does so for a moment.
  unintelligible: { treatment: "bear-once-reached", times: 5, reason: "unintelligible" },
  // The gateway answers so for a moment while it learns where the service lives: asked twice before it is believed.
  "backup-service-unavailable": { treatment: "give-up", times: 2, reason: "backup-service-unavailable" },
  "partition-not-found": { treatment: "give-up", times: 1, reason: "partition-not-found" },
  "access-denied": { treatment: "give-up", times: 1, reason: "access-denied" },
  "untrusted-server": { treatment: "give-up", times: 1, reason: "untrusted-server" },
  rejected: { treatment: "give-up", times: 1, reason: "rejected" },
};
