import { line } from "d3-shape";
import type { Outcome } from "../../shared/index.ts";
import { type Html, html } from "./html.ts";
import { type DurationScale, durationScale, slowest, type TimeScale, timeScale } from "./plot-scale.ts";
import type { TargetReport, Verification } from "./target-report.ts";
import { thinOut } from "./thin-out.ts";
import { counted, duration, minute, name } from "./words.ts";

/*
 * Plots that are as wide as the page gives them, without a script: paths lie in a stretched inner drawing (x per mille),
 * marks and labels beside it keep their size (x in per cent, y in pixels).
 */

const LARGE = { top: 16, base: 172, lane: 186, height: 214, passes: 240, titles: 60 } as const;
const SMALL = { top: 4, base: 30, lane: 37, height: 42, passes: 60 } as const;

interface Drawing {
  readonly x: TimeScale;
  readonly y: DurationScale;
  readonly points: readonly Verification[];
  /** The height of what has no duration. */
  readonly lane: number;
  readonly height: number;
}

/** The row's small plot: decoration for those who see it; the row says the same in words. */
export function sparkline(target: TargetReport): Html {
  const drawing: Drawing = {
    x: timeScale(target.series),
    y: durationScale(target, SMALL.top, SMALL.base),
    points: thinOut(target.series, SMALL.passes),
    lane: SMALL.lane,
    height: SMALL.height,
  };
  const { latest } = target;
  return html`<svg class="spark" height="${SMALL.height}" aria-hidden="true">
    ${paths(drawing, null)}${[
      ...marks(drawing, 0),
      latest.verdict === "passed" ? use("passed", drawing, latest) : null,
    ]}
  </svg>`;
}

/** The large plot, with axes, a name and a description. `id` is unique in the page. */
export function plot(target: TargetReport, id: string): Html {
  const drawing: Drawing = {
    x: timeScale(target.series),
    y: durationScale(target, LARGE.top, LARGE.base),
    points: thinOut(target.series, LARGE.passes),
    lane: LARGE.lane,
    height: LARGE.height,
  };
  return html`<figure>
    ${key(target, drawing.y)}
    <div class="plot">${axis(drawing)}${area(target, drawing, id)}</div>
  </figure>`;
}

function axis({ y, points, lane, height }: Drawing): Html {
  const ticks = y.ticks.map((tick) => html`<text x="46" y="${tick.y + 4}">${tick.label}</text>`);
  const unmeasured = points.some((one) => one.restoreSeconds === null);
  return html`<svg class="axis" width="52" height="${height}" aria-hidden="true">
    ${ticks}${unmeasured && html`<text x="46" y="${lane + 4}">none</text>`}
  </svg>`;
}

function area(target: TargetReport, drawing: Drawing, id: string): Html {
  const { x, y, height } = drawing;
  const grid = y.ticks.map((tick) => html`<line class="grid" x2="100%" y1="${tick.y}" y2="${tick.y}" />`);
  const dates = x.ticks.map((tick) => html`<text x="${tick.x / 10}%" y="${height - 4}">${tick.label}</text>`);
  return html`<svg class="area" height="${height}" role="img" aria-labelledby="${id}t ${id}d">
    <title id="${id}t">Restore durations of ${name(target.target)} on ${name(target.cluster)}</title>
    <desc id="${id}d">${describe(target)}</desc>
    ${grid}${paths(drawing, target.drift?.medianSeconds ?? null)}${marks(drawing, LARGE.titles)}${dates}
  </svg>`;
}

/** What the lines stand for, beside the plot and not on it, where it would cover points. */
function key({ latest: { rtoSeconds }, drift }: TargetReport, y: DurationScale): Html {
  const sample = (kind: string): Html =>
    html`<svg width="22" height="10" aria-hidden="true"><path class="${kind}" d="M0 6H22" /></svg>`;
  const rto =
    rtoSeconds !== null &&
    html`<span>${sample("rto")}RTO ${duration(rtoSeconds)}${y.shows(rtoSeconds) ? null : ", above this plot"}</span>`;
  const median =
    drift !== null &&
    html`<span>${sample("median")}median of the last ${drift.medianOf}: ${duration(drift.medianSeconds)}</span>`;
  return html`<figcaption><strong>Restore duration</strong> ${rto} ${median}</figcaption>`;
}

