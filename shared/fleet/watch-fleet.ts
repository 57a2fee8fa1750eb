import type { Recorder } from "../drill-event.ts";
import type { World } from "../observe-restore.ts";
import { lookDelay } from "../restore/cadence.ts";
import { type Dice, draw } from "../restore/dice.ts";
import { earlier, type Instant, later } from "../restore/instant.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import type { WatchPlan } from "../restore/watch.ts";
import { openAgenda } from "./agenda.ts";
import { openAlarm } from "./alarm.ts";
import { type Fleet, type FleetOptions, type Member, type PartitionResult, perLookMs } from "./fleet.ts";
import { feedsOf, startFeeds, startList } from "./lists.ts";
import { callOff, startLook } from "./looks.ts";
import { progressReporter } from "./progress.ts";

/**
 * Watches all of them to their ends, as one: whose look is next is decided by the agenda, whether it may go out by the budget,
 * and what it comes to by the same heart as for a single partition. Results come in the order of the ids.
 *
 * Where the budget is too small for the restores' own cadence, all are looked at as often as it allows (each about every
 * n / rate seconds). Last looks then come as soon after the deadline as it allows, and none is left out.
 */
export async function watchFleet(
  partitionIds: readonly PartitionId[],
  plan: Omit<WatchPlan, "partitionId">,
  world: World,
  options: FleetOptions,
  record: Recorder,
): Promise<readonly PartitionResult[]> {
  const members = membersOf(partitionIds, options.dice);
  const startedAt = world.clock.now();
  const alarm = openAlarm(world.clock, world.signal);
  const fleet: Fleet = {
    ...options,
    members,
    feeds: feedsOf(members, options.services ?? []),
    plan,
    world,
    startedAt,
    record,
    agenda: openAgenda(),
    alarm,
    progress: progressReporter(members, startedAt, plan.deadline),
    open: members.length,
  };
  for (const { partitionId } of members) record({ type: "watching", partitionId, at: startedAt });
  spread(fleet);
  startFeeds(fleet, options.services ?? []);
  try {
    while (fleet.open > 0) {
      const next = world.signal.aborted ? await callOff(fleet) : startDue(fleet);
      if (fleet.open > 0) await alarm.sleep(next);
      if (fleet.broken !== undefined) throw fleet.broken.error;
    }
  } finally {
    alarm.end();
  }
  return members.map(({ result }) => {
    if (result === undefined) throw new TypeError("a watch ended without a conclusion");
    return result;
  });
}

function membersOf(partitionIds: readonly PartitionId[], seed: Dice): readonly Member[] {
  let dice = seed;
  return partitionIds.map((partitionId) => {
    ({ dice } = draw(dice));
    return { partitionId, dice, ask: [] };
  });
}

/** First looks are spread over an interval, or over as long as the budget needs for them: they need not go in step. */
function spread({ members, plan, pace, agenda, startedAt }: Fleet): void {
  const overMs = Math.max(lookDelay(plan.cadence, 0, 0.5), perLookMs(members.length, pace.budget));
  members.forEach((_, key) => {
    const due = earlier(plan.deadline, later(startedAt, Math.floor((overMs * key) / members.length)));
    agenda.put({ key, due, intervalMs: overMs, last: due >= plan.deadline });
  });
}

/** Starts what is due, as far as the budget allows. Returns when to come back; nothing where only the end of a look can help. */
function startDue(fleet: Fleet): Instant | undefined {
  const { agenda, members, world } = fleet;
  for (;;) {
    const now = world.clock.now();
    const item = agenda.first(now);
    if (item === undefined) return agenda.nextDue(now);
    const answer = item.key < members.length ? startLook(fleet, item, now) : startList(fleet, item);
    if (!answer.granted) return answer.at;
  }
}
