/*
 * Part of this room's own tsconfig only. The language's library gives every program a clock and dice; these overloads
 * come first and answer with a sentence, so that whatever uses the answer as a time or a number does not compile.
 */
interface DateConstructor {
  now(): "The heart has no clock: `now` is given to it.";
  new (): "The heart has no clock: `now` is given to it.";
}
interface Math {
  random(): "The heart throws no dice: randomness is given to it as a seed.";
}
