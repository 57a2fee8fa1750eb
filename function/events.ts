import { cleanLine, redact } from "../shared/index.ts";

/**
 * What is told as it happens, one line of JSON each: the names are a contract of alerts and dashboards
 * (docs/function-events.md). Nothing that a cluster said is in them but reasons and codes of closed sets.
 */
export const EVENTS = {
  "verification.started": "A verification was accepted and its watching begins.",
  "verification.scheduled":
    "The schedule fired for a plan; `started` is false where that slot had been served already.",
  "verification.resolved": "The targets were resolved to partitions and batches.",
  "verification.polled":
    "A batch was looked at: how many looks, how many without an answer, how many partitions are open.",
  "verification.waited": "A batch was due, and the cluster's budget of requests made it wait.",
  "verification.state": "A partition shows another restore state than at the last look.",
  "verification.ended": "A verification has its verdict and its record. Told at least once.",
  "verification.cancelled": "Somebody called a verification off.",
  "verification.restarted": "A verification had lost its orchestration; it was started again.",
  "verification.overdue": "A verification is open 15 minutes after its deadline.",
  "verification.heartbeat": "Housekeeping ran: how many verifications are open, how much history was purged.",
  "verification.trouble": "Something of the app itself failed and will be tried again.",
} as const satisfies Readonly<Record<string, string>>;

export type EventName = keyof typeof EVENTS;

/** As much of an InvocationContext as is used. */
export interface Log {
  log(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

type Facts = Readonly<Record<string, string | number | boolean | null>>;

const LEVEL: Readonly<Partial<Record<EventName, "warn" | "error">>> = {
  "verification.overdue": "error",
  "verification.restarted": "warn",
  "verification.trouble": "warn",
};

export function tell(log: Log, event: EventName, facts: Facts): void {
  log[LEVEL[event] ?? "log"](JSON.stringify({ event, ...facts }));
}

/** What an error says, in one short line. Libraries quote what they were given: addresses with keys in them, connection strings. */
export function whatFailed(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return cleanLine(redact(text).replace(/\s+/g, " "), 300);
}
