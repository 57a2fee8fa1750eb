import { type Instant, parseInstant } from "./instant.ts";
import { parseInt64 } from "./int64.ts";
import type { FabricFailure, RestorePoint, RestoreProgress } from "./restore-progress.ts";

/** Either what the cluster said, or why it cannot be read. `null`, "no restore on record", is an answer of its own. */
export type ParsedProgress =
  | { readonly ok: true; readonly progress: RestoreProgress | null }
  | { readonly ok: false; readonly why: string };

/**
 * Reads the body of GetRestoreProgress. Integers beyond 2^53 must arrive as strings: `JSON.parse` alone rounds them.
 *
 * Strict on purpose: the published schema makes every field optional and two field types are documented wrongly, but what
 * is neither the documented nor the observed form is refused whole. A reply read generously is a false pass in waiting.
 */
export function parseRestoreProgress(body: unknown): ParsedProgress {
  if (body === null) return { ok: true, progress: null };
  if (!isObject(body)) return unreadable(`the reply is ${describe(body)}, not an object`);
  const spelled = body["RestoreState"];
  if (typeof spelled !== "string" || spelled === "") return unreadable(`RestoreState is ${describe(spelled)}`);

  switch (spelled) {
    case "Accepted":
    case "RestoreInProgress":
    case "SecondariesInProgress":
    case "SecondaryInProgress": {
      // The release notes spell the new state both ways.
      const state = spelled === "SecondaryInProgress" ? "SecondariesInProgress" : spelled;
      const point = readPoint(body);
      return point.ok ? known({ state, spelled, ...given("point", point.value) }) : point;
    }
    case "Success": {
      const point = readPoint(body);
      if (!point.ok) return point;
      return known({ state: "Success", spelled, ...given("at", readTime(body)), ...given("point", point.value) });
    }
    case "Failure":
    case "Timeout":
    case "Invalid":
      return known({ state: spelled, spelled, ...given("failure", readFailure(body)) });
    default:
      return known({ state: "Unrecognized", spelled: spelled.slice(0, 100) });
  }
}

/** .NET's `DateTime.MinValue` stands for "no time", shifted by the node's time zone: any instant of year 1 is absent. */
function readTime(body: Fields): Instant | undefined {
  const text = body["TimeStampUtc"];
  const at = typeof text === "string" ? parseInstant(text) : undefined;
  return at !== undefined && at >= YEAR_2 ? at : undefined;
}

/** 0002-01-01T00:00:00Z. */
const YEAR_2 = -62_104_060_800_000;

type Read<T> = { readonly ok: true; readonly value: T | undefined } | { readonly ok: false; readonly why: string };

/** 6.4 and later say `DataLossVersion`/`ConfigurationVersion`, the 6.2 preview `DataLossNumber`/`ConfigurationNumber`. */
function readPoint(body: Fields): Read<RestorePoint> {
  const epoch = body["RestoredEpoch"] ?? undefined;
  const lsnField = body["RestoredLsn"] ?? undefined;
  if (epoch === undefined) return { ok: true, value: undefined };
  if (!isObject(epoch)) return unreadable(`RestoredEpoch is ${describe(epoch)}`);
  const dataLossVersion = parseInt64(epoch["DataLossVersion"] ?? epoch["DataLossNumber"]);
  const configurationVersion = parseInt64(epoch["ConfigurationVersion"] ?? epoch["ConfigurationNumber"]);
  if (dataLossVersion === undefined || configurationVersion === undefined) {
    return unreadable("RestoredEpoch holds no pair of 64-bit integers");
  }
  const lsn = parseInt64(lsnField);
  if (lsn === undefined) return unreadable(`RestoredLsn is ${describe(lsnField)}`);
  return { ok: true, value: { epoch: { dataLossVersion, configurationVersion }, lsn } };
}

/** Current servers never serialise `FailureError`; the reference promises it. Codes without a name come as numbers. */
function readFailure(body: Fields): FabricFailure | undefined {
  const error = body["FailureError"];
  if (!isObject(error)) return undefined;
  const code = error["Code"];
  const message = error["Message"];
  return {
    code: typeof code === "string" || typeof code === "number" ? String(code).slice(0, 100) : "",
    message: typeof message === "string" ? message.slice(0, 1_000) : "",
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return "a list";
  if (isObject(value)) return "an object";
  return JSON.stringify(value).slice(0, 60);
}

function known(progress: RestoreProgress): ParsedProgress {
  return { ok: true, progress };
}

function unreadable(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}

/** `{ [key]: value }`, or nothing at all: with exactOptionalPropertyTypes "absent" is not the same as `undefined`. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  const object: { [P in K]?: V } = {};
  if (value !== undefined) object[key] = value;
  return object;
}
