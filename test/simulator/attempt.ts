import { type Instant, later } from "../../shared/restore/instant.ts";
import { accepted, ended, inTurn, restoring, type Shown, type Shows, succeeded, type Timeline } from "./timeline.ts";

/*
 * A record of the Backup Restore Service: a timeline that runs since some time. All that is asked of it is a function of the
 * clock. `now` and `startedAt` are everybody's time; what comes out is the cluster's, `skewMs` later.
 */

export interface Attempt {
  readonly timeline: Timeline;
  /** A timeline that waits for its first look has not started yet. */
  readonly startedAt: Instant | undefined;
}

const CLEAN = inTurn([accepted(), 20_000], [restoring(), 180_000], [succeeded()]);

/** A restore asked for under another spelling: no replica ever reports to it. The timeout is the 6.4 default. */
export const UNHEARD = inTurn([accepted(), 600_000], [ended("Timeout")]);

/** What a timeline does when asked again: its own attempt from `Accepted` on, or a clean restore. */
export function attemptIn({ steps }: Timeline): Timeline {
  const first = steps.findIndex(({ shows }) => stateOf(shows) === "Accepted");
  const start = steps[first];
  if (start === undefined) return CLEAN;
  const shifted = steps.slice(first).map(({ afterMs, shows }) => ({ afterMs: afterMs - start.afterMs, shows }));
  return { origin: "first-look", steps: shifted };
}

/** What a look at `now` meets. */
export function shownAt(attempt: Attempt, now: Instant, skewMs: number): Shown {
  const startedAt = attempt.startedAt ?? now;
  const step = reached({ ...attempt, startedAt }, now).at(-1);
  return step === undefined ? { kind: "nothing" } : dated(step.shows, step.at, skewMs);
}

/** What is on record also when trouble on the wire hides it. */
export function isUnderWay(attempt: Attempt, now: Instant): boolean {
  const record = reached({ ...attempt, startedAt: attempt.startedAt ?? now }, now)
    .map(({ shows }) => unwrapped(shows))
    .findLast(({ kind }) => kind === "restore" || kind === "nothing");
  return record?.kind === "restore" && "point" in record.restore && record.restore.state !== "Success";
}

/** When data loss was declared: every restore begins so. The same `Accepted`, seen again after trouble, is no new one. */
export function dataLosses(attempt: Attempt, now: Instant, skewMs: number): readonly Instant[] {
  return reached(attempt, now)
    .filter(({ shows }) => ["restore", "nothing"].includes(unwrapped(shows).kind))
    .filter(({ shows }, index, records) => {
      const before = records[index - 1];
      return stateOf(shows) === "Accepted" && (before === undefined || stateOf(before.shows) !== "Accepted");
    })
    .map(({ at }) => later(at, skewMs));
}

/** When the latest restore succeeded, whatever became of the record since. */
export function succeededAt(attempt: Attempt, now: Instant, skewMs: number): Instant | undefined {
  const success = reached(attempt, now).findLast(({ shows }) => stateOf(shows) === "Success");
  if (success === undefined) return undefined;
  const inner = unwrapped(success.shows);
  const at = inner.kind === "restore" && inner.restore.state === "Success" ? inner.restore.at : "undated";
  return typeof at === "number" ? at : later(success.at, skewMs);
}

/** Of a timeline that has not started nothing is reached. */
function reached({ timeline, startedAt }: Attempt, now: Instant): readonly { shows: Shows; at: Instant }[] {
  if (startedAt === undefined) return [];
  return timeline.steps
    .filter(({ afterMs }) => afterMs <= now - startedAt)
    .map(({ afterMs, shows }) => ({ shows, at: later(startedAt, afterMs) }));
}

function stateOf(shows: Shows): string | undefined {
  const inner = unwrapped(shows);
  return inner.kind === "restore" ? inner.restore.state : undefined;
}

function unwrapped(shows: Shows): Shows {
  return shows.kind === "slow" ? unwrapped(shows.shows) : shows;
}

export function dated(shows: Shows, reachedAt: Instant, skewMs: number): Shown {
  switch (shows.kind) {
    case "slow":
      return { ...shows, shows: dated(shows.shows, reachedAt, skewMs) };
    case "restore": {
      const { restore } = shows;
      if (restore.state !== "Success") return { kind: "restore", restore };
      const at = restore.at === "when-reached" ? later(reachedAt, skewMs) : restore.at;
      return { kind: "restore", restore: { ...restore, at: at === "undated" ? at : wholeSeconds(at) } };
    }
    case "nothing":
    case "refusal":
    case "reset":
    case "hang":
    case "drip":
    case "cut":
      return shows;
    default:
      return shows satisfies never;
  }
}

/** Clusters tell whole seconds, cut down. */
export function wholeSeconds(at: Instant): Instant {
  return later(at, -(((at % 1_000) + 1_000) % 1_000));
}
