import type { Recorder } from "./drill-event.ts";
import { restsUntil, type Sighting } from "./fleet/feed.ts";
import { takeLook } from "./look.ts";
import type { World } from "./observe-restore.ts";
import { advance } from "./restore/advance.ts";
import type { Dice } from "./restore/dice.ts";
import { given } from "./restore/fields.ts";
import { earlier, type Instant, later } from "./restore/instant.ts";
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
  /** Awaited before each look: where a budget of requests is kept. `false` leaves the look for another turn. */
  readonly pace: (requests: number, signal: AbortSignal) => Promise<boolean>;
}

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
  const kept = [...members];
  const busy = new Set<number>();
  /** Whether there was one. */
  const look = async (index: number, member: Watching): Promise<boolean> => {
    await clock.sleep(member.dueAt - clock.now(), signal);
    const ask = questionsNow(member, clock.now());
    if (!(await turn.pace(1 + ask.length, signal))) return false;
    const { events, next, watch } = await takeLook(member.watch, ask, world, turn.requestTimeoutMs);
    for (const event of events) record(event);
    kept[index] =
      "verdict" in next
        ? { state: "concluded", watch, verdict: next.verdict, endedAt: clock.now() }
        : resting({ ...listed(member), state: "watching", watch, wantedAt: next.at, ask: next.ask });
    return true;
  };
  const worker = async (): Promise<void> => {
    while (!signal.aborted && clock.now() < turn.until) {
      const found = firstDue(kept, busy, clock.now());
      if (found === undefined) return;
      busy.add(found.index);
      if (!(await look(found.index, found.member))) return;
      busy.delete(found.index);
    }
  };
  await Promise.all(Array.from({ length: turn.inFlight }, worker));
  return kept;
}

/** A look at the deadline or after it is the last one, though another was meant: it asks whatever a success would have to answer. */
function questionsNow({ ask, watch }: Watching, now: Instant): readonly Question[] {
  return now < watch.plan.deadline ? ask : [...new Set([...ask, ...lastQuestions(watch)])];
}

/** The heart asks back after a millisecond: that is still the same turn. */
export const AT_ONCE_MS = 50;

/** What its list told; that a look is to follow is done with. */
function listed({ service, sighting }: Watching): Pick<Watching, "service" | "sighting"> {
  return { ...given("service", service), ...given("sighting", sighting) };
}

/** The member with the time of its next look. What the heart wants at once it gets at once. */
export function resting(member: Omit<Watching, "dueAt">): Watching {
  const { sighting, wantedAt, watch } = member;
  const atOnce = watch.last !== undefined && wantedAt - watch.last.at <= AT_ONCE_MS;
  const until = sighting === undefined || atOnce ? undefined : restsUntil(watch, sighting);
  return { ...member, dueAt: until !== undefined && until > wantedAt ? until : wantedAt };
}

function firstDue(
  members: readonly BatchMember[],
  busy: ReadonlySet<number>,
  now: Instant,
): { readonly index: number; readonly member: Watching } | undefined {
  let first: { readonly index: number; readonly member: Watching } | undefined;
  for (const [index, member] of members.entries()) {
    if (member.state !== "watching" || busy.has(index) || member.dueAt > now + AT_ONCE_MS) continue;
    if (first === undefined || member.dueAt < first.member.dueAt) first = { index, member };
  }
  return first;
}

/** How many requests the looks that are due now will take. */
export function requestsDue(members: readonly BatchMember[], now: Instant): number {
  return members.reduce(
    (sum, member) => (member.state === "watching" && member.dueAt <= now + AT_ONCE_MS ? sum + requestsOf(member) : sum),
    0,
  );
}

/** The progress itself, and what is asked beside it. */
function requestsOf({ ask }: Watching): number {
  return 1 + ask.length;
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
