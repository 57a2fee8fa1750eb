import { registerApp } from "../../function/app.ts";
import { type Configuration, readConfiguration } from "../../function/configuration.ts";
import { connectStorage } from "../../function/store/storage.ts";
import { openStore, type Store } from "../../function/store/store.ts";
import type { World } from "../../function/world.ts";
import type { ClusterGateway } from "../../shared/cluster-gateway.ts";
import { capture } from "../functions-host/core.ts";
import { FunctionsHost, type HostOptions, objectIn } from "../functions-host/host.ts";
import { later } from "../../shared/restore/instant.ts";
import { at } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { clusterOfStories } from "../simulator/stories.ts";
import { simulatedGateway } from "../simulator/gateway.ts";

export const MORNING = at("2026-02-03T10:00:00Z");

export function configured(json: unknown): Configuration {
  const read = readConfiguration(JSON.stringify(json), () => undefined);
  if (!read.ok) throw new Error(read.problems.join("; "));
  return read.configuration;
}

export const ONE_CLUSTER = { clusters: { demo: { endpoints: ["https://cluster.example.com:19080"] } } } as const;

export interface Scene {
  readonly host: FunctionsHost;
  readonly clock: FakeClock;
  readonly store: Store;
  readonly world: World;
}

export interface SceneOptions extends Partial<Omit<HostOptions, "functions" | "clock">> {
  readonly configuration?: unknown;
  readonly clock?: FakeClock;
  readonly gateway?: (name: string, clock: FakeClock) => ClusterGateway;
  readonly store?: (store: Store) => Store;
  readonly name?: string;
  /** How far the app's clock is behind that of the engine and of the cluster. */
  readonly behindMs?: number;
}

/**
 * The app on a virtual clock over the storage given; every story of the simulator is a partition of each of its clusters unless another
 * gateway is given. Each scene has a table of its own, unless it is named.
 */
export async function stage(connectionString: string, options: SceneOptions = {}): Promise<Scene> {
  const {
    configuration = ONE_CLUSTER,
    behindMs = 0,
    clock = new FakeClock(MORNING),
    store: around = (store) => store,
    ...rest
  } = options;
  const table = options.name ?? `scene${crypto.randomUUID().replaceAll("-", "")}`;
  const store = around(
    openStore(
      connectStorage(
        { kind: "connection-string", connectionString },
        { table, state: `${table}-state`, records: `${table}-records` },
      ),
    ),
  );
  const stories = clusterOfStories(clock);
  const opened = new Map<string, ClusterGateway>();
  const world: World = {
    configuration: configured(configuration),
    store,
    clock: { now: () => later(clock.now(), -behindMs), sleep: (ms, signal) => clock.sleep(ms, signal) },
    gateway: ({ name }) => {
      const gateway = opened.get(name) ?? options.gateway?.(name, clock) ?? simulatedGateway(stories);
      opened.set(name, gateway);
      return gateway;
    },
    newId: () => crypto.randomUUID().replaceAll("-", ""),
    newDice: () => 7,
  };
  const functions = capture(() => registerApp(() => world));
  return { host: await FunctionsHost.start({ ...rest, functions, clock }), clock, store, world };
}

export const JSON_BODY = { "content-type": "application/json" };

export async function post(
  host: FunctionsHost,
  body: unknown,
): Promise<{ status: number; json: Record<string, unknown>; headers: Readonly<Record<string, string>> }> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answered = await host.request({ method: "POST", path: "/api/verifications", headers: JSON_BODY, body: text });
  return {
    status: answered.status,
    json: objectIn(answered.body),
    headers: answered.headers,
  };
}

export async function get(
  host: FunctionsHost,
  path: string,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const answered = await host.request({ method: "GET", path });
  return { status: answered.status, json: objectIn(answered.body) };
}
