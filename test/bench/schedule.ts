/*
 * `node test/bench/schedule.ts`: how good a polling schedule is, on a clock that is not waited for. 200,000 durations a world; every
 * poller's own code decides when it looks. What counts is requests x latency, over the floor that no schedule beats.
 */
import { writeFileSync } from "node:fs";
import { ACTION_CADENCE, learnedCadence } from "../../shared/restore/cadence.ts";
import { lognormal, stream, type World, worlds } from "./durations.ts";
import { plot } from "./plot.ts";
import {
  awsWaiter,
  coreLro,
  exponential,
  fixed,
  installPeers,
  ours,
  type Policy,
  pWaitFor,
  type Schedule,
} from "./policies.ts";
import { markdownTable } from "./table.ts";

const DURATIONS = 200_000;
/** Longer than the longest restore, by more than anybody's longest delay. */
const LONG_ENOUGH_S = 21_600 + 400;
const DEADLINE_S = 1_800;

interface Figures {
  readonly requests: number;
  readonly latencyS: number;
  readonly relative: number;
  readonly p95S: number;
  readonly mostS: number;
}

/** Every duration is met by one of the schedules, in turn. */
function measure(durations: readonly number[], schedules: readonly Schedule[]): Figures {
  const late = new Float64Array(durations.length);
  let [requests, latency, relative] = [0, 0, 0];
  for (const [nth, duration] of durations.entries()) {
    const schedule = schedules[nth % schedules.length] ?? [];
    const look = firstAtOrAfter(schedule, duration);
    const seconds = (schedule[look] ?? Number.NaN) - duration;
    late[nth] = seconds;
    requests += look + 1;
    latency += seconds;
    relative += seconds / duration;
  }
  const count = durations.length;
  late.sort();
  return {
    requests: requests / count,
    latencyS: latency / count,
    relative: relative / count,
    p95S: late[Math.floor(count * 0.95)] ?? 0,
    mostS: late.at(-1) ?? 0,
  };
}

