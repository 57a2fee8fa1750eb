import TinyQueue from "tinyqueue";
import type { Instant } from "../restore/instant.ts";

/** A look that is to be taken. */
export interface Item {
  /** Whose look it is. */
  readonly key: number;
  readonly due: Instant;
  /** How long it may be waited for without harm, in milliseconds: a look twice its interval late is worse off than one half of it. */
  readonly intervalMs: number;
  /** The last look of its watch: it goes before all others. */
  readonly last: boolean;
}

/** Who looks next: of what is due the most overdue in proportion to its interval, so that young and old progress alike. */
export interface Agenda {
  /** Replaces what was on it for the same key. */
  put(item: Item): void;
  drop(key: number): void;
  of(key: number): Item | undefined;
  /** What to do first, without taking it off; nothing where nothing is due yet. */
  first(now: Instant): Item | undefined;
  /** All that is due. */
  due(now: Instant): readonly Item[];
  /** When the next of those that are not due yet will be. */
  nextDue(now: Instant): Instant | undefined;
}

/** Each class spans this factor of intervals: within one, the order of due times is nearly that of the ratios. */
const CLASS_RATIO = Math.SQRT2;
const SHORTEST_MS = 1_000;

interface Numbered extends Item {
  /** Of two due at the same time the one that was put first: whoever has been served goes to the end. */
  readonly number: number;
}

type Line = TinyQueue<Numbered>;

interface Lines {
  readonly current: Map<number, Numbered>;
  /** By due time: all that are not due yet. */
  readonly waiting: Line;
  /** What is due: last looks, and the others by the class of their interval. */
  readonly last: Line;
  readonly classes: Map<number, Line>;
}

/**
 * Ratios grow at different speeds, so that no one queue can hold what is due in their order. Items wait by due time; once due
 * they stand in a line with those of like intervals, and only the heads of these few lines are compared.
 */
export function openAgenda(): Agenda {
  const lines: Lines = { current: new Map(), waiting: newLine(), last: newLine(), classes: new Map() };
  const { current } = lines;
  let count = 0;
  return {
    put(item) {
      count += 1;
      const numbered = { ...item, number: count };
      current.set(item.key, numbered);
      lines.waiting.push(numbered);
    },
    drop: (key) => void current.delete(key),
    of: (key) => current.get(key),
    first(now) {
      lineUp(lines, now);
      const urgent = head(lines, lines.last);
      if (urgent !== undefined) return urgent;
      const heads = [...lines.classes.values()].flatMap((line) => head(lines, line) ?? []);
      return heads.reduce<Numbered | undefined>((a, b) => (a === undefined || isBefore(b, a, now) ? b : a), undefined);
    },
    due: (now) => [...current.values()].filter((item) => item.due <= now),
    nextDue(now) {
      lineUp(lines, now);
      return head(lines, lines.waiting)?.due;
    },
  };
}

function newLine(): Line {
  return new TinyQueue<Numbered>([], (a, b) => a.due - b.due || a.number - b.number);
}

/** Whoever has become due goes from those that wait into the line of its class. */
function lineUp(lines: Lines, now: Instant): void {
  const { waiting } = lines;
  for (let item = head(lines, waiting); item !== undefined && item.due <= now; item = head(lines, waiting)) {
    waiting.pop();
    lineOf(lines, item).push(item);
  }
}

function lineOf({ last, classes }: Lines, item: Item): Line {
  if (item.last) return last;
  const nth = Math.ceil(Math.log(Math.max(SHORTEST_MS, item.intervalMs)) / Math.log(CLASS_RATIO));
  const line = classes.get(nth) ?? newLine();
  classes.set(nth, line);
  return line;
}

/** The first that still stands: what was replaced or dropped is left in its line until it comes up. */
function head({ current }: Lines, line: Line): Numbered | undefined {
  for (let item = line.peek(); item !== undefined; item = line.peek()) {
    if (current.get(item.key) === item) return item;
    line.pop();
  }
  return undefined;
}

function isBefore(a: Numbered, b: Numbered, now: Instant): boolean {
  const [mine, other] = [overdue(a, now), overdue(b, now)];
  return mine === other ? a.number < b.number : mine > other;
}

function overdue({ due, intervalMs }: Item, now: Instant): number {
  return (now - due) / Math.max(1, intervalMs);
}
