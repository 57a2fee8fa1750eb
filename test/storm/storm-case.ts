import type { Clock } from "../../shared/clock.ts";
import type { Dice } from "../../shared/restore/dice.ts";
import { formatInstant, type Instant, later } from "../../shared/restore/instant.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { drawScripts, type Script, toPartition } from "./script.ts";
import { DEADLINE_MS, START_TIMEOUT_MS, type Weather } from "./weather.ts";

export type Shell = "Action" | "Function" | "core";

/** One verification: a shell, a weather, and some partitions, each with its script. */
export interface StormCase {
  /** `Action/drips/2`: with the seed it is all that is needed to play it again. */
  readonly name: string;
  readonly shell: Shell;
  readonly weather: Weather;
  readonly partitions: ReadonlyMap<string, Script>;
  /** Which answers the weather hits. */
  readonly dice: Dice;
  /** How many times as fast as written. */
  readonly speed: number;
}

export interface CaseOptions {
  readonly shell: Shell;
  readonly weather: Weather;
  /** Cases of the same number are about the same partitions, whatever the weather: that of the calm one is the others' measure. */
  readonly nth: number;
  readonly size: number;
  readonly seed: number;
  readonly speed: number;
}

export function caseOf({ shell, weather, nth, size, seed, speed }: CaseOptions): StormCase {
  const name = `${shell}/${weather.name}/${nth}`;
  const scripts = drawScripts(size, diceOf(`${seed}/${shell}/${nth}`));
  const partitions = new Map(scripts.map((script, at) => [idOf(nth, at), script]));
  return { name, shell, weather, partitions, speed, dice: diceOf(`${seed}/${name}`) };
}

function idOf(nth: number, at: number): string {
  return `00000000-0000-4000-9${String(nth).padStart(3, "0")}-${String(at).padStart(12, "0")}`;
}

/** FNV-1a. */
function diceOf(text: string): Dice {
  return Buffer.from(text).reduce((hash, byte) => Math.imul(hash ^ byte, 16_777_619) >>> 0, 2_166_136_261);
}

/** What every shell is told, in its own words. */
export interface Bounds {
  readonly notBefore: string;
  readonly deadlineMinutes: number;
  readonly startTimeoutMinutes: number;
}

/**
 * What is old is older than `not-before` by most of an hour and what is new is newer by ten minutes: of a slow answer it is not known when it was
 * dated, and on a busy machine answers are slow.
 */
const NOT_BEFORE_MS = -600_000;

export function boundsOf({ weather, speed }: StormCase, startedAt: Instant): Bounds {
  const minutes = (ms: number): number => Number((ms / speed / 60_000).toFixed(6));
  const skewMs = weather.notBeforeIsTheirs === true ? (weather.skewMs ?? 0) : 0;
  return {
    notBefore: formatInstant(later(startedAt, skewMs + NOT_BEFORE_MS)),
    deadlineMinutes: minutes(DEADLINE_MS),
    startTimeoutMinutes: minutes(START_TIMEOUT_MS),
  };
}

/** The cluster of a case; counts what reaches it, and when each partition was first looked at once the weather had cleared. */
export class StormCluster extends SimulatedCluster {
  readonly startedAt: Instant;
  requests = 0;
  readonly #case: StormCase;
  readonly #lookedAtMs = new Map<string, number>();

  constructor(it: StormCase, clock: Clock) {
    const { weather, partitions, dice, speed } = it;
    const { skewMs = 0, faults = [] } = weather;
    const startedAt = clock.now();
    const made = [...partitions].flatMap(([id, script]) => toPartition(id, script, startedAt, skewMs));
    super({ clock, partitions: made, clockSkewMs: skewMs, speed, faults, dice });
    this.startedAt = startedAt;
    this.#case = it;
  }

  /** Since the start, in milliseconds of the storm. */
  elapsedMs(at: Instant = this.clock.now()): number {
    return (at - this.startedAt) * this.#case.speed;
  }

  override strike(): ReturnType<SimulatedCluster["strike"]> {
    this.requests += 1;
    return super.strike();
  }

  override look(id: string): ReturnType<SimulatedCluster["look"]> {
    const { clearsAtMs = Infinity } = this.#case.weather;
    if (this.elapsedMs() >= clearsAtMs && !this.#lookedAtMs.has(id)) this.#lookedAtMs.set(id, this.elapsedMs());
    return super.look(id);
  }

  /** From when the weather cleared until each partition was looked at again, in milliseconds of the shell's own clock. */
  get lostMs(): readonly number[] {
    const { weather, speed } = this.#case;
    return [...this.#lookedAtMs.values()].map((ms) => (ms - (weather.clearsAtMs ?? 0)) / speed);
  }
}
