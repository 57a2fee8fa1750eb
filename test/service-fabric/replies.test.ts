import { describe, expect, test } from "vitest";
import { GatewayError, type ProgressAnswer } from "../../shared/cluster-gateway.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import { parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import { readReply } from "../../shared/service-fabric/replies.ts";
import { signalOf } from "../../shared/service-fabric/reply-faults.ts";
import { withTimeout, restoreProgressPath } from "../../shared/service-fabric/requests.ts";
import type { Reply } from "../../shared/service-fabric/transport.ts";
import { PARTITION, sure } from "../restore/scenes.ts";

/* Replies as the contract has them, sections 1.4 and 1.5, each written out. */

const NOW = Date.parse("2026-10-21T07:27:00Z");
const processRestoreProgress = (given: Reply): ProgressAnswer["progress"] =>
  readReply(given, NOW, parseRestoreProgress);

const reply = (status: number, statusText: string, body = "", headers: Reply["headers"] = {}): Reply => ({
  status,
  statusText,
  body,
  headers,
});
const answered = (body: string): Reply => reply(200, "OK", body, { "content-type": "application/json; charset=utf-8" });
const TEXT = { "content-type": "text/plain; charset=utf-8" };
const error = (code: string | number, message: string): string =>
  JSON.stringify({ Error: { Code: code, Message: message } });

function refused(given: Reply): GatewayError {
  let progress: ProgressAnswer["progress"];
  try {
    progress = processRestoreProgress(given);
  } catch (caught) {
    if (caught instanceof GatewayError) return caught;
    throw caught;
  }
  throw new Error(`read as ${JSON.stringify(progress)}`);
}

describe("where to ask", () => {
  const url = (endpoint: string, budgetMs = 20_000): URL =>
    new URL(withTimeout(restoreProgressPath(PARTITION, "6.4"), budgetMs), endpoint);

  test("is the partition's own address, with the api-version and the server's timeout", () => {
    expect(url("https://cluster.example:19080").href).toBe(
      `https://cluster.example:19080/Partitions/${PARTITION}/$/GetRestoreProgress?api-version=6.4&timeout=20`,
    );
  });

  test.each([
    [20_000, "20"],
    [20_999, "20"],
    [1_999, "1"],
    [1_000, "1"],
    [999, "1"],
    [1, "1"],
    [0, "1"],
    [4_294_967_295_000, "2147483647"],
  ])("the server's timeout is in whole seconds, and never 0, which it answers with 500: %d ms", (budgetMs, seconds) => {
    expect(url("http://localhost:19080", budgetMs).searchParams.get("timeout")).toBe(seconds);
  });

  test("the api-version cannot smuggle in a parameter", () => {
    const asked = new URL(withTimeout(restoreProgressPath(PARTITION, "6.4&timeout=0"), 5_000), "http://localhost");
    expect([...asked.searchParams]).toEqual([
      ["api-version", "6.4&timeout=0"],
      ["timeout", "5"],
    ]);
  });
});

describe("what is an answer", () => {
  test("a restore, with every digit of its LSN", () => {
    const epoch = `{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"}`;
    const body = `{"RestoreState":"RestoreInProgress","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":${epoch},"RestoredLsn":9007199254740993}`;
    expect(processRestoreProgress(answered(body))).toMatchObject({
      state: "RestoreInProgress",
      point: { lsn: "9007199254740993" },
    });
  });

  test.each([
    ["the four bytes `null`", answered("null")],
    ["`null` with space around it", answered(" null\r\n")],
    ["an empty 200", answered("")],
    ["a blank 200", answered(" \r\n")],
    ["a 204", reply(204, "No Content")],
  ])("no restore on record, never a success: %s", (_, given) => {
    expect(processRestoreProgress(given)).toBeNull();
  });

  test.each([
    ["text/plain", "text/plain; charset=utf-8"],
    ["no content type at all", undefined],
  ])("is read by its content, not by its header: %s", (_, type) => {
    const given = reply(200, "OK", `{"RestoreState":"Accepted"}`, { "content-type": type });
    expect(processRestoreProgress(given)).toEqual({ state: "Accepted", spelled: "Accepted" });
  });
});

