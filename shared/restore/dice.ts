/** A place in a fixed sequence of pseudo-random numbers: plain JSON, so that a replay draws what the first run drew. */
export type Dice = number;

/**
 * Draws a number in [0, 1) and the dice to draw the next one with. A 32-bit linear congruential step (the constants are
 * Knuth's): plenty to keep pollers apart, useless for secrets. Drawn from the high bits, the low ones repeat early.
 */
export function draw(dice: Dice): { readonly value: number; readonly dice: Dice } {
  const next = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
  return { value: next / 2 ** 32, dice: next };
}
