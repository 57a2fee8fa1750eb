import { afterAll, beforeAll, expect, test } from "vitest";
import { connectStorage } from "../../function/store/storage.ts";
import { openStore, type Store } from "../../function/store/store.ts";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { metByOne } from "../../shared/fleet/outcome.ts";
import { later } from "../../shared/restore/instant.ts";
import { MORNING } from "./world.ts";

/* Instances of the app, each with a store of its own and what it remembers, over one account. */

let azurite: Azurite;
beforeAll(async () => void (azurite = await startAzurite()));
afterAll(() => azurite[Symbol.asyncDispose]());

function instances(count: number, name: string): readonly Store[] {
  const access = { kind: "connection-string", connectionString: azurite.connectionString } as const;
  const names = { table: name, state: `${name}-state`, records: `${name}-records` };
  return Array.from({ length: count }, () => openStore(connectStorage(access, names)));
}

const KEY = { cluster: "demo", perSecond: 100, now: () => MORNING };
const claimOf = (holder: string): Parameters<Store["budget"]["claim"]>[1] => ({
  holder,
  requests: 1,
  atOnce: 1,
  due: 1,
  all: 1,
  urgent: false,
  stoodInLine: false,
  until: MORNING,
  met: [],
});

test("five instances that claim at the same time are never granted more than eight in flight, and nothing they did is lost", async () => {
  const stores = instances(5, "fiveinstances");
  // Each has its say, so that each remembers a row that is another's by now.
  for (const [nth, store] of stores.entries()) await store.budget.claim(KEY, claimOf(`early ${nth}`));
  for (const [nth, store] of stores.entries()) await store.budget.leave(KEY, { holder: `early ${nth}`, met: [] });

  const until = later(MORNING, 60_000);
  const claims = Array.from({ length: 25 }, (_, nth) => ({ ...claimOf(`worker ${nth}`), until }));
  const answers = await Promise.all(claims.map(async (claim, nth) => stores[nth % 5]?.budget.claim(KEY, claim)));
  const granted = answers.filter((answer) => answer?.kind === "granted");
  expect(granted).toHaveLength(8);

  const leaving = claims.filter((_, nth) => answers[nth]?.kind === "granted");
  await Promise.all(
    leaving.map(async ({ holder }, nth) => stores[nth % 5]?.budget.leave(KEY, { holder, met: [metByOne(undefined)] })),
  );
  const [first] = stores;
  expect(await first?.budget.claim(KEY, claimOf("afterwards"))).toMatchObject({ kind: "granted" });
});

test("the first to come makes the row; an instance that was away finds it as it is", async () => {
  const [here, there] = instances(2, "twoinstances");
  const until = later(MORNING, 60_000);
  const many = { ...claimOf("a turn"), due: 500, all: 500, until };
  expect(await here?.budget.claim(KEY, many)).toMatchObject({ kind: "granted", atOnce: 6 });
  expect(await there?.budget.claim(KEY, { ...many, holder: "another" })).toMatchObject({ kind: "wait" });
  await here?.budget.leave(KEY, { holder: "a turn", met: [metByOne({ code: "throttled", message: "HTTP 429" })] });
  // What one learnt both know.
  const slower = await there?.budget.claim(
    { ...KEY, now: () => later(MORNING, 30_000) },
    { ...many, stoodInLine: true },
  );
  expect(slower).toMatchObject({ kind: "granted", requests: 40 });
});
