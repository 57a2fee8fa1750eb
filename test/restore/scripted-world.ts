import type { Clock } from "../../shared/clock.ts";
import {
  type ClusterGateway,
  GatewayError,
  type LookBudget,
  type ProgressAnswer,
} from "../../shared/cluster-gateway.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import type { PartitionId } from "../../shared/restore/partition-id.ts";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import type { RestoreProgress } from "../../shared/restore/restore-progress.ts";
import { START, sure } from "./scenes.ts";

/* A second implementation of the two ports, for the loop alone: a clock that jumps, and a gateway that reads from a list. */

interface Sleeper {
  readonly until: Instant;
  readonly wake: () => void;
}

export interface JumpingClock extends Clock {
  /** How long each sleep was asked to last, in order. */
  readonly asked: readonly number[];
}

/** Time stands still while anything runs; once all are asleep it jumps to the moment the first of them wakes. */
export function jumpingClock(start: Instant = START): JumpingClock {
  let now = start;
  let sleepers: readonly Sleeper[] = [];
  const asked: number[] = [];
  const jump = (): void => {
    const first = sleepers.toSorted((a, b) => a.until - b.until).at(0);
    if (first === undefined) return;
    sleepers = sleepers.filter((sleeper) => sleeper !== first);
    if (first.until > now) now = first.until;
    first.wake();
  };
  return {
    asked,
    now: () => now,
    async sleep(ms, signal) {
      asked.push(ms);
      if (signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper: Sleeper = { until: later(now, ms), wake: resolve };
      sleepers = [...sleepers, sleeper];
      signal.addEventListener("abort", () => {
        sleepers = sleepers.filter((other) => other !== sleeper);
        resolve();
      });
      setImmediate(jump);
      await promise;
    },
  };
}

export interface LookTaken {
  readonly partitionId: PartitionId;
  readonly at: Instant;
  readonly budgetMs: number;
}

/** What one look brings: an answer, an error to throw, or whatever a function makes of it. */
export type Line = ProgressAnswer | Error | ((look: LookBudget) => Promise<ProgressAnswer>);

export interface ScriptedGateway extends ClusterGateway {
  readonly looks: readonly LookTaken[];
}

/** Answers line by line; the last line repeats. With several partitions each reads its own script. */
export function scriptedGateway(clock: Clock, ...script: readonly Line[]): ScriptedGateway {
  return gatewayOf(clock, () => script);
}

export function gatewayOf(clock: Clock, scriptOf: (partitionId: PartitionId) => readonly Line[]): ScriptedGateway {
  const looks: LookTaken[] = [];
  return {
    ...allIsWell,
    looks,
    async restoreProgress(partitionId, look) {
      const script = scriptOf(partitionId);
      const nth = looks.filter((taken) => taken.partitionId === partitionId).length;
      looks.push({ partitionId, at: clock.now(), budgetMs: look.budgetMs });
      const line = sure(script[Math.min(nth, script.length - 1)]);
      if (line instanceof Error) throw line;
      return typeof line === "function" ? line(look) : line;
    },
  };
}

/** The other witnesses of these scripts: a healthy partition, and nothing else of note. */
const allIsWell = {
  partitionInfo: (partitionId: PartitionId) =>
    Promise.resolve({ partitionId, stateful: true, status: "Ready", health: "Ok" }),
  restoreHealthEvent: () => Promise.resolve(null),
  serviceName: () => Promise.resolve("fabric:/DemoApp/DemoSvc"),
  partitions: () => Promise.resolve([]),
  services: () => Promise.resolve([]),
  backups: () => Promise.resolve([]),
};

export const answer = (progress: RestoreProgress | null): ProgressAnswer => ({ progress });
export const trouble = (code: ProblemCode, retryAfterMs?: number): GatewayError =>
  new GatewayError(code, `gateway says ${code}`, { retryAfterMs });
