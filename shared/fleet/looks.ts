import { type Looked, taken, takeLook } from "../look.ts";
import type { Instant } from "../restore/instant.ts";
import type { Problem } from "../restore/problem.ts";
import { lastQuestions } from "../restore/success.ts";
import type { Watch } from "../restore/watch.ts";
import type { Question } from "../restore/witness.ts";
import type { Item } from "./agenda.ts";
import { type Grant, isOpen, type Wish } from "./budget.ts";
import { breakOff, type Fleet, memberOf, schedule, scheduleNow, watchOf } from "./fleet.ts";
import { CLEAN, outcomeOf, troubleOf } from "./outcome.ts";
import { openPurse, paying } from "./pace.ts";

/** Starts the look of a member, if the budget allows. */
export function startLook(fleet: Fleet, item: Item, now: Instant): Grant {
  const { agenda, pace, plan } = fleet;
  const member = memberOf(fleet, item.key);
  const watch = watchOf(fleet, member, now);
  const mayEnd = plan.deadline - now <= LAST_LOOK_MS || member.endsSoon === true;
  const ask = mayEnd ? [...new Set([...member.ask, ...lastQuestions(watch)])] : member.ask;
  const wish = { following: ask.length, atOnce: Math.max(1, ask.length), urgent: item.last };
  const answer = pace.ask(wish);
  if (!answer.granted) return answer;
  agenda.drop(item.key);
  delete member.hinted;
  delete member.endsSoon;
  void look(fleet, item.key, watch, ask, wish);
  return answer;
}

/** A look this close to the deadline may be answered after it: it asks whatever a success would have to answer. */
const LAST_LOOK_MS = 1_000;

async function look(fleet: Fleet, key: number, watch: Watch, ask: readonly Question[], wish: Wish): Promise<void> {
  const { world, pace, requestTimeoutMs, members } = fleet;
  try {
    const purse = openPurse(pace, wish.following);
    const gateway = paying(world.gateway, purse.pay);
    const looked = await takeLook(watch, ask, { ...world, gateway }, requestTimeoutMs);
    const trouble = troubleOf(looked.observation);
    // One partition alone has its own backoff; what many meet says something about the gateway.
    pace.settle({ atOnce: wish.atOnce, following: purse.left() }, members.length > 1 ? outcomeOf(trouble) : CLEAN);
    land(fleet, key, looked);
    if (trouble !== undefined && isOpen(pace.budget)) shareTrouble(fleet, trouble);
    tellProgress(fleet);
  } catch (error) {
    breakOff(fleet, error);
  }
}

/** What a look brought is told; then the next one is put on the agenda, or there is a result. */
function land(fleet: Fleet, key: number, { watch, events, next }: Looked): void {
  const { alarm, world, record } = fleet;
  const member = memberOf(fleet, key);
  const now = world.clock.now();
  for (const event of events) record(event);
  member.watch = watch;
  member.lookedAt = now;
  if ("verdict" in next) {
    fleet.open -= 1;
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
}

function tellProgress({ members, pace, progress, record, world }: Fleet): void {
  if (members.length === 1) return;
  const told = progress(pace.budget, world.clock.now());
  if (told !== undefined) record(told);
}
