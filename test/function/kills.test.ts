import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Store } from "../../function/store/store.ts";
import { housekeeping } from "../../function/timer/housekeeping.ts";
import { idOf } from "../../function/verification.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { dieHere, isOnWorker, type Kill } from "../functions-host/hub.ts";
import { finish } from "../functions-host/time.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { clusterOfStories, story } from "../simulator/stories.ts";
import { evidenceIn } from "./evidence.ts";
import { hooked } from "./hooked.ts";
import { get, post, type Scene, type SceneOptions, stage } from "./world.ts";

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

/** A restore of 20 s: every call of its verification can be the one at which a worker dies. */
const short = (options: SceneOptions = {}): Promise<Scene> =>
  stage(azurite.connectionString, {
    gateway: (_name, clock) => simulatedGateway(clusterOfStories(clock, { speed: 10 })),
    ...options,
  });

const BODY = { cluster: "demo", partitionIds: [story("clean").partitionId], idempotencyKey: "once" };

/** What is left when nothing is left to do. */
async function left({ host, clock, store }: Scene): Promise<unknown> {
  await finish(host.hub, clock);
  const { verifications } = await store.lists.page({ top: 10 });
  const statuses = await Promise.all(verifications.map(({ id }) => get(host, `/api/verifications/${id}`)));
  return {
    verdicts: statuses.map(({ json }) => json["reason"]),
    listed: verifications.map(({ conclusion }) => conclusion?.reason),
    records: (await store.records.list("")).length,
    evidence: await chained(store),
    open: await store.work.open(),
    state: await store.state.list(""),
    told: host.told("verification.ended").length > 0,
  };
}

/** Whether the records are whole, one after the other, and the end of the series is the last of them. */
async function chained(store: Store): Promise<unknown> {
  const { state, findings, records, series, ends } = await evidenceIn(store);
  const head = await store.series.head();
  return {
    state,
    findings,
    records,
    series,
    ends: ends.map(({ sha256 }) => (sha256 === head?.end?.sha256 ? "head" : sha256)),
  };
}

const whole = (records: number): unknown => ({ state: "whole", findings: [], records, series: 1, ends: ["head"] });

/** One verification, one verdict, one record; told of it. */
const ONCE = {
  verdicts: ["restored"],
  listed: ["restored"],
  records: 1,
  evidence: whole(1),
  open: [],
  state: [],
  told: true,
};

const every =
  (what: "activity" | "orchestrator", nth: number, when: "before" | "after"): Kill =>
  (kind, count) =>
    kind === what && count % nth === 0 ? when : undefined;

describe("a worker that dies changes nothing but the time", () => {
  test.each([
    ["activity", 2, "before"],
    ["activity", 2, "after"],
    ["activity", 3, "after"],
    ["activity", 6, "before"],
    ["orchestrator", 2, "before"],
    ["orchestrator", 2, "after"],
    ["orchestrator", 5, "after"],
  ] as const)("every %s that is number %i, %s its work", async (what, nth, when) => {
    const scene = await short({ kill: every(what, nth, when) });
    await using _ = scene.host;
    await post(scene.host, BODY);
    expect(await left(scene)).toEqual(ONCE);
  });

  test("every activity is delivered twice", async () => {
    const scene = await short({ duplicates: true });
    await using _ = scene.host;
    await post(scene.host, BODY);
    expect(await left(scene)).toEqual(ONCE);
    expect(scene.host.told("verification.ended")).toHaveLength(1);
  });

  test.each(["before", "after"] as const)(
    "%s each call of the store in turn",
    async (when) => {
      let died = true;
      for (let nth = 1; died && nth < 200; nth++) {
        let calls = 0;
        died = false;
        const scene = await short({
          store: (inner) =>
            hooked(inner, {
              [when]: async () => {
                if (!isOnWorker() || ++calls !== nth) return;
                died = true;
                await dieHere();
              },
            }),
        });
        await using _ = scene.host;
        await post(scene.host, BODY);
        expect(await left(scene)).toEqual(ONCE);
      }
      expect(died).toBe(false);
    },
    240_000,
  );
});

test("a start that dies half-way is gone on with by housekeeping, or never was", async () => {
  for (let nth = 1; nth <= 4; nth++) {
    let calls = 0;
    const scene = await short({
      store: (inner) =>
        hooked(inner, { before: () => (++calls === nth ? Promise.reject(new Error("gone")) : Promise.resolve()) }),
    });
    await using _ = scene.host;
    const started = await post(scene.host, BODY);
    scene.clock.advanceBy(20 * 60_000);
    await scene.host.fire(housekeeping.name);
    // The caller was told, and asks again where nothing of it is left; else it goes on by itself.
    expect(started.status).toBe(503);
    const found = await scene.store.verifications.find(idOf("key", BODY.idempotencyKey));
    expect(await scene.store.work.open()).toHaveLength(found === undefined ? 0 : 1);
    if (found === undefined) await post(scene.host, BODY);
    expect(await left(scene)).toEqual(ONCE);
  }
});
