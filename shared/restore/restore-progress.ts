import type { Instant } from "./instant.ts";
import type { Int64 } from "./int64.ts";

/** @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-epoch */
export interface Epoch {
  readonly dataLossVersion: Int64;
  readonly configurationVersion: Int64;
}

/**
 * Which backup a restore is *asked* to bring back. The cluster copies it from the backup's metadata when the restore is
 * requested, so it is there from `Accepted` on: it names the request and proves nothing about the data.
 */
export interface RestorePoint {
  readonly epoch: Epoch;
  readonly lsn: Int64;
}

/** The reason of a failure, where the cluster gives one: `code` is a name, or a bare HRESULT in decimal, or empty. */
export interface FabricFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * One reply of GetRestoreProgress, each state with only the fields that mean something in it. `spelled` is the state as
 * the cluster wrote it. The wire's sentinels (year 1, LSN 0, null epochs) never get in here.
 *
 * - `SecondariesInProgress` is documented nowhere but in release notes: the primary has its data, the quorum is not back.
 * - `Timeout` means that the cluster stopped waiting; the data may still come back later.
 * - `Invalid` is never written by a known server, which itself files it under failures.
 * - `Unrecognized` is a state of the future: not terminal, never a success, always told.
 *
 * @see https://learn.microsoft.com/rest/api/servicefabric/sfclient-model-restoreprogressinfo
 */
export type RestoreProgress =
  | {
      readonly state: "Accepted" | "RestoreInProgress" | "SecondariesInProgress";
      readonly spelled: string;
      readonly point?: RestorePoint;
    }
  | { readonly state: "Success"; readonly spelled: string; readonly at?: Instant; readonly point?: RestorePoint }
  | { readonly state: "Failure" | "Timeout" | "Invalid"; readonly spelled: string; readonly failure?: FabricFailure }
  | { readonly state: "Unrecognized"; readonly spelled: string };

export type RestoreState = RestoreProgress["state"];
export type InFlight = Extract<
  RestoreProgress,
  { state: "Accepted" | "RestoreInProgress" | "SecondariesInProgress" | "Unrecognized" }
>;
export type Terminal = Exclude<RestoreProgress, InFlight>;

export type Success = Extract<Terminal, { state: "Success" }>;

/** The backup a restore is asked to bring back, where the reply tells. */
export function pointOf(progress: RestoreProgress | null): RestorePoint | undefined {
  return progress !== null && "point" in progress ? progress.point : undefined;
}

export function isTerminal(progress: RestoreProgress): progress is Terminal {
  switch (progress.state) {
    case "Success":
    case "Failure":
    case "Timeout":
    case "Invalid":
      return true;
    case "Accepted":
    case "RestoreInProgress":
    case "SecondariesInProgress":
    case "Unrecognized":
      return false;
  }
}
