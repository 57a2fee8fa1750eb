import { beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { explain } from "../../shared/explain.ts";
import type { RestoreRecord } from "../../shared/record.ts";
import { parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import { parseExactJson } from "../../shared/service-fabric/exact-json.ts";
import { runBundle } from "../action/run-bundle.ts";
import { wrongWithRecord } from "../record-schema.ts";
import { THEMES, trap, TRAPS } from "./all.ts";
import { inParallel, type Ours, set, verify } from "./run.ts";
import { type Trap, twins } from "./trap.ts";

/** They mostly sleep: many at a time cost little, and few enough that none is late. */
const AT_ONCE = 12;

const outcomes = new Map<string, Ours>();

/** Without a service or an application there are no lists to read. */
const OF_SERVICES = TRAPS.filter(({ scene }) => {
  const { inputs } = scene(systemClock.now());
  return inputs?.["service-name"] !== undefined || inputs?.["application-name"] !== undefined;
});
const byLists = new Map<string, Ours>();

/** The traps of one partition, each twice in a service: two that share a fate, and a list that tells of both. */
const TWINS = TRAPS.filter((one) => !OF_SERVICES.includes(one)).flatMap((one) => twins(one) ?? []);
const byTwins = new Map<string, Ours>();

beforeAll(async () => {
  await inParallel(TRAPS, AT_ONCE, async (one) => void outcomes.set(one.name, await verify(one)));
  await inParallel(OF_SERVICES, AT_ONCE, async (one) => void byLists.set(one.name, await verify(one, { lists: true })));
  await inParallel(TWINS, AT_ONCE, async (one) => void byTwins.set(one.name, await verify(one, { lists: true })));
}, 180_000);

test("every trap has a name of its own, a reason to be there, and there are enough of them", () => {
  expect(new Set(TRAPS.map(({ name }) => name)).size).toBe(TRAPS.length);
  expect(TRAPS.every(({ why }) => /^[^\n]+[.?]$/.test(why))).toBe(true);
  expect(TRAPS.length).toBeGreaterThanOrEqual(60);
});

describe.each(THEMES)("$title", ({ traps }) => {
  test.each(traps)("$name: $expect.verdict, $expect.reason. $why", (one) => {
    expect(outcomes.get(one.name)).toMatchObject({ ...one.expect, tooEarly: false });
  });
});

describe("with the lists of services read", () => {
  test.each(OF_SERVICES)("$name: $expect.verdict, $expect.reason. $why", (one) => {
    expect(byLists.get(one.name)).toMatchObject({ ...one.expect, tooEarly: false });
  });

  test.each(TWINS)("two at once, $name: $expect.verdict, $expect.reason. $why", (one) => {
    expect(byTwins.get(one.name)).toMatchObject({ ...one.expect, tooEarly: false });
  });

  test("there are traps enough for it", () => {
    expect(OF_SERVICES.length).toBeGreaterThanOrEqual(8);
    expect(TWINS.length).toBeGreaterThanOrEqual(60);
  });
});

describe("the record of a trap", () => {
  const partitionsOf = ({ name }: Trap): RestoreRecord["partitions"] => outcomes.get(name)?.record.partitions ?? [];

  test.each(TRAPS)("$name: is one of the published schema, and its evidence comes to the same verdict", (one) => {
    expect(wrongWithRecord(outcomes.get(one.name)?.record)).toBeUndefined();
    for (const { evidence, reason, identifiedBy } of partitionsOf(one)) {
      const { verdict } = explain(evidence);
      expect([verdict?.reason, verdict?.identifiedBy ?? null]).toEqual([reason, identifiedBy]);
    }
  });

  test("every observation can be read again out of the reply it came from", () => {
    const all = TRAPS.flatMap((one) => partitionsOf(one));
    const read = all.flatMap(({ evidence: { stretches, replies } }) =>
      replies.flatMap(({ body, firstSeen }) => {
        const seen = stretches.findLast(({ first }) => first <= firstSeen)?.observation;
        return seen?.kind === "progress" && body !== "" ? [{ body, progress: seen.progress }] : [];
      }),
    );
    expect(read.length).toBeGreaterThan(TRAPS.length);
    for (const { body, progress } of read) {
      expect(parseRestoreProgress(parseExactJson(body))).toEqual({ ok: true, value: progress });
    }
  });

  test("what could not be read is kept as it came", () => {
    const bodies = partitionsOf(trap("the string Success")).flatMap(({ evidence }) => evidence.replies);
    expect(bodies.map(({ body }) => body)).toContain('"Success"');
  });
});

describe("the committed bundle, as a process of its own", () => {
  test.concurrent.each([
    "a clean restore",
    "old success",
    "old success, then tonight's failure",
    "fresh data loss and a failure",
    "NotReady for ever",
    "the wrong backup already in Accepted",
    "an LSN that differs in its last digit",
    "RTO missed since the data loss",
    "a success cut short",
    "a service, one partition fails",
    "an application of stateless services only",
    "a cluster of the 6.2 generation",
  ])("%s", async (name) => {
    const one = trap(name);
    await using it = await set(one);
    const { outputs, exitCode } = await runBundle({ inputs: { ...it.inputs } });
    expect(outputs).toMatchObject(one.expect);
    expect(exitCode).toBe(one.expect.verdict === "passed" ? 0 : 1);
  });
});