describe("what is no answer", () => {
  test.each([
    ["a login page", "<!DOCTYPE html><html><body>Sign in</body></html>"],
    [
      "the XML of a browser's Accept",
      `<RestoreProgress xmlns="x"><RestoreState>Success</RestoreState></RestoreProgress>`,
    ],
    ["half a reply", `{"RestoreState":"Suc`],
    ["two replies", `{"RestoreState":"Success"}{"RestoreState":"Success"}`],
    ["the bare word", `Success`],
    ["a string", `"Success"`],
    ["a list", `[{"RestoreState":"Success"}]`],
    ["a fabric error with 200", error("E_FAIL", "no")],
    ["an empty object", `{}`],
  ])("a 200 with %s is unintelligible", (_, body) => {
    expect(refused(answered(body)).code).toBe("unintelligible");
  });

  test("an unintelligible answer is quoted, but not at length", () => {
    const { message } = refused(answered(`<html>${"x".repeat(10_000)}`));
    expect(message).toContain("<html>");
    expect(message.length).toBeLessThan(200);
  });

  test("no status but 200 and 204 is believed, whatever its body says", () => {
    for (const status of [201, 202, 203, 206, 301, 302, 304, 307, 400, 401, 403, 404, 409, 429, 500, 503]) {
      const given = reply(status, "", `{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z"}`);
      expect(() => processRestoreProgress(given)).toThrow(GatewayError);
    }
  });
});

describe("refusals", () => {
  const found = { ...TEXT, "x-servicefabric": "ResourceNotFound" };
  const web = `{"Message":"An error has occurred."}`;

  test.each<readonly [string, Reply, ProblemCode]>([
    [
      "P3 unknown partition",
      reply(404, "Not Found", error("FABRIC_E_PARTITION_NOT_FOUND", "x"), found),
      "partition-not-found",
    ],
    ["P4 no GUID", reply(400, "Bad Request", error("E_INVALIDARG", "Invalid Arguments."), TEXT), "rejected"],
    [
      "P5 api-version",
      reply(400, "Bad Request", error("E_INVALIDARG", "Invalid API Version"), TEXT),
      "api-version-refused",
    ],
    ["P9 no backup service", reply(404, "FABRIC_E_SERVICE_DOES_NOT_EXIST"), "backup-service-unavailable"],
    ["P10 no primary", reply(504, "FABRIC_E_TIMEOUT"), "server-trouble"],
    ["P11 proxy timeout", reply(504, "Reverse Proxy Timeout"), "server-trouble"],
    [
      "P12 timeout",
      reply(504, "Gateway Timeout", error("FABRIC_E_TIMEOUT", "Timeout for the request happened"), TEXT),
      "server-trouble",
    ],
    ["P13 Web API's own error", reply(500, "Internal Server Error", web), "server-fault"],
    ["P19 and unnamed codes", reply(500, "x", error(2_148_734_263, "Unexpected.")), "server-fault"],
    [
      "a broken backup store",
      reply(500, "x", error("E_UNEXPECTED", "Unable to get recovery point details.")),
      "server-fault",
    ],
    ["a gateway that cannot shake hands", reply(502, "SSL Handshake Failed"), "server-fault"],
    ["not implemented", reply(501, "Not Implemented", error("E_NOTIMPL", "x")), "server-fault"],
    ["P15 empty 400", reply(400, "FABRIC_E_INVALID_ADDRESS"), "rejected"],
    ["P18 not readable", reply(500, "", error("FABRIC_E_NOT_READABLE", "x"), TEXT), "server-trouble"],
    ["P20 no certificate", reply(403, "Client certificate required"), "access-denied"],
    ["P21 Windows security", reply(401, "Unauthorized", "", { "www-authenticate": "Negotiate" }), "access-denied"],
    ["P22 other cluster", reply(403, "Access Denied", error("E_ACCESSDENIED", "Access Denied.")), "access-denied"],
    ["a gateway that is not reachable", reply(502, "FABRIC_E_GATEWAY_NOT_REACHABLE"), "server-trouble"],
    ["a service unavailable", reply(503, "Service Unavailable", "<html>busy</html>"), "server-trouble"],
    ["a 404 of another web server", reply(404, "Not Found", "<html>nginx</html>"), "rejected"],
    ["a 404 of a Web API", reply(404, "Not Found", web), "rejected"],
    ["too many requests", reply(429, "Too Many Requests"), "throttled"],
    ["a request timeout", reply(408, "Request Timeout"), "throttled"],
    ["a conflict", reply(409, "Conflict", error("FABRIC_E_RESTORE_IN_PROGRESS", "x"), TEXT), "rejected"],
    ["a redirect", reply(302, "Found", "", { location: "https://login.example/" }), "unintelligible"],
    ["an accepted", reply(202, "Accepted"), "unintelligible"],
  ])("%s", (_, given, code) => {
    const thrown = refused(given);
    expect(thrown.code).toBe(code);
    expect(thrown.message.startsWith(`HTTP ${given.status}`)).toBe(true);
  });

  test("the message names the fabric's own code and words", () => {
    const body = error("FABRIC_E_PARTITION_NOT_FOUND", "The requested partition does not exist.");
    expect(refused(reply(404, "Not Found", body, TEXT)).message).toBe(
      "HTTP 404 FABRIC_E_PARTITION_NOT_FOUND: The requested partition does not exist.",
    );
    expect(refused(reply(404, "FABRIC_E_SERVICE_DOES_NOT_EXIST")).message).toBe(
      "HTTP 404 FABRIC_E_SERVICE_DOES_NOT_EXIST",
    );
    expect(refused(reply(500, "")).message).toBe("HTTP 500");
  });

  test("a message of any length is cut", () => {
    expect(refused(reply(400, "", error("C".repeat(9_000), "M".repeat(9_000)))).message.length).toBeLessThan(700);
  });
});