function describe({ series, counts, latest, drift }: TargetReport): string {
  const measured = series.flatMap((one) => one.restoreSeconds ?? []);
  const fastest = duration(measured.reduce((least, one) => Math.min(least, one), slowest(series)));
  const longest = duration(slowest(series));
  const took = fastest === longest ? fastest : `${fastest} to ${longest}`;
  const [first = latest] = series;
  return [
    `${counted(series.length, "verification")} from ${minute(first.endedAtUtc)} to ${minute(latest.endedAtUtc)} UTC:`,
    `${counts.passed} passed, ${counts.failed} failed, ${counts.inconclusive} inconclusive.`,
    measured.length === 0 ? "No restore was measured." : `Restores took ${took}.`,
    drift === null ? "" : `Median of the last ${drift.medianOf}: ${duration(drift.medianSeconds)}.`,
    latest.rtoSeconds === null ? "" : `The RTO is ${duration(latest.rtoSeconds)}.`,
    "The table has the figures.",
  ].join(" ");
}

function paths(drawing: Drawing, medianSeconds: number | null): Html {
  const { x, y, points, height } = drawing;
  const measured = points.filter((one) => one.restoreSeconds !== null);
  const curve = line<Verification>(x.at, (one) => y.y(one.restoreSeconds ?? 0)).digits(1);
  // A line of no length with round ends is a dot, in a tenth of a circle element's bytes.
  const dots = points
    .filter((one) => one.verdict === "passed")
    .map((one) => `M${x.at(one)} ${heightOf(one, drawing)}h0`);
  return html`<svg
    class="paths"
    viewBox="0 0 1000 ${height}"
    width="100%"
    height="${height}"
    preserveAspectRatio="none"
  >
    ${rtoPath(drawing)}${
      medianSeconds === null ? null : html`<path class="median" d="M0 ${y.y(medianSeconds)}H1000" />`
    }
    <path class="curve" d="${curve(measured) ?? ""}" />
    <path class="dots" d="${[...new Set(dots)].join("")}" />
  </svg>`;
}

/** The objective of each verification as a step: an RTO that was changed last month did not hold last year. */
function rtoPath({ x, y, points }: Drawing): Html | null {
  const steps = points.flatMap((one, index) => {
    const { rtoSeconds } = one;
    if (rtoSeconds === null || !y.shows(rtoSeconds)) return [];
    const from = index === 0 ? 0 : x.at(one);
    const until = points[index + 1];
    return [{ from, to: until === undefined ? 1_000 : x.at(until), height: y.y(rtoSeconds) }];
  });
  const joined = steps.map(({ from, to, height }, index) => {
    const before = steps[index - 1];
    const after = steps[index + 1];
    const goesOn = before?.height === height && before.to === from;
    const ends = after?.height !== height || after.from !== to;
    return `${goesOn ? "" : `M${from} ${height}`}${ends ? `H${to}` : ""}`;
  });
  return steps.length === 0 ? null : html`<path class="rto" d="${joined.join("")}" />`;
}

/** Every red, by shape as well as by colour; the newest ones say on hover what they are. */
function marks(drawing: Drawing, titles: number): readonly Html[] {
  const reds = drawing.points.filter((one) => one.verdict !== "passed");
  const seen = new Set<string>();
  return reds.flatMap((one, index) => {
    const mark = use(one.verdict, drawing, one);
    if (index >= reds.length - titles) return html`<g><title>${tooltip(one)}</title>${mark}</g>`;
    const text = mark.toString();
    if (seen.has(text)) return [];
    seen.add(text);
    return mark;
  });
}

function tooltip({ endedAtUtc, verdict, reason, restoreSeconds }: Verification): string {
  const took = restoreSeconds === null ? "" : `, took ${duration(restoreSeconds)}`;
  return `${minute(endedAtUtc)} UTC: ${verdict}, ${reason}${took}`;
}

function use(verdict: Outcome, drawing: Drawing, one: Verification): Html {
  return html`<use href="#m-${verdict}" x="${drawing.x.at(one) / 10}%" y="${heightOf(one, drawing)}" />`;
}

function heightOf(one: Verification, { y, lane }: Drawing): number {
  return one.restoreSeconds === null ? lane : y.y(one.restoreSeconds);
}
