import type { RawInputs } from "../../shared/drill-request.ts";
import { type Instant, instantFromMs, later } from "../../shared/restore/instant.ts";
import type { Reason, Verdict } from "../../shared/restore/verdict.ts";
import type { ClusterOptions } from "../simulator/cluster.ts";
import type { SimulatedPartition } from "../simulator/inventory.ts";
import { progressReply } from "../simulator/replies.ts";
import {
  accepted,
  inTurn,
  type RawReply,
  restoring,
  type Shows,
  succeeded,
  type Timeline,
} from "../simulator/timeline.ts";
import type { Front } from "./front.ts";

/*
 * A trap is a cluster that tempts a watcher to the wrong verdict. All of it is told in real time, in seconds: the only figure that
 * cannot be compressed is the tolerance of 5 s, so what is old is older than that by far, or by exactly one second.
 */

export type Expected = Pick<Verdict, "verdict" | "reason">;

/** What is there when a watcher comes, made anew for each of them. */
export interface Scene {
  readonly cluster: Omit<ClusterOptions, "clock">;
  /** What differs from `INPUTS`. */
  readonly inputs?: RawInputs;
  /** What stands between watcher and cluster. */
  readonly front?: Front;
}

export interface Trap {
  readonly name: string;
  /** One line: what is learnt from it. */
  readonly why: string;
  readonly expect: Expected;
  /** `now` is when the watch begins, which is also what `not-before: auto` stands for. */
  readonly scene: (now: Instant) => Scene;
}

/* The right answers, by the tables of the product's contract and not by the code's own. */

export const PASSED: Expected = { verdict: "passed", reason: "restored" };

export function failed(reason: Reason): Expected {
  return { verdict: "failed", reason };
}

export function inconclusive(reason: Reason): Expected {
  return { verdict: "inconclusive", reason };
}

export const ID = "1daae3f5-7fd6-42e9-b1ba-8c05f873994d";
export const OTHER_ID = "2daae3f5-7fd6-42e9-b1ba-8c05f873994e";

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A duration for an input that counts in minutes. */
export function minutes(seconds: number): string {
  return (seconds / 60).toFixed(6);
}

/** The inputs of every trap, where it does not say otherwise. */
export const INPUTS = {
  "partition-id": ID,
  "timeout-minutes": minutes(2.4),
  "start-timeout-minutes": minutes(0.9),
  "poll-interval-seconds": "0.1",
  "request-timeout-seconds": "1",
} as const satisfies RawInputs;

export interface Details {
  readonly partition?: Omit<SimulatedPartition, "id" | "timeline">;
  readonly cluster?: Partial<Scene["cluster"]>;
  readonly inputs?: RawInputs;
  readonly front?: Front;
}

/** A cluster of one partition. */
export function single(timeline: Timeline, { partition, cluster, ...others }: Details = {}): Scene {
  return { cluster: { partitions: [{ id: ID, timeline, ...partition }], ...cluster }, ...others };
}

/**
 * The same trap for two partitions of one service, which is what is to be verified. Nothing where it is no trap of one partition, or
 * one of what a list does not show: a route of its own, a cache or a cluster of the preview; or one of when exactly one alone is looked
 * at, and how many faults it bears.
 */
export function twins(trap: Trap): Trap | undefined {
  const scene = (now: Instant): Scene => {
    const { cluster, inputs } = trap.scene(now);
    const partitions = cluster.partitions.flatMap((one) => [ID, OTHER_ID].map((id) => ({ ...one, id })));
    const named = { "partition-id": "", "service-name": "fabric:/DemoApp/DemoSvc" };
    return { cluster: { ...cluster, partitions }, inputs: { ...inputs, ...named } };
  };
  const { cluster, front, inputs } = trap.scene(instantFromMs(0));
  const isAlone = cluster.partitions.length === 1 && inputs?.["partition-id"] === undefined && front === undefined;
  const isShown = cluster.partitions.every(({ spells = [] }) => spells.every(({ instead }) => instead === undefined));
  const isTimed = inputs?.["poll-interval-seconds"] !== undefined;
  const isSteady =
    !isTimed && cluster.generation !== "6.2" && (cluster.faults ?? []).every(({ share = 1 }) => share === 1);
  return isAlone && isShown && isSteady ? { ...trap, scene } : undefined;
}

/** A restore that is seen under way for half a second and then ends so. */
export function endingIn(...end: readonly [Shows, ...Shows[]]): Timeline {
  return inTurn([accepted(), 200], [restoring(), 300], ...end.map((shows) => [shows, 300] as const));
}

export const CLEAN: Timeline = endingIn(succeeded());

/** The success of last month, which the record never forgets. */
export function lastMonths(now: Instant): Shows {
  return succeeded({ at: later(now, -30 * DAY) });
}

/** A `DataLossVersion` that was declared then: 100 ns since 1601. */
export function declaredAt(at: Instant): string {
  return String(BigInt(at + 11_644_473_600_000) * 10_000n);
}

/** A reply with that body, whatever it holds. */
export function says(body: string, different: Partial<RawReply> = {}): Shows {
  return replies({ ...progressReply(body), ...different });
}

/** That reply to the byte. What a client should make of it is the trap's own business, so the labels mean nothing here. */
export function replies(reply: RawReply): Shows {
  return { kind: "refusal", means: "unintelligible", told: "", reply };
}
