import { describe, expect, test } from "vitest";
import type { DrillEvent } from "../shared/drill-event.ts";
import type { WatchPlan } from "../shared/restore/watch.ts";
import { watchRestore } from "../shared/watch-restore.ts";
import {
  ACCEPTED,
  afterStart,
  FAILURE,
  IN_PROGRESS,
  MINUTE,
  planned,
  SECOND,
  START,
  success,
  sure,
  UNDATED_SUCCESS,
} from "./restore/scenes.ts";
import { answer, jumpingClock, type Line, scriptedGateway, trouble } from "./restore/scripted-world.ts";

type Told<T extends DrillEvent["type"]> = Extract<DrillEvent, { type: T }>;

interface Scene {
  readonly script: readonly Line[];
  readonly plan?: WatchPlan;
  readonly controller?: AbortController;
  readonly clock?: ReturnType<typeof jumpingClock>;
}

/** Everything one watch tells, in order, and what it asked of the world. */
async function watchAll({
  script,
  plan = planned(),
  controller = new AbortController(),
  clock = jumpingClock(),
}: Scene): Promise<{
  readonly events: readonly DrillEvent[];
  readonly end: Told<"concluded">;
  readonly looks: ReturnType<typeof scriptedGateway>["looks"];
  readonly slept: readonly number[];
}> {
  const gateway = scriptedGateway(clock, ...script);
  const world = { gateway, clock, signal: controller.signal };
  const options = { requestTimeoutMs: 20 * SECOND, dice: 7 };
  const events = await Array.fromAsync(watchRestore(plan, world, options));
  const ends = events.filter((event) => event.type === "concluded");
  // Holds for every watch there is: one conclusion, and nothing after it.
  expect(ends).toHaveLength(1);
  const end = sure(ends[0]);
  expect(events.at(-1)).toBe(end);
  return { events, end, looks: gateway.looks, slept: clock.asked };
}

const typesOf = (events: readonly DrillEvent[]): readonly string[] => events.map(({ type }) => type);
const told = <T extends DrillEvent["type"]>(events: readonly DrillEvent[], type: T): readonly Told<T>[] =>
  events.filter((event): event is Told<T> => event.type === type);

describe("a watch", () => {
  test("the first look happens immediately, and so does the one that asks the other witnesses", async () => {
    const { looks, slept } = await watchAll({ script: [answer(success(START))] });
    expect(looks).toMatchObject([{ at: START, budgetMs: 20 * SECOND }, { at: afterStart(1) }]);
    expect(slept).toEqual([1]);
  });

  test("tells of a restore from its appearance to its success", async () => {
    const { events, end } = await watchAll({
      script: [answer(null), answer(ACCEPTED), answer(IN_PROGRESS), answer(IN_PROGRESS), answer(UNDATED_SUCCESS)],
    });
    const look = ["looked"];
    const change = ["state", "looked"];
    expect(typesOf(events)).toEqual([
      "watching",
      ...change,
      ...change,
      ...change,
      ...look,
      ...change,
      ...look,
      "concluded",
    ]);
    expect(told(events, "state").map(({ from, to }) => [from, to])).toEqual([
      [undefined, null],
      [null, "Accepted"],
      ["Accepted", "RestoreInProgress"],
      ["RestoreInProgress", "Success"],
    ]);
    expect(end.verdict).toMatchObject({ verdict: "passed", identifiedBy: "in-flight" });
    expect(end.watch.looks).toBe(6);
  });

  test("tells of every fault, counts them, and says when the cluster is back", async () => {
    const { events } = await watchAll({
      script: [
        answer(ACCEPTED),
        trouble("unreachable"),
        trouble("timed-out"),
        answer(ACCEPTED),
        answer(UNDATED_SUCCESS),
      ],
    });
    expect(typesOf(events)).toEqual([
      "watching",
      "state",
      "looked",
      "fault",
      "looked",
      "fault",
      "looked",
      "recovered",
      "looked",
      "state",
      "looked",
      "looked",
      "concluded",
    ]);
    expect(told(events, "fault").map(({ problem, inARow }) => [problem.code, inARow])).toEqual([
      ["unreachable", 1],
      ["timed-out", 2],
    ]);
  });

  test("sees a change of state that happened behind a fault", async () => {
    const { events } = await watchAll({
      script: [answer(ACCEPTED), trouble("unreachable"), answer(IN_PROGRESS), answer(FAILURE)],
    });
    expect(told(events, "state").map(({ to }) => to)).toEqual(["Accepted", "RestoreInProgress", "Failure"]);
  });

  test("takes its last look at the deadline, with time left to answer it", async () => {
    const { looks, end, slept } = await watchAll({ script: [answer(ACCEPTED)] });
    expect(looks.at(-1)).toMatchObject({ at: afterStart(35 * MINUTE), budgetMs: 5 * SECOND });
    expect(end).toMatchObject({ at: afterStart(35 * MINUTE), verdict: { reason: "deadline-exceeded" } });
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(35 * MINUTE);
  });

  test("never waits for an answer longer than the request timeout, nor much past the deadline", async () => {
    const { looks } = await watchAll({ script: [answer(ACCEPTED)] });
    for (const { at, budgetMs } of looks) {
      const left = 35 * MINUTE - (at - START);
      expect(budgetMs).toBe(Math.min(20 * SECOND, Math.max(5 * SECOND, left)));
    }
  });

  test("judges an answer by the time it came, not by the time it was asked for", async () => {
    const clock = jumpingClock();
    const slow: Line = async ({ signal }) => {
      await clock.sleep(4 * SECOND, signal);
      return answer(ACCEPTED);
    };
    const plan = planned({ deadline: afterStart(3 * SECOND) });
    const { end } = await watchAll({ script: [slow], plan, clock });
    expect(end).toMatchObject({ at: afterStart(4 * SECOND), verdict: { reason: "deadline-exceeded" } });
  });

  test("waits as long as the server asks, from the moment it asked", async () => {
    const { looks } = await watchAll({
      script: [answer(ACCEPTED), trouble("throttled", 7 * MINUTE), answer(UNDATED_SUCCESS)],
    });
    expect(sure(looks[2]).at - sure(looks[1]).at).toBe(7 * MINUTE);
  });
});

