import { cut, describe, type Fields, given, good, isObject, type Read, unreadable } from "./fields.ts";
import type { FabricFailure, RestoreProgress } from "./restore-progress.ts";
import { readPoint, readTime } from "./restore-point.ts";

/** Either what the cluster said, or why it cannot be read. `null`, "no restore on record", is an answer of its own. */
export type ParsedProgress = Read<RestoreProgress | null>;

/**
 * Reads the body of GetRestoreProgress. Integers beyond 2^53 must arrive as strings: `JSON.parse` alone rounds them.
 *
 * Strict on purpose: the published schema makes every field optional and two field types are documented wrongly, but what
 * is neither the documented nor the observed form is refused whole. A reply read generously is a false pass in waiting.
 */
export function parseRestoreProgress(body: unknown): ParsedProgress {
  if (body === null) return good(null);
  if (!isObject(body)) return unreadable(`the reply is ${describe(body)}, not an object`);
  const spelled = body["RestoreState"];
  if (typeof spelled !== "string" || !/^[A-Za-z_]/.test(spelled))
    return unreadable(`RestoreState is ${describe(spelled)}`);

  switch (spelled) {
    case "Accepted":
    case "RestoreInProgress":
    case "SecondariesInProgress":
    case "SecondaryInProgress": {
      // The release notes spell the new state both ways.
      const state = spelled === "SecondaryInProgress" ? "SecondariesInProgress" : spelled;
      const point = readPoint(body, "RestoredEpoch", "RestoredLsn");
      return point.ok ? known({ state, spelled, ...given("point", point.value) }) : point;
    }
    case "Success": {
      if ((body["FailureError"] ?? null) !== null) return unreadable("a Success bears a FailureError");
      const point = readPoint(body, "RestoredEpoch", "RestoredLsn");
      if (!point.ok) return point;
      return known({
        state: "Success",
        spelled,
        ...given("at", readTime(body["TimeStampUtc"])),
        ...given("point", point.value),
      });
    }
    case "Failure":
    case "Timeout":
    case "Invalid":
      return known({ state: spelled, spelled, ...given("failure", readFailure(body)) });
    default:
      return known({ state: "Unrecognized", spelled: cut(spelled, 100) });
  }
}

/** Current servers never serialise `FailureError`; the reference promises it. Codes without a name come as numbers. */
function readFailure(body: Fields): FabricFailure | undefined {
  const error = body["FailureError"];
  if (!isObject(error)) return undefined;
  const code = error["Code"];
  const message = error["Message"];
  return {
    code: typeof code === "string" || typeof code === "number" ? cut(String(code), 100) : "",
    message: typeof message === "string" ? cut(message, 1_000) : "",
  };
}

function known(progress: RestoreProgress): ParsedProgress {
  return good(progress);
}
