import { cut, isObject } from "../restore/fields.ts";
import type { ProblemCode } from "../restore/problem.ts";
import { parseExactJson } from "./exact-json.ts";
import type { Reply } from "./transport.ts";

/** What a reply that is no answer says of itself. */
export interface Signal {
  readonly status: number;
  /** `FABRIC_E_...`, from the body or, where that is empty, from the reason phrase. Codes without a name are numbers. */
  readonly code: string;
  readonly message: string;
  readonly body: "empty" | "fabric" | "other";
}

/** A row of the table: the first one whose every given condition holds decides. */
export interface FaultRow {
  readonly status?: number | readonly [from: number, to: number];
  readonly codes?: readonly string[];
  readonly body?: Signal["body"];
  readonly message?: string;
  readonly problem: ProblemCode;
  /** The credential may merely have run out: refresh it and ask once more. */
  readonly refresh?: true;
  /** Where it comes from: rows of the fact sheet (docs), or what was observed. */
  readonly source: string;
}

/**
 * Signal -> problem; what is then done, and what the verdict says, stands in `restore/problem.ts`. Codes before statuses: the
 * Backup Restore Service and the native gateway map the same code to different statuses.
 */
export const REPLY_FAULTS: readonly FaultRow[] = [
  { status: 401, problem: "access-denied", refresh: true, source: "P21: Windows security; newer gateways for tokens" },
  {
    status: 403,
    problem: "access-denied",
    refresh: true,
    source: "P20, P22: no certificate, expired token, wrong role",
  },
  {
    status: 400,
    message: "Invalid API Version",
    problem: "api-version-refused",
    source: "P5, P6: the cluster is of another generation",
  },
  {
    codes: [
      "FABRIC_E_NOT_READABLE",
      "FABRIC_E_TRANSACTION_NOT_ACTIVE",
      "FABRIC_E_SERVICE_TOO_BUSY",
      "FABRIC_E_TIMEOUT",
      "FABRIC_E_COMMUNICATION_ERROR",
      "FABRIC_E_GATEWAY_NOT_REACHABLE",
      "FABRIC_E_NO_WRITE_QUORUM",
      "FABRIC_E_NOT_PRIMARY",
      "FABRIC_E_NOT_READY",
      "FABRIC_E_OBJECT_CLOSED",
      "FABRIC_E_SERVICE_OFFLINE",
      "FABRIC_E_RECONFIGURATION_PENDING",
      "FABRIC_E_ENDPOINT_NOT_FOUND",
      "E_ABORT",
    ],
    problem: "server-trouble",
    source: "P10-P12, P18 and section 7.1: the service moves, or is busy",
  },
  {
    status: 404,
    body: "empty",
    problem: "backup-service-unavailable",
    source: "P9: made by the gateway, which knows no such service",
  },
  {
    status: 404,
    codes: [
      "FABRIC_E_BACKUP_NOT_ENABLED",
      "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST",
      "FABRIC_E_BACKUP_POLICY_NOT_EXISTING",
      "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED",
      "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING",
      "FABRIC_E_KEY_NOT_FOUND",
    ],
    body: "fabric",
    problem: "rejected",
    source: "sections 1.5, 1.6: a policy, a service or an entry is missing; that says nothing about the partition",
  },
  {
    status: 404,
    body: "fabric",
    problem: "partition-not-found",
    source: "P3, and whatever code the native routes have for it (section 11): the thing asked about is missing",
  },
  { status: 408, problem: "throttled", source: "never sent by this stack; front-ends do" },
  { status: 429, problem: "throttled", source: "never sent by this stack; front-ends do" },
  { status: [400, 499], problem: "rejected", source: "P4, P14-P17, P23: asking again cannot help" },
  {
    status: 502,
    codes: ["SSL Handshake Failed", "Invalid SSL Certificate"],
    problem: "server-fault",
    source: "section 7.1: between gateway and service; seldom passes",
  },
  { status: [502, 504], problem: "server-trouble", source: "P10, P11 and section 7.1" },
  { status: [500, 599], problem: "server-fault", source: "P13, P19, E_UNEXPECTED, numeric codes: capped" },
  { status: [100, 399], problem: "unintelligible", source: "no redirect is ever sent by a cluster: a portal, a proxy" },
];

/** The row that speaks for this reply. Every status has one. */
export function faultOf(signal: Signal): FaultRow {
  const row = REPLY_FAULTS.find((candidate) => fits(candidate, signal));
  return row ?? { problem: "unintelligible", source: "a status no HTTP knows" };
}

function fits({ status, codes, body, message }: FaultRow, signal: Signal): boolean {
  const [from, to] = typeof status === "object" ? status : [status ?? 0, status ?? Infinity];
  return (
    signal.status >= from &&
    signal.status <= to &&
    (codes === undefined || codes.includes(signal.code)) &&
    (body === undefined || body === signal.body) &&
    (message === undefined || message === signal.message)
  );
}

/**
 * Reads an error reply: `{"Error":{"Code","Message"}}` whatever its content type says (the service labels it text/plain),
 * Web API's `{"Message"}`, or the reason phrase where there is no body to speak of.
 */
export function signalOf({ status, statusText, body }: Reply): Signal {
  const parsed = parseOrNothing(body);
  const error = isObject(parsed) ? parsed["Error"] : undefined;
  if (isObject(error)) return { status, code: text(error["Code"]), message: text(error["Message"]), body: "fabric" };
  if (isObject(parsed)) return { status, code: statusText, message: text(parsed["Message"]), body: "other" };
  return { status, code: statusText, message: "", body: body.trim() === "" ? "empty" : "other" };
}

function parseOrNothing(body: string): unknown {
  try {
    return parseExactJson(body);
  } catch {
    return undefined; // XML, HTML, half a reply: the status and the reason phrase are all there is.
  }
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? cut(String(value), 300) : "";
}
