import { scaleLinear, scaleUtc } from "d3-scale";
import type { TargetReport, Verification } from "./target-report.ts";
import { instantOf } from "./words.ts";

const DAY_MS = 86_400_000;
/** An RTO further than this above the slowest restore would press all of them flat; then it is told in words. */
const MOST_HEADROOM = 2.5;

/** Per mille from the left: the paths' unit; marks and labels take the same as a percentage. */
export interface TimeScale {
  readonly at: (one: Pick<Verification, "endedAtUtc">) => number;
  readonly ticks: readonly { readonly x: number; readonly label: string }[];
}

export function timeScale(series: readonly Verification[]): TimeScale {
  const times = [series[0], series.at(-1)].flatMap((one) => (one === undefined ? [] : [instantOf(one.endedAtUtc)]));
  const [first = 0, last = first] = times;
  const margin = first === last ? DAY_MS : (last - first) * 0.025;
  const scale = scaleUtc([first - margin, last + margin], [0, 1_000]);
  const label = tickLabel(last - first + 2 * margin);
  return {
    at: (one) => Math.round(scale(instantOf(one.endedAtUtc))),
    ticks: withRoom(scale.ticks(4).map((date) => ({ x: Math.round(scale(date)), label: label.format(date) }))),
  };
}

/** On the narrowest screen: per mille of the plot's width there, 270 px. */
const CHARACTER = 26;
const GAP = 30;

/** The labels that neither touch the one before nor stick out, also where the plot is narrow. */
function withRoom(ticks: TimeScale["ticks"]): TimeScale["ticks"] {
  let end = -GAP;
  return ticks.filter(({ x, label }) => {
    const half = (label.length * CHARACTER) / 2;
    if (x - half < end + GAP || x + half > 1_000) return false;
    end = x + half;
    return true;
  });
}

function tickLabel(spanMs: number): Intl.DateTimeFormat {
  const parts: Intl.DateTimeFormatOptions =
    spanMs > 1_200 * DAY_MS
      ? { year: "numeric" }
      : spanMs > 120 * DAY_MS
        ? { month: "short", year: "numeric" }
        : spanMs > 3 * DAY_MS
          ? { day: "numeric", month: "short" }
          : { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: "UTC" });
}

export interface DurationScale {
  /** Pixels from the top, one decimal. */
  readonly y: (seconds: number) => number;
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
  readonly shows: (seconds: number) => boolean;
}

/** From zero, always: a cut axis makes drift of what is none. */
export function durationScale({ series, latest }: TargetReport, top: number, base: number): DurationScale {
  const longest = slowest(series);
  const near = series.reduce((most, { rtoSeconds }) => {
    return rtoSeconds !== null && rtoSeconds <= MOST_HEADROOM * longest ? Math.max(most, rtoSeconds) : most;
  }, longest);
  const most = (near || (latest.rtoSeconds ?? 0)) * 1.08 || 60;
  const [unit, word] = most < 180 ? [1, "s"] : most < 3 * 3_600 ? [60, "min"] : [3_600, "h"];
  const scale = scaleLinear([0, most / unit], [base, top]);
  return {
    y: (seconds) => Math.round(scale(seconds / unit) * 10) / 10,
    ticks: scale.ticks(4).map((value) => ({ y: Math.round(scale(value) * 10) / 10, label: `${value} ${word}` })),
    shows: (seconds) => seconds <= most,
  };
}

/** Of the measured ones, in seconds; 0 where none was. */
export function slowest(series: readonly Verification[]): number {
  return series.reduce((most, one) => Math.max(most, one.restoreSeconds ?? 0), 0);
}
