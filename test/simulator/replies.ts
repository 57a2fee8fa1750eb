import type { Instant } from "../../shared/restore/instant.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import { errorBody } from "./bodies.ts";
import type { RawReply, Refusal } from "./timeline.ts";

/*
 * Every reply that is no restore progress, with what a client must make of it. Who wrote it shows: the Backup Restore
 * Service labels its JSON errors text/plain and adds nosniff, the gateway often sends no body and its code in the reason.
 */

const NOSNIFF = { "X-Content-Type-Options": "nosniff" };
const JSON_TYPE = { "Content-Type": "application/json; charset=utf-8" };
const TEXT_TYPE = { "Content-Type": "text/plain; charset=utf-8" };
const HTML_TYPE = { "Content-Type": "text/html; charset=utf-8" };

/** What the Backup Restore Service answers. */
export function progressReply(body: string): RawReply {
  return { status: 200, reason: "OK", headers: { ...JSON_TYPE, ...NOSNIFF }, body };
}

/** What the gateway answers itself. */
export function nativeReply(body: string): RawReply {
  return { status: 200, reason: "OK", headers: JSON_TYPE, body };
}

export const noContent: RawReply = { status: 204, reason: "No Content", headers: {}, body: "" };

/** The answer to POST Restore: no body, no location, no operation id. */
export const restoreAccepted: RawReply = { status: 202, reason: "Accepted", headers: NOSNIFF, body: "" };

function refusal(means: ProblemCode, told: string, reply: RawReply): Refusal {
  return { kind: "refusal", means, told, reply };
}

/** An error of the Backup Restore Service: 404s bear a header that sets them apart from the gateway's own. */
function ofService(means: ProblemCode, status: number, reason: string, code: string, message: string): Refusal {
  const real = status === 404 ? { "X-ServiceFabric": "ResourceNotFound" } : {};
  const headers = { ...TEXT_TYPE, ...NOSNIFF, ...real };
  return refusal(means, `${code}: ${message}`, { status, reason, headers, body: errorBody(code, message) });
}

/** An error of the gateway with a body. */
function ofGateway(means: ProblemCode, status: number, reason: string, code: string, message: string): Refusal {
  return refusal(means, `${code}: ${message}`, { status, reason, headers: JSON_TYPE, body: errorBody(code, message) });
}

/** An error of the gateway without one. */
function bare(means: ProblemCode, status: number, reason: string, headers: RawReply["headers"] = {}): Refusal {
  return refusal(means, reason, { status, reason, headers, body: "" });
}

export const partitionNotFound = ofService(
  "partition-not-found",
  404,
  "Not Found",
  "FABRIC_E_PARTITION_NOT_FOUND",
  "The operation failed because the requested partition does not exist.",
);
export const badGuid = invalidArgument("Invalid Arguments.");
export const badApiVersion = ofService(
  "api-version-refused",
  400,
  "Bad Request",
  "E_INVALIDARG",
  "Invalid API Version",
);

export function invalidArgument(message: string): Refusal {
  return ofService("rejected", 400, "Bad Request", "E_INVALIDARG", message);
}

/** Also for a wrong verb: the gateway knows no 405. */
export const badRoute = ofGateway("rejected", 400, "Bad Request", "E_INVALIDARG", "Invalid argument");
export const invalidAddress = bare("rejected", 400, "FABRIC_E_INVALID_ADDRESS");
export const restoreInProgress = ofService(
  "rejected",
  409,
  "Conflict",
  "FABRIC_E_RESTORE_IN_PROGRESS",
  "Restore already in Progress.",
);
export const backupNotEnabled = ofService(
  "rejected",
  404,
  "Not Found",
  "FABRIC_E_BACKUP_NOT_ENABLED",
  "Periodic backup not enabled",
);
export const statelessService = ofService(
  "rejected",
  400,
  "Bad Request",
  "FABRIC_E_INVALID_FOR_STATELESS_SERVICES",
  "The operation is not valid for a service without persisted state.",
);
export const storageUnreadable = ofService(
  "server-fault",
  500,
  "Internal Server Error",
  "E_UNEXPECTED",
  "Unable to get recovery point details.",
);
export const serviceTimeout = ofService(
  "server-trouble",
  504,
  "Gateway Timeout",
  "FABRIC_E_TIMEOUT",
  "Timeout for the request happened",
);
/** The service has just failed over; it passes. */
export const notReadable = ofService(
  "server-trouble",
  500,
  "Internal Server Error",
  "FABRIC_E_NOT_READABLE",
  "The replica is not readable.",
);
export const noRole = ofService("access-denied", 403, "Forbidden", "E_ACCESSDENIED", "Access Denied.");
export const wrongClusterId = ofGateway("access-denied", 403, "Access Denied", "E_ACCESSDENIED", "Access denied");

