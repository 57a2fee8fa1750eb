import { type DrillRequest, parseDrillRequest, type World as Watching } from "../../shared/index.ts";
import { type Cluster, clusterNamed } from "../cluster.ts";
import { readRequest } from "../request.ts";
import type { Verification } from "../verification.ts";
import type { World } from "../world.ts";

/** What is asked for, and of which cluster. */
export interface Asked {
  readonly request: DrillRequest;
  readonly cluster: Cluster;
}

/** What a verification asks for under today's configuration; `undefined` where its cluster is no longer in it. */
export function requestOf(
  { configuration }: Pick<World, "configuration">,
  { body }: Pick<Verification, "body">,
): Asked | undefined {
  const cluster = clusterNamed(configuration.clusters, body.cluster);
  const read = readRequest(body, configuration.clusters);
  return read.ok && cluster !== undefined ? { request: read.request, cluster } : undefined;
}

/** For the record of a verification whose cluster is no longer configured: the defaults, about nothing. */
export function requestOfNobody(): DrillRequest {
  const read = parseDrillRequest({
    "cluster-endpoint": "https://cluster.invalid",
    "partition-id": "00000000-0000-0000-0000-000000000000",
  });
  if (!read.ok) throw new TypeError("the defaults cannot be read");
  return read.request;
}

/** Where a verification looks. An activity is never called off: what it takes is bounded, and the row says who won. */
export function watchingIn(world: Pick<World, "clock" | "gateway">, cluster: Cluster): Watching {
  return { gateway: world.gateway(cluster), clock: world.clock, signal: new AbortController().signal };
}
