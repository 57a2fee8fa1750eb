import { cleanLine, formatDuration, type Instant, parseInstant } from "../../shared/index.ts";
import type { Drift } from "./drift.ts";
import { type Html, html } from "./html.ts";
import type { Verification } from "./target-report.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NAME_LENGTH = 200;

const ago = new Intl.RelativeTimeFormat("en", { numeric: "always" });
const number = new Intl.NumberFormat("en");

/** `5,000` */
export function grouped(value: number): string {
  return number.format(value);
}

/** `1 target`, `5,000 targets` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${grouped(value)} ${value === 1 ? one : many}`;
}

/** `just now`, `25 minutes ago`, `3 hours ago`, `41 days ago` */
export function age(seconds: number): string {
  if (seconds < MINUTE) return "just now";
  if (seconds < HOUR) return ago.format(-Math.floor(seconds / MINUTE), "minute");
  if (seconds < 2 * DAY) return ago.format(-Math.floor(seconds / HOUR), "hour");
  return ago.format(-Math.floor(seconds / DAY), "day");
}

/** `every 6 hours`, `every day`, `every 30 days` */
export function rhythm(seconds: number): string {
  const [count, unit] =
    seconds < 0.9 * DAY ? [Math.max(1, Math.round(seconds / HOUR)), "hour"] : [Math.round(seconds / DAY), "day"];
  return count === 1 ? `every ${unit}` : `every ${grouped(count)} ${unit}s`;
}

/** `12 min 3 s`; a dash where nothing was measured. */
export function duration(seconds: number | null): string {
  return seconds === null ? "–" : formatDuration(seconds * 1_000);
}

/** `2.1×`; from 10 on without a decimal. */
export function times(ratio: number): string {
  return `${ratio < 9.95 ? ratio.toFixed(1) : grouped(Math.round(ratio))}×`;
}

/** `the median of the last 20` */
export function comparedWith({ medianOf }: Drift): string {
  return `the median of the last ${medianOf}`;
}

/** `41 % of RTO 30 min`; empty where one of the two is not known. */
export function shareOfRto({ restoreSeconds, rtoSeconds }: Verification): string {
  if (rtoSeconds === null || rtoSeconds === 0) return "";
  if (restoreSeconds === null) return `RTO ${duration(rtoSeconds)}`;
  const percent = (100 * restoreSeconds) / rtoSeconds;
  // Rounding must not bring a missed objective back to 100 %, nor a kept one up to it.
  const shown = restoreSeconds > rtoSeconds ? Math.max(101, Math.round(percent)) : Math.min(100, Math.floor(percent));
  return `${shown === 0 ? "under 1" : grouped(shown)} % of RTO ${duration(rtoSeconds)}`;
}

/** `2026-02-03 10:20`, always UTC; the page says so once. */
export function minute(utc: string): string {
  return utc.slice(0, 16).replace("T", " ");
}

export function time(utc: string): Html {
  return html`<time datetime="${utc}">${minute(utc)}</time>`;
}

/** A name from outside as one line: no control or direction-changing characters, cut at 200 characters. */
export function name(text: string): string {
  return cleanLine(text, NAME_LENGTH).trim() || "(no name)";
}

/** For query strings; half a character pair has no UTF-8 and would throw. */
export function query(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** A time that was formatted by the report. */
export function instantOf(utc: string): Instant {
  const at = parseInstant(utc);
  if (at === undefined) throw new RangeError(`${utc} is no instant`);
  return at;
}
