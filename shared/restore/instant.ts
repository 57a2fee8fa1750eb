declare const instant: unique symbol;

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. (Not "epoch": that is a Service Fabric word.) */
export type Instant = number & { readonly [instant]: true };

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/i;

/** What `new Date` can hold: 8.64e15 ms either side of 1970. */
const LIMIT_MS = 8.64e15;

/** An instant from milliseconds since 1970; fractions are cut. Throws `RangeError` where no date could hold it. */
export function instantFromMs(ms: number): Instant {
  const whole = Math.trunc(ms);
  if (!isInstant(whole)) throw new RangeError(`${ms} is no instant`);
  return whole;
}

function isInstant(ms: number): ms is Instant {
  return Math.abs(ms) <= LIMIT_MS;
}

export function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}

/** `later(at, 5_000)` is five seconds after `at`; a negative number goes back. */
export function later(at: Instant, byMs: number): Instant {
  return instantFromMs(at + byMs);
}

/**
 * Reads an RFC 3339 instant. The offset is required: a time without one names no instant, and guessing the zone is how
 * last night's restore becomes today's. Impossible dates (30 February) are refused rather than rolled over.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text.trim());
  if (!match) return undefined;
  const field = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [field(1), field(2), field(3)] as const;
  const [hour, minute, second] = [field(4), field(5), field(6)] as const;
  const [offsetHours, offsetMinutes] = [field(9), field(10)] as const;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return undefined;

  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day); // not Date.UTC, which reads the years 0-99 as 1900-1999
  date.setUTCHours(hour, minute, second, Number((match[7] ?? "").padEnd(3, "0").slice(0, 3)));
  const sign = match[8] === "-" ? -1 : 1;
  const ms = date.getTime() - sign * (offsetHours * 60 + offsetMinutes) * 60_000;
  // An offset can lead out of the years that RFC 3339 can write: no record could say when that was.
  return ms >= YEAR_0_MS && ms < YEAR_10000_MS ? instantFromMs(ms) : undefined;
}

const YEAR_0_MS = -62_167_219_200_000;
const YEAR_10000_MS = 253_402_300_800_000;

function daysIn(year: number, month: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

/** RFC 3339 in UTC with milliseconds: `2026-02-03T10:20:30.000Z`. */
export function formatInstant(at: Instant): string {
  return new Date(at).toISOString();
}

/** `0.4 s`, `12 s`, `3 min 10 s`, `2 h 5 min`: a duration as people say it, to the two units that matter. */
export function formatDuration(ms: number): string {
  const seconds = Math.abs(ms) / 1_000;
  const sign = ms < 0 ? "-" : "";
  if (seconds < 10) return `${sign}${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${sign}${whole} s`;
  const pair = (large: number, largeUnit: string, small: number, smallUnit: string): string =>
    sign + (small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`);
  if (whole < 3_600) return pair(Math.trunc(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 2_880) return pair(Math.trunc(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return pair(Math.trunc(hours / 24), "d", hours % 24, "h");
}
