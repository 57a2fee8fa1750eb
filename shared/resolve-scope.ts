import { type ClusterGateway, GatewayError, type LookBudget } from "./cluster-gateway.ts";
import type { World } from "./observe-restore.ts";
import { ACTION_CADENCE, retryDelay } from "./restore/cadence.ts";
import type { Instant } from "./restore/instant.ts";
import type { PartitionInfo, ServiceInfo } from "./restore/partition-info.ts";
import type { PartitionId } from "./restore/partition-id.ts";
import { NEVER_REACHED_MS, TREATMENT } from "./restore/problem.ts";
import { type Verdict, verdict } from "./restore/verdict.ts";

/** What is to be verified, as it was asked for: mixed as one likes. */
export interface Targets {
  readonly partitionIds: readonly PartitionId[];
  readonly serviceNames: readonly string[];
  readonly applicationNames: readonly string[];
}

/** What a target came to. Services without persisted state have nothing to restore: they are skipped, and said to be. */
export interface Scope {
  /** Each once, in the order of the targets. */
  readonly partitionIds: readonly PartitionId[];
  /** The services that were named or found, with what their lists showed. */
  readonly services: readonly { readonly name: string; readonly partitions: readonly PartitionInfo[] }[];
  /** The service of each partition that was found through one. */
  readonly serviceOf: ReadonlyMap<PartitionId, string>;
  readonly skipped: readonly { readonly name: string; readonly why: string }[];
  /** What was to be verified and came to no partition at all: a target, or a service with persisted state of one. */
  readonly empty: readonly string[];
}

/** Whether the partitions are named one by one, so that there is nothing to ask for. */
export function isExplicit({ serviceNames, applicationNames }: Targets): boolean {
  return serviceNames.length === 0 && applicationNames.length === 0;
}

/** All partitions of the targets that can be restored. @throws GatewayError */
export async function resolveScope(targets: Targets, gateway: ClusterGateway, look: LookBudget): Promise<Scope> {
  const found = new Set<PartitionId>(targets.partitionIds);
  const skipped = new Map<string, string>();
  const services = new Set<string>();
  const applications = new Map<string, readonly ServiceInfo[]>();
  const servicesOf = async (application: string): Promise<readonly ServiceInfo[]> => {
    const listed = applications.get(application) ?? (await gateway.services(application, look));
    applications.set(application, listed);
    return listed;
  };
  const serviceOf = new Map<PartitionId, string>();
  const empty = new Set<string>();
  for (const name of targets.serviceNames) {
    const why = await whyNotRestorable(name, servicesOf);
    if (why === undefined) services.add(name);
    else {
      skipped.set(name, why);
      empty.add(name);
    }
  }
  for (const application of targets.applicationNames) {
    const listed = await servicesOf(application);
    if (!listed.some(({ persisted }) => persisted)) empty.add(application);
    for (const { name, persisted, kind } of listed) {
      if (persisted) services.add(name);
      else skipped.set(name, kind);
    }
  }
  const lists: { readonly name: string; readonly partitions: readonly PartitionInfo[] }[] = [];
  for (const name of services) {
    const partitions = await gateway.partitions(name, look);
    lists.push({ name, partitions });
    if (!partitions.some(({ stateful }) => stateful)) empty.add(name);
    for (const { partitionId, stateful } of partitions) {
      if (stateful) {
        found.add(partitionId);
        serviceOf.set(partitionId, name);
      } else skipped.set(name, "stateless");
    }
  }
  return {
    partitionIds: [...found],
    serviceOf,
    services: lists,
    skipped: [...skipped].map(([name, why]) => ({ name, why })),
    empty: [...empty],
  };
}

/** Only the application's list tells whether a service persists its state; where there is none, its partitions decide. */
async function whyNotRestorable(
  name: string,
  servicesOf: (application: string) => Promise<readonly ServiceInfo[]>,
): Promise<string | undefined> {
  const application = name.slice(0, name.lastIndexOf("/"));
  try {
    const info = (await servicesOf(application)).find((service) => service.name === name);
    return info === undefined || info.persisted ? undefined : info.kind;
  } catch (error) {
    if (error instanceof GatewayError && TREATMENT[error.code].treatment === "give-up") return undefined;
    throw error;
  }
}

const LEAST_BUDGET_MS = 250;

/**
 * As `resolveScope`, but borne like any other look: what may pass is asked again, what ends it is a verdict. Of partitions that
 * are named one by one nothing is asked, so that a run of them is stopped partition by partition, each with its verdict.
 */
export async function scopeOrVerdict(
  targets: Targets,
  { gateway, clock, signal }: World,
  deadline: Instant,
  requestTimeoutMs: number,
): Promise<Scope | Verdict> {
  if (isExplicit(targets))
    return { partitionIds: targets.partitionIds, serviceOf: new Map(), services: [], skipped: [], empty: [] };
  const until = Math.min(deadline, clock.now() + NEVER_REACHED_MS);
  for (let delay = 0, faults = 1; ; faults++) {
    if (signal.aborted)
      return verdict("cancelled", `Stopped by ${String(signal.reason)} before the partitions were known.`);
    try {
      const budgetMs = Math.min(requestTimeoutMs, Math.max(LEAST_BUDGET_MS, until - clock.now()));
      const scope = await resolveScope(targets, gateway, { budgetMs, signal });
      // Not even beside others that came to something: their green would hide a typing error for ever.
      return scope.empty.length === 0 ? scope : verdict("partition-not-found", nothingFound(scope));
    } catch (error) {
      if (signal.aborted) continue;
      if (!(error instanceof GatewayError)) throw error;
      const { treatment, times, reason } = TREATMENT[error.code];
      const ends = treatment !== "bear" && faults >= times;
      if (ends || clock.now() >= until)
        return verdict(reason, `The partitions of ${names(targets)} could not be listed: ${error.message}`);
      delay = retryDelay(ACTION_CADENCE, delay, 0.5, error.retryAfterMs);
      await clock.sleep(Math.min(delay, Math.max(1, until - clock.now())), signal);
    }
  }
}

function nothingFound({ empty, skipped }: Scope): string {
  const why = skipped.map((one) => `${one.name} (${one.why})`).join(", ");
  return `There is nothing to verify in ${empty.join(", ")}: no partition of a stateful service with persisted state${why === "" ? "" : `; skipped ${why}`}.`;
}

function names({ serviceNames, applicationNames }: Targets): string {
  return [...serviceNames, ...applicationNames].join(", ");
}