describe("the error of a body", () => {
  test.each([
    [
      "JSON under text/plain",
      reply(400, "Bad Request", error("E_INVALIDARG", "Invalid Arguments."), TEXT),
      "E_INVALIDARG",
      "Invalid Arguments.",
    ],
    ["a code without a name", reply(500, "x", error(2_148_734_263, "Unexpected.")), "2148734263", "Unexpected."],
    ["an empty body: the reason phrase", reply(504, "FABRIC_E_TIMEOUT"), "FABRIC_E_TIMEOUT", ""],
    [
      "Web API's own body: the reason phrase and its message",
      reply(500, "Internal Server Error", `{"Message":"no"}`),
      "Internal Server Error",
      "no",
    ],
    ["XML: the reason phrase", reply(500, "Oops", "<Error><Code>E_FAIL</Code></Error>"), "Oops", ""],
    ["an Error that is a string: the reason phrase", reply(500, "Oops", `{"Error":"E_FAIL"}`), "Oops", ""],
    ["an Error that is a list: the reason phrase", reply(500, "Oops", `{"Error":["E_FAIL"]}`), "Oops", ""],
    ["null: the reason phrase", reply(500, "Oops", "null"), "Oops", ""],
    ["fields of other types", reply(500, "Oops", `{"Error":{"Code":null,"Message":{"x":1}}}`), "", ""],
    ["the gateway's own null", reply(404, "Not Found", error("NotFound", "Null")), "NotFound", "Null"],
  ])("%s", (_, given, code, message) => {
    expect(signalOf(given)).toMatchObject({ code, message });
  });
});

describe("Retry-After", () => {
  const after = (header: string | string[] | undefined): number | undefined =>
    refused(reply(429, "Too Many Requests", "", { "retry-after": header })).retryAfterMs;

  test("in seconds is told in milliseconds, for any refusal", () => {
    expect(after("30")).toBe(30_000);
    expect(after("0")).toBe(0);
    expect(after("Wed, 21 Oct 2026 07:28:00 GMT"), "a date, one minute from now").toBe(60_000);
    expect(after("Wed, 21 Oct 2015 07:28:00 GMT"), "a date that has passed").toBe(0);
    expect(refused(reply(503, "", "", { "retry-after": "7" })).toProblem()).toMatchObject({
      code: "server-trouble",
      retryAfterMs: 7_000,
    });
  });

  test.each<readonly [string, string | string[] | undefined]>([
    ["absent", undefined],
    ["no date", "soon"],
    ["negative", "-1"],
    ["a fraction", "1.5"],
    ["endless", "9".repeat(30)],
    ["doubled", ["1", "2"]],
    ["empty", ""],
  ])("is not followed where it is %s", (_, header) => {
    expect(after(header)).toBeUndefined();
    expect(sure(Object.keys(refused(reply(429, "", "", { "retry-after": header })).toProblem()))).not.toContain(
      "retryAfterMs",
    );
  });
});
