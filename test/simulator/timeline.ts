import type { Instant } from "../../shared/restore/instant.ts";
import { parseInt64 } from "../../shared/restore/int64.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { FabricFailure, RestorePoint } from "../../shared/restore/restore-progress.ts";

/*
 * A cluster is a table: partition -> restore timeline. A timeline says what a look at the partition meets, from when on.
 */

/** A reply to the byte: the gateway puts its codes into the reason phrase, so that is part of it. */
export interface RawReply {
  readonly status: number;
  readonly reason: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * When a success was: at that instant, when the timeline reached it (on the cluster's clock), or the year-1 sentinel.
 */
export type SuccessTime = Instant | "when-reached" | "undated";

/**
 * A restore on record. `point` is there from `Accepted` on, as on the real wire. `documented` is the form the published
 * reference promises and no captured cluster sends: the LSN quoted, `FailureError` present.
 */
export type Restore<At = SuccessTime> =
  | {
      readonly state: "Accepted" | "RestoreInProgress" | "SecondariesInProgress" | "Unrecognized";
      readonly spelled: string;
      readonly point: RestorePoint;
    }
  | {
      readonly state: "Success";
      readonly spelled: string;
      readonly at: At;
      readonly point: RestorePoint;
      readonly documented?: true;
    }
  | {
      readonly state: "Failure" | "Timeout" | "Invalid";
      readonly spelled: string;
      readonly failure?: FabricFailure;
      readonly documented?: true;
    };

/** A reply that is no restore progress, with what a client must make of it and the text it must tell. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reply: RawReply;
  readonly means: ProblemCode;
  readonly told: string;
  readonly retryAfterMs?: number;
  /** Where `Retry-After` names a time: by the cluster's clock. */
  readonly retryAt?: Instant;
}

/**
 * What a look meets: the record (`nothing` is the body `null`), a refusal, or trouble on the wire. `hang` never answers,
 * `drip` sends a blank every `everyMs` and never ends, `cut` promises `missing` bytes more than it sends and hangs up,
 * `slow` takes `delayMs` and then is what it says.
 */
export type Shows<At = SuccessTime> =
  | { readonly kind: "nothing" }
  | { readonly kind: "restore"; readonly restore: Restore<At> }
  | Refusal
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
  | { readonly kind: "drip"; readonly everyMs: number }
  | { readonly kind: "cut"; readonly reply: RawReply; readonly missing: number }
  | { readonly kind: "slow"; readonly delayMs: number; readonly shows: Shows<At> };

/** What a look meets now: the times are filled in. */
export type Shown = Shows<Instant | "undated">;

/**
 * Steps in order of `afterMs`, counted from the origin; before the first step nothing is on record. A timeline that starts
 * at the partition's first look does not depend on how long a process took to start.
 */
export interface Timeline {
  readonly origin: "cluster-start" | "first-look";
  readonly steps: readonly { readonly afterMs: number; readonly shows: Shows }[];
}

/** One thing after the other, each as long as it lasts, the last one for ever; from the first look on. */
export function inTurn(...stretches: readonly (readonly [shows: Shows, lastsMs?: number])[]): Timeline {
  let afterMs = 0;
  const steps = stretches.map(([shows, lastsMs = Infinity]) => {
    const step = { afterMs, shows };
    afterMs += lastsMs;
    return step;
  });
  return { origin: "first-look", steps };
}

/** The same story told `speed` times as fast. Instants it names stay where they are. */
export function atSpeed(timeline: Timeline, speed: number): Timeline {
  return {
    ...timeline,
    steps: timeline.steps.map(({ afterMs, shows }) => ({ afterMs: afterMs / speed, shows: hastened(shows, speed) })),
  };
}

export function hastened(shows: Shows, speed: number): Shows {
  if (shows.kind !== "slow") return shows;
  return { ...shows, delayMs: shows.delayMs / speed, shows: hastened(shows.shows, speed) };
}

export function restorePoint(dataLossVersion: string, configurationVersion: string, lsn: string): RestorePoint {
  const exact = (digits: string): RestorePoint["lsn"] => {
    const value = parseInt64(digits);
    if (value === undefined) throw new RangeError(`${digits} is no 64-bit integer`);
    return value;
  };
  return {
    epoch: { dataLossVersion: exact(dataLossVersion), configurationVersion: exact(configurationVersion) },
    lsn: exact(lsn),
  };
}

/** The backup that is restored unless a story names another one. */
export const POINT: RestorePoint = restorePoint("133801234567890123", "8589934592", "3552");

export const nothing: Shows = { kind: "nothing" };
export const reset: Shows = { kind: "reset" };
export const hang: Shows = { kind: "hang" };

export function drip(everyMs = 20): Shows {
  return { kind: "drip", everyMs };
}

/** A reply that breaks off: so many bytes short of its Content-Length. */
export function cut(reply: RawReply, missing = 100): Shows {
  return { kind: "cut", reply, missing };
}

export function slow(delayMs: number, shows: Shows): Shows {
  return { kind: "slow", delayMs, shows };
}

export function accepted(point = POINT): Shows {
  return { kind: "restore", restore: { state: "Accepted", spelled: "Accepted", point } };
}

export function restoring(point = POINT): Shows {
  return { kind: "restore", restore: { state: "RestoreInProgress", spelled: "RestoreInProgress", point } };
}

/** The release notes spell it both ways. */
export function secondaries(
  spelled: "SecondariesInProgress" | "SecondaryInProgress" = "SecondariesInProgress",
  point = POINT,
): Shows {
  return { kind: "restore", restore: { state: "SecondariesInProgress", spelled, point } };
}

/** A state no client of today knows. */
export function future(spelled: string, point = POINT): Shows {
  return { kind: "restore", restore: { state: "Unrecognized", spelled, point } };
}

export interface SuccessOptions {
  readonly at?: SuccessTime;
  readonly point?: RestorePoint;
  readonly documented?: true;
}

export function succeeded({ at = "when-reached", point = POINT, ...form }: SuccessOptions = {}): Shows {
  return { kind: "restore", restore: { state: "Success", spelled: "Success", at, point, ...form } };
}

export interface FailureOptions {
  readonly failure?: FabricFailure;
  readonly documented?: true;
}

/** Without options: no reason at all, which is how clusters fail today. */
export function ended(state: "Failure" | "Timeout" | "Invalid", options: FailureOptions = {}): Shows {
  return { kind: "restore", restore: { state, spelled: state, ...options } };
}
