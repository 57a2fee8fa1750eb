import { type Dice, draw } from "../../shared/restore/dice.ts";

/* How long restores take: three worlds, each with the floor that no schedule beats there. All in seconds. */

export interface World {
  readonly name: string;
  readonly durations: readonly number[];
  /** Least product of mean requests and mean latency: in seconds, and relative to the duration. */
  readonly floor: { readonly seconds: number; readonly relative: number };
}

const [SHORTEST, LONGEST] = [5, 21_600];

/** Numbers in [0, 1), always the same. */
export function stream(seed: Dice): () => number {
  let dice = seed;
  return () => {
    const { value, dice: next } = draw(dice);
    dice = next;
    return value;
  };
}

export function lognormal(next: () => number, median: number, sigma: number): number {
  const gauss = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return median * Math.exp(sigma * gauss);
}

const within = (seconds: number): number => Math.min(LONGEST, Math.max(SHORTEST, seconds));

export function worlds(count: number): readonly World[] {
  const next = stream(1);
  const range = Math.log(LONGEST / SHORTEST);
  const make = (name: string, one: () => number): World => {
    const durations = Array.from({ length: count }, one);
    return { name, durations, floor: floorOf(durations) };
  };
  return [
    make("log-uniform 5 s to 6 h", () => SHORTEST * Math.exp(next() * range)),
    make("lognormal, median 10 min, sigma 1", () => within(lognormal(next, 600, 1))),
    make("bimodal, 70 % about 1 min, 30 % about 1 h", () =>
      next() < 0.7 ? within(lognormal(next, 60, 0.4)) : within(lognormal(next, 3_600, 0.4)),
    ),
  ];
}

/**
 * 1/2 (integral of sqrt(S f))^2, and with f / t for the relative one (Barlow, Hunter and Proschan's checking problem, by
 * Cauchy and Schwarz): from the durations themselves, in bins of equal width on a log scale.
 */
function floorOf(durations: readonly number[]): World["floor"] {
  const bins = 400;
  const width = Math.log(LONGEST / SHORTEST) / bins;
  const counts = Array.from({ length: bins }, () => 0);
  for (const duration of durations) {
    const bin = Math.min(bins - 1, Math.floor(Math.log(duration / SHORTEST) / width));
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let left = durations.length;
  let [seconds, relative] = [0, 0];
  for (const [bin, count] of counts.entries()) {
    const from = SHORTEST * Math.exp(bin * width);
    const length = from * (Math.exp(width) - 1);
    const density = count / durations.length / length;
    const survival = (left - count / 2) / durations.length;
    seconds += Math.sqrt(survival * density) * length;
    relative += Math.sqrt((survival * density) / (from + length / 2)) * length;
    left -= count;
  }
  return { seconds: seconds ** 2 / 2, relative: relative ** 2 / 2 };
}
