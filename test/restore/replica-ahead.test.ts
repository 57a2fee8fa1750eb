import { describe, expect, test } from "vitest";
import { parseRestoreHealthEvent } from "../../shared/restore/parse-partition.ts";
import { formatInstant, type Instant } from "../../shared/restore/instant.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { Step, WatchPlan } from "../../shared/restore/watch.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  concluded,
  HOUR,
  type Look,
  MINUTE,
  planned,
  play,
  saw,
  SECOND,
  success,
} from "./scenes.ts";

/*
 * One node's clock is an hour ahead, the gateways' are right. The restore ended 65 minutes ago, and its replica dated it five minutes ago:
 * after not-before. The replica's health event bears its own time, and that of the health store.
 */

const NOT_BEFORE = afterStart(-10 * MINUTE);
const DATED = afterStart(-5 * MINUTE);
const TRULY = afterStart(-65 * MINUTE);

interface Event {
  readonly at?: Instant;
  readonly storedAt?: Instant;
}

const looks = (event: Event | "none" | "refused", skewMs = 0): Look => {
  const healthEvent =
    event === "refused"
      ? ({ ok: false, problem: { code: "rejected", message: "HTTP 400" } } as const)
      : ({
          ok: true,
          value: event === "none" ? null : { health: "Ok", at: DATED, description: "restored", ...event },
        } as const);
  return [0, saw(success(DATED), skewMs, { ...ALL_IS_WELL, healthEvent })];
};
const judged = (look: Look, plan: Partial<WatchPlan> = {}): Step =>
  play(planned({ notBefore: NOT_BEFORE, startBy: afterStart(0), ...plan }), look);

test.each<readonly [string, Event | "none" | "refused", string]>([
  ["is stale where the health store had word of it before not-before", { storedAt: TRULY }, "stale"],
  ["by a second more than the tolerance", { storedAt: afterStart(-10 * MINUTE - 6 * SECOND) }, "stale"],
  ["counts within the tolerance", { storedAt: afterStart(-10 * MINUTE - 5 * SECOND) }, "restored"],
  ["counts where the health store had word of it in time", { storedAt: DATED }, "restored"],
  ["counts where the event is another restore's", { at: TRULY, storedAt: TRULY }, "restored"],
  ["counts where the event does not say when it was stored", {}, "restored"],
  ["counts where there is no event any more", "none", "restored"],
  ["counts where the event is refused", "refused", "restored"],
])("a success of a replica whose clock is ahead %s", (_, event, reason) => {
  expect(concluded(judged(looks(event))).reason).toBe(reason);
});

describe("where the health store's word was lost on the way", () => {
  const lost = (code: ProblemCode): Look => {
    const healthEvent = { ok: false, problem: { code, message: "HTTP 504" } } as const;
    return [0, saw(success(DATED), 0, { ...ALL_IS_WELL, healthEvent })];
  };
  const [, answered] = looks({ storedAt: TRULY });
  const plan = planned({ notBefore: NOT_BEFORE });

  test("it is asked again before a success passes by its date alone", () => {
    const step = play(plan, lost("server-trouble"));
    expect(step).toMatchObject({ next: "look", ask: ["health-event", "partition"] });
    expect(concluded(play(plan, lost("server-trouble"), [5 * MINUTE, answered])).reason).toBe("stale");
    expect(concluded(play(plan, lost("server-trouble"), [MINUTE, looks({ storedAt: DATED })[1]])).reason).toBe(
      "restored",
    );
  });

  test("and if it never comes, nothing is certain", () => {
    const [, again] = lost("timed-out");
    const { verdict, reason, message } = concluded(play(plan, lost("timed-out"), [35 * MINUTE, again]));
    expect([verdict, reason]).toEqual(["inconclusive", "unreachable"]);
    expect(message).toContain("its date cannot be judged: HTTP 504");
  });

  test("what is worse than that is not waited with", () => {
    const rto = planned({ notBefore: NOT_BEFORE, rtoMs: SECOND });
    expect(concluded(play(rto, lost("server-trouble"))).reason).toBe("rto-missed");
  });

  test("a cluster that always breaks at it, and one that was seen at work, go without", () => {
    expect(concluded(play(plan, lost("server-fault"))).reason).toBe("restored");
    const [, without] = lost("server-trouble");
    const seen = without.kind === "progress" ? { ...without, progress: success(afterStart(2 * SECOND)) } : without;
    expect(concluded(play(plan, [0, saw(ACCEPTED, 0)], [5 * SECOND, seen])).identifiedBy).toBe("in-flight");
  });
});

test("the message says whose clock is wrong", () => {
  const { message } = concluded(judged(looks({ storedAt: TRULY })));
  expect(message).toContain(`The health store had word of it at ${formatInstant(TRULY)} already`);
  expect(message).toContain("the replica that dated it is ahead");
});

test("a whole cluster that is ahead is corrected first", () => {
  const event = { storedAt: afterStart(55 * MINUTE), at: afterStart(55 * MINUTE) };
  const ahead = saw(success(afterStart(55 * MINUTE)), HOUR, {
    ...ALL_IS_WELL,
    healthEvent: { ok: true, value: { health: "Ok", description: "restored", ...event } },
  });
  expect(concluded(judged([0, ahead])).reason).toBe("restored");
});

test("what was seen under way needs no date, and not-before: any asks for none", () => {
  const plan = planned({ notBefore: NOT_BEFORE });
  const [, done] = looks({ storedAt: TRULY });
  const seen = success(afterStart(2 * SECOND));
  const after = done.kind === "progress" ? { ...done, progress: seen } : done;
  expect(concluded(play(plan, [0, saw(ACCEPTED, 0)], [5 * SECOND, after])).identifiedBy).toBe("in-flight");
  expect(concluded(judged(looks({ storedAt: TRULY }), { notBefore: "any" })).identifiedBy).toBe("any");
});

test("the health event is read with both its times", () => {
  const event = {
    SourceId: "System.BackupRestoreManager",
    Property: "Restore",
    HealthState: "Ok",
    SourceUtcTimestamp: formatInstant(DATED),
    LastModifiedUtcTimestamp: formatInstant(TRULY),
  };
  expect(parseRestoreHealthEvent({ HealthEvents: [event] })).toMatchObject({
    ok: true,
    value: { at: DATED, storedAt: TRULY },
  });
});
