import { later, parseInstant } from "../../shared/index.ts";
import type { Engine } from "../engine/engine.ts";
import { readRecord } from "../engine/commit.ts";
import { brokenBy, finish, settle } from "../engine/settle.ts";
import { type Log, tell, whatFailed } from "../events.ts";
import { inTurn } from "../in-turn.ts";
import type { Verification } from "../verification.ts";
import type { World } from "../world.ts";

const OWNER = "housekeeping";
const MINUTE_MS = 60_000;
/** What was noted so recently may still be on its way. */
const ON_ITS_WAY_MS = 15 * MINUTE_MS;
const OVERDUE_MS = 15 * MINUTE_MS;
/** The largest fleets are looked at minutes after their deadline, within the budget of their cluster; hours are a defect. */
const GIVEN_UP_MS = 60 * MINUTE_MS;
const HISTORY_MS = 30 * 24 * 60 * MINUTE_MS;

/**
 * Goes through what is not settled, once an hour: a verification is never lost, never left open, and somebody is told. One that cannot
 * be helped does not stop the others.
 */
export async function housekeeping(world: World, engine: Engine, log: Log): Promise<void> {
  const { store, clock } = world;
  const notes = await store.work.open();
  const tally = { open: 0, restarted: 0, concluded: 0, overdue: 0 };
  await inTurn(notes, async ({ id, notedAt }) => {
    try {
      const verification = await store.verifications.find(id);
      if (verification === undefined) {
        const at = parseInstant(notedAt) ?? clock.now();
        if (clock.now() - at > ON_ITS_WAY_MS) await store.work.settled(id);
        return;
      }
      const done = await tend(world, engine, verification, log);
      tally[done] += 1;
      if (done !== "concluded" && clock.now() > verification.deadline + OVERDUE_MS) {
        tally.overdue += 1;
        const { cluster, plan } = verification;
        const lateSeconds = Math.round((clock.now() - verification.deadline) / 1_000);
        tell(log, "verification.overdue", { id, cluster, plan, lateSeconds });
      }
    } catch (error) {
      tell(log, "verification.trouble", { id, doing: "housekeeping", error: whatFailed(error) });
    }
  });
  const purged = await engine.purge(later(clock.now(), -HISTORY_MS));
  tell(log, "verification.heartbeat", { ...tally, purged });
}

async function tend(
  world: World,
  engine: Engine,
  verification: Verification,
  log: Log,
): Promise<"open" | "restarted" | "concluded"> {
  const { id, cluster, batches, conclusion } = verification;
  if (conclusion !== null || (await readRecord(world.store.records, id)) !== undefined) {
    await finish(world, id, OWNER, log);
    return "concluded";
  }
  if (world.clock.now() > verification.deadline + GIVEN_UP_MS) {
    await settle(world, verification, brokenBy("It had no verdict an hour after its deadline."), OWNER, log);
    for (let batch = 0; batch < Math.max(1, batches); batch++) await engine.terminate(id, batch);
    return "concluded";
  }
  const ended = await world.store.verifications.endedBatches(id);
  const unfinished = Array.from({ length: Math.max(1, batches) }, (_, batch) => batch).filter((at) => !ended.has(at));
  const lost: number[] = [];
  // Where every batch has ended nobody came to put it on record: the first instance does, started again.
  for (const batch of unfinished.length === 0 ? [0] : unfinished) {
    const state = await engine.state(id, batch);
    if (state === "failed" || state === "terminated") {
      const how = state === "failed" ? "failed" : "was ended";
      await settle(world, verification, brokenBy(`Its orchestration ${how}.`), OWNER, log);
      return "concluded";
    }
    if (state === "missing" || state === "completed") lost.push(batch);
  }
  for (const batch of lost) await engine.start(id, batch);
  if (lost.length === 0) return "open";
  tell(log, "verification.restarted", { id, cluster, batches: lost.length });
  return "restarted";
}
