import type { Verification } from "./target-report.ts";

/**
 * Fewer points for a plot, oldest first as given. No red is ever left out, nor the first and the last; of passes that lie
 * side by side the fastest and the slowest stay, so that the plot's outline is that of all of them.
 */
export function thinOut(series: readonly Verification[], mostPasses: number): readonly Verification[] {
  const passes = series.filter((one) => one.verdict === "passed");
  if (passes.length <= mostPasses) return series;
  const kept = new Set<Verification>(series.filter((one) => one.verdict !== "passed"));
  const bucket = Math.ceil(passes.length / Math.floor(mostPasses / 2));
  for (let from = 0; from < passes.length; from += bucket) {
    const bySpeed = passes.slice(from, from + bucket).toSorted((a, b) => seconds(a) - seconds(b));
    for (const one of [bySpeed[0], bySpeed.at(-1)]) if (one !== undefined) kept.add(one);
  }
  return series.filter((one, index) => kept.has(one) || index === 0 || index === series.length - 1);
}

function seconds(one: Verification): number {
  return one.restoreSeconds ?? -1;
}
