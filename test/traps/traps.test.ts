import { beforeAll, describe, expect, test } from "vitest";
import { runBundle } from "../action/run-bundle.ts";
import { THEMES, trap, TRAPS } from "./all.ts";
import { inParallel, type Ours, set, verify } from "./run.ts";

/** They mostly sleep: many at a time cost little, and few enough that none is late. */
const AT_ONCE = 12;

const outcomes = new Map<string, Ours>();

beforeAll(async () => {
  await inParallel(TRAPS, AT_ONCE, async (one) => void outcomes.set(one.name, await verify(one)));
}, 120_000);

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
