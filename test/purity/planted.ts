// Every line marked below must be refused by the compiler under the options of shared/restore: see purity.test.ts.
import { readFileSync } from "node:fs"; // forbidden: I/O
import { setTimeout as sleep } from "node:timers/promises"; // forbidden: timers

export const now: number = Date.now(); // forbidden: the clock
export const sum = Date.now() - 1; // forbidden: the clock, calculated with
export const coerced: number = +new Date(); // forbidden: the clock, made a number
export const today: Date = new Date(); // forbidden: the clock, as a Date
export const year = new Date().getFullYear(); // forbidden: the clock, asked
export const chance: number = Math.random(); // forbidden: dice
export const scaled = Math.random() * 6; // forbidden: dice, calculated with
export const timer: unknown = setTimeout(() => {}, 0); // forbidden: timers
export const ticking: unknown = setInterval(() => {}, 0); // forbidden: timers
export const soon: unknown = setImmediate(() => {}); // forbidden: timers
export const environment: unknown = process.env; // forbidden: the process
export const page: unknown = fetch("https://localhost"); // forbidden: the network
export const log: unknown = console.log("seen"); // forbidden: the console
export const ticks: unknown = performance.now(); // forbidden: the monotonic clock
export const bytes: unknown = Buffer.from("x"); // forbidden: Node
export const id: unknown = crypto.randomUUID(); // forbidden: dice
export const file: unknown = readFileSync;
export const pause: unknown = sleep;

// What the heart may do, so that a compiler that refuses everything proves nothing.
export const given: Date = new Date(0); // allowed: a date of a given moment
export const parsed: number = Date.parse("2026-02-03T10:00:00Z"); // allowed: a written date
export const rounded: number = Math.round(1.5); // allowed: arithmetic
