import type { Note, Text } from "./access.ts";
import { duration, items, quote } from "./input-values.ts";
import { ACTION_CADENCE, type Cadence, learnedCadence } from "./restore/cadence.ts";
import { good, type Read, unreadable } from "./restore/fields.ts";

/** How often to look, and the durations of earlier restores that it was learnt from: oldest first, in milliseconds. */
export interface CadenceInputs {
  readonly cadence: Cadence;
  readonly pastRestoresMs: readonly number[];
}

/** Whoever appends to the list for ever is told once, rather than parsed for ever: only the last ten count anyway. */
const MOST_PAST = 1_000;
const WEEK_S = 604_800;
const PAST = "past-restore-seconds";

/**
 * `poll-interval-seconds` and `past-restore-seconds`. Every problem is noted; the result counts only if none was. A past too short or too
 * mixed to learn from is none: whoever fills the list from run to run begins with an empty one.
 */
export function parseCadence(text: Text, note: Note): CadenceInputs {
  const interval = pollInterval(text("poll-interval-seconds"));
  if (!interval.ok) note("poll-interval-seconds", interval.why);
  const otherwise = interval.ok ? interval.value : ACTION_CADENCE;
  const past = pastRestores(text(PAST));
  if (!past.ok) note(PAST, past.why);
  if (text(PAST) !== "" && otherwise.kind === "fixed")
    note(PAST, "cannot go together with a fixed poll-interval-seconds: leave that on `auto`");
  const pastRestoresMs = past.ok ? past.value : [];
  return { cadence: learnedCadence(pastRestoresMs, otherwise), pastRestoresMs };
}

function pollInterval(text: string): Read<Cadence> {
  if (text === "auto") return good(ACTION_CADENCE);
  const every = duration("seconds", { least: 0.1, most: 3_600 })(text);
  return every.ok
    ? good({ kind: "fixed", everyMs: every.value })
    : unreadable(every.why.replace("must be", "must be `auto` or"));
}

function pastRestores(text: string): Read<readonly number[]> {
  const typed = items(text);
  if (typed.length > MOST_PAST)
    return unreadable(`must be at most ${MOST_PAST} durations, of which the last 10 count; got ${typed.length}`);
  const parsed = typed.map((item) => ({ item, read: duration("seconds", { least: 0, most: WEEK_S })(item) }));
  const wrong = parsed.flatMap(({ item, read }) => (read.ok ? [] : [quote(item)]));
  if (wrong.length > 0) {
    const more = wrong.length > 3 ? ` and ${wrong.length - 3} more` : "";
    return unreadable(
      `must be numbers of seconds, newline or comma separated, each at least 0 and at most ${WEEK_S}; got ${wrong.slice(0, 3).join(", ")}${more}`,
    );
  }
  return good(parsed.flatMap(({ read }) => (read.ok ? [read.value] : [])));
}
