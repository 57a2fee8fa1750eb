import { setTimeout as after } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";
import { instantFromMs } from "../../shared/restore/instant.ts";
import { stream } from "./durations.ts";

/* What the processes of the fleet bench agree on without talking: who is restored for how long, and how fast the time goes. */

export interface FleetWorld {
  readonly partitions: number;
  readonly services: number;
  /** How many times as fast as in real life. */
  readonly speed: number;
  readonly longestS: number;
  /** Whether the partitions are named one by one. */
  readonly byId?: true;
  /** Of the bare loop each so-manieth request is a list. */
  readonly listEach?: number;
  /** How many requests a (real) second the bare loop sends; as many as it can unless said. */
  readonly paced?: number;
  /** The preview generation for a client that knows no other. */
  readonly generation?: "6.2";
  /** When the restores began, in milliseconds since 1970: all together. */
  readonly startedAtMs: number;
}

const SHORTEST_S = 5;

export const idOf = (nth: number): string => `00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`;
export const serviceOf = ({ services }: FleetWorld, nth: number): string => `fabric:/Fleet/Svc${nth % services}`;

/** Log-uniform, in milliseconds; of who has which. */
export function durationsMs({ partitions, longestS }: Pick<FleetWorld, "partitions" | "longestS">): readonly number[] {
  const next = stream(3);
  const range = Math.log(longestS / SHORTEST_S);
  return Array.from({ length: partitions }, () => Math.round(1_000 * SHORTEST_S * Math.exp(next() * range)));
}

/** Faster than real life from the start of the restores on, and the same in all processes. */
export function fastClock({ speed, startedAtMs }: FleetWorld): Clock {
  const now = (): number => startedAtMs + (performance.timeOrigin + performance.now() - startedAtMs) * speed;
  return {
    now: () => instantFromMs(Math.round(now())),
    async sleep(ms, signal) {
      await after(Math.max(0, ms / speed), undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
    },
  };
}

export function worldFrom(text: string | undefined): FleetWorld {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by the process that started this one
  return JSON.parse(text ?? "") as FleetWorld;
}
