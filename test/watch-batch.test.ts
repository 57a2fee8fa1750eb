import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClusterGateway } from "../shared/cluster-gateway.ts";
import type { DrillEvent } from "../shared/drill-event.ts";
import type { Dice } from "../shared/restore/dice.ts";
import { type Instant, later } from "../shared/restore/instant.ts";
import { parsePartitionId, type PartitionId } from "../shared/restore/partition-id.ts";
import type { WatchPlan } from "../shared/restore/watch.ts";
import {
  type BatchMember,
  beginMember,
  callOff,
  nextTurn,
  takeTurn,
  type Turn,
  type LookFacts,
  type NextLook,
  type Permit,
} from "../shared/watch-batch.ts";
import { watchRestore } from "../shared/watch-restore.ts";
import {
  ACCEPTED,
  afterStart,
  FAILURE,
  HOUR,
  IN_PROGRESS,
  MINUTE,
  planned,
  SECOND,
  START,
  success,
  sure,
  TIMEOUT,
  UNDATED_SUCCESS,
} from "./restore/scenes.ts";
import { anyDice, anyPlan } from "./restore/stories.ts";
import { answer, gatewayOf, jumpingClock, type JumpingClock, type Line, trouble } from "./restore/scripted-world.ts";

/** What the cluster has to say from when on. */
interface Phase {
  readonly lastsMs: number;
  readonly line: Line;
}

function worldOf(
  clock: JumpingClock,
  phases: readonly Phase[],
): ClusterGateway & { readonly looks: readonly { readonly at: Instant }[] } {
  const current = (): Line => {
    let left = clock.now() - START;
    const phase = phases.find(({ lastsMs }) => (left -= lastsMs) < 0) ?? sure(phases.at(-1));
    return phase.line;
  };
  return gatewayOf(clock, () => [
    async (look) => {
      const line = current();
      if (line instanceof Error) throw line;
      return typeof line === "function" ? line(look) : line;
    },
  ]);
}

const forever = new AbortController().signal;
const turnAt = (now: Instant, different: Partial<Turn> = {}): Turn => ({
  requestTimeoutMs: 20 * SECOND,
  until: later(now, 40 * SECOND),
  inFlight: 8,
  pace: { permit: () => Promise.resolve({ kind: "go" }), landed: () => undefined },
  ...different,
});

const anyLine = fc.constantFrom<Line>(
  answer(null),
  answer(ACCEPTED),
  answer(IN_PROGRESS),
  answer(success(afterStart(3 * MINUTE))),
  answer(success(afterStart(-30 * MINUTE))),
  answer(UNDATED_SUCCESS),
  answer(FAILURE),
  answer(TIMEOUT),
  trouble("unreachable"),
  trouble("throttled", 7_000),
  trouble("unintelligible"),
  trouble("access-denied"),
);
const anyPhases = fc.array(fc.record({ lastsMs: fc.integer({ min: 1, max: 6 * MINUTE }), line: anyLine }), {
  minLength: 1,
  maxLength: 6,
});

async function byTheLoop(plan: WatchPlan, phases: readonly Phase[], dice: Dice): Promise<unknown> {
  const clock = jumpingClock();
  const gateway = worldOf(clock, phases);
  const events: DrillEvent[] = [];
  for await (const event of watchRestore(plan, { gateway, clock, signal: forever }, { requestTimeoutMs: 20_000, dice }))
    events.push(event);
  return { looks: gateway.looks, events: events.slice(1) };
}

async function inTurns(plan: WatchPlan, phases: readonly Phase[], dice: Dice): Promise<unknown> {
  const clock = jumpingClock();
  const gateway = worldOf(clock, phases);
  const events: DrillEvent[] = [];
  let members: readonly BatchMember[] = [beginMember(plan, clock.now(), dice)];
  for (;;) {
    // Between two turns it is text in a store: nothing of it may get lost there.
    expect(JSON.parse(JSON.stringify(members))).toStrictEqual(members);
    const world = { gateway, clock, signal: forever };
    members = await takeTurn(members, world, turnAt(clock.now()), (event) => void events.push(event));
    const next = nextTurn(members, clock.now(), 0);
    if (next === undefined) return { looks: gateway.looks, events };
    await clock.sleep(next - clock.now(), forever);
  }
}

