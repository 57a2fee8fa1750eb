/*
 * One measured peer in a process of its own: polls, and prints the CPU time it took per poll, in microseconds.
 */
import * as peers from "./peers.ts";

const [name = "", url = "", id = "", polls = ""] = process.argv.slice(2);
const open = Object.entries(peers).find(([peer]) => peer === name)?.[1];
if (open === undefined) throw new RangeError(`no peer is called ${name}`);
const [poll, times] = [open(new URL(url), id), Number(polls)];
for (let polled = 0; polled < times / 2; polled++) await poll(); // warm: what starting costs is measured elsewhere
const before = process.cpuUsage();
for (let polled = 0; polled < times; polled++) await poll();
const { user, system } = process.cpuUsage(before);
console.log((user + system) / times);
process.exit(); // connections that are kept open would hold the process
