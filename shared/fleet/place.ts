import { type ClusterGateway, GatewayError } from "../cluster-gateway.ts";
import type { World } from "../observe-restore.ts";
import { type Instant, later } from "../restore/instant.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import type { ServiceList } from "./fleet.ts";

/** A name and a list are two requests; a list that tells of fewer partitions is not worth them. */
const WORTH = 3;
/** So many in a row that were not, or were not to be had, and the others are taken for alike. */
const POOR_IN_A_ROW = 3;
/** Nobody is looked at meanwhile, so it must not take long: at most this, and a tenth of what is left until the deadline. */
const AT_MOST_MS = 30_000;

/**
 * The services of partitions that were named one by one, where many of them share one: of one of those that are not in any list
 * yet the service is asked, and its list shows which others are in it too. As long as that pays; whatever goes wrong only means that
 * the others are looked at singly. What is sent is paid for by the gateway that is given.
 */
export async function placed(
  partitionIds: readonly PartitionId[],
  known: readonly ServiceList[],
  { gateway, clock, signal }: World,
  deadline: Instant,
  requestTimeoutMs: number,
): Promise<readonly ServiceList[]> {
  const open = new Set(partitionIds);
  for (const { partitions } of known) for (const { partitionId } of partitions) open.delete(partitionId);
  const lists = new Map(known.map((list) => [list.name, list]));
  const until = later(clock.now(), Math.min(AT_MOST_MS, (deadline - clock.now()) / 10));
  for (let poor = 0; poor < POOR_IN_A_ROW && open.size >= WORTH;) {
    const [id] = open;
    const left = leftOf(until, clock.now(), requestTimeoutMs);
    if (id === undefined || left === undefined || signal.aborted) break;
    open.delete(id);
    const list = await listAround(id, gateway, { budgetMs: left, signal });
    const others = (list?.partitions ?? []).filter(({ partitionId }) => open.delete(partitionId));
    poor = 1 + others.length < WORTH ? poor + 1 : 0;
    if (list !== undefined) lists.set(list.name, list);
  }
  return [...lists.values()];
}

function leftOf(until: Instant, now: Instant, requestTimeoutMs: number): number | undefined {
  return now >= until ? undefined : Math.min(requestTimeoutMs, until - now);
}

async function listAround(
  id: PartitionId,
  gateway: ClusterGateway,
  look: { readonly budgetMs: number; readonly signal: AbortSignal },
): Promise<ServiceList | undefined> {
  try {
    const name = await gateway.serviceName(id, look);
    return { name, partitions: await gateway.partitions(name, look) };
  } catch (error) {
    if (error instanceof GatewayError || look.signal.aborted) return undefined;
    throw error;
  }
}
