import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cadenceFor } from "../../function/engine/past-restores.ts";
import type { Verification } from "../../function/verification.ts";
import { FUNCTION_CADENCE, learnedCadence } from "../../shared/restore/cadence.ts";
import { later } from "../../shared/restore/instant.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { objectIn } from "../functions-host/host.ts";
import { finish } from "../functions-host/time.ts";
import { story } from "../simulator/stories.ts";
import { MORNING, post, type Scene, stage } from "./world.ts";

const PARTITION = story("clean").partitionId;
const OTHER = story("slow").partitionId;
const MINUTE = 60_000;

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

/** A verification of long ago that passed in so many seconds. */
function passed(nth: number, restoreSeconds: number | null, fields: Partial<Verification> = {}): Verification {
  const startedAt = later(MORNING, (nth - 1_000) * 60 * MINUTE);
  const endedAt = later(startedAt, 20 * MINUTE);
  return {
    id: nth.toString(16).padStart(32, "0"),
    bodyHash: "0",
    body: { cluster: "demo" },
    cluster: "demo",
    plan: null,
    target: "t",
    startedAt,
    deadline: later(startedAt, 35 * MINUTE),
    notBefore: startedAt,
    notBeforeSource: "look-back",
    rtoSeconds: null,
    batches: 1,
    partitionCount: 1,
    conclusion: { verdict: "passed", reason: "restored", message: "", endedAt, restoreSeconds },
    ...fields,
  };
}

async function past({ store }: Scene, ...verifications: readonly Verification[]): Promise<void> {
  for (const one of verifications) await store.lists.enlist(one, [PARTITION]);
}

const asks = { body: { cluster: "demo", learnFromPast: true }, cluster: "demo" };
const plain = { cadence: FUNCTION_CADENCE };

describe("a request that asks for it", () => {
  test("is watched by what the last restores of its partition took, and its record says so", async () => {
    const scene = await stage(azurite.connectionString);
    await using _ = scene.host;
    await past(scene, ...[3_600, 600, 610, 620, 605, 600, 600, 600, 600, 600, 600].map((took, at) => passed(at, took)));
    const { json } = await post(scene.host, { cluster: "demo", partitionIds: [PARTITION], learnFromPast: true });
    await finish(scene.host.hub, scene.clock);
    const record = await scene.store.records.read(`${String(json["id"])}.json`);
    const [partition] = [objectIn(record?.content ?? "")["partitions"]].flat();
    // Of the eleven the oldest no longer counts.
    const taught = [600, 610, 620, 605, 600, 600, 600, 600, 600, 600].map((seconds) => seconds * 1_000);
    expect(partition).toMatchObject({
      verdict: "passed",
      evidence: { plan: { cadence: learnedCadence(taught, FUNCTION_CADENCE) } },
    });
  });

  test("learns nothing from what was red, over several partitions, unmeasured, or of another cluster", async () => {
    const scene = await stage(azurite.connectionString);
    await using _ = scene.host;
    const { conclusion } = passed(0, 600);
    const red = conclusion === null ? null : ({ ...conclusion, verdict: "failed", reason: "rto-missed" } as const);
    await past(
      scene,
      passed(1, 600),
      passed(2, 600),
      passed(3, null),
      passed(4, 600, { partitionCount: 7 }),
      passed(5, 600, { cluster: "other" }),
      passed(6, 600, { conclusion: red }),
    );
    expect(await cadenceFor(scene.world, asks, plain, [PARTITION])).toBe(FUNCTION_CADENCE);
    await past(scene, passed(7, 660));
    expect(await cadenceFor(scene.world, asks, plain, [PARTITION])).toMatchObject({ kind: "learned" });
  });
});

test("nobody else's looks change: not of who does not ask, nor of several partitions", async () => {
  const scene = await stage(azurite.connectionString);
  await using _ = scene.host;
  await past(scene, passed(1, 600), passed(2, 610), passed(3, 620));
  const { body, cluster } = passed(4, 600);
  expect(await cadenceFor(scene.world, { body, cluster }, plain, [PARTITION])).toBe(FUNCTION_CADENCE);
  expect(await cadenceFor(scene.world, asks, plain, [PARTITION, OTHER])).toBe(FUNCTION_CADENCE);
});
