import {
  FUNCTION_CADENCE,
  type Instant,
  instantFromMs,
  later,
  type ListedBatch,
  nextTurn,
  readLists,
  type Recorder,
  takeTurn,
} from "../../shared/index.ts";
import { type Log, tell } from "../events.ts";
import type { World } from "../world.ts";
import { type Asked, watchingIn } from "./request-of.ts";
import { openVerification } from "./settle.ts";
import { type BatchDocument, readBatch, replaceBatch } from "./state.ts";
import { type TurnBudget, turnBudget } from "./turn-budget.ts";
import { type Answer, FINISHED, type Task } from "./wire.ts";

/** No look begins later in an activity than this; with the request's own timeout it is a minute at most. */
const TURN_MS = 40_000;
const IN_FLIGHT = 8;
const LEAST_MS = FUNCTION_CADENCE.kind === "fixed" ? FUNCTION_CADENCE.everyMs : FUNCTION_CADENCE.minMs;

/**
 * Looks at what is due of a batch and keeps what was seen. Called twice it looks once: what is not due is not looked at, and of two
 * at the same time the one that writes first counts. Nothing the cluster does makes it throw; the store does.
 */
export async function pollRestoreProgress(world: World, task: Task, log: Log): Promise<Answer> {
  const { store, clock } = world;
  const { id, batch } = task;
  const found = await openVerification(world, task, log);
  if (found === undefined) return FINISHED;
  const kept = await readBatch(store.state, id, batch);
  if (kept === undefined) return { finished: false, call: "resolveScope" };
  const { document, etag } = kept;
  const dueAt = dueOf(document, clock.now());
  if (dueAt === undefined) return { finished: false, call: "recordVerification" };
  if (dueAt > clock.now()) return lookAt(dueAt, clock.now());

  const facts = { id, cluster: found.verification.cluster, batch };
  const tally = { looks: 0, faults: 0 };
  const budgets = budgetsOf(world, found, task, document);
  const { members, lists } = await lookNow(world, found, document, budgets, recorder(log, facts, tally));
  const open = members.filter(({ state }) => state === "watching").length;
  const grantedAt = budgets.looks.waitUntil;
  const waits = grantedAt !== undefined && grantedAt > clock.now();
  if (tally.looks > 0 || !waits) tell(log, "verification.polled", { ...facts, ...tally, open });
  if (waits) tell(log, "verification.waited", { ...facts, waitMs: grantedAt - clock.now() });
  const next: BatchDocument = { schema: 1, members, lists, ...(waits ? { grantedAt } : {}) };
  const replaced = await replaceBatch(store.state, id, batch, next, etag);
  await budgets.looks.leave();
  // Somebody else was first, and what they saw counts: ask the store what is next.
  if (!replaced) return { finished: false, call: "pollRestoreProgress" };
  const nextAt = waits ? grantedAt : nextTurn(members, clock.now(), LEAST_MS, lists);
  return nextAt === undefined ? { finished: false, call: "recordVerification" } : lookAt(nextAt, clock.now());
}

/** A wait that a cluster asked for may be a day; the orchestration sleeps an hour at most at a time. */
const LONGEST_WAIT_MS = 3_600_000;

function lookAt(at: Instant, now: Instant): Answer {
  return { finished: false, call: "pollRestoreProgress", waitMs: Math.min(at - now, LONGEST_WAIT_MS) };
}

/** The first look or list due, or when the budget lets the looks out; `undefined` where all have concluded. */
function dueOf({ members, lists, grantedAt }: BatchDocument, now: Instant): Instant | undefined {
  const looks = members.flatMap((member) => (member.state === "watching" ? [member.dueAt] : []));
  if (looks.length === 0) return undefined;
  const first = instantFromMs(Math.min(...looks, ...lists.map(({ dueAt }) => dueAt)));
  return grantedAt !== undefined && grantedAt > now && grantedAt > first ? grantedAt : first;
}

/**
 * Lists are paid for by themselves: one request for all of a service is no reason to stand in line, and what they show says what is due. Where they
 * must wait all the same they alone do: looks go on as if there were none.
 */
interface Budgets {
  readonly until: Instant;
  readonly lists: TurnBudget;
  readonly looks: TurnBudget;
}

function budgetsOf(world: World, { request, cluster }: Asked, { id, batch }: Task, document: BatchDocument): Budgets {
  const until = later(world.clock.now(), TURN_MS);
  const common = { until, lookMs: request.requestTimeoutMs };
  const holder = `${id}:${batch}`;
  const stoodInLine = document.grantedAt !== undefined;
  return {
    until,
    lists: turnBudget(world, cluster, { ...common, holder: `${holder}:lists`, stoodInLine: true }),
    looks: turnBudget(world, cluster, { ...common, holder, stoodInLine }),
  };
}

async function lookNow(
  world: World,
  { request, cluster }: Asked,
  batch: ListedBatch,
  { until, lists, looks }: Budgets,
  record: Recorder,
): Promise<ListedBatch> {
  const { requestTimeoutMs } = request;
  const turn = { requestTimeoutMs, until, inFlight: IN_FLIGHT };
  const watching = watchingIn(world, cluster);
  const read = await readLists(batch, watching, { ...turn, pace: lists });
  await lists.leave();
  const waiting = postponed(read.lists, lists.waitUntil, world.clock.now());
  return { lists: waiting, members: await takeTurn(read.members, watching, { ...turn, pace: looks }, record) };
}

/** The lists that were due and could not be read, at the time they were told. */
function postponed(lists: ListedBatch["lists"], until: Instant | undefined, now: Instant): ListedBatch["lists"] {
  if (until === undefined) return lists;
  return lists.map((list) => (list.dueAt <= now ? { ...list, dueAt: until } : list));
}

function recorder(
  log: Log,
  facts: Readonly<Record<string, string | number>>,
  tally: { looks: number; faults: number },
): Recorder {
  return (event) => {
    if (event.type === "progress") return;
    const { partitionId } = event;
    if (event.type === "looked") tally.looks += 1;
    if (event.type === "fault") tally.faults += 1;
    if (event.type === "state") {
      const named = (state: string | null): string | null =>
        state === null ? null : KNOWN.has(state) ? state : "other";
      tell(log, "verification.state", { ...facts, partitionId, from: named(event.from ?? null), to: named(event.to) });
    }
  };
}

/** Only words we know go into the log. */
const KNOWN: ReadonlySet<string> = new Set([
  "Accepted",
  "RestoreInProgress",
  "SecondaryInProgress",
  "SecondariesInProgress",
  "Success",
  "Failure",
  "Timeout",
  "Invalid",
]);
