import type { FleetProgress } from "../drill-event.ts";
import { earlier, type Instant, later } from "../restore/instant.ts";
import type { Budget } from "./budget.ts";
import type { Member } from "./fleet.ts";

const EVERY_MS = 10_000;
/** The pace is that of so long: what ended within seconds says little about thousands. */
const PACE_MS = 60_000;

/** Tells how a run stands, at most each ten seconds and never in its first: hung on the looks, it has no timer of its own. */
export function progressReporter(
  members: readonly Member[],
  startedAt: Instant,
  deadline: Instant,
): (budget: Budget, now: Instant) => FleetProgress | undefined {
  let toldAt = startedAt;
  let from = { at: startedAt, ended: 0 };
  let perMs = 0;
  return (budget, now) => {
    if (now - toldAt < EVERY_MS) return undefined;
    toldAt = now;
    const told = standing(members, budget, startedAt, now);
    const ended = members.length - told.watched;
    if (now - from.at >= PACE_MS) {
      perMs = (ended - from.ended) / (now - from.at);
      from = { at: now, ended };
    }
    if (perMs === 0) return told;
    return { ...told, estimatedEnd: earlier(deadline, later(now, Math.round(told.watched / perMs))) };
  };
}

function standing(members: readonly Member[], budget: Budget, startedAt: Instant, now: Instant): FleetProgress {
  const concluded = { passed: 0, failed: 0, inconclusive: 0 };
  const states = new Map<string | null | undefined, number>();
  let oldest = now;
  for (const { result, watch, lookedAt = startedAt } of members) {
    if (result !== undefined) {
      concluded[result.verdict.verdict] += 1;
      continue;
    }
    const state = watch?.last === undefined ? undefined : (watch.last.progress?.spelled ?? null);
    states.set(state, (states.get(state) ?? 0) + 1);
    oldest = earlier(oldest, lookedAt);
  }
  const counted = [...states].map(([state, count]) => ({ state, count }));
  return {
    type: "progress",
    at: now,
    states: counted.toSorted((a, b) => b.count - a.count),
    watched: counted.reduce((sum, { count }) => sum + count, 0),
    concluded,
    rate: budget.rate,
    setRate: budget.set,
    blind: budget.openSince !== undefined,
    oldestLookMs: now - oldest,
  };
}
