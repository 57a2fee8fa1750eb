import type { Reply } from "./transport.ts";

const SLOW_MS = 1_000;

/** What a reply tells of the cluster's clock. */
export interface ToldTime {
  /** The cluster's clock minus ours. */
  readonly clockSkewMs: number;
  /** By how much it may be more than that: of a slow reply it is not known when in all that time it was dated. */
  readonly clockSlackMs?: number;
}

/**
 * The cluster's clock minus ours in milliseconds, from the `Date` header. The header's second and the request's own time
 * leave it in a range: one that holds zero is no sign of a skew at all. Of any other the end is taken that lets less pass: the
 * later one of a clock that is ahead, and the earlier one of a date in the past, which may be the reply's age as well. A
 * slow reply is taken for one that was dated when it came.
 */
export function clockSkew(reply: Reply, sentAt: number, receivedAt: number): ToldTime | undefined {
  const serverMs = dateOf(reply);
  if (serverMs === undefined) return undefined;
  const [least, most] = [serverMs - receivedAt, serverMs + 1_000 - sentAt] as const;
  if (receivedAt - sentAt > SLOW_MS) {
    const dated = least + 1_000;
    const clockSkewMs = Math.abs(dated) <= SLOW_MS ? 0 : Math.round(dated);
    return { clockSkewMs, clockSlackMs: Math.ceil(most - clockSkewMs) };
  }
  if (least > 0) return { clockSkewMs: Math.round(most) };
  return { clockSkewMs: most < 0 ? Math.round(least) : 0 };
}

/**
 * When the reply was made, by the cluster's clock: a whole second. A cache passes it on as it was (RFC 9111, 5.1). A year that
 * the header cannot write (it has four digits) is none: `Date.parse` reads up to 275760, and no sum with that is a date.
 */
export function dateOf({ headers }: Reply): number | undefined {
  const { date } = headers;
  const serverMs = typeof date === "string" ? Date.parse(date) : Number.NaN;
  return serverMs >= 0 && serverMs < YEAR_10000_MS ? serverMs : undefined;
}

const YEAR_10000_MS = 253_402_300_800_000;
