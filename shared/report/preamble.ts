import type { DrillRequest } from "../drill-request.ts";
import { MOST_KNOWN } from "../restore/cadence.ts";
import { formatDuration, formatInstant, type Instant } from "../restore/instant.ts";

/** The first line: what is watched, and for how long. */
export function headline(request: DrillRequest): string {
  const { partitionIds, serviceNames, applicationNames } = request.targets;
  const partitions =
    partitionIds.length > 1 ? [`${partitionIds.length} partitions`] : partitionIds.map((id) => `partition ${id}`);
  const what = [...partitions, ...serviceNames, ...applicationNames].join(", ");
  return (
    `Watching ${what} at ${request.endpoints.map((url) => url.origin).join(", ")}, ` +
    `for at most ${formatDuration(request.timeoutMs)}.`
  );
}

/** The second line: which restores count. */
export function boundLine(
  { notBefore }: Pick<DrillRequest, "notBefore">,
  auto: { readonly at: Instant; readonly source: string },
): string {
  if (notBefore === "any") return "Whatever restore is on record counts (not-before: any).";
  const [at, source] = notBefore === "auto" ? [auto.at, auto.source] : [notBefore, "not-before"];
  return `Only a restore from ${formatInstant(at)} (${source}) on counts.`;
}

const KIND: Readonly<Record<DrillRequest["access"]["credential"]["kind"], string>> = {
  none: "no credential",
  certificate: "a client certificate (PEM)",
  pfx: "a client certificate (PFX)",
  token: "an access token",
  "workload-identity": "a workload identity",
};

/** How it is watched, a line each; the kind of a credential, never the credential. */
export function settings(request: DrillRequest): readonly string[] {
  const { healthCheck, expectedBackupId, rtoMs, rpoMs } = request;
  const objectives = [
    ...(rtoMs === null ? [] : [`RTO ${formatDuration(rtoMs)}`]),
    ...(rpoMs === null ? [] : [`RPO ${formatDuration(rpoMs)}`]),
  ];
  return [
    `Known to the cluster by ${KIND[request.access.credential.kind]}; api-version ${request.apiVersion}.`,
    `The restore must appear within ${formatDuration(Math.min(request.startTimeoutMs, request.timeoutMs))}; looked at every ${often(request)}; ` +
      `each request for at most ${formatDuration(request.requestTimeoutMs)}.`,
    `Health check: ${healthCheck}. Objectives: ${objectives.length === 0 ? "none" : objectives.join(", ")}. ` +
      `Expected backup: ${expectedBackupId ?? "any"}.`,
  ];
}

function often({ cadence, pastRestoresMs: { length: known } }: DrillRequest): string {
  if (cadence.kind === "fixed") return formatDuration(cadence.everyMs);
  const from = formatDuration(cadence.minMs);
  if (cadence.kind === "learned") {
    const past = known > MOST_KNOWN ? `the last ${MOST_KNOWN} of ${known}` : known;
    return `${from} to ${formatDuration(cadence.latestMs)}, most often about ${formatDuration(cadence.medianMs)} after its start, by ${past} past restores`;
  }
  const nothing = `${known === 1 ? "1 past restore teaches" : `${known} past restores teach`} nothing`;
  const taught = known === 0 ? "" : ` (${nothing}: too few, or nothing in common)`;
  return `${from} to ${formatDuration(cadence.maxMs)}, by its age${taught}`;
}
