import type { Clock } from "./clock.ts";
import type { Recorder } from "./drill-event.ts";
import { restsUntil, type Sighting } from "./fleet/feed.ts";
import { type Met, metBy } from "./fleet/outcome.ts";
import { paying } from "./fleet/pace.ts";
import { type Looked, taken as known, takeLook } from "./look.ts";
import type { World } from "./observe-restore.ts";
import { advance, isLast } from "./restore/advance.ts";
import type { Dice } from "./restore/dice.ts";
import { given } from "./restore/fields.ts";
import { earlier, type Instant, later } from "./restore/instant.ts";
import type { Problem } from "./restore/problem.ts";
import { lastQuestions } from "./restore/success.ts";
import type { Verdict } from "./restore/verdict.ts";
import { beginWatch, type Watch, type WatchPlan } from "./restore/watch.ts";
import type { Question } from "./restore/witness.ts";

/**
 * A partition of a batch between two turns, as plain JSON: hosts that live for minutes keep it in a store, take a turn when
 * the next look is due and forget the rest.
 */
export type BatchMember =
  | {
      readonly state: "watching";
      readonly watch: Watch;
      /** When the heart wants its next look, and when it is taken: later where its service's list will tell. */
      readonly wantedAt: Instant;
      readonly dueAt: Instant;
      readonly ask: readonly Question[];
      /** Whose list tells of it; absent where none is read. */
      readonly service?: string;
      /** What its service's list last showed, while that is read. */
      readonly sighting?: Sighting;
      /** The list showed a change that no look has followed yet. */
      readonly hinted?: true;
    }
  | { readonly state: "concluded"; readonly watch: Watch; readonly verdict: Verdict; readonly endedAt: Instant };

export type Watching = Extract<BatchMember, { state: "watching" }>;

/** What a turn may take. */
export interface Turn {
  readonly requestTimeoutMs: number;
  /** No look begins after this; what was not looked at stays due. */
  readonly until: Instant;
  readonly inFlight: number;
  readonly pace: TurnPace;
}

/** Where a budget of requests is kept. */
export interface TurnPace {
  /** Awaited before each look. */
  permit(look: NextLook, signal: AbortSignal): Promise<Permit>;
  /** Told after each look that was let go. */
  landed(look: NextLook, facts: LookFacts): void;
}

export interface NextLook {
  /** The progress itself, and what is asked beside it. */
  readonly requests: number;
  /** How many of them at one time. */
  readonly atOnce: number;
  /** The last one, at the deadline. */
  readonly urgent: boolean;
  /** The requests of all looks that are due by now or in a moment, this one included. */
  readonly due: number;
  /** And of all that may come to be due in a while. */
  readonly all: number;
}

export interface LookFacts {
  /** How many requests it took in the end. */
  readonly sent: number;
  readonly met: Met;
}

export type Permit =
  | { readonly kind: "go" }
  /** Leave it for another turn. */
  | { readonly kind: "later" }
  /** Nothing may go out, and it is known what would come of it: for this look and for all others that are due. */
  | { readonly kind: "known"; readonly problem: Problem };

/** A partition nobody has looked at yet; its first look is due at once. */
export function beginMember(plan: WatchPlan, now: Instant, dice: Dice, service?: string): BatchMember {
  const watch = beginWatch(plan, now, dice);
  return { state: "watching", watch, wantedAt: now, dueAt: now, ask: [], ...given("service", service) };
}

/**
 * Looks at whatever is due, once; more than once only where the heart asks back at once. Same heart, same looks as the loop in
 * `watch-restore.ts`; only who sleeps in between is another. Never rejects for anything the cluster or the network does.
 */
export async function takeTurn(
  members: readonly BatchMember[],
  world: World,
  turn: Turn,
  record: Recorder,
): Promise<readonly BatchMember[]> {
  const { clock, signal } = world;
  const batch = openBatch(members, clock, record);
  /** Whether there may be another one. */
  const look = async ({ index, member }: Found): Promise<boolean> => {
    await clock.sleep(member.dueAt - clock.now(), signal);
    const wanted = { ...member, ask: questionsNow(member, clock.now()) };
    const next = { ...nextLookOf(wanted), due: batch.requestsBy(SOON_MS), all: batch.requestsBy(WHILE_MS) };
    const permit = await turn.pace.permit(next, signal);
    if (permit.kind === "later") return false;
    if (permit.kind === "known") {
      batch.share(index, permit.problem);
      return true;
    }
    batch.begin(index);
    let sent = 0;
    const gateway = paying(world.gateway, () => {
      sent += 1;
      return Promise.resolve();
    });
    // It may have had to wait, and be the last one by now: what that asks beyond its permit is made up for.
    const ask = questionsNow(wanted, clock.now());
    const looked = await takeLook(member.watch, ask, { ...world, gateway }, turn.requestTimeoutMs);
    batch.land(index, looked);
    turn.pace.landed(next, { sent, met: metBy(looked.observation) });
    return true;
  };
  const worker = async (): Promise<void> => {
    while (!signal.aborted && clock.now() < turn.until) {
      const found = batch.take();
      if (found === undefined || !(await look(found))) return;
    }
  };
  await Promise.all(Array.from({ length: turn.inFlight }, worker));
  return batch.kept;
}

interface Found {
  readonly index: number;
  readonly member: Watching;
}

/** The members during a turn. */
interface Batch {
  readonly kept: readonly BatchMember[];
  /** The first one due that no worker has, for a worker. */
  take(): Found | undefined;
  /** How many requests are to be made within so many milliseconds, of looks that have not begun. */
  requestsBy(ms: number): number;
  begin(index: number): void;
  land(index: number, looked: Looked): void;
  /** What the look of this one would have met is what all would have met that are due. */
  share(index: number, problem: Problem): void;
}

