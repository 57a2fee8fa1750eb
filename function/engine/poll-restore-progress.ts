import {
  requestsDue,
  FUNCTION_CADENCE,
  type Instant,
  instantFromMs,
  later,
  type ListedBatch,
  listsDue,
  nextTurn,
  readLists,
  type Recorder,
  takeTurn,
} from "../../shared/index.ts";
import type { Cluster } from "../cluster.ts";
import { type Log, tell } from "../events.ts";
import type { World } from "../world.ts";
import { type Asked, watchingIn } from "./request-of.ts";
import { openVerification } from "./settle.ts";
import { type BatchDocument, readBatch, replaceBatch } from "./state.ts";
import { type Answer, FINISHED, type Task } from "./wire.ts";

/** No look begins later in an activity than this; with the request's own timeout it is a minute at most. */
const TURN_MS = 40_000;
const IN_FLIGHT = 8;
/** A wait shorter than this is not worth another execution. */
const SHORT_WAIT_MS = 1_000;
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
  const grantedAt = document.grantedAt ?? (await grant(world, found.cluster, document));
  if (grantedAt > clock.now() + SHORT_WAIT_MS) {
    await replaceBatch(store.state, id, batch, { ...document, grantedAt }, etag);
    tell(log, "verification.waited", { ...facts, waitMs: grantedAt - clock.now() });
    return lookAt(grantedAt, clock.now());
  }
  const tally = { looks: 0, faults: 0 };
  const { members, lists } = await lookNow(world, found, document, recorder(log, facts, tally));
  const open = members.filter(({ state }) => state === "watching").length;
  tell(log, "verification.polled", { ...facts, ...tally, open });
  const replaced = await replaceBatch(store.state, id, batch, { schema: 1, members, lists }, etag);
  // Somebody else was first, and what they saw counts: ask the store what is next.
  if (!replaced) return { finished: false, call: "pollRestoreProgress" };
  const next = nextTurn(members, clock.now(), LEAST_MS, lists);
  return next === undefined ? { finished: false, call: "recordVerification" } : lookAt(next, clock.now());
}

/** A wait that a cluster asked for may be a day; the orchestration sleeps an hour at most at a time. */
const LONGEST_WAIT_MS = 3_600_000;

function lookAt(at: Instant, now: Instant): Answer {
  return { finished: false, call: "pollRestoreProgress", waitMs: Math.min(at - now, LONGEST_WAIT_MS) };
}

/** The first look or list due, or when the budget lets it out; `undefined` where all have concluded. */
function dueOf({ members, lists, grantedAt }: BatchDocument, now: Instant): Instant | undefined {
  const looks = members.flatMap((member) => (member.state === "watching" ? [member.dueAt] : []));
  if (looks.length === 0) return undefined;
  const first = instantFromMs(Math.min(...looks, ...lists.map(({ dueAt }) => dueAt)));
  return grantedAt !== undefined && grantedAt > now && grantedAt > first ? grantedAt : first;
}

/**
 * When a whole batch may begin: batches take their turns one after the other, so that few activities wait at a time. What is exact is
 * drawn by each look below; a handful of looks need no turn.
 */
async function grant({ store, clock }: World, cluster: Cluster, batch: ListedBatch): Promise<Instant> {
  const due = allDue(batch, clock.now());
  if (due <= atOnce(cluster)) return clock.now();
  return store.budget.take(`${cluster.name}:turns`, due, cluster.maxRequestsPerSecond, clock.now());
}

/** Half a second's worth. */
function atOnce({ maxRequestsPerSecond }: Cluster): number {
  return Math.max(1, Math.floor(maxRequestsPerSecond / 2));
}

async function lookNow(
  world: World,
  { request, cluster }: Asked,
  batch: ListedBatch,
  record: Recorder,
): Promise<ListedBatch> {
  const { clock } = world;
  const until = later(clock.now(), TURN_MS);
  const { requestTimeoutMs } = request;
  const pace = drawing(world, cluster, allDue(batch, clock.now()), until);
  const turn = { requestTimeoutMs, until, inFlight: IN_FLIGHT, pace };
  const watching = watchingIn(world, cluster);
  const { members, lists } = await readLists(batch, watching, turn);
  return { members: await takeTurn(members, watching, turn, record), lists };
}

/** What a turn will ask for at most: lists show some looks to be needless. */
function allDue({ members, lists }: ListedBatch, now: Instant): number {
  return requestsDue(members, now) + listsDue(lists, now);
}

type Pace = (requests: number, signal: AbortSignal) => Promise<boolean>;

/** Draws on the cluster's budget as the looks go out, a little at a time; what it lets out too late is left for another turn. */
function drawing({ store, clock }: World, cluster: Cluster, due: number, until: Instant): Pace {
  const { name, maxRequestsPerSecond } = cluster;
  let [drawn, credit, from] = [0, 0, clock.now()];
  let last: Promise<unknown> = Promise.resolve();
  const draw = async (requests: number): Promise<Instant> => {
    if (credit < requests) {
      const more = Math.max(requests - credit, Math.min(atOnce(cluster), due - drawn));
      from = await store.budget.take(name, more, maxRequestsPerSecond, clock.now());
      drawn += more;
      credit += more;
    }
    credit -= requests;
    return from;
  };
  return async (requests, signal) => {
    const mine = last.then(() => draw(requests));
    last = mine.catch(() => undefined);
    const at = await mine;
    if (at > until) return false;
    if (at > clock.now()) await clock.sleep(at - clock.now(), signal);
    return true;
  };
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
