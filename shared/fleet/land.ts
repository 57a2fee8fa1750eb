import type { Looked } from "../look.ts";
import { type Fleet, memberOf, schedule, scheduleNow } from "./fleet.ts";

/** What a look brought is told; then the next one is put on the agenda, or there is a result. */
export function land(fleet: Fleet, key: number, { watch, events, next }: Looked): void {
  const { alarm, world, record } = fleet;
  const member = memberOf(fleet, key);
  const now = world.clock.now();
  for (const event of events) record(event);
  member.watch = watch;
  member.lookedAt = now;
  member.feed?.asking.delete(key);
  if ("verdict" in next) {
    fleet.open -= 1;
    if (member.feed !== undefined) member.feed.open -= 1;
    member.result = { partitionId: member.partitionId, endedAt: now, verdict: next.verdict, watch };
    alarm.wake(now);
    return;
  }
  member.ask = next.ask;
  member.wantedAt = next.at;
  const missed = member.hinted === true;
  delete member.hinted;
  if (missed) scheduleNow(fleet, key, now);
  else schedule(fleet, key, now);
}
