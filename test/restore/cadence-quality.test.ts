import { expect, test } from "vitest";
import { ACTION_CADENCE, type Cadence, learnedCadence, restoreDelay } from "../../shared/restore/cadence.ts";
import { lognormal, stream } from "../bench/durations.ts";

/* What docs/benchmarks.md says of the cadences, held roughly and on fewer durations: no clock, the dice are always the same. */

interface Figures {
  readonly requests: number;
  readonly latencyS: number;
}

function watched(cadence: Cadence, durationsS: readonly number[], next: () => number): Figures {
  let [requests, latencyS] = [0, 0];
  for (const duration of durationsS) {
    let at = 0;
    for (requests += 1; at < duration; requests += 1) at += restoreDelay(cadence, at * 1_000, next()) / 1_000;
    latencyS += at - duration;
  }
  return { requests: requests / durationsS.length, latencyS: latencyS / durationsS.length };
}

const product = ({ requests, latencyS }: Figures): number => requests * latencyS;
const logUniform = (next: () => number): number => 5 * Math.exp(next() * Math.log(21_600 / 5));

/** Mean over services that differ from day to day by a quarter, each known by ten restores. */
function ofAlike(): { readonly alike: Figures; readonly misled: number } {
  const next = stream(11);
  const services = 20;
  let [requests, latencyS, misled] = [0, 0, 0];
  for (let nth = 0; nth < services; nth++) {
    const past = Array.from({ length: 10 }, () => 1_000 * lognormal(next, 600, 0.25));
    const cadence = learnedCadence(past, ACTION_CADENCE);
    const future = Array.from({ length: 500 }, () => lognormal(next, 600, 0.25));
    const anything = Array.from({ length: 500 }, () => logUniform(next));
    const figures = watched(cadence, future, next);
    requests += figures.requests / services;
    latencyS += figures.latencyS / services;
    const [mine, usual] = [watched(cadence, anything, next), watched(ACTION_CADENCE, anything, next)];
    misled += product(mine) / product(usual) / services;
  }
  return { alike: { requests, latencyS }, misled };
}

test("a past that tells saves five looks of six, and one that misleads costs a quarter at most", () => {
  const { alike, misled } = ofAlike();
  expect(alike.requests).toBeLessThan(13);
  expect(alike.latencyS).toBeLessThan(21.5);
  expect(misled).toBeLessThan(1.25);
});

test("of restores that take anything from seconds to hours the default is near the floor that no schedule beats", () => {
  const next = stream(12);
  const durations = Array.from({ length: 20_000 }, () => logUniform(next));
  // 895 request-seconds: docs/benchmarks.md.
  expect(product(watched(ACTION_CADENCE, durations, next)) / 895).toBeLessThan(1.21);
});
