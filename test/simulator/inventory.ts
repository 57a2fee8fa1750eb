import { later, type Instant } from "../../shared/restore/instant.ts";
import { type PartitionId, parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { RestorePoint } from "../../shared/restore/restore-progress.ts";
import { POINT, type Refusal, type Shows, type Timeline } from "./timeline.ts";

/* What there is in a cluster: applications -> services -> partitions -> backups. A partition alone is a cluster too. */

export type PartitionKey =
  | { readonly kind: "Singleton" }
  | { readonly kind: "Named"; readonly name: string }
  | { readonly kind: "Int64Range"; readonly lowKey: string; readonly highKey: string };

export interface SimulatedBackup {
  readonly backupId: string;
  /** The full backup it builds on, where it is an incremental one. */
  readonly chainId?: string;
  readonly point: RestorePoint;
  readonly createdAt: Instant;
}

/**
 * How a partition fares for a while, beside its restore record. Counted from the start of the cluster, or from the latest
 * success of a restore; of two that overlap the later in the list speaks.
 */
export interface Spell {
  readonly since?: "start" | "success";
  readonly fromMs?: number;
  readonly untilMs?: number;
  readonly status?: "Ready" | "NotReady" | "InQuorumLoss" | "Reconfiguring" | "Deleting";
  readonly health?: "Ok" | "Warning" | "Error" | "Unknown";
  /** What those meet who ask about this partition alone: for its information or its health. */
  readonly instead?: Shows;
}

export interface SimulatedPartition {
  readonly id: string;
  readonly timeline: Timeline;
  /** What a POST Restore starts; without it the timeline's own attempt from `Accepted` on, or a clean restore. */
  readonly onRestore?: Timeline;
  /** `fabric:/DemoApp/DemoSvc` unless said. */
  readonly service?: string;
  readonly key?: PartitionKey;
  readonly spells?: readonly Spell[];
  /** Before anything is restored. */
  readonly dataLossVersion?: string;
  /** A full backup of the hour before unless said. */
  readonly backups?: readonly SimulatedBackup[] | Refusal;
}

/** A service that some partition names need not be told of unless it is not stateful and persisted. */
export interface SimulatedService {
  /** `fabric:/App/Service`. */
  readonly name: string;
  /** All but the last part of the name unless said. */
  readonly application?: string;
  readonly kind?: "Stateful" | "Stateless";
  readonly hasPersistedState?: boolean;
}

export type Service = Required<SimulatedService>;

/** A partition with nothing left out; its state is not in here. */
export interface PartitionFacts extends Required<Omit<SimulatedPartition, "onRestore" | "id" | "service">> {
  readonly id: PartitionId;
  readonly service: Service;
  readonly onRestore: Timeline | undefined;
}

export interface Inventory {
  readonly services: ReadonlyMap<string, Service>;
  readonly partitions: ReadonlyMap<string, PartitionFacts>;
  readonly ofService: ReadonlyMap<string, readonly PartitionFacts[]>;
}

const DEMO = "fabric:/DemoApp/DemoSvc";
const WHOLE: PartitionKey = { kind: "Int64Range", lowKey: "-9223372036854775808", highKey: "9223372036854775807" };

/** By service name, and by canonical partition id. */
export function takeInventory(
  partitions: readonly SimulatedPartition[],
  services: readonly SimulatedService[],
  startedAt: Instant,
): Inventory {
  const named = [...partitions.map(({ service = DEMO }) => ({ name: service })), ...services].map(complete);
  const byName = new Map(named.map((service) => [service.name, service]));
  const facts = partitions.map(({ service = DEMO, ...partition }): PartitionFacts => {
    const id = canonical(partition.id);
    return {
      key: WHOLE,
      spells: [],
      dataLossVersion: POINT.epoch.dataLossVersion,
      backups: [lastHours(id, startedAt)],
      onRestore: undefined,
      ...partition,
      id,
      service: byName.get(service) ?? complete({ name: service }),
    };
  });
  const byId = new Map(facts.map((fact) => [fact.id, fact]));
  return { services: byName, partitions: byId, ofService: Map.groupBy(byId.values(), ({ service }) => service.name) };
}

function complete({ name, ...rest }: SimulatedService): Service {
  const application = name.split("/").slice(0, -1).join("/");
  return { name, application, kind: "Stateful", hasPersistedState: rest.kind !== "Stateless", ...rest };
}

function lastHours(id: PartitionId, startedAt: Instant): SimulatedBackup {
  const backupId = `3a056ac9-7206-43c3-8424-${id.slice(-12)}`;
  return { backupId, point: POINT, createdAt: later(startedAt, -3_600_000) };
}

function canonical(id: string): PartitionId {
  const parsed = parsePartitionId(id);
  if (parsed === undefined) throw new TypeError(`${id} is no partition id`);
  return parsed;
}

/** The partition an id means: .NET reads a GUID in any case, with or without braces, parentheses and hyphens. */
export function undressed(id: string): string {
  const bare = id.replace(/^\{(.*)\}$|^\((.*)\)$/, "$1$2").toLowerCase();
  return bare.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, "$1-$2-$3-$4-$5");
}

/** `fabric:/App/Service` of an id in a URL: `App~Service` or `App/Service`. */
export function fabricName(id: string): string {
  return `fabric:/${id.replaceAll("~", "/")}`;
}
