import { type Dice, draw } from "../../shared/restore/dice.ts";
import type { Damage, Spoilt, Weather } from "./weather.ts";

/** Draws what becomes of one answer after the other, in milliseconds of the storm. */
export interface Spoiler {
  /** What is wrong with every connection now, if anything: through that gateway. */
  blockade(gateway: number): Extract<Damage, "refused" | "silent" | "stranger"> | undefined;
  /** What becomes of the next answer. Every call is a throw of the dice. */
  answer(): Extract<Damage, "reset" | "stalled" | "dripped" | "halved"> | undefined;
}

export function spoilerOf({ spoilt = [] }: Weather, seed: Dice, elapsedMs: () => number): Spoiler {
  let dice = seed;
  const now = (): readonly Spoilt[] => {
    const ms = elapsedMs();
    return spoilt.filter(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs);
  };
  return {
    blockade(gateway) {
      const here = now().filter(({ firstGatewayOnly }) => firstGatewayOnly !== true || gateway === 0);
      return here.map(({ damage }) => damage).find((damage) => isBlockade(damage));
    },
    answer() {
      for (const { damage, share = 1 } of now()) {
        if (isBlockade(damage)) continue;
        const drawn = draw(dice);
        ({ dice } = drawn);
        if (drawn.value < share) return damage;
      }
      return undefined;
    },
  };
}

function isBlockade(damage: Damage): damage is "refused" | "silent" | "stranger" {
  return damage === "refused" || damage === "silent" || damage === "stranger";
}
