import type { Clock } from "../../shared/clock.ts";
import type { Dice } from "../../shared/restore/dice.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { type Int64, parseInt64 } from "../../shared/restore/int64.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { Access } from "./access.ts";
import { type Attempt, attemptIn, dataLosses, dated, isUnderWay, shownAt, succeededAt, UNHEARD } from "./attempt.ts";
import type { Dialect, Generation } from "./bodies.ts";
import { type Fault, strike } from "./faults.ts";
import {
  type Inventory,
  type PartitionFacts,
  type Service,
  type SimulatedPartition,
  type SimulatedService,
  type Spell,
  takeInventory,
  undressed,
} from "./inventory.ts";
import type { Paging } from "./paging.ts";
import { badGuid, partitionNotFound } from "./replies.ts";
import { atSpeed, hastened, type Shown, type Timeline } from "./timeline.ts";

export type { SimulatedPartition } from "./inventory.ts";

export interface ClusterOptions {
  readonly clock: Clock;
  readonly partitions: readonly SimulatedPartition[];
  /** Services that no partition names, and those that are not stateful and persisted. */
  readonly services?: readonly SimulatedService[];
  readonly generation?: Generation;
  /** The cluster's clock minus everybody else's. */
  readonly clockSkewMs?: number;
  readonly hoursWestOfUtc?: number;
  /** How many times as fast as written the timelines, spells and faults run. */
  readonly speed?: number;
  /** Who may come in over the wire; everybody unless said. */
  readonly access?: Access;
  readonly paging?: Paging;
  readonly faults?: readonly Fault[];
  /** Which requests the faults hit that do not hit all. */
  readonly dice?: Dice;
}

/** A partition as it is now, beside its restore record. */
export interface PartitionState extends PartitionFacts {
  readonly status: NonNullable<Spell["status"]>;
  readonly health: NonNullable<Spell["health"]>;
  readonly dataLoss: Int64;
  /** When a restore last succeeded, by the cluster's clock. */
  readonly restoredAt: Instant | undefined;
  /** What those meet who ask about this partition alone. */
  readonly instead: Shown | undefined;
}

/** What is left of the attempts before the one on record. */
interface Past {
  readonly dataLoss: bigint;
  readonly restoredAt: Instant | undefined;
}

/** The model: what each partition shows at the time of its clock, and what a restore does to it. */
export class SimulatedCluster {
  readonly clock: Clock;
  readonly clockSkewMs: number;
  readonly dialect: Dialect;
  readonly paging: Paging;
  /** May be changed at any time. */
  access: Access;
  /** May be changed at any time. */
  faults: readonly Fault[];
  readonly #speed: number;
  readonly #startedAt: Instant;
  readonly #inventory: Inventory;
  /** Under the id *as typed*: the real store is keyed so, and the replica knows the lower-case spelling only. */
  readonly #attempts = new Map<string, Attempt>();
  readonly #pasts = new Map<string, Past>();
  readonly #looks = new Map<string, number>();
  #dice: Dice;

  constructor(options: ClusterOptions) {
    this.clock = options.clock;
    this.clockSkewMs = options.clockSkewMs ?? 0;
    this.dialect = { generation: options.generation ?? "6.4", hoursWestOfUtc: options.hoursWestOfUtc ?? 0 };
    this.paging = options.paging ?? {};
    this.access = options.access ?? { mode: "none" };
    this.faults = options.faults ?? [];
    this.#speed = options.speed ?? 1;
    this.#dice = options.dice ?? 1;
    this.#startedAt = options.clock.now();
    this.#inventory = takeInventory(options.partitions, options.services ?? [], this.now());
    for (const [id, { timeline, dataLossVersion }] of this.#inventory.partitions) {
      const startedAt = timeline.origin === "cluster-start" ? this.#startedAt : undefined;
      this.#attempts.set(id, { timeline: atSpeed(timeline, this.#speed), startedAt });
      this.#pasts.set(id, { dataLoss: BigInt(dataLossVersion), restoredAt: undefined });
    }
  }

  /** The time by the cluster's own clock. */
  now(): Instant {
    return later(this.clock.now(), this.clockSkewMs);
  }

  /** The api-version to ask it with. */
  get apiVersion(): string {
    return this.dialect.generation === "6.2" ? "6.2-preview" : "6.4";
  }

  /**
   * 6.4 and later take 6.4 and everything above, read as a decimal number: 6.10 is 6.1 and too old. They take no
   * preview; the preview clusters take their own only.
   */
  accepts(apiVersion: string): boolean {
    if (this.dialect.generation === "6.2") return apiVersion === "6.2-preview";
    return /^\d+(\.\d+)?$/.test(apiVersion) && Number(apiVersion) >= 6.4;
  }

  /** Native routes take every version up to the cluster's own, previews as if they were none. */
  acceptsNatively(apiVersion: string): boolean {
    const text = apiVersion.replace(/-preview$/, "");
    const own = this.dialect.generation === "6.2" ? 6.2 : 11;
    return /^\d+(\.\d+)?$/.test(text) && Number(text) >= 1 && Number(text) <= own;
  }

