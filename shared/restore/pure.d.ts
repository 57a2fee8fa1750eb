/*
 * Part of this room's own tsconfig only. The language's library gives every program a clock and dice; these overloads
 * come first and answer with a sentence, so that whatever uses the answer as a time or a number does not compile.
 */
/** A bigint, because that is what neither a number nor a unary plus accepts. */
type Forbidden<Why extends string> = bigint & { readonly [Because in Why]: never };
interface DateConstructor {
  now(): Forbidden<"The heart has no clock: `now` is given to it.">;
  new (): Forbidden<"The heart has no clock: `now` is given to it.">;
}
interface Math {
  random(): Forbidden<"The heart throws no dice: randomness is given to it as a seed.">;
}