describe("a watch that is told to stop", () => {
  const cancelled = { verdict: "inconclusive", reason: "cancelled" };

  test("before the first look asks nothing of the cluster", async () => {
    const controller = new AbortController();
    controller.abort("SIGINT");
    const { end, looks } = await watchAll({ script: [answer(ACCEPTED)], controller });
    expect(looks).toEqual([]);
    expect(end.verdict).toMatchObject(cancelled);
    expect(end.verdict.message).toContain("SIGINT");
  });

  test("during a look concludes at once", async () => {
    const controller = new AbortController();
    const interrupted: Line = async ({ signal }) => {
      controller.abort("SIGTERM");
      signal.throwIfAborted();
      return answer(null);
    };
    const { end, looks, events } = await watchAll({ script: [answer(ACCEPTED), interrupted], controller });
    expect(looks).toHaveLength(2);
    expect(end.verdict).toMatchObject(cancelled);
    expect(end.verdict.message).toContain("SIGTERM");
    expect(end.verdict.message).toContain("Accepted");
    expect(typesOf(events)).not.toContain("fault");
  });

  test("during a look is no fault of the gateway, whatever it throws", async () => {
    const controller = new AbortController();
    const cut: Line = async () => {
      controller.abort("SIGTERM");
      throw trouble("unreachable");
    };
    const { end, events } = await watchAll({ script: [cut], controller });
    expect(end.verdict).toMatchObject(cancelled);
    expect(typesOf(events)).toEqual(["watching", "concluded"]);
  });

  test("during a look that still brings a verdict keeps that verdict", async () => {
    const controller = new AbortController();
    const justInTime: Line = async () => {
      controller.abort("SIGTERM");
      return answer(FAILURE);
    };
    const { end } = await watchAll({ script: [answer(ACCEPTED), justInTime], controller });
    expect(end.verdict).toMatchObject({ verdict: "failed", reason: "restore-failed" });
  });

  test("during a sleep wakes up and concludes", async () => {
    const controller = new AbortController();
    const clock = jumpingClock();
    const stop = clock
      .sleep(MINUTE + 1, new AbortController().signal)
      .then(() => controller.abort("the job's own time limit"));
    const { end, looks } = await watchAll({ script: [answer(ACCEPTED)], controller, clock });
    await stop;
    expect(end).toMatchObject({ at: afterStart(MINUTE + 1), verdict: cancelled });
    expect(end.verdict.message).toContain("the job's own time limit");
    expect(sure(looks.at(-1)).at).toBeLessThan(afterStart(MINUTE + 1));
  });

  test("without a word says that the caller did", async () => {
    const controller = new AbortController();
    controller.abort();
    const { end } = await watchAll({ script: [answer(ACCEPTED)], controller });
    expect(end.verdict.message).toContain("the caller");
  });
});

describe("a verification that breaks", () => {
  test.each<readonly [string, Line, string]>([
    ["an error that is no GatewayError", new TypeError("x is not a function"), "TypeError: x is not a function"],
    ["an error of another name", new RangeError("out of order"), "RangeError: out of order"],
  ])("is an internal error, never a pass: %s", async (_, line, what) => {
    const { end } = await watchAll({ script: [answer(ACCEPTED), answer(null), line] });
    expect(end.verdict).toMatchObject({ verdict: "inconclusive", reason: "internal-error" });
    expect(end.verdict.message).toContain(what);
    expect(end.watch.looks).toBe(2);
  });
});