  /** The trouble the next request meets before anything else, if any. Every call is a throw of the dice. */
  strike(): Shown | undefined {
    const elapsed = (this.clock.now() - this.#startedAt) * this.#speed;
    const { shows, dice } = strike(this.faults, elapsed, this.#dice);
    this.#dice = dice;
    return shows === undefined ? undefined : dated(hastened(shows, this.#speed), this.clock.now(), this.clockSkewMs);
  }

  /** One look; the first one starts a timeline that waits for it. */
  look(id: string): Shown {
    const key = undressed(id);
    this.#looks.set(key, this.looks(id) + 1);
    const attempt = this.#attempts.get(id);
    if (attempt !== undefined && attempt.startedAt === undefined) {
      this.#attempts.set(id, { ...attempt, startedAt: this.clock.now() });
    }
    return this.peek(id);
  }

  /** What a look would meet, without taking one. */
  peek(id: string): Shown {
    if (parsePartitionId(undressed(id)) === undefined) return badGuid;
    if (!this.#inventory.partitions.has(undressed(id))) return partitionNotFound;
    const attempt = this.#attempts.get(id);
    return attempt === undefined ? { kind: "nothing" } : shownAt(attempt, this.clock.now(), this.clockSkewMs);
  }

  /** How often the partition was looked at, under whatever spelling. */
  looks(id: string): number {
    return this.#looks.get(undressed(id)) ?? 0;
  }

  /**
   * POST Restore: the old record is replaced at once. Refused while a restore is under way. Which backup was asked for is
   * not modelled, nor `RestoreTimeout`: the timeline knows both.
   */
  restore(id: string): "accepted" | "already-in-progress" | "no-such-partition" {
    const partition = this.#inventory.partitions.get(undressed(id));
    if (partition === undefined) return "no-such-partition";
    const old = this.#attempts.get(id);
    if (old !== undefined && isUnderWay(old, this.clock.now())) return "already-in-progress";
    const past = this.#settled(partition);
    const heard = id === partition.id;
    // Data loss is declared by the partition's real id, so the partition loses its data also where no replica hears of it.
    this.#pasts.set(partition.id, heard ? past : { ...past, dataLoss: raised(past.dataLoss, this.now()) });
    const timeline: Timeline = heard ? (partition.onRestore ?? attemptIn(partition.timeline)) : UNHEARD;
    this.#attempts.set(id, { timeline: atSpeed(timeline, this.#speed), startedAt: this.clock.now() });
    return "accepted";
  }

  /** The partition an id means, in whatever spelling. */
  partition(id: string): PartitionState | undefined {
    const facts = this.#inventory.partitions.get(undressed(id));
    if (facts === undefined) return undefined;
    const { dataLoss, restoredAt } = this.#settled(facts);
    const spells = facts.spells.filter((spell) => this.#lasts(spell, restoredAt));
    const instead = spells.findLast((spell) => spell.instead !== undefined)?.instead;
    return {
      ...facts,
      status: spells.findLast(({ status }) => status !== undefined)?.status ?? "Ready",
      health: spells.findLast(({ health }) => health !== undefined)?.health ?? "Ok",
      dataLoss: exact(dataLoss),
      restoredAt,
      instead: instead === undefined ? undefined : dated(instead, this.clock.now(), this.clockSkewMs),
    };
  }

  /** Of a service, in the order they were given; `undefined` where there is no such service. */
  partitionsOf(serviceName: string): readonly PartitionState[] | undefined {
    if (!this.#inventory.services.has(serviceName)) return undefined;
    return (this.#inventory.ofService.get(serviceName) ?? []).flatMap(({ id }) => this.partition(id) ?? []);
  }

  /** Of an application; `undefined` where there is no such application. */
  servicesOf(applicationName: string): readonly Service[] | undefined {
    const found = [...this.#inventory.services.values()].filter(({ application }) => application === applicationName);
    return found.length === 0 ? undefined : found;
  }

  #settled({ id, dataLossVersion }: PartitionFacts): Past {
    const past = this.#pasts.get(id) ?? { dataLoss: BigInt(dataLossVersion), restoredAt: undefined };
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return past;
    const [now, skewMs] = [this.clock.now(), this.clockSkewMs];
    return {
      dataLoss: dataLosses(attempt, now, skewMs).reduce(raised, past.dataLoss),
      restoredAt: succeededAt(attempt, now, skewMs) ?? past.restoredAt,
    };
  }

  #lasts({ since = "start", fromMs = 0, untilMs = Infinity }: Spell, restoredAt: Instant | undefined): boolean {
    const origin = since === "start" ? later(this.#startedAt, this.clockSkewMs) : restoredAt;
    const elapsed = origin === undefined ? -1 : (this.now() - origin) * this.#speed;
    return fromMs <= elapsed && elapsed < untilMs;
  }
}

/** A data loss version is the time it was declared (FILETIME), and always more than the last one. */
function raised(version: bigint, at: Instant): bigint {
  const filetime = BigInt(at + 11_644_473_600_000) * 10_000n;
  return filetime > version ? filetime : version + 1n;
}

function exact(value: bigint): Int64 {
  const digits = parseInt64(String(value));
  if (digits === undefined) throw new RangeError(`${value} is no 64-bit integer`);
  return digits;
}