export const noBackupService = bare("backup-service-unavailable", 404, "FABRIC_E_SERVICE_DOES_NOT_EXIST");
export const gatewayTimeout = bare("server-trouble", 504, "FABRIC_E_TIMEOUT");
export const gatewayUnreachable = bare("server-trouble", 502, "FABRIC_E_GATEWAY_NOT_REACHABLE");
export const noClientCertificate = bare("access-denied", 403, "Client certificate required");
/** Newer gateways may tell a bad token so. */
export const noToken = bare("access-denied", 401, "Unauthorized", { "WWW-Authenticate": "Bearer" });
export const noKerberosToken = bare("access-denied", 401, "Unauthorized", { "WWW-Authenticate": "Negotiate" });
export const unavailable = bare("server-trouble", 503, "Service Unavailable");

export function tooManyRequests(retryAfterSeconds: number): Refusal {
  return {
    ...bare("throttled", 429, "Too Many Requests", { "Retry-After": String(retryAfterSeconds) }),
    retryAfterMs: retryAfterSeconds * 1_000,
  };
}

/** The same 503 of a load balancer that knows for how long. */
export function unavailableUntil(at: Instant): Refusal {
  const headers = { "Retry-After": new Date(at).toUTCString() };
  return { ...bare("server-trouble", 503, "Service Unavailable", headers), retryAt: at };
}

/** Web API's own error object: no `Error` around it. */
export const webApiError = refusal("server-fault", "An error has occurred.", {
  status: 500,
  reason: "Internal Server Error",
  headers: { ...JSON_TYPE, ...NOSNIFF },
  body: '{"Message":"An error has occurred."}',
});

/* What native routes say of things that are not there; that a partition is not, is a 204. */

export const applicationMissing = missing("FABRIC_E_APPLICATION_NOT_FOUND", "The application does not exist.");
export const serviceMissing = missing("FABRIC_E_SERVICE_DOES_NOT_EXIST", "The service does not exist.");
export const partitionMissing = missing("FABRIC_E_PARTITION_NOT_FOUND", "The partition does not exist.");
export const healthMissing = missing("FABRIC_E_HEALTH_ENTITY_NOT_FOUND", "The health entity does not exist.");

function missing(code: string, message: string): Refusal {
  return ofGateway("partition-not-found", 404, "Not Found", code, message);
}

export const noNativeRole = ofGateway("access-denied", 403, "Forbidden", "E_ACCESSDENIED", "Access denied");

/** Not Service Fabric at all: a proxy, a captive portal, a wrong port. */
export const signInPage = refusal("unintelligible", "no JSON", {
  status: 200,
  reason: "OK",
  headers: HTML_TYPE,
  body: "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to continue</body></html>",
});
export const foreignNotFound = refusal("rejected", "Not Found", {
  status: 404,
  reason: "Not Found",
  headers: HTML_TYPE,
  body: "<html><body><h1>404 Not Found</h1><hr>nginx</body></html>",
});
export const redirect = bare("unintelligible", 302, "Found", { Location: "https://login.example.net/" });
/** What a service answers that was asked for XML, or for nothing in particular by a browser. */
export const xml = refusal("unintelligible", "no JSON", {
  status: 200,
  reason: "OK",
  headers: { "Content-Type": "application/xml; charset=utf-8", ...NOSNIFF },
  body: "<RestoreProgress><RestoreState>Success</RestoreState></RestoreProgress>",
});
/** A restore progress even, behind more blanks than anybody should read. */
export const huge = refusal(
  "unintelligible",
  "larger than",
  progressReply(`${" ".repeat(1_048_577)}{"RestoreState":"Success"}`),
);
export const truncatedJson = refusal("unintelligible", "no JSON", progressReply('{"RestoreState":"Success","TimeSt'));
/** JSON, an object even, but no restore progress. */
export const otherJson = refusal("unintelligible", "not what was asked for", progressReply('{"status":"Success"}'));
