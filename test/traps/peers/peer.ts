import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

/* What the two peers on Node share: how they are told what to wait for, and how they end. */

/** Where the peers are installed, on demand. */
export const PEERS = fileURLToPath(new URL("../../../build/peers/", import.meta.url));

/** Exit codes; whatever else a peer ends with is a crash. */
export const END = { green: 0, red: 10, stillWaiting: 11 } as const;

export const told = {
  endpoint: process.env["ENDPOINT"] ?? "",
  limitMs: Number(process.env["LIMIT_MS"]),
  partitions: words("PARTITIONS"),
  services: words("SERVICES"),
  applications: words("APPLICATIONS"),
};

function words(variable: string): readonly string[] {
  return (process.env[variable] ?? "").split(" ").filter((word) => word !== "");
}

export async function load(name: string): Promise<unknown> {
  return import(pathToFileURL(createRequire(`${PEERS}index.js`).resolve(name)).href);
}

/** What `default` of a module is, or of an old one the module itself. */
export function defaultOf(module: unknown): unknown {
  return typeof module === "object" && module !== null && "default" in module ? module.default : module;
}

/** The cluster says that it failed: the one thing, beside `Success`, that ends these loops on purpose. */
export class Failed extends Error {}

export function isSuccess(state: string | undefined): boolean {
  if (state === "Failure" || state === "Timeout") throw new Failed(state);
  return state === "Success";
}

/** Waits for all of them at once. An empty list counts as a crash, although `Promise.all` of nothing is green. */
export async function conclude(ids: readonly string[], wait: (id: string) => Promise<void>): Promise<never> {
  if (ids.length === 0) throw new Error("there is nothing to wait for");
  try {
    await Promise.all(ids.map(wait));
  } catch (error) {
    if (error instanceof Failed) process.exit(END.red);
    if (error instanceof Error && error.name === "TimeoutError") process.exit(END.stillWaiting);
    throw error;
  }
  process.exit(END.green);
}