function firstAtOrAfter(schedule: Schedule, at: number): number {
  let [low, high] = [0, schedule.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((schedule[middle] ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of the restores that end by the deadline, those after whose end there is no look: reported as timed out. */
function wrongTimeouts(durations: readonly number[], schedules: readonly Schedule[]): number {
  const inTime = durations.filter((duration) => duration <= DEADLINE_S);
  const missed = inTime.filter((duration, nth) => (schedules[nth % schedules.length]?.at(-1) ?? 0) < duration);
  return missed.length / inTime.length;
}

async function ofWorld(world: World, policies: readonly Policy[]): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (const policy of policies) {
    const [whole, cut] = await schedulesOf(policy);
    const { requests, latencyS, relative, p95S, mostS } = measure(world.durations, whole);
    const wrong = wrongTimeouts(world.durations, cut);
    rows.push([
      policy.name,
      requests.toFixed(1),
      latencyS.toFixed(1),
      p95S.toFixed(0),
      mostS.toFixed(0),
      `${((requests * latencyS) / world.floor.seconds).toFixed(2)}x`,
      `${((requests * relative) / world.floor.relative).toFixed(2)}x`,
      wrong === 0 ? "0" : `${(wrong * 100).toFixed(2)} %`,
    ]);
  }
  return rows;
}

const known = new Map<Policy, readonly (readonly Schedule[])[]>();

async function schedulesOf(policy: Policy): Promise<readonly [readonly Schedule[], readonly Schedule[]]> {
  const [whole, cut] = known.get(policy) ?? [await policy.schedules(LONG_ENOUGH_S), await policy.schedules(DEADLINE_S)];
  known.set(policy, [whole ?? [], cut ?? []]);
  return [whole ?? [], cut ?? []];
}

/** A cadence that learnt from ten durations, against the same service's next ones: many histories, so that none decides. */
async function learned(sigma: number, world: World): Promise<readonly string[]> {
  const next = stream(7);
  const histories = 100;
  const sums = {
    requests: 0,
    latencyS: 0,
    misledProduct: 0,
    aws: { requests: 0, latencyS: 0 },
    plain: { requests: 0, latencyS: 0 },
  };
  const [aws] = await schedulesOf(awsWaiter);
  const [plain] = await schedulesOf(DEFAULT);
  for (let nth = 0; nth < histories; nth++) {
    const past = Array.from({ length: 10 }, () => 1_000 * lognormal(next, 600, sigma));
    const future = Array.from({ length: 2_000 }, () => Math.min(21_600, lognormal(next, 600, sigma)));
    const whole = await ours("learned", learnedCadence(past, ACTION_CADENCE), 50).schedules(LONG_ENOUGH_S);
    const mine = measure(future, whole);
    const theirs = measure(future, aws);
    const usual = measure(future, plain);
    const misled = measure(world.durations.slice(nth * 2_000, (nth + 1) * 2_000), whole);
    const unlearned = measure(world.durations.slice(nth * 2_000, (nth + 1) * 2_000), plain);
    sums.requests += mine.requests / histories;
    sums.latencyS += mine.latencyS / histories;
    sums.aws.requests += theirs.requests / histories;
    sums.aws.latencyS += theirs.latencyS / histories;
    sums.plain.requests += usual.requests / histories;
    sums.plain.latencyS += usual.latencyS / histories;
    sums.misledProduct += (misled.requests * misled.latencyS) / (unlearned.requests * unlearned.latencyS) / histories;
  }
  const both = ({ requests, latencyS }: { requests: number; latencyS: number }): string =>
    `${requests.toFixed(2)} / ${latencyS.toFixed(1)} s`;
  return [String(sigma), both(sums), both(sums.plain), both(sums.aws), `${sums.misledProduct.toFixed(2)}x`];
}

/** A past as different as the world itself teaches nothing: on average over many such pasts. */
async function learnedFromAnything(world: World): Promise<string> {
  let product = 0;
  const pasts = 100;
  const [plain] = await schedulesOf(DEFAULT);
  for (let nth = 0; nth < pasts; nth++) {
    const past = world.durations.slice(nth * 10, nth * 10 + 10).map((seconds) => seconds * 1_000);
    const future = world.durations.slice(10_000 + nth * 1_000, 11_000 + nth * 1_000);
    const cadence = learnedCadence(past, ACTION_CADENCE);
    const whole = cadence === ACTION_CADENCE ? plain : await ours("learned", cadence, 50).schedules(LONG_ENOUGH_S);
    const [mine, theirs] = [measure(future, whole), measure(future, plain)];
    product += (mine.requests * mine.latencyS) / (theirs.requests * theirs.latencyS) / pasts;
  }
  return `${product.toFixed(2)}x`;
}

const DEFAULT = ours("**ours**, 5 % of the age, 2 s to 30 s");
const POLICIES = [DEFAULT, coreLro, fixed(10), pWaitFor, fixed(30), awsWaiter, exponential];

installPeers();
const all = worlds(DURATIONS);
const heads = ["policy", "requests", "mean latency s", "p95", "most", "x floor (s)", "x floor (%)", "wrong timeouts"];
for (const world of all) {
  const floor = `floor ${world.floor.seconds.toFixed(0)} request-seconds, ${world.floor.relative.toFixed(2)} relative`;
  console.log(`\n${world.name} (${floor}):\n\n${markdownTable([heads, ...(await ofWorld(world, POLICIES))])}`);
}
const [logUniform] = all;
if (logUniform === undefined) throw new TypeError("there is no world");
const rows = [];
for (const sigma of [0.1, 0.25, 0.5, 1]) rows.push(await learned(sigma, logUniform));
const learnedHeads = [
  "sigma",
  "learned: requests / latency",
  "the default",
  "@smithy/util-waiter",
  "misled: x the default's product",
];
console.log(`\nWith a history of ten:\n\n${markdownTable([learnedHeads, ...rows])}`);
console.log(
  `\nA log-uniform past before a log-uniform future: ${await learnedFromAnything(logUniform)} the default's product`,
);

const points = [];
for (const policy of POLICIES) {
  const [whole] = await schedulesOf(policy);
  const { requests, latencyS } = measure(logUniform.durations, whole);
  points.push({ name: policy.name.replaceAll("*", ""), requests, latencyS, ours: policy === DEFAULT });
}
writeFileSync(new URL("../../docs/benchmarks-schedule.svg", import.meta.url), plot(points, logUniform.floor.seconds));
