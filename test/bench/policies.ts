import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { advance } from "../../shared/restore/advance.ts";
import { ACTION_CADENCE, type Cadence } from "../../shared/restore/cadence.ts";
import { beginWatch, type Step } from "../../shared/restore/watch.ts";
import { afterStart, IN_PROGRESS, planned, saw, START } from "../restore/scenes.ts";
import { inFakeTime } from "./fake-time.ts";

/** When looks are taken at something that takes for ever, in seconds from the first one, up to a deadline. */
export type Schedule = readonly number[];

export interface Policy {
  readonly name: string;
  /** One schedule where it is always the same; of those that throw dice, several. */
  readonly schedules: (deadlineS: number) => Promise<readonly Schedule[]>;
}

const PEERS = fileURLToPath(new URL("../../build/peers/", import.meta.url));
const VERSIONS = [
  "@smithy/util-waiter@4.2.0",
  "@azure/core-lro@3.2.0",
  "p-wait-for@6.0.0",
  "azure-servicefabric@2.2.0",
];
const NAMES = VERSIONS.map((one) => one.slice(0, one.lastIndexOf("@")));
/** As many as it takes for the dice not to matter. */
const DICED = 400;

/** Installs what is compared, for the bench alone. */
export function installPeers(): void {
  if (NAMES.every((name) => existsSync(`${PEERS}node_modules/${name}`))) return;
  const npm = ["i", "--prefix", PEERS, "--no-save", "--ignore-scripts", "--silent", ...VERSIONS];
  const { status } = spawnSync("npm", npm, { stdio: "inherit", timeout: 120_000 });
  if (status !== 0) throw new Error("the peers could not be installed");
}

export const ours = (name: string, cadence: Cadence = ACTION_CADENCE, diced = DICED): Policy => ({
  name,
  schedules: async (deadlineS) =>
    Array.from({ length: diced }, (_, dice) => {
      const deadline = afterStart(deadlineS * 1_000);
      const plan = planned({ cadence, deadline, startBy: deadline });
      const looks: number[] = [];
      let step: Step = { next: "look", at: START, ask: [], watch: beginWatch(plan, START, dice * 7_919) };
      while (step.next === "look") {
        looks.push((step.at - START) / 1_000);
        step = advance(step.watch, saw(IN_PROGRESS), step.at);
      }
      return looks;
    }),
});

const always = (schedule: Schedule): Promise<readonly Schedule[]> => Promise.resolve([schedule]);

export const fixed = (everyS: number): Policy => ({
  name: `fixed ${everyS} s`,
  schedules: (deadlineS) =>
    always(Array.from({ length: Math.floor(deadlineS / everyS) + 1 }, (_, nth) => nth * everyS)),
});

export const exponential: Policy = {
  name: "exponential x2, 1 s to 60 s",
  schedules(deadlineS) {
    const looks: number[] = [];
    for (let [at, delay] = [0, 1]; at <= deadlineS; at += delay, delay = Math.min(60, delay * 2)) looks.push(at);
    return always(looks);
  },
};

/** Counts looks by the clock, until the deadline makes an end of the waiting or the waiter does so itself. */
function counting(deadlineS: number): { readonly looks: number[]; readonly look: () => boolean } {
  const looks: number[] = [];
  return {
    looks,
    look() {
      const now = Date.now() / 1_000;
      if (now <= deadlineS) looks.push(now);
      return now >= deadlineS;
    },
  };
}

const require = createRequire(`${PEERS}index.js`);

interface Waiter {
  createWaiter(
    options: { client: object; maxWaitTime: number; minDelay: number; maxDelay: number },
    input: object,
    check: () => Promise<{ state: string }>,
  ): Promise<unknown>;
}

/** The AWS SDK's waiter with its service defaults; it gives up by itself before a look would come after the deadline. */
export const awsWaiter: Policy = {
  name: "@smithy/util-waiter, 2 s to 120 s",
  async schedules(deadlineS) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types here
    const waiter = require("@smithy/util-waiter") as Waiter;
    const all: Schedule[] = [];
    for (let nth = 0; nth < DICED; nth++) {
      const { looks, look } = counting(deadlineS);
      const check = async (): Promise<{ state: string }> => ({ state: look() ? "SUCCESS" : "RETRY" });
      const options = { client: {}, maxWaitTime: deadlineS, minDelay: 2, maxDelay: 120 };
      await inFakeTime(() => waiter.createWaiter(options, {}, check));
      all.push(looks);
    }
    return all;
  },
};

interface Lro {
  createHttpPoller(lro: object, options: object): { pollUntilDone(): Promise<unknown> };
}

/** The Azure SDK's poller over a long-running operation, with its default interval. */
export const coreLro: Policy = {
  name: "@azure/core-lro, 2 s",
  async schedules(deadlineS) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types here
    const poller = require("@azure/core-lro") as Lro;
    const { looks, look } = counting(deadlineS);
    const answer = (statusCode: number, status: string): object => ({
      flatResponse: {},
      rawResponse: {
        statusCode,
        headers: { "operation-location": "https://cluster.example/operation" },
        body: { status },
        request: { method: "PUT", url: "https://cluster.example/restore" },
      },
    });
    await inFakeTime(async () => {
      const lro = {
        sendInitialRequest: async () => answer(202, "Running"),
        sendPollRequest: async () => answer(200, look() ? "Succeeded" : "Running"),
      };
      await poller.createHttpPoller(lro, {}).pollUntilDone();
    });
    return [looks];
  },
};

/** With an interval of 10 s: its default is 20 ms. */
export const pWaitFor: Policy = {
  name: "p-wait-for, 10 s",
  async schedules(deadlineS) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types here
    const { default: waitFor } = (await import(require.resolve("p-wait-for"))) as {
      default: (condition: () => boolean, options: { interval: number }) => Promise<void>;
    };
    const { looks, look } = counting(deadlineS);
    await inFakeTime(() => waitFor(look, { interval: 10_000 }));
    return [looks];
  },
};