test("a batch of one takes the same looks at the same times and comes to the same verdict as the loop", async () => {
  await fc.assert(
    fc.asyncProperty(anyPlan, anyPhases, anyDice, async (plan, phases, dice) => {
      expect(await inTurns(plan, phases, dice)).toEqual(await byTheLoop(plan, phases, dice));
    }),
    { numRuns: 50 },
  );
});

const id = (n: number): PartitionId => sure(parsePartitionId(`00000000-0000-4000-9000-${String(n).padStart(12, "0")}`));
const many = (count: number, plan: Partial<WatchPlan> = {}): readonly BatchMember[] =>
  Array.from({ length: count }, (_, n) => beginMember(planned({ ...plan, partitionId: id(n) }), START, n * 1_000_003));

describe("a turn", () => {
  test("looks at what is due, once, with no more in flight than it may", async () => {
    const clock = jumpingClock();
    let [inFlight, most] = [0, 0];
    const gateway = gatewayOf(clock, () => [
      async () => {
        most = Math.max(most, ++inFlight);
        await clock.sleep(100, forever);
        inFlight -= 1;
        return answer(ACCEPTED);
      },
    ]);
    const world = { gateway, clock, signal: forever };
    const members = await takeTurn(many(30), world, turnAt(START, { inFlight: 4 }), () => undefined);
    expect(most).toBe(4);
    expect(gateway.looks).toHaveLength(30);
    // Called again at the same time there is nothing to do.
    expect(await takeTurn(members, world, turnAt(clock.now()), () => undefined)).toEqual(members);
    expect(gateway.looks).toHaveLength(30);
  });

  test("leaves due what there was no time or no budget for", async () => {
    const clock = jumpingClock();
    const gateway = gatewayOf(clock, () => [
      async () => {
        await clock.sleep(10 * SECOND, forever);
        return answer(ACCEPTED);
      },
    ]);
    const world = { gateway, clock, signal: forever };
    const slow = await takeTurn(
      many(10),
      world,
      turnAt(START, { inFlight: 1, until: afterStart(25_000) }),
      () => undefined,
    );
    expect(gateway.looks).toHaveLength(3);
    expect(slow.filter((member) => member.state === "watching" && member.dueAt === START)).toHaveLength(7);
    expect(nextTurn(slow, clock.now(), 5_000)).toBe(clock.now());

    let left = 2;
    const permit = (): Promise<Permit> => Promise.resolve({ kind: left-- > 0 ? "go" : "later" });
    const pace = { permit, landed: () => undefined };
    await takeTurn(many(10), world, turnAt(clock.now(), { pace, inFlight: 1 }), () => undefined);
    expect(gateway.looks).toHaveLength(5);
  });
});

test("a turn that comes after the deadline asks what a success has to answer: there is no other look", async () => {
  const clock = jumpingClock();
  const gateway = gatewayOf(clock, () => [
    answer(clock.now() > afterStart(2_000) ? success(afterStart(20_000)) : ACCEPTED),
  ]);
  const world = { gateway, clock, signal: forever };
  const plan = { deadline: afterStart(MINUTE), startBy: afterStart(MINUTE) };
  const members = await takeTurn(many(1, plan), world, turnAt(START), () => undefined);
  await clock.sleep(HOUR, forever);
  const [late] = await takeTurn(members, world, turnAt(clock.now()), () => undefined);
  expect(late).toMatchObject({ state: "concluded", verdict: { reason: "restored" } });
});

test("a look that has to wait for its permit until after the deadline is the last one, and asks like it", async () => {
  const clock = jumpingClock();
  const plan = { deadline: afterStart(MINUTE), startBy: afterStart(MINUTE) };
  const gateway = gatewayOf(clock, () => [
    answer(clock.now() > afterStart(50_000) ? success(afterStart(51_000)) : ACCEPTED),
  ]);
  const world = { gateway, clock, signal: forever };
  const members = await takeTurn(many(1, plan), world, turnAt(START), () => undefined);
  const pace = {
    permit: async (): Promise<Permit> => {
      await clock.sleep(1_400, forever);
      return { kind: "go" };
    },
    landed: () => undefined,
  };
  await clock.sleep(59_500, forever);
  const [late] = await takeTurn(members, world, turnAt(clock.now(), { pace }), () => undefined);
  expect(late).toMatchObject({ state: "concluded", verdict: { reason: "restored" } });
});

