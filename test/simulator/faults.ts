import { type Dice, draw } from "../../shared/restore/dice.ts";
import type { Shows } from "./timeline.ts";

/** Trouble of the whole cluster for a while, counted from its start: whatever is asked meets it before anything else. */
export interface Fault {
  readonly fromMs: number;
  readonly untilMs: number;
  /** How many of the requests it hits, from 0 to 1; all of them unless said. */
  readonly share?: number;
  readonly shows: Shows;
}

export function during(fromMs: number, untilMs: number, shows: Shows, share = 1): Fault {
  return { fromMs, untilMs, shows, share };
}

/** The first fault of the time that hits, and the dice for the next request: the same dice throw the same faults. */
export function strike(
  faults: readonly Fault[],
  elapsedMs: number,
  dice: Dice,
): { readonly shows: Shows | undefined; readonly dice: Dice } {
  let thrown = dice;
  const hit = faults
    .filter(({ fromMs, untilMs }) => fromMs <= elapsedMs && elapsedMs < untilMs)
    .find(({ share = 1 }) => {
      const { value, dice: next } = draw(thrown);
      thrown = next;
      return value < share;
    });
  return { shows: hit?.shows, dice: thrown };
}
