import {
  type BatchMember,
  type Clock,
  countDue,
  earlier,
  formatInstant,
  FUNCTION_CADENCE,
  type Instant,
  instantFromMs,
  later,
  nextTurn,
  type Recorder,
  takeTurn,
} from "../../shared/index.ts";
import type { Cluster } from "../cluster.ts";
import { type Log, tell } from "../events.ts";
import type { World } from "../world.ts";
import { requestOf, watchingIn } from "./request-of.ts";
import { brokenBy, settle } from "./settle.ts";
import { type BatchDocument, readBatch, replaceBatch } from "./state.ts";
import { type Answer, FINISHED, type Task } from "./wire.ts";

/** No look begins later in an activity than this; with the request's own timeout it is a minute at most. */
const TURN_MS = 40_000;
const IN_FLIGHT = 8;
/** A wait shorter than this is not worth another execution. */
const SHORT_WAIT_MS = 1_000;
const LEAST_MS = FUNCTION_CADENCE.kind === "proportional" ? FUNCTION_CADENCE.minMs : FUNCTION_CADENCE.everyMs;

/**
 * Looks at what is due of a batch and keeps what was seen. Called twice it looks once: what is not due is not looked at, and of two
 * at the same time the one that writes first counts. Nothing the cluster does makes it throw; the store does.
 */
export async function pollRestoreProgress(world: World, task: Task, log: Log): Promise<Answer> {
  const { store, clock } = world;
  const { id, batch } = task;
  const verification = await store.verifications.find(id);
  if (verification === undefined || verification.conclusion !== null) return FINISHED;
  const found = requestOf(world, verification);
  if (found === undefined) {
    await settle(world, verification, brokenBy("Its cluster is no longer configured."), log);
    return FINISHED;
  }
  const kept = await readBatch(store.state, id, batch);
  if (kept === undefined) return { finished: false, call: "resolveScope" };
  const { document, etag } = kept;
  const dueAt = dueOf(document, clock.now());
  if (dueAt === undefined) return { finished: false, call: "recordVerification" };
  if (dueAt > clock.now()) return lookAt(dueAt, clock.now());

  const facts = { id, cluster: verification.cluster, batch };
  const grantedAt = document.grantedAt ?? (await grant(world, found.cluster, document));
  if (grantedAt > clock.now() + SHORT_WAIT_MS) {
    await replaceBatch(store.state, id, batch, { ...document, grantedAt }, etag);
    tell(log, "verification.waited", { ...facts, waitMs: grantedAt - clock.now() });
    return lookAt(grantedAt, clock.now());
  }
  const tally = { looks: 0, faults: 0 };
  const members = await lookNow(world, found, document, recorder(log, facts, tally));
  const open = members.filter(({ state }) => state === "watching").length;
  tell(log, "verification.polled", { ...facts, ...tally, open });
  const replaced = await replaceBatch(store.state, id, batch, { schema: 1, members }, etag);
  // Somebody else was first, and what they saw counts: ask the store what is next.
  if (!replaced) return { finished: false, call: "pollRestoreProgress" };
  const next = nextTurn(members, clock.now(), LEAST_MS);
  return next === undefined ? { finished: false, call: "recordVerification" } : lookAt(next, clock.now());
}

/** A wait that a cluster asked for may be a day; the orchestration sleeps an hour at most at a time. */
function lookAt(at: Instant, now: Instant): Answer {
  return { finished: false, call: "pollRestoreProgress", nextAtUtc: formatInstant(earlier(at, later(now, 3_600_000))) };
}

/** The first look due, or when the budget lets it out; `undefined` where all have concluded. */
function dueOf({ members, grantedAt }: BatchDocument, now: Instant): Instant | undefined {
  const due = members.flatMap((member) => (member.state === "watching" ? [member.dueAt] : []));
  if (due.length === 0) return undefined;
  const first = instantFromMs(Math.min(...due));
  return grantedAt !== undefined && grantedAt > now && grantedAt > first ? grantedAt : first;
}

function grant(
  { store, clock }: World,
  { name, maxRequestsPerSecond }: Cluster,
  document: BatchDocument,
): Promise<Instant> {
  const due = countDue(document.members, clock.now());
  return store.budget.take(name, due, maxRequestsPerSecond, clock.now());
}

async function lookNow(
  world: World,
  { request, cluster }: NonNullable<ReturnType<typeof requestOf>>,
  { members }: BatchDocument,
  record: Recorder,
): Promise<readonly BatchMember[]> {
  const { clock } = world;
  const turn = {
    requestTimeoutMs: request.requestTimeoutMs,
    until: later(clock.now(), TURN_MS),
    inFlight: IN_FLIGHT,
    pace: spaced(clock, cluster.maxRequestsPerSecond),
  };
  const looked = await takeTurn(members, watchingIn(world, cluster), turn, record);
  return looked;
}

/** Spaces the requests of this activity: what the budget granted is granted at a rate, not at once. */
function spaced(clock: Clock, perSecond: number): (requests: number, signal: AbortSignal) => Promise<void> {
  let free: number = clock.now() - 1_000;
  return async (requests, signal) => {
    const from = Math.max(clock.now() - 1_000, free);
    free = from + (requests / perSecond) * 1_000;
    const wait = free - clock.now();
    if (wait > 0) await clock.sleep(wait, signal);
  };
}

function recorder(
  log: Log,
  facts: Readonly<Record<string, string | number>>,
  tally: { looks: number; faults: number },
): Recorder {
  return (event) => {
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