function openBatch(members: readonly BatchMember[], clock: Clock, record: Recorder): Batch {
  const kept = [...members];
  /** Whose look is with a worker, or was; and those of them that have begun. */
  const [taken, begun] = [new Set<number>(), new Set<number>()];
  const land: Batch["land"] = (index, { events, next, watch }) => {
    for (const event of events) record(event);
    const ends = "verdict" in next;
    kept[index] = ends
      ? { state: "concluded", watch, verdict: next.verdict, endedAt: clock.now() }
      : resting({ ...listed(kept[index]), state: "watching", watch, wantedAt: next.at, ask: next.ask });
    // Once a turn, but for what the heart asks back at once: whoever is due again by the time all others had theirs would keep the cluster
    // from the next batch.
    if (ends || next.at > clock.now() + AT_ONCE_MS) {
      taken.add(index);
      return;
    }
    taken.delete(index);
    begun.delete(index);
  };
  return {
    kept,
    take() {
      const found = firstDue(kept, taken, clock.now());
      if (found !== undefined) taken.add(found.index);
      return found;
    },
    requestsBy: (ms) => requestsDue(kept, later(clock.now(), ms), begun),
    begin: (index) => void begun.add(index),
    land,
    share(index, problem) {
      const now = clock.now();
      taken.delete(index);
      for (const [at, member] of kept.entries()) {
        if (!isDue(member, now) || taken.has(at)) continue;
        land(at, known(member.watch, { kind: "unavailable", problem }, now));
      }
    },
  };
}

/** A look that comes at the deadline or after it is the last one, though another was meant. */
function questionsNow({ ask, watch }: Watching, now: Instant): readonly Question[] {
  return isLast(watch, now) ? [...new Set([...ask, ...lastQuestions(watch)])] : ask;
}

/** The heart asks back after a millisecond: that is still the same turn. */
export const AT_ONCE_MS = 50;

/** What its list told; that a look is to follow is done with. */
function listed(member: BatchMember | undefined): Pick<Watching, "service" | "sighting"> {
  if (member?.state !== "watching") return {};
  return { ...given("service", member.service), ...given("sighting", member.sighting) };
}

/** The member with the time of its next look. What the heart wants at once it gets at once. */
export function resting(member: Omit<Watching, "dueAt">): Watching {
  const { sighting, wantedAt, watch } = member;
  const atOnce = watch.last !== undefined && wantedAt - watch.last.at <= AT_ONCE_MS;
  // Counted from the last look, so that it is the same whenever it is asked.
  const from = watch.last?.at ?? wantedAt;
  const until = sighting === undefined || atOnce ? undefined : restsUntil(watch, sighting, from);
  return { ...member, dueAt: until !== undefined && until > wantedAt ? until : wantedAt };
}

function firstDue(members: readonly BatchMember[], taken: ReadonlySet<number>, now: Instant): Found | undefined {
  let first: Found | undefined;
  for (const [index, member] of members.entries()) {
    if (!isDue(member, now) || taken.has(index)) continue;
    if (first === undefined || member.dueAt < first.member.dueAt) first = { index, member };
  }
  return first;
}

function isDue(member: BatchMember, now: Instant): member is Watching {
  return member.state === "watching" && member.dueAt <= now + AT_ONCE_MS;
}

/** What is asked for at a time goes out within a second. */
const SOON_MS = 1_000;
const WHILE_MS = 60_000;

/** How many requests the looks will take that are due by then, but for those of `except`. */
function requestsDue(members: readonly BatchMember[], by: Instant, except: ReadonlySet<number>): number {
  return members.reduce(
    (sum, member, index) => (isDue(member, by) && !except.has(index) ? sum + requestsOf(member) : sum),
    0,
  );
}

function requestsOf({ ask }: Watching): number {
  return 1 + ask.length;
}

function nextLookOf(member: Watching): Omit<NextLook, "due" | "all"> {
  const { ask, watch, dueAt } = member;
  return {
    requests: requestsOf(member),
    atOnce: Math.max(1, ask.length),
    urgent: dueAt >= watch.plan.deadline,
  };
}

const GATHERED = 0.1;

/**
 * When to take the next turn; `undefined` where all have concluded. Looks that are due within a tenth of the wait are gathered into one
 * turn, late by what the jitter may be and never early, and turns are at least `leastMs` apart: a hundred partitions that
 * jitter would else be a hundred turns. Never after the deadline, which they share.
 */
export function nextTurn(
  members: readonly BatchMember[],
  now: Instant,
  leastMs: number,
  lists: readonly { readonly dueAt: Instant }[] = [],
): Instant | undefined {
  const watching = members.filter((member) => member.state === "watching");
  if (watching.length === 0) return undefined;
  const [first, ...others] = [...watching, ...lists].map(({ dueAt }) => dueAt).toSorted((a, b) => a - b);
  if (first === undefined) return undefined;
  if (first <= now) return now;
  const until = first + GATHERED * (first - now);
  const gathered = others.findLast((dueAt) => dueAt <= until) ?? first;
  const deadline = watching.map(({ watch }) => watch.plan.deadline).reduce(earlier);
  const least = earlier(later(now, leastMs), deadline);
  return gathered > least ? gathered : least;
}

/** The member as it stands when somebody calls the verification off: what has concluded stays as it is. */
export function callOff(member: BatchMember, why: string, now: Instant): Extract<BatchMember, { state: "concluded" }> {
  if (member.state === "concluded") return member;
  const step = advance(member.watch, { kind: "cancelled", why }, now);
  if (step.next !== "conclude") throw new TypeError("a watch that was called off went on");
  return { state: "concluded", watch: step.watch, verdict: step.verdict, endedAt: now };
}
