import { describe, expect, test } from "vitest";
import { GatewayError } from "../../shared/cluster-gateway.ts";
import type { Read } from "../../shared/restore/fields.ts";
import * as partition from "../../shared/restore/parse-partition.ts";
import { parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { asksForRefresh, readReply } from "../../shared/service-fabric/replies.ts";
import { parseAadMetadata } from "../../shared/service-fabric/tokens.ts";
import type { Reply } from "../../shared/service-fabric/transport.ts";
import { play, planned, saw } from "../restore/scenes.ts";
import { BODIES, mutator } from "./mutations.ts";

/* 200,000 broken replies, always the same ones: whatever comes, it is read or refused, soon, and no success is made up. */

const RUNS = 200_000;
// Half of the time would go into stack traces that nobody reads.
Error.stackTraceLimit = 0;

const NOW = Date.parse("2026-02-03T10:00:00Z");

/** The rest of the parsers, in turn: each meets the bodies of all the others too. */
const OTHERS: readonly ((body: unknown) => Read<unknown>)[] = [
  partition.parsePartitionInfo,
  partition.parseServiceInfo,
  partition.parseBackup,
  partition.parseRestoreHealthEvent,
  partition.parseServiceName,
  partition.parsePage,
  parseAadMetadata,
];

/** What was read, or the refusal. Anything else that is thrown is a defect. */
function attempt<T>(reply: Reply, parse: (body: unknown) => Read<T>): T | GatewayError {
  try {
    return readReply(reply, NOW, parse);
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw new Error(`crashed on ${JSON.stringify(reply).slice(0, 2_000)}`, { cause: error });
  }
}

/** The oracle, which shares nothing with the code: does the reply itself say so, in JSON, with a 200? */
function saysSuccess({ status, body }: Reply): boolean {
  if (status !== 200 || !/success|\\u/i.test(body)) return false;
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null && Reflect.get(parsed, "RestoreState") === "Success";
  } catch {
    return false;
  }
}

/** No record with half a character in it can be sealed; `JSON.stringify` escapes those and no others. */
function hasHalfCharacter(seen: RestoreProgress | GatewayError | null): boolean {
  const json = JSON.stringify(seen instanceof GatewayError ? seen.message : seen);
  return /\\ud[89a-f]/.test(json.replaceAll("\\\\", ""));
}

/** Even where any restore would do. */
function passes(progress: RestoreProgress | null): boolean {
  const step = play(planned({ notBefore: "any" }), [1_000, saw(progress)]);
  return step.next === "conclude" && step.verdict.verdict === "passed";
}

describe(`${RUNS} mutated replies`, () => {
  const tally = { read: 0, refused: 0, successes: 0, slowestMs: 0, longestMessage: 0 };
  const madeUp: string[] = [];
  const lost: string[] = [];
  const unsealable: string[] = [];

  test("crash nothing, hang nothing, and are no success unless they say so", () => {
    const mutated = mutator(20_260_203);
    for (let run = 0; run < RUNS; run++) {
      const reply = mutated();
      const before = performance.now();
      const progress = attempt(reply, parseRestoreProgress);
      const other = OTHERS[run % OTHERS.length];
      // Any other status is refused before a parser is asked.
      if (other !== undefined && reply.status === 200) attempt(reply, other);
      asksForRefresh(reply);
      tally.slowestMs = Math.max(tally.slowestMs, performance.now() - before);

      if (hasHalfCharacter(progress)) unsealable.push(reply.body.slice(0, 500));
      if (progress instanceof GatewayError) {
        tally.refused += 1;
        tally.longestMessage = Math.max(tally.longestMessage, progress.message.length);
        continue;
      }
      tally.read += 1;
      const success = progress?.state === "Success";
      if (success) tally.successes += 1;
      if (success !== saysSuccess(reply)) (success ? madeUp : lost).push(reply.body.slice(0, 500));
      if (passes(progress) && !saysSuccess(reply)) madeUp.push(`passed: ${reply.body.slice(0, 500)}`);
    }
    expect({ madeUp, lost, unsealable }).toEqual({ madeUp: [], lost: [], unsealable: [] });
    expect(tally.slowestMs, "one reply, read four times").toBeLessThan(2_000);
  });

  test("were no idle exercise: many were read, many refused, some were successes all the same", () => {
    expect(tally.read).toBeGreaterThan(RUNS / 50);
    expect(tally.refused).toBeGreaterThan(RUNS / 3);
    expect(tally.successes).toBeGreaterThan(RUNS / 200);
    expect(tally.longestMessage, "the refusals quote, but not at length").toBeLessThan(1_000);
  });
});

test("the bodies themselves are read as what they are", () => {
  const reply = (body: string): Reply => ({ status: 200, statusText: "OK", headers: {}, body });
  const states = BODIES.map((body) => attempt(reply(body), parseRestoreProgress)).map((progress) =>
    progress instanceof GatewayError || progress === null ? undefined : progress.state,
  );
  expect(new Set(states)).toEqual(
    new Set(["Accepted", "RestoreInProgress", "SecondariesInProgress", "Success", "Failure", "Timeout", undefined]),
  );
  expect(BODIES.filter((body) => saysSuccess(reply(body)))).toHaveLength(3);
});

test.each([
  ["lists", "[", "]"],
  ["objects", '{"RestoreState":', "}"],
])("100,000 %s within each other are refused, not a stack overflow", (_, open, close) => {
  const body = `${open.repeat(100_000)}"Success"${close.repeat(100_000)}`;
  const reply: Reply = { status: 200, statusText: "OK", headers: {}, body };
  expect(attempt(reply, parseRestoreProgress)).toMatchObject({ code: "unintelligible" });
  expect(attempt({ ...reply, status: 500 }, parseRestoreProgress)).toMatchObject({ code: "server-fault" });
});
