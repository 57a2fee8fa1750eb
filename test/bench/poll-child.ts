/*
 * One measured peer in a process of its own: polls, and prints the CPU time it took per poll, in microseconds.
 */
import * as peers from "./per-poll.ts";

const [name = "", url = "", id = ""] = process.argv.slice(2);
const poller = [peers.ours, peers.bareUndici, peers.npmClient].find((one) => one.name === name);
if (poller === undefined) throw new RangeError(`no peer is called ${name}`);
await poller.poll(new URL(url), id, Math.ceil(poller.times / 4)); // warm: what starting costs is measured elsewhere
const before = process.cpuUsage();
await poller.poll(new URL(url), id, poller.times);
const { user, system } = process.cpuUsage(before);
console.log((user + system) / poller.times);
