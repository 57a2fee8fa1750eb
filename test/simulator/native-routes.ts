import { formatInstant } from "../../shared/restore/instant.ts";
import type { Role } from "./access.ts";
import { type Admitted, type Answer, decoded, refuse, toAnswer } from "./answers.ts";
import type { PartitionState, SimulatedCluster } from "./cluster.ts";
import { healthBody, listBody, partitionItem, serviceItem, serviceNameBody } from "./fabric-bodies.ts";
import { fabricName } from "./inventory.ts";
import { pageOf } from "./paging.ts";
import * as reply from "./replies.ts";

interface Native {
  readonly role: Role;
  readonly cluster: SimulatedCluster;
  readonly id: string;
  readonly version: number;
  readonly params: URLSearchParams;
}

const ROUTES: readonly (readonly [RegExp, (native: Native) => Answer])[] = [
  [/^\/Applications\/(.+)\/\$\/GetServices$/, services],
  [/^\/Services\/(.+)\/\$\/GetPartitions$/, partitions],
  [/^\/Partitions\/([^/]+)$/, partition],
  [/^\/Partitions\/([^/]+)\/\$\/GetServiceName$/, serviceName],
  [/^\/Partitions\/([^/]+)\/\$\/GetHealth$/, health],
  [/^\/EventsStore\/Partitions\/([^/]+)\/\$\/Events$/, events],
  [/^\/\$\/(GetClusterVersion)$/, clusterVersion],
  [/^\/\$\/(GetUpgradeOrchestrationServiceState)$/, upgradeOrchestration],
];

/** The routes the gateway answers itself, all but one open to users; nothing where it is none of them. */
export function nativeRoute(cluster: SimulatedCluster, { role, method, path, params }: Admitted): Answer | undefined {
  if (method !== "GET") return undefined;
  const text = params.get("api-version") ?? "";
  for (const [pattern, respond] of ROUTES) {
    const [, id] = pattern.exec(path) ?? [];
    if (id === undefined) continue;
    if (!cluster.acceptsNatively(text)) return refuse(reply.badRoute);
    return respond({ role, cluster, params, id: decoded(id), version: Number.parseFloat(text) });
  }
  return undefined;
}

function services({ cluster, id, version, params }: Native): Answer {
  const all = cluster.servicesOf(fabricName(id));
  if (all === undefined) return refuse(reply.applicationMissing);
  return paged(
    cluster,
    params,
    all,
    ({ name }) => `${name} + 1/2`,
    (service) => serviceItem(service, version),
  );
}

function partitions({ cluster, id, version, params }: Native): Answer {
  const name = fabricName(id);
  const all = cluster.partitionsOf(name);
  if (all === undefined) return refuse(reply.serviceMissing);
  const epoch = version >= 6.4 ? "PrimaryEpoch" : "";
  return paged(
    cluster,
    params,
    all,
    (last) => `${name} + ${last.id}`,
    (one) => partitionItem(one, epoch),
  );
}

/** One that is not there is no error here. */
function partition({ cluster, id }: Native): Answer {
  return about(cluster, id, { kind: "reply", reply: reply.noContent }, (found) =>
    JSON.stringify(partitionItem(found, "CurrentConfigurationEpoch")),
  );
}

function serviceName({ cluster, id, version }: Native): Answer {
  const found = cluster.partition(id);
  if (found === undefined) return refuse(reply.partitionMissing);
  return { kind: "reply", reply: reply.nativeReply(serviceNameBody(found.service, version)) };
}

function health({ cluster, id }: Native): Answer {
  return about(cluster, id, refuse(reply.healthMissing), (found) => healthBody(found, cluster.now()));
}

/** In a cluster with the EventStore on; a restore that succeeded left one of its service's events. */
function events({ cluster, id }: Native): Answer {
  return about(cluster, id, { kind: "reply", reply: reply.nativeReply("[]") }, ({ restoredAt }) =>
    JSON.stringify(
      restoredAt === undefined ? [] : [{ Kind: "BRSInfoPartition", TimeStamp: formatInstant(restoredAt) }],
    ),
  );
}

function clusterVersion({ cluster }: Native): Answer {
  const version = cluster.dialect.generation === "6.2" ? "6.2.301.9494" : "11.0.2707.1";
  return { kind: "reply", reply: reply.nativeReply(JSON.stringify({ Version: version })) };
}

/** For admins, and of standalone clusters: in others they learn that there is no such service. */
function upgradeOrchestration({ role }: Native): Answer {
  return refuse(role === "Admin" ? reply.serviceMissing : reply.noNativeRole);
}

function about(
  cluster: SimulatedCluster,
  id: string,
  otherwise: Answer,
  body: (found: PartitionState) => string,
): Answer {
  if (cluster.peek(id) === reply.badGuid) return refuse(reply.badRoute);
  const found = cluster.partition(id);
  if (found === undefined) return otherwise;
  if (found.instead !== undefined) return toAnswer(cluster, found.instead);
  return { kind: "reply", reply: reply.nativeReply(body(found)) };
}

/** Tokens hold slashes, pluses and blanks: whoever does not percent-encode them sends one that was never given out. */
function paged<T>(
  cluster: SimulatedCluster,
  params: URLSearchParams,
  all: readonly T[],
  tokenOf: (last: T) => string,
  toItem: (one: T) => object,
): Answer {
  const page = pageOf(all, params.get("ContinuationToken") ?? "", tokenOf, cluster.paging);
  if (page === undefined) return refuse(reply.badRoute);
  return { kind: "reply", reply: reply.nativeReply(listBody(page.items.map(toItem), page.token ?? "", true)) };
}
