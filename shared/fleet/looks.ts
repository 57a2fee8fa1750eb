import { taken, takeLook } from "../look.ts";
import type { Instant } from "../restore/instant.ts";
import type { Problem } from "../restore/problem.ts";
import type { Watch } from "../restore/watch.ts";
import type { Question } from "../restore/witness.ts";
import type { Item } from "./agenda.ts";
import { type Grant, isOpen, type Wish } from "./budget.ts";
import { asksAt, breakOff, type Feed, type Fleet, mayTakeAll, memberOf, watchOf } from "./fleet.ts";
import { land } from "./land.ts";
import { CLEAN, metBy, outcomeOf } from "./outcome.ts";
import { openPurse, paying } from "./pace.ts";
import { awaitsPartition, callParkedOff, isShared, letParkedGo, park, wantList } from "./together.ts";

/** A look as it goes out. */
interface Started extends Pick<Item, "key" | "due" | "last"> {
  readonly watch: Watch;
  /** What it asks itself. */
  readonly ask: readonly Question[];
  readonly wish: Wish;
  /** Whose list is to say how the partition is, instead of the partition itself. */
  readonly feed: Feed | undefined;
}

/** Starts the look of a member, if the budget allows. */
export function startLook(fleet: Fleet, item: Item, now: Instant): Grant {
  const { agenda, pace } = fleet;
  const member = memberOf(fleet, item.key);
  const asked = asksAt(fleet, member, now);
  const mayWait = item.last || fleet.plan.deadline - now > WAITS_BEFORE_MS;
  const feed = asked.includes("partition") && mayWait && isShared(member.feed, item.key) ? member.feed : undefined;
  const ask = feed === undefined ? asked : asked.filter((question) => question !== "partition");
  const atOnce = Math.max(1, ask.length);
  const wish = { following: ask.length, atOnce, urgent: item.last, all: mayTakeAll(fleet, now) };
  const answer = pace.ask(wish);
  if (!answer.granted) return answer;
  const watch = watchOf(fleet, member, now);
  agenda.drop(item.key);
  member.feed?.asking.delete(item.key);
  delete member.hinted;
  delete member.endsSoon;
  if (feed !== undefined) feed.outstanding += 1;
  void look(fleet, { ...item, watch, ask, wish, feed });
  return answer;
}

/** A look before the deadline is not to wait until after it: it would be the last one, with an answer that came too early. */
const WAITS_BEFORE_MS = 5_000;

async function look(fleet: Fleet, started: Started): Promise<void> {
  const { world, pace, requestTimeoutMs, members } = fleet;
  const { key, watch, ask, wish, feed, due, last } = started;
  try {
    const purse = openPurse(pace, wish.following);
    const gateway = paying(world.gateway, purse.pay);
    const looked = await takeLook(watch, ask, { ...world, gateway }, requestTimeoutMs);
    const met = metBy(looked.observation);
    const { trouble } = met;
    // One partition alone has its own backoff; what many meet says something about the gateway.
    const outcome = members.length > 1 ? outcomeOf(met) : CLEAN;
    pace.settle({ atOnce: wish.atOnce, following: purse.left() }, outcome);
    if (feed !== undefined) feed.outstanding -= 1;
    // What a result comes to without the partition's word is not yet what it comes to.
    if (feed !== undefined && awaitsPartition(looked.observation)) {
      const at = world.clock.now();
      // What it had in flight is free, and somebody may be waiting for just that.
      fleet.alarm.wake(at);
      await park(fleet, feed, { key, watch, observation: looked.observation, at, due, last });
    } else land(fleet, key, looked);
    if (feed !== undefined) await wantList(fleet, feed);
    if (trouble !== undefined && isOpen(pace.budget)) shareTrouble(fleet, trouble);
    tellProgress(fleet);
  } catch (error) {
    breakOff(fleet, error);
  }
}

/** While only trials get through, what one of them met is what all those would have met whose look is due. */
export function shareTrouble(fleet: Fleet, problem: Problem): void {
  const { agenda, members, world } = fleet;
  const now = world.clock.now();
  for (const { key } of agenda.due(now)) {
    if (key >= members.length) continue;
    const watch = watchOf(fleet, memberOf(fleet, key), now);
    agenda.drop(key);
    land(fleet, key, taken(watch, { kind: "unavailable", problem }, now));
  }
  letParkedGo(fleet, problem);
}

/** Told to stop: those under way notice by themselves, the others are concluded without a look. */
export async function callOff(fleet: Fleet): Promise<undefined> {
  const { agenda, members, world, requestTimeoutMs } = fleet;
  for (const [key, member] of members.entries()) {
    if (agenda.of(key) === undefined) continue;
    const watch = watchOf(fleet, member, world.clock.now());
    agenda.drop(key);
    land(fleet, key, await takeLook(watch, [], world, requestTimeoutMs));
  }
  await callParkedOff(fleet);
}

function tellProgress({ members, pace, progress, record, world }: Fleet): void {
  if (members.length === 1) return;
  const told = progress(pace.budget, world.clock.now());
  if (told !== undefined) record(told);
}
