import { describe, expect, test } from "vitest";
import { GatewayError } from "../../shared/cluster-gateway.ts";
import { parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import { TREATMENT } from "../../shared/restore/problem.ts";
import { readReply } from "../../shared/service-fabric/replies.ts";
import {
  type FaultRow,
  faultOf,
  signalOf,
  REPLY_FAULTS,
  type Signal,
} from "../../shared/service-fabric/reply-faults.ts";

/* The table, row by row: each is reached by a reply of the contract, and without it that reply would mean something else. */

const signal = (status: number, different: Partial<Signal> = {}): Signal => ({
  status,
  code: "",
  message: "",
  body: "empty",
  ...different,
});
const fabric = (status: number, code: string, message = "x"): Signal =>
  signal(status, { code, message, body: "fabric" });
const reason = (status: number, code: string): Signal => signal(status, { code });

/** One or more signals for every row, in the order of the table. */
const REACHED_BY: readonly (readonly [string, ...(readonly Signal[])])[] = [
  ["401", reason(401, "Unauthorized"), fabric(401, "E_ACCESSDENIED")],
  ["403", reason(403, "Client certificate required"), fabric(403, "E_ACCESSDENIED", "Access Denied.")],
  ["an api-version of another generation", fabric(400, "E_INVALIDARG", "Invalid API Version")],
  [
    "codes of a service that moves or is busy",
    fabric(500, "FABRIC_E_NOT_READABLE"),
    fabric(500, "FABRIC_E_TRANSACTION_NOT_ACTIVE"),
    fabric(500, "FABRIC_E_SERVICE_TOO_BUSY"),
    fabric(400, "FABRIC_E_TIMEOUT"),
    fabric(404, "FABRIC_E_NOT_PRIMARY"),
    fabric(500, "E_ABORT"),
    reason(500, "FABRIC_E_GATEWAY_NOT_REACHABLE"),
    fabric(500, "FABRIC_E_COMMUNICATION_ERROR"),
    fabric(500, "FABRIC_E_NO_WRITE_QUORUM"),
    fabric(500, "FABRIC_E_NOT_READY"),
    fabric(500, "FABRIC_E_OBJECT_CLOSED"),
    fabric(500, "FABRIC_E_SERVICE_OFFLINE"),
    fabric(500, "FABRIC_E_RECONFIGURATION_PENDING"),
    fabric(404, "FABRIC_E_ENDPOINT_NOT_FOUND"),
  ],
  ["an empty 404", reason(404, "FABRIC_E_SERVICE_DOES_NOT_EXIST")],
  [
    "a 404 about something else than the partition",
    fabric(404, "FABRIC_E_BACKUP_NOT_ENABLED"),
    fabric(404, "FABRIC_E_BACKUP_POLICY_DOES_NOT_EXIST"),
    fabric(404, "FABRIC_E_BACKUP_POLICY_NOT_EXISTING"),
    fabric(404, "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED"),
    fabric(404, "FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_EXISTING"),
    fabric(404, "FABRIC_E_KEY_NOT_FOUND"),
  ],
  [
    "a 404 in the fabric's own words",
    fabric(404, "FABRIC_E_PARTITION_NOT_FOUND"),
    fabric(404, "FABRIC_E_SERVICE_DOES_NOT_EXIST"),
    fabric(404, "FABRIC_E_APPLICATION_NOT_FOUND"),
  ],
  ["408", reason(408, "Request Timeout")],
  ["429", reason(429, "Too Many Requests")],
  [
    "every other 4xx",
    fabric(400, "E_INVALIDARG", "Invalid Arguments."),
    reason(400, "FABRIC_E_INVALID_ADDRESS"),
    fabric(409, "FABRIC_E_RESTORE_IN_PROGRESS"),
    signal(404, { body: "other" }),
    fabric(413, "FABRIC_E_VALUE_TOO_LARGE"),
    reason(451, ""),
    reason(499, ""),
  ],
  [
    "a gateway that cannot shake hands with the service",
    reason(502, "SSL Handshake Failed"),
    reason(502, "Invalid SSL Certificate"),
  ],
  ["502 to 504", reason(502, "Bad Gateway"), reason(503, "Service Unavailable"), reason(504, "Reverse Proxy Timeout")],
  [
    "every other 5xx",
    signal(500, { code: "Internal Server Error", message: "An error has occurred.", body: "other" }),
    fabric(500, "E_UNEXPECTED"),
    fabric(500, "2148734263"),
    fabric(501, "E_NOTIMPL"),
    reason(505, ""),
    reason(599, ""),
  ],
  ["everything below 400", reason(302, "Found"), reason(202, "Accepted"), reason(100, ""), reason(399, "")],
];

/** What the table says, in the test's own words: the first row whose conditions all hold. */
function decided(rows: readonly FaultRow[], { status, code, message, body }: Signal): FaultRow | undefined {
  return rows.find((row) => {
    const within =
      typeof row.status === "object"
        ? row.status[0] <= status && status <= row.status[1]
        : (row.status ?? status) === status;
    const coded = row.codes?.includes(code) ?? true;
    return within && coded && (row.body ?? body) === body && (row.message ?? message) === message;
  });
}

const ROWS = REPLY_FAULTS.map((row, index) => ({ row, index, reached: REACHED_BY[index] ?? ["a row without a test"] }));

describe("each row of the table of faults", () => {
  test("has a test, and says where it comes from", () => {
    expect(REACHED_BY.length).toBe(REPLY_FAULTS.length);
    for (const { source } of REPLY_FAULTS) expect(source).not.toBe("");
  });

  test.each(ROWS)("$index, $reached.0, is reached, and without it the reply would mean something else", (one) => {
    const [, ...signals] = one.reached;
    const others = REPLY_FAULTS.filter((row) => row !== one.row);
    expect(signals.length).toBeGreaterThan(0);
    const meanings = signals.map((given) => {
      expect(faultOf(given)).toBe(one.row);
      const { problem, refresh, source } = decided(others, given) ?? {};
      return { problem, refresh, source };
    });
    const { problem, refresh, source } = one.row;
    for (const meaning of meanings) expect(meaning).not.toEqual({ problem, refresh, source });
    const differs = meanings.some((meaning) => meaning.problem !== problem || meaning.refresh !== refresh);
    expect(differs, "a row that changes nothing is none").toBe(true);
  });

  test("of a code holds for every one of its codes, and every one of them was tried", () => {
    for (const { row, reached } of ROWS) {
      const tried = reached.flatMap((given) => (typeof given === "string" ? [] : [given.code]));
      const codes = row.codes ?? [];
      // Of the long list the sources name only some together with a status; the rest are tried with 500.
      for (const code of codes) {
        const status = typeof row.status === "number" ? row.status : 500;
        expect(faultOf(fabric(status, code)).problem).toBe(row.problem);
      }
      expect(codes.filter((code) => !tried.includes(code))).toEqual([]);
    }
  });
});

describe("every status", () => {
  const STATUSES = Array.from({ length: 500 }, (_, index) => 100 + index);
  const CODES = ["", "FABRIC_E_TIMEOUT", "FABRIC_E_PARTITION_NOT_FOUND", "E_INVALIDARG", "SSL Handshake Failed"];
  const MESSAGES = ["", "Invalid API Version", "An error has occurred."];
  const BODIES = ["empty", "fabric", "other"] as const;
  const every = STATUSES.flatMap((status) =>
    CODES.flatMap((code) =>
      MESSAGES.flatMap((message) => BODIES.map((body): Signal => ({ status, code, message, body }))),
    ),
  );

  test("from 100 to 599 is in the table, with whatever code, message and body, and has a treatment", () => {
    const table = new Set(REPLY_FAULTS);
    const left = every.filter((given) => !table.has(faultOf(given)) || !(faultOf(given).problem in TREATMENT));
    expect(left).toEqual([]);
  });

  test("is decided by the first row that fits, and by nothing else", () => {
    expect(every.filter((given) => faultOf(given) !== decided(REPLY_FAULTS, given))).toEqual([]);
  });

  test("that is none of HTTP's is nothing to be read", () => {
    for (const status of [0, 99, 600, 999, -1, Number.NaN]) {
      expect(faultOf(signal(status)).problem).toBe("unintelligible");
    }
  });

  test("but 200 and 204 is a refusal, also with the body of a success", () => {
    const body = `{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z"}`;
    for (const status of STATUSES.filter((one) => one !== 200 && one !== 204)) {
      expect(() => readReply({ status, statusText: "", headers: {}, body }, 0, parseRestoreProgress)).toThrow(
        GatewayError,
      );
    }
    const none = readReply({ status: 204, statusText: "", headers: {}, body }, 0, parseRestoreProgress);
    expect(none, "a 204 has no body, whatever there is").toBeNull();
  });
});

test("whatever ends a watch has a reason, and what asks for a new credential ends it once that failed", () => {
  for (const { problem } of REPLY_FAULTS) {
    expect(TREATMENT[problem].reason).not.toBe("");
    expect(TREATMENT[problem].times).toBeGreaterThanOrEqual(1);
  }
  for (const { problem } of REPLY_FAULTS.filter(({ refresh }) => refresh === true)) {
    expect(TREATMENT[problem]).toMatchObject({ treatment: "give-up", times: 1 });
  }
});

test("what a cluster says is cut, and never in the middle of a character: no record with half a one can be sealed", () => {
  const body = JSON.stringify({ Error: { Code: "\ud800", Message: `x${"🎉".repeat(200)}` } });
  const { code, message } = signalOf({ status: 500, statusText: "", headers: {}, body });
  expect([code, message]).toEqual(["\ufffd", `x${"🎉".repeat(149)}\ufffd`]);
});
