import { formatInstant, type Instant } from "../../shared/restore/instant.ts";
import type { FabricFailure, RestorePoint } from "../../shared/restore/restore-progress.ts";
import type { Restore } from "./timeline.ts";

/*
 * The bodies of GetRestoreProgress, byte for byte as clusters send them. They are put together as text: an LSN beyond 2^53
 * is a bare number on the wire, and no JavaScript number could hold it.
 */

export type Generation = "6.4" | "6.2";

/** What makes two clusters spell the same record differently. */
export interface Dialect {
  readonly generation: Generation;
  /** "No time" is .NET's year 1 sent through the node's time zone: it moves on nodes west of UTC. */
  readonly hoursWestOfUtc: number;
}

const TODAY: Dialect = { generation: "6.4", hoursWestOfUtc: 0 };

/** No restore was ever asked for. */
export const NEVER_RESTORED = "null";

export function restoreBody(restore: Restore<Instant | "undated">, dialect: Dialect = TODAY): string {
  switch (restore.state) {
    case "Accepted":
    case "RestoreInProgress":
    case "SecondariesInProgress":
    case "Unrecognized":
      return inFlightBody(restore.spelled, restore.point, dialect);
    case "Success":
      return successBody(restore, dialect);
    case "Failure":
    case "Timeout":
    case "Invalid":
      return endedBody(restore, dialect);
    default:
      return restore satisfies never;
  }
}

/** Epoch and LSN of the backup are there already; they prove nothing about the data. */
export function inFlightBody(state: string, point: RestorePoint, dialect: Dialect = TODAY): string {
  return object(["RestoreState", quoted(state)], ["TimeStampUtc", noTime(dialect)], ...pointFields(point, dialect));
}

export function successBody(
  success: { readonly at: Instant | "undated"; readonly point: RestorePoint; readonly documented?: true },
  dialect: Dialect = TODAY,
): string {
  const { at, point, documented = false } = success;
  return object(
    ["RestoreState", quoted("Success")],
    ["TimeStampUtc", at === "undated" ? noTime(dialect) : timestamp(at)],
    ...pointFields(point, dialect, documented),
    ...(documented ? [["FailureError", "null"] as const] : []),
  );
}

/** Current clusters never serialise `FailureError`; a code without a name is a bare number. */
export function endedBody(
  ended: { readonly state: string; readonly failure?: FabricFailure; readonly documented?: true },
  dialect: Dialect = TODAY,
): string {
  const { state, failure, documented = false } = ended;
  return object(
    ["RestoreState", quoted(state)],
    ["TimeStampUtc", noTime(dialect)],
    ["RestoredEpoch", "null"],
    ["RestoredLsn", documented ? quoted("0") : "0"],
    ...(failure === undefined ? [] : [["FailureError", failureError(failure)] as const]),
  );
}

/** The error bodies of gateway and Backup Restore Service alike. */
export function errorBody(code: string, message: string): string {
  return object(["Error", failureError({ code, message })]);
}

/** Whole seconds, as `DateTimeJsonConverter` writes them. */
function timestamp(at: Instant): string {
  return quoted(formatInstant(at).replace(/\.\d+Z$/, "Z"));
}

function noTime({ hoursWestOfUtc }: Dialect): string {
  return quoted(`0001-01-01T${String(hoursWestOfUtc).padStart(2, "0")}:00:00Z`);
}

function pointFields(
  { epoch, lsn }: RestorePoint,
  { generation }: Dialect,
  documented = false,
): readonly (readonly [string, string])[] {
  const suffix = generation === "6.2" ? "Number" : "Version";
  const epochText = object(
    [`DataLoss${suffix}`, quoted(epoch.dataLossVersion)],
    [`Configuration${suffix}`, quoted(epoch.configurationVersion)],
  );
  return [
    ["RestoredEpoch", epochText],
    ["RestoredLsn", documented ? quoted(lsn) : lsn],
  ];
}

function failureError({ code, message }: FabricFailure): string {
  return object(["Code", /^\d+$/.test(code) ? code : quoted(code)], ["Message", quoted(message)]);
}

function object(...fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${quoted(name)}:${json}`).join(",")}}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