test("where it is known what a look would meet, all that are due have met it, and nothing goes out", async () => {
  const clock = jumpingClock();
  const gateway = gatewayOf(clock, () => [answer(ACCEPTED)]);
  const problem = { code: "throttled", message: "HTTP 429" } as const;
  const asked: NextLook[] = [];
  const permit = (look: NextLook): Promise<Permit> => {
    asked.push(look);
    return Promise.resolve(asked.length > 1 ? { kind: "known", problem } : { kind: "go" });
  };
  const pace = { permit, landed: () => undefined };
  const world = { gateway, clock, signal: forever };
  const members = await takeTurn(many(30), world, turnAt(START, { pace, inFlight: 1 }), () => undefined);
  expect(gateway.looks).toHaveLength(1);
  expect(asked).toEqual([30, 29].map((due) => ({ requests: 1, atOnce: 1, urgent: false, due, all: due })));
  const faults = members.map((member) => member.state === "watching" && member.watch.problem?.code);
  expect(faults).toEqual([undefined, ...Array.from({ length: 29 }, () => "throttled")]);
});

test("a look at the deadline is urgent, and says how many requests it may have to make at one time", async () => {
  const clock = jumpingClock();
  const gateway = gatewayOf(clock, () => [answer(success(afterStart(SECOND)))]);
  const asked: NextLook[] = [];
  const landed: number[] = [];
  const pace = {
    permit: (look: NextLook): Promise<Permit> => {
      asked.push(look);
      return Promise.resolve({ kind: "go" });
    },
    landed: (_look: NextLook, { sent }: LookFacts) => void landed.push(sent),
  };
  const world = { gateway, clock, signal: forever };
  await takeTurn(many(1, { deadline: START }), world, turnAt(START, { pace }), () => undefined);
  // The progress, and beside it all that a success has to answer: there is no other look.
  expect(asked).toMatchObject([{ requests: 4, atOnce: 3, urgent: true }]);
  expect(landed).toEqual([4]);
});

describe("the next turn", () => {
  const watching = (afterMs: number, plan: Partial<WatchPlan> = {}): BatchMember => {
    const member = beginMember(planned(plan), START, 7);
    return member.state === "watching" ? { ...member, dueAt: afterStart(afterMs) } : member;
  };
  const next = (...afterMs: readonly number[]): number =>
    sure(
      nextTurn(
        afterMs.map((ms) => watching(ms)),
        START,
        5_000,
      ),
    ) - START;

  test.each([
    ["is when the look is due", [20_000], 20_000],
    ["gathers what is due within a tenth of the wait, and is never early", [20_000, 21_500, 22_100], 21_500],
    ["is at least so far away", [1_000, 9_000], 5_000],
    ["is at once where something was left", [-1, 60_000], 0],
    ["is never after the deadline", [35 * MINUTE - 1_000, 35 * MINUTE], 35 * MINUTE],
  ])("%s", (_name, due, expected) => {
    expect(next(...due)).toBe(expected);
  });

  test("just before the deadline it is the deadline, however soon that is", () => {
    const late = [watching(2_000, { deadline: afterStart(2_000) })];
    expect(nextTurn(late, START, 5_000)).toBe(afterStart(2_000));
  });
});

test("called off, what has concluded keeps its verdict and all else is cancelled", async () => {
  const clock = jumpingClock();
  const gateway = gatewayOf(clock, (partition) => [answer(partition === id(0) ? ACCEPTED : null)]);
  const plan = { startBy: START, deadline: afterStart(MINUTE) };
  const world = { gateway, clock, signal: forever };
  const members = await takeTurn(many(2, plan), world, turnAt(START), () => undefined);
  const ended = members.map((member) => callOff(member, "a request", clock.now()).verdict.reason);
  expect(ended).toEqual(["cancelled", "no-restore"]);
});
