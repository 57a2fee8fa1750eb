import type { Clock } from "../../shared/clock.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import type { Dialect, Generation } from "./bodies.ts";
import { badGuid, partitionNotFound } from "./replies.ts";
import {
  accepted,
  atSpeed,
  ended,
  inTurn,
  restoring,
  type Shown,
  type Shows,
  succeeded,
  type Timeline,
} from "./timeline.ts";

export interface SimulatedPartition {
  readonly id: string;
  readonly timeline: Timeline;
  /** What a POST Restore starts; without it the timeline's own attempt from `Accepted` on, or a clean restore. */
  readonly onRestore?: Timeline;
}

export interface ClusterOptions {
  readonly clock: Clock;
  readonly partitions: readonly SimulatedPartition[];
  readonly generation?: Generation;
  /** The cluster's clock minus everybody else's. */
  readonly clockSkewMs?: number;
  readonly hoursWestOfUtc?: number;
  /** How many times as fast as written the timelines run. */
  readonly speed?: number;
}

/** A record, under the id *as typed*: the real store is keyed so, and the replica knows the lower-case spelling only. */
interface Attempt {
  readonly timeline: Timeline;
  readonly startedAt: Instant | undefined;
}

const CLEAN = inTurn([accepted(), 20_000], [restoring(), 180_000], [succeeded()]);
/** A restore asked for under another spelling: no replica ever reports to it. The timeout is the 6.4 default. */
const UNHEARD = inTurn([accepted(), 600_000], [ended("Timeout")]);

/** The model: what each partition shows at the time of its clock, and what a restore does to it. */
export class SimulatedCluster {
  readonly clock: Clock;
  readonly clockSkewMs: number;
  readonly dialect: Dialect;
  readonly #speed: number;
  readonly #startedAt: Instant;
  readonly #partitions: ReadonlyMap<string, SimulatedPartition>;
  readonly #attempts = new Map<string, Attempt>();
  readonly #looks = new Map<string, number>();

  constructor(options: ClusterOptions) {
    this.clock = options.clock;
    this.clockSkewMs = options.clockSkewMs ?? 0;
    this.dialect = { generation: options.generation ?? "6.4", hoursWestOfUtc: options.hoursWestOfUtc ?? 0 };
    this.#speed = options.speed ?? 1;
    this.#startedAt = options.clock.now();
    this.#partitions = new Map(options.partitions.map((partition) => [canonical(partition.id), partition]));
    for (const [id, { timeline }] of this.#partitions) {
      const startedAt = timeline.origin === "cluster-start" ? this.#startedAt : undefined;
      this.#attempts.set(id, { timeline: atSpeed(timeline, this.#speed), startedAt });
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
    const key = undressed(id);
    if (parsePartitionId(key) === undefined) return badGuid;
    if (!this.#partitions.has(key)) return partitionNotFound;
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return { kind: "nothing" };
    const step = this.#reached(attempt).at(-1);
    if (step === undefined) return { kind: "nothing" };
    return dated(step.shows, later(this.#origin(attempt), step.afterMs + this.clockSkewMs));
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
    const partition = this.#partitions.get(undressed(id));
    if (partition === undefined) return "no-such-partition";
    if (this.#underWay(id)) return "already-in-progress";
    const heard = id === canonical(partition.id);
    const timeline = heard ? (partition.onRestore ?? attemptIn(partition.timeline)) : UNHEARD;
    this.#attempts.set(id, { timeline: atSpeed(timeline, this.#speed), startedAt: this.clock.now() });
    return "accepted";
  }

  /** What is on record also when trouble on the wire hides it. */
  #underWay(id: string): boolean {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return false;
    const record = this.#reached(attempt)
      .map(({ shows }) => unwrapped(shows))
      .findLast(({ kind }) => kind === "restore" || kind === "nothing");
    return record?.kind === "restore" && "point" in record.restore && record.restore.state !== "Success";
  }

  #reached(attempt: Attempt): Timeline["steps"] {
    const elapsed = this.clock.now() - this.#origin(attempt);
    return attempt.timeline.steps.filter(({ afterMs }) => afterMs <= elapsed);
  }

  #origin({ startedAt }: Attempt): Instant {
    return startedAt ?? this.clock.now();
  }
}

function canonical(id: string): string {
  const parsed = parsePartitionId(id);
  if (parsed === undefined) throw new TypeError(`${id} is no partition id`);
  return parsed;
}

/** The partition an id means: .NET reads a GUID in any case, with or without braces, parentheses and hyphens. */
function undressed(id: string): string {
  const bare = id.replace(/^\{(.*)\}$|^\((.*)\)$/, "$1$2").toLowerCase();
  return bare.replace(/^(\w{8})(\w{4})(\w{4})(\w{4})(\w{12})$/, "$1-$2-$3-$4-$5");
}

function unwrapped(shows: Shows): Shows {
  return shows.kind === "slow" ? unwrapped(shows.shows) : shows;
}

function attemptIn({ steps }: Timeline): Timeline {
  const first = steps.findIndex(({ shows }) => {
    const inner = unwrapped(shows);
    return inner.kind === "restore" && inner.restore.state === "Accepted";
  });
  const start = steps[first];
  if (start === undefined) return CLEAN;
  const shifted = steps.slice(first).map(({ afterMs, shows }) => ({ afterMs: afterMs - start.afterMs, shows }));
  return { origin: "first-look", steps: shifted };
}

/** Clusters tell whole seconds. */
function dated(shows: Shows, reachedAt: Instant): Shown {
  switch (shows.kind) {
    case "slow":
      return { ...shows, shows: dated(shows.shows, reachedAt) };
    case "restore": {
      const { restore } = shows;
      if (restore.state !== "Success") return { kind: "restore", restore };
      const at = restore.at === "when-reached" ? reachedAt : restore.at;
      return { kind: "restore", restore: { ...restore, at: at === "undated" ? at : later(at, -modulo(at, 1_000)) } };
    }
    case "nothing":
    case "refusal":
    case "reset":
    case "hang":
    case "drip":
      return shows;
    default:
      return shows satisfies never;
  }
}

function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
