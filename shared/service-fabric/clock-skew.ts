import type { Reply } from "./transport.ts";

const SLOW_MS = 1_000;

/**
 * The cluster's clock minus ours in milliseconds, from the `Date` header. The header's second and the request's own time
 * leave it in a range: one that holds zero is no sign of a skew at all; of any other the later end is taken, the one that
 * lets less pass. A reply out of a cache (`Age`) bears the date of another day and tells nothing.
 */
export function clockSkew({ headers }: Reply, sentAt: number, receivedAt: number): number | undefined {
  const date = headers["date"];
  const serverMs = typeof date === "string" && headers["age"] === undefined ? Date.parse(date) : Number.NaN;
  if (Number.isNaN(serverMs)) return undefined;
  // Of a slow reply it is not known when it was dated, and one that stands still could pass for a clock that is behind.
  if (serverMs < sentAt && receivedAt - sentAt > SLOW_MS) return undefined;
  const [least, most] = [serverMs - receivedAt, serverMs + 1_000 - sentAt] as const;
  return least > 0 || most < 0 ? Math.round(most) : 0;
}
