import type { Timer } from "@azure/functions";
import { formatInstant, type Instant, parseInstant } from "../../shared/index.ts";
import type { Plan } from "../configuration.ts";
import type { Engine } from "../engine/engine.ts";
import { startVerification } from "../engine/start.ts";
import { type Log, tell, whatFailed } from "../events.ts";
import { readRequest } from "../request.ts";
import { idOf } from "../verification.ts";
import type { World } from "../world.ts";

/** So often a plan is tried before the host is told, which tries the whole slot three times more and then never again. */
const ATTEMPTS = 3;

/** One verification per plan and slot, however often the slot fires. A plan that cannot be started does not stop the others. */
export async function scheduledVerification(world: World, engine: Engine, timer: Timer, log: Log): Promise<void> {
  const slot = slotOf(timer, world.clock.now());
  let failures: unknown[] = [];
  let left = world.configuration.plans;
  for (let attempt = 1; attempt <= ATTEMPTS && left.length > 0; attempt++) {
    const failed: Plan[] = [];
    failures = [];
    for (const plan of left) {
      try {
        await startPlan(world, engine, plan, slot, log);
      } catch (error) {
        failed.push(plan);
        failures.push(error);
        tell(log, "verification.trouble", { plan: plan.name, slot, doing: "start a plan", error: whatFailed(error) });
      }
    }
    left = failed;
  }
  // What was started is not started twice.
  if (failures.length > 0) throw new AggregateError(failures, "not every plan could be started");
}

async function startPlan(world: World, engine: Engine, { name, body }: Plan, slot: string, log: Log): Promise<void> {
  const read = readRequest(body, world.configuration.clusters);
  if (!read.ok) throw new TypeError(`plan ${name} was readable when it was loaded`);
  const id = idOf("plan", name, slot);
  const { request, notBefore } = read;
  const started = await startVerification(world, engine, { id, body, plan: name, request, notBefore });
  const fresh = started.kind === "started";
  tell(log, "verification.scheduled", { id, plan: name, cluster: body.cluster, slot, started: fresh });
  if (started.kind === "started") {
    tell(log, "verification.started", { id, cluster: body.cluster, plan: name, target: started.verification.target });
  }
}

const MINUTE_MS = 60_000;

/**
 * What the slot is called: the last one the host has on record, which stays the same until this one is done. Where it has none (the
 * first time, a lost record, schedules of less than a minute) it is this minute.
 */
function slotOf({ scheduleStatus }: Partial<Timer>, now: Instant): string {
  const last = typeof scheduleStatus?.last === "string" ? parseInstant(scheduleStatus.last) : undefined;
  if (last !== undefined && last > 0) return `after ${formatInstant(last)}`;
  return `at ${new Date(Math.floor(now / MINUTE_MS) * MINUTE_MS).toISOString()}`;
}
