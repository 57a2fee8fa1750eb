import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { durationsMs, fastClock, type FleetWorld, idOf } from "./fleet-world.ts";
import type { Outcome } from "./fleet-client.ts";

/* The loops people have, over a whole fleet: a look each 10 s of the fast time, as far as they keep up; bounded in real time. */

const require = createRequire(fileURLToPath(new URL("../../build/peers/index.js", import.meta.url)));
const EVERY_MS = 10_000;

type Look = (id: string) => Promise<string>;

/** How late each was noticed; `wrong` are those that were not by the end of the time the peers get. */
function tally(world: FleetWorld): { readonly done: (nth: number) => void; readonly outcome: () => Outcome } {
  const durations = durationsMs(world);
  const clock = fastClock(world);
  const latenessS: number[] = [];
  return {
    done: (nth) => void latenessS.push((clock.now() - world.startedAtMs - (durations[nth] ?? 0)) / 1_000),
    outcome: () => ({ verdicts: latenessS.length, wrong: world.partitions - latenessS.length, latenessS }),
  };
}

function looker(url: URL): Look {
  const dispatcher = new Agent({ connections: 64 });
  return async (id) => {
    const target = new URL(`/Partitions/${id}/$/GetRestoreProgress?api-version=6.4&timeout=20`, url);
    const body: unknown = await (await request(target, { dispatcher })).body.json();
    return typeof body === "object" && body !== null && "RestoreState" in body ? String(body.RestoreState) : "";
  };
}

/**
 * Nothing but GETs, eight in flight, at the pace of the run it stands beside: what a request costs at the least. (As fast as they go
 * they cost less: neither side falls asleep in between.) As many of them are lists as
 * in the run it stands beside.
 */
export async function bareLoop(url: URL, world: FleetWorld, limitMs: number): Promise<Outcome> {
  const dispatcher = new Agent({ connections: 8 });
  const until = performance.now() + limitMs;
  let asked = 0;
  const targetOf = (nth: number): URL => {
    if (nth % (world.listEach ?? 2) !== 0)
      return new URL(`/Partitions/${idOf(nth % world.partitions)}/$/GetRestoreProgress?api-version=6.4`, url);
    return new URL(`/Services/Fleet~Svc${nth % world.services}/$/GetPartitions?api-version=6.4`, url);
  };
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      const { body } = await request(targetOf((asked += 1)), { dispatcher });
      await body.json();
      if (world.paced !== undefined) await after((8 / world.paced) * 1_000);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return { verdicts: asked, wrong: 0, latenessS: [] };
}

/** `curl | jq` for every partition, sixteen at a time, round after round. */
export async function curlLoop(url: URL, world: FleetWorld, limitMs: number): Promise<Outcome> {
  const { done, outcome } = tally(world);
  const look = `curl -s '${url.origin}/Partitions/{}/$/GetRestoreProgress?api-version=6.4' | jq -r '"{} " + .RestoreState'`;
  const script = `while true; do seq -f '00000000-0000-4000-8000-%012.0f' 0 ${world.partitions - 1} | xargs -P16 -I{} sh -c "$LOOK"; done`;
  const shell = spawn("bash", ["-c", script], { env: { ...process.env, LOOK: look }, detached: true });
  const seen = new Set<string>();
  shell.stdout.on("data", (chunk: Buffer) => {
    for (const [, id = ""] of String(chunk).matchAll(/([0-9a-f-]{36}) Success/g)) {
      if (!seen.has(id)) done(Number(id.slice(-12)));
      seen.add(id);
    }
  });
  await after(limitMs);
  const childrenMs = cpuOfGroupMs(shell.pid ?? 0);
  // The whole group that this one started, and nothing else.
  if (shell.pid !== undefined) process.kill(-shell.pid);
  return { ...outcome(), childrenMs };
}

/** Of a shell and all children it has waited for, from /proc (in hundredths of a second). */
function cpuOfGroupMs(pid: number): number {
  const ofProcess = (id: string): number => {
    const fields = readFileSync(`/proc/${id}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * 10;
  };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter((id) => id !== "");
  return [String(pid), ...children].reduce((sum, id) => sum + ofProcess(id), 0);
}

/** The npm client, round after round with 16 in flight. */
export async function npmLoop(url: URL, world: FleetWorld, limitMs: number): Promise<Outcome> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types
  const sdk = require("azure-servicefabric") as {
    ServiceFabricClient: new (
      base: string,
      options: object,
    ) => {
      getPartitionRestoreProgress(id: string, options: object): Promise<{ restoreState: string }>;
    };
  };
  const client = new sdk.ServiceFabricClient(url.origin, { noRetryPolicy: true });
  const look: Look = async (id) => (await client.getPartitionRestoreProgress(id, {})).restoreState;
  return inRounds(world, limitMs, look);
}

async function inRounds(world: FleetWorld, limitMs: number, look: Look): Promise<Outcome> {
  const { done, outcome } = tally(world);
  const until = performance.now() + limitMs;
  const open = new Set(Array.from({ length: world.partitions }, (_, nth) => nth));
  while (open.size > 0 && performance.now() < until) {
    const roundAt = performance.now();
    const waiting = [...open].values();
    const worker = async (): Promise<void> => {
      for (const nth of waiting) {
        if (performance.now() >= until) return;
        const state = await look(idOf(nth)).catch(() => "");
        if (state === "Success") {
          open.delete(nth);
          done(nth);
        }
      }
    };
    await Promise.all(Array.from({ length: 16 }, worker));
    await after(Math.max(0, EVERY_MS / world.speed - (performance.now() - roundAt)));
  }
  return outcome();
}

/** One `p-wait-for` per partition, all at once. */
export async function pWaitForLoop(url: URL, world: FleetWorld, limitMs: number): Promise<Outcome> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types here
  const { default: waitFor } = (await import(require.resolve("p-wait-for"))) as {
    default: (condition: () => Promise<boolean>, options: object) => Promise<void>;
  };
  const { done, outcome } = tally(world);
  const look = looker(url);
  const signal = AbortSignal.timeout(limitMs);
  const one = async (nth: number): Promise<void> => {
    const isOver = async (): Promise<boolean> => (await look(idOf(nth))) === "Success";
    try {
      await waitFor(isOver, { interval: EVERY_MS / world.speed, signal });
      done(nth);
    } catch {
      // Out of time, or out of sockets: it has no verdict, and that is counted.
    }
  };
  const all = Promise.all(Array.from({ length: world.partitions }, (_, nth) => one(nth)));
  await Promise.race([all, after(limitMs + 1_000)]);
  return outcome();
}
