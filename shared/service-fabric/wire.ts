import { GatewayError, type ProgressAnswer } from "../cluster-gateway.ts";
import { parseRestoreProgress } from "../restore/parse-restore-progress.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import type { ProblemCode } from "../restore/problem.ts";
import { parseExactJson } from "./exact-json.ts";
import type { Reply } from "./transport.ts";

/*
 * Requests and replies of Service Fabric's REST API, without the network. The `...Url` half says where to ask, the
 * `process...` half reads the reply, so that each rule can be tested with a literal.
 */

/**
 * GetPartitionRestoreProgress. `timeout` is the server's own, in whole seconds from 1; it does not bound the gateway, which
 * can hold a GET for two minutes.
 * @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-api-getpartitionrestoreprogress
 */
export function restoreProgressUrl(endpoint: URL, partitionId: PartitionId, apiVersion: string, budgetMs: number): URL {
  const url = new URL(`/Partitions/${partitionId}/$/GetRestoreProgress`, endpoint);
  url.searchParams.set("api-version", apiVersion);
  url.searchParams.set("timeout", String(Math.max(1, Math.floor(budgetMs / 1_000))));
  return url;
}

/** @throws GatewayError for every reply that is no restore progress */
export function processRestoreProgress(reply: Reply): ProgressAnswer["progress"] {
  if (reply.status !== 200 && reply.status !== 204) throw refusal(reply);
  // The source says `null`; an empty body and a 204 are read alike, and neither can ever pass.
  if (reply.body.trim() === "") return null;
  const parsed = parseRestoreProgress(parseBody(reply.body));
  if (!parsed.ok) throw new GatewayError("unintelligible", `the answer is no restore progress: ${parsed.why}`);
  return parsed.progress;
}

function parseBody(body: string): unknown {
  try {
    return parseExactJson(body);
  } catch (error) {
    throw new GatewayError("unintelligible", `the answer is no JSON: ${JSON.stringify(body.slice(0, 80))}`, {
      cause: error,
    });
  }
}

/** What a reply other than 200 means. The full table of the contract is richer; this tells apart what ends a watch. */
function refusal(reply: Reply): GatewayError {
  const { status } = reply;
  const { code, message } = fabricError(reply);
  const told = [code, message].filter((part) => part !== "").join(": ");
  const summary = `HTTP ${status}${told === "" ? "" : ` ${told}`}`;
  return new GatewayError(classify(reply), summary, { retryAfterMs: retryAfter(reply) });
}

function classify({ status, body }: Reply): ProblemCode {
  if (status === 401 || status === 403) return "access-denied";
  // An empty 404 is the gateway's, which knows no Backup Restore Service; one with a fabric error is about the partition;
  // any other was written by something that is no Service Fabric.
  if (status === 404 && body.trim() === "") return "backup-service-unavailable";
  if (status === 404 && errorFields(body) !== undefined) return "partition-not-found";
  if (status === 408 || status === 429) return "throttled";
  if (status >= 500) return "server-trouble";
  if (status >= 400) return "rejected";
  return "unintelligible";
}

/** Error bodies are `{"Error":{"Code","Message"}}`, whatever their content type says; an empty one has its code in the reason phrase. */
export function fabricError(reply: Reply): { readonly code: string; readonly message: string } {
  const fields = errorFields(reply.body);
  if (fields !== undefined) return { code: text(fields["Code"]), message: text(fields["Message"]) };
  return { code: reply.statusText, message: "" };
}

function errorFields(body: string): Readonly<Record<string, unknown>> | undefined {
  let parsed: unknown;
  try {
    parsed = parseExactJson(body);
  } catch {
    return undefined; // XML, HTML, nothing: the reason phrase is all there is.
  }
  const error = isObject(parsed) ? parsed["Error"] : undefined;
  return isObject(error) ? error : undefined;
}

/** Seconds only: the HTTP-date form needs a clock this room does not have, and no known front-end sends it. */
function retryAfter(reply: Reply): number | undefined {
  const header = reply.headers["retry-after"];
  return typeof header === "string" && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value).slice(0, 300) : "";
}
