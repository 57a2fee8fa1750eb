import { instantFromMs } from "../../shared/restore/instant.ts";
import { FakeClock } from "./clock.ts";
import { type ClusterOptions, SimulatedCluster } from "./cluster.ts";
import type { SimulatedPartition } from "./inventory.ts";
import { startServer } from "./server.ts";
import { inTurn, nothing, type Shows, type Timeline } from "./timeline.ts";

/* One partition behind the real wire, in virtual time: what the tests of the simulator stand on. */

export const START = instantFromMs(Date.UTC(2026, 1, 3, 10, 0, 0));
export const AT = instantFromMs(Date.UTC(2026, 1, 3, 10, 20, 30));
export const ID = "1daae3f5-7fd6-42e9-b1ba-8c05f873994d";
export const PROGRESS = `/Partitions/${ID}/$/GetRestoreProgress?api-version=6.4`;
export const RESTORE = `/Partitions/${ID}/$/Restore?api-version=6.4`;
const BACKUP = {
  BackupId: "7903dc2a-228d-44b0-b7c8-000000000001",
  BackupLocation: "DemoApp\\DemoSvc\\1daae3f5-7fd6-42e9-b1ba-000000000001\\2026-02-03 09.00.55.zip",
  BackupStorage: null,
};
export const POST: RequestInit = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(BACKUP),
};

export interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly cluster: SimulatedCluster;
  readonly url: URL;
  readonly fetch: (target: string, init?: RequestInit) => Promise<Response>;
}

export async function openWorld(shows: Shows | Timeline, options: Partial<ClusterOptions> = {}): Promise<World> {
  const clock = new FakeClock(START);
  const timeline = "steps" in shows ? shows : inTurn([shows]);
  const cluster = new SimulatedCluster({ clock, partitions: [{ id: ID, timeline }], ...options });
  const server = await startServer(cluster);
  return {
    clock,
    cluster,
    url: server.url,
    fetch: (target, init) => fetch(new URL(target, server.url), init),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** One partition about which everything but its restores is of interest. */
export function openPartition(
  partition: Partial<SimulatedPartition> = {},
  options: Partial<ClusterOptions> = {},
): Promise<World> {
  const partitions = [{ id: ID, timeline: inTurn([nothing]), ...partition }];
  return openWorld(nothing, { partitions, ...options });
}

export async function told(it: World, target: string): Promise<string> {
  const response = await it.fetch(target);
  return `${response.status} ${await response.text()}`.trim();
}

/** A page of a list, after the one that ended in `token`. */
export async function page(it: World, target: string, token = ""): Promise<Page> {
  const suffix = token === "" ? "" : `&ContinuationToken=${encodeURIComponent(token)}`;
  const parsed: unknown = await (await it.fetch(`${target}${suffix}`)).json();
  if (!isPage(parsed)) throw new TypeError(`${target} is answered with no page`);
  return parsed;
}

interface Page {
  readonly Items: readonly unknown[];
  readonly ContinuationToken: string | null;
}

function isPage(value: unknown): value is Page {
  return typeof value === "object" && value !== null && "Items" in value && "ContinuationToken" in value;
}
