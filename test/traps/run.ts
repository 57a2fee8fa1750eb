import { parseDrillRequest, type RawInputs } from "../../shared/drill-request.ts";
import { systemClock } from "../../shared/clock.ts";
import { type RestoreRecord, toRecord } from "../../shared/record.ts";
import type { Instant } from "../../shared/restore/instant.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { Verdict } from "../../shared/restore/verdict.ts";
import { openCluster } from "../../shared/service-fabric/open-cluster.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { SimulatedCluster, type SimulatedPartition } from "../simulator/cluster.ts";
import { undressed } from "../simulator/inventory.ts";
import { startServer } from "../simulator/server.ts";
import type { Shown } from "../simulator/timeline.ts";
import { standInFront } from "./front.ts";
import { INPUTS, type Scene, type Trap } from "./trap.ts";

/** A trap that is set: the cluster behind its real wire, for one watcher. */
export interface SetTrap extends AsyncDisposable {
  readonly url: URL;
  /** Everything a watcher is told, the endpoint included. */
  readonly inputs: RawInputs;
  /** Whether every restore in the scope has come to its end by now: who says `passed` sooner cannot know. */
  readonly ended: () => boolean;
}

export async function set(trap: Trap): Promise<SetTrap> {
  const scene = trap.scene(systemClock.now());
  const cluster = new WatchedCluster({ clock: systemClock, ...scene.cluster });
  const server = await startServer(cluster);
  const front = scene.front === undefined ? undefined : await standInFront(server.url, scene.front);
  const { url } = front ?? server;
  const inputs: RawInputs = { ...INPUTS, ...scene.inputs, "cluster-endpoint": url.origin };
  const inScope = scopeOf(scene, inputs);
  return {
    url,
    inputs,
    ended: () => inScope.every((partition) => cluster.hasEnded(partition)),
    async [Symbol.asyncDispose]() {
      await front?.[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Remembers when each partition was first looked at, which is when its timeline began unless it began with the cluster. */
class WatchedCluster extends SimulatedCluster {
  readonly #madeAt = systemClock.now();
  readonly #firstLooks = new Map<string, Instant>();

  override look(id: string): Shown {
    const key = undressed(id);
    if (!this.#firstLooks.has(key)) this.#firstLooks.set(key, this.clock.now());
    return super.look(id);
  }

  /** Whether the last step of its timeline has come. */
  hasEnded({ id, timeline: { origin, steps } }: SimulatedPartition): boolean {
    const began = origin === "cluster-start" ? this.#madeAt : this.#firstLooks.get(undressed(id));
    return began !== undefined && this.clock.now() - began >= (steps.at(-1)?.afterMs ?? 0);
  }
}

/** The partitions that are to be verified, worked out from the scene and not from what the code finds. */
function scopeOf({ cluster }: Scene, inputs: RawInputs): Scene["cluster"]["partitions"] {
  const stateless = (cluster.services ?? []).filter(
    ({ kind, hasPersistedState }) => kind === "Stateless" || hasPersistedState === false,
  );
  const named = items(inputs["partition-id"]).map((id) => parsePartitionId(id) ?? id);
  const services = items(inputs["service-name"]);
  const applications = items(inputs["application-name"]);
  return cluster.partitions.filter(({ id, service = "fabric:/DemoApp/DemoSvc" }) => {
    const ofScope = services.includes(service) || applications.some((name) => service.startsWith(`${name}/`));
    return named.includes(undressed(id)) || (ofScope && !stateless.some(({ name }) => name === service));
  });
}

export function items(text = ""): readonly string[] {
  return text.split(/[\n,]/).filter((item) => item !== "");
}

export interface Ours {
  readonly verdict: Verdict["verdict"];
  readonly reason: Verdict["reason"];
  readonly message: string;
  /** Green before the restore was. */
  readonly tooEarly: boolean;
  readonly elapsedMs: number;
  readonly record: RestoreRecord;
}

/** One trap and our own watcher, over real HTTP and in real time. */
/** With `lists`, those of services are read from two partitions on: as in a run over many. */
export async function verify(trap: Trap, { lists = false }: { readonly lists?: boolean } = {}): Promise<Ours> {
  await using it = await set(trap);
  const parsed = parseDrillRequest(it.inputs);
  if (!parsed.ok) throw new TypeError(`${trap.name}: ${parsed.problems.map(({ message }) => message).join("; ")}`);
  const { request } = parsed;
  const { signal } = new AbortController();
  const clock = systemClock;
  const open = openCluster({ ...request, ...request.access }, { clock, proxies: {}, warn: () => {} });
  try {
    const startedAt = clock.now();
    const autoNotBefore = { at: startedAt, source: "start of the step" };
    const seed = { autoNotBefore, dice: 1, ...(lists ? { listsFrom: 2 } : {}) };
    const result = await verifyRestore(request, { gateway: open.gateway, clock, signal }, seed, () => {});
    const { verdict } = result;
    const tooEarly = verdict.verdict === "passed" && !it.ended();
    return { ...verdict, tooEarly, elapsedMs: clock.now() - startedAt, record: toRecord(request, result) };
  } finally {
    await open.close();
  }
}

/** A few at a time; the results come in the order of the list. */
export async function inParallel<T, R>(all: readonly T[], atOnce: number, work: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = all.entries();
  const worker = async (): Promise<void> => {
    for (const [index, one] of waiting) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}
