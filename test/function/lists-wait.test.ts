import { afterAll, beforeAll, expect, test } from "vitest";
import { pollRestoreProgress } from "../../function/engine/poll-restore-progress.ts";
import { beginBatch, readBatch } from "../../function/engine/state.ts";
import { FUNCTION_CADENCE } from "../../shared/restore/cadence.ts";
import { later } from "../../shared/restore/instant.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import { beginMember } from "../../shared/watch-batch.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { MINUTE, planned, SECOND, sure } from "../restore/scenes.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { accepted, inTurn, succeeded } from "../simulator/timeline.ts";
import { MORNING, post, stage } from "./world.ts";

/* Lists and looks of a batch have a budget each: that the one has to wait says nothing of the other. */

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
const ids: readonly PartitionId[] = Array.from({ length: 24 }, (_, at) =>
  sure(parsePartitionId(`00000000-0000-4000-9000-${String(at).padStart(12, "0")}`)),
);
const SLOW = inTurn([accepted(), 60 * MINUTE], [succeeded()]);
const serviceOf = (at: number): string => `fabric:/DemoApp/Svc${at % 12}`;

test("lists that stand in line for half an hour keep no look waiting, and look by look the line is not jumped", async () => {
  const { host, world, store } = await stage(azurite.connectionString, {
    gateway: (_name, clock) =>
      simulatedGateway(
        new SimulatedCluster({
          clock,
          partitions: ids.map((id, at) => ({ id, service: serviceOf(at), timeline: SLOW })),
        }),
      ),
  });
  await using _ = host;
  const { json } = await post(host, { cluster: "demo", partitionIds: ids });
  const task = { schema: 1, id: String(json["id"]), batch: 0 } as const;
  // Another verification has the line, and all there is for half an hour.
  const hog = { holder: "hog", requests: 1, atOnce: 1, due: 28_800, all: 28_800, urgent: false, stoodInLine: false };
  const key = { cluster: "demo", perSecond: 20, now: () => world.clock.now() };
  await store.budget.claim(key, { ...hog, until: later(MORNING, 60 * MINUTE), met: [] });

  const plan = planned({ cadence: FUNCTION_CADENCE, notBefore: MORNING, deadline: later(MORNING, 60 * MINUTE) });
  const members = ids.map((partitionId, at) => {
    const member = beginMember({ ...plan, partitionId }, MORNING, 7, serviceOf(at));
    // One is due now, the others in a minute.
    return at === 0 || member.state === "concluded" ? member : { ...member, dueAt: later(MORNING, MINUTE) };
  });
  const lists = Array.from({ length: 12 }, (_each, at) => ({ service: serviceOf(at), dueAt: MORNING, failures: 0 }));
  await beginBatch(store.state, task.id, 0, { members, lists });

  const answer = await pollRestoreProgress(world, task, silent);
  const { document } = sure(await readBatch(store.state, task.id, 0));
  expect(document.members.map((one) => one.watch.looks)).toEqual([1, ...ids.slice(1).map(() => 0)]);
  expect(answer).toMatchObject({ call: "pollRestoreProgress" });
  expect("waitMs" in answer && sure(answer.waitMs)).toBeLessThanOrEqual(10 * SECOND);
  // They have not lost their place, and nobody has got it for them.
  for (const { dueAt } of document.lists) expect(dueAt).toBeGreaterThan(later(MORNING, 20 * MINUTE));
  expect(document.grantedAt).toBeUndefined();
});
