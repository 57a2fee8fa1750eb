import { type Dice, draw } from "../../shared/restore/dice.ts";
import { later } from "../../shared/restore/instant.ts";
import { hooked } from "../function/hooked.ts";
import { get, MORNING, post, type Scene, stage } from "../function/world.ts";
import { finish, pass } from "../functions-host/time.ts";
import { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { judge, partitionsIn, type Played } from "./played.ts";
import { EXPECTED_BACKUP } from "./script.ts";
import { spoilerOf } from "./spoil.ts";
import { type SpoiltGateway, spoiltGateway } from "./spoilt-gateway.ts";
import { boundsOf, type StormCase, StormCluster } from "./storm-case.ts";
import { STALL_MS } from "./weather.ts";

/* The Function app under all cases at once: one host, one virtual clock, storage of Azurite, a configured cluster for each case. */

interface Open extends SpoiltGateway {
  readonly case: StormCase;
  readonly cluster: StormCluster;
  /** As the app's configuration has it. */
  readonly name: string;
}

export interface FunctionStorm {
  readonly connectionString: string;
  readonly cases: readonly StormCase[];
  /**
   * How often, from 0 to 1, the engine or the account does not answer. Workers that die are another matter: their work comes back after five
   * minutes, which is the storm's deadline (test/function/kills.test.ts, schedule.test.ts).
   */
  readonly platformTrouble: number;
}

/** Verifications do not begin all in the same second. */
const APART_MS = 700;

export async function playFunction({ connectionString, cases, ...options }: FunctionStorm): Promise<readonly Played[]> {
  const clock = new FakeClock(MORNING);
  const all: Open[] = [];
  let { platformTrouble } = options;
  const chance = chances(cases[0]?.dice ?? 1, () => platformTrouble);
  const scene = await stage(connectionString, {
    clock,
    configuration: {
      clusters: Object.fromEntries(cases.map((_, nth) => [nameOf(nth), { endpoints: ["https://cluster.test:19080"] }])),
    },
    gateway: (name) => named(all, name).gateway,
    trouble: () => (chance(1) ? 503 : undefined),
    store: (inner) =>
      hooked(inner, {
        before: () => (chance(0.5) ? Promise.reject(new Error("the account is busy")) : Promise.resolve()),
        after: () => (chance(0.2) ? Promise.reject(new Error("the answer is lost")) : Promise.resolve()),
      }),
  });
  await using _ = scene.host;
  const begun: { readonly one: Open; readonly path: string }[] = [];
  for (const [nth, it] of cases.entries()) {
    const one = openCase(it, nameOf(nth), clock);
    all.push(one);
    begun.push({ one, path: await begin(scene, one) });
    await pass(scene.host.hub, clock, later(clock.now(), APART_MS));
  }
  await finish(scene.host.hub, clock);
  platformTrouble = 0;
  const played: Played[] = [];
  for (const { one, path } of begun) played.push(await read(scene, one, path));
  return played;
}

const nameOf = (nth: number): string => `case-${nth}`;

function openCase(it: StormCase, name: string, clock: FakeClock): Open {
  const cluster = new StormCluster(it, clock);
  const spoiler = spoilerOf(it.weather, it.dice, () => cluster.elapsedMs());
  const options = { spoiler, gateways: it.weather.gateways ?? 1, clock, stallMs: STALL_MS / it.speed };
  return { ...spoiltGateway(simulatedGateway(cluster), options), case: it, cluster, name };
}

function named(all: readonly Open[], name: string): Open {
  const found = all.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no case is called ${name}`);
  return found;
}

/** Throws the dice for each trouble of the platform. */
function chances(seed: Dice, most: () => number): (share: number) => boolean {
  let dice = seed;
  return (share) => {
    const drawn = draw(dice);
    ({ dice } = drawn);
    return drawn.value < share * most();
  };
}

/** As a caller does: asked again with the same key until it is accepted. Where to ask how it stands. */
async function begin({ host }: Scene, { case: it, cluster, name }: Open): Promise<string> {
  const body = {
    cluster: name,
    partitionIds: [...it.partitions.keys()],
    expectedBackupId: EXPECTED_BACKUP,
    idempotencyKey: name,
    ...boundsOf(it, cluster.startedAt),
  };
  for (let attempt = 1; ; attempt++) {
    const { status, json } = await post(host, body);
    if (status === 202 || status === 200) return `/api/verifications/${String(json["id"])}`;
    if (status !== 503 || attempt === 20)
      throw new Error(`${it.name} is not started: ${status} ${JSON.stringify(json)}`);
  }
}

async function read({ host }: Scene, { case: it, cluster, turnedAway }: Open, path: string): Promise<Played> {
  const [{ json: status }, { json: record }] = [await get(host, path), await get(host, `${path}/record`)];
  const judged = judge(it, cluster, partitionsIn(record));
  const green = judged.every(({ verdict }) => verdict === "passed");
  const complaints = (status["verdict"] === "passed") === green ? [] : [`its status is ${String(status["verdict"])}`];
  return { case: it, judged, requests: cluster.requests + turnedAway(), lostMs: cluster.lostMs, complaints };
}
