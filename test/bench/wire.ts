/*
 * `npm run bench -- wire`: what a poll and a start cost, as ratios of one run, peers interleaved, medians, as the Markdown of
 * docs/benchmarks.md. Absolute times are shown and never asserted. Every child is bounded, and so is the whole: on a slow machine it takes
 * fewer rounds.
 */
import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Peer, perPoll } from "./per-poll.ts";
import { type StartUp, startUp } from "./start-up.ts";
import { markdownTable } from "./table.ts";

const startedAt = performance.now();
const [ROUNDS, MINUTE] = [9, 60_000];

const started = await startUp(15, startedAt + MINUTE);
const peers = await perPoll(ROUNDS, startedAt + 2.5 * MINUTE);

console.log(`Node ${process.version}, ${process.platform} ${process.arch}, ${availableParallelism()} cores\n`);
console.log(
  markdownTable([
    ["one poll over keep-alive", "CPU", "ours / it", "aim", "requests", "bytes sent", "received", "connections"],
    ...peers.map(row),
  ]),
);
console.log(`\n${markdownTable([["start to end", "wall", "/ `node -e 0`", "aim"], ...startUpRows(started)])}\n`);
console.log(`Measured in ${((performance.now() - startedAt) / 1_000).toFixed(0)} s.`);

function row({ name, aim, measured }: Peer): readonly string[] {
  if (measured === undefined) return [name, "could not be measured here", "", aim, "", "", "", ""];
  const { cpuUs, ratio, requests, bytesSent, bytesReceived, connections } = measured;
  return [
    name,
    `${cpuUs.toFixed(0)} µs`,
    `${ratio.toPrecision(2)}×`,
    aim,
    String(Number(requests.toFixed(2))),
    bytesSent.toFixed(0),
    bytesReceived.toFixed(0),
    String(connections),
  ];
}

function startUpRows(it: StartUp): readonly (readonly string[])[] {
  const bytes = statSync(new URL("../../dist/index.js", import.meta.url)).size;
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  const times = (value: number): string => `${value.toFixed(1)}×`;
  return [
    ["`node -e 0`", ms(it.bareMs), "1×", ""],
    ["a Node that loads undici and ends", ms(it.undiciMs), times(it.undiciRatio), ""],
    [
      `a verification that passes at its first look (${it.requests} requests, ${it.connections} connections)`,
      ms(it.wholeMs),
      times(it.wholeRatio),
      "≤ 3.5×",
    ],
    ["its peak memory", `${it.peakMiB.toFixed(0)} MiB`, "", "shown"],
    ["`dist/index.js`", `${(bytes / 1e6).toFixed(2)} MB`, "", "≤ 1.9 MB"],
  ];
}
