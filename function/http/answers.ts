import type { HttpResponseInit } from "@azure/functions";
import { formatInstant, jsonText, type RecordContent } from "../../shared/index.ts";
import type { FieldProblem } from "../request.ts";
import type { Verification } from "../verification.ts";

/** When a caller should ask again, in seconds: about as often as the app itself looks. */
export const ASK_AGAIN_SECONDS = 15;

/** Of every answer in JSON: what is asked for with a key stays in no cache. */
export const HEADERS = {
  "Content-Type": "application/json; charset=utf-8",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;

export function answer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return { status, headers: { ...HEADERS, ...headers }, body: jsonText(body) };
}

/** A refusal with everything there is to put right. */
export function refusal(status: number, error: string, problems: readonly FieldProblem[] = []): HttpResponseInit {
  return answer(status, problems.length === 0 ? { error } : { error, problems });
}

/** A record as a status shows it. */
export interface AbridgedRecord extends RecordContent {
  /** Of the record as it is stored; `null` where that was stored by a version that sealed none. */
  readonly recordSha256: string | null;
}

/** How a verification stands: 202 while it runs, 200 with its verdict. */
export function standing(verification: Verification, record?: AbridgedRecord): HttpResponseInit {
  if (verification.conclusion !== null) return answer(200, { ...summary(verification), ...record });
  return answer(202, summary(verification), {
    Location: location(verification.id),
    "Retry-After": String(ASK_AGAIN_SECONDS),
  });
}

export function location(id: string): string {
  return `/api/verifications/${id}`;
}

/** A verification in a list, and the head of its status. */
export function summary(verification: Verification): Readonly<Record<string, string | number | null>> {
  const { id, plan, target, startedAt, deadline, notBefore, rtoSeconds, partitionCount, conclusion } = verification;
  return {
    id,
    status: conclusion === null ? "running" : "concluded",
    clusterName: verification.cluster,
    planName: plan,
    target,
    partitionCount: partitionCount === 0 ? null : partitionCount,
    startedAtUtc: formatInstant(startedAt),
    deadlineUtc: formatInstant(deadline),
    notBeforeUtc: formatInstant(notBefore),
    rtoSeconds,
    endedAtUtc: conclusion === null ? null : formatInstant(conclusion.endedAt),
    verdict: conclusion?.verdict ?? null,
    reason: conclusion?.reason ?? null,
    message: conclusion?.message ?? null,
    restoreSeconds: conclusion?.restoreSeconds ?? null,
    self: location(id),
    record: conclusion === null ? null : `${location(id)}/record`,
  };
}
