import { readFile } from "node:fs/promises";

/** Resident memory of processes over time. Only where there is a /proc; elsewhere there is nothing to tell. */
export interface MemoryLog {
  follow(name: string, pid: number | undefined): void;
  /** Of each process that lived long enough to be looked at in every third of its life. */
  readonly lives: readonly Life[];
  [Symbol.dispose](): void;
}

/** In MiB: the mean of the first third of the samples, of the last third, and the most there was. */
export interface Life {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly peak: number;
}

const EVERY_MS = 1_000;
/** A process that has just started grows because it has just started. */
const LEAST_SAMPLES = 30;
const WARMING_UP = 3;

export function openMemoryLog(): MemoryLog {
  const samples = new Map<string, number[]>();
  const following = new Map<string, number>();
  const sample = async (name: string, pid: number): Promise<void> => {
    const mib = await residentMiB(pid);
    if (mib === undefined) following.delete(name);
    else samples.set(name, [...(samples.get(name) ?? []), mib]);
  };
  const ticking = setInterval(() => {
    for (const [name, pid] of following) void sample(name, pid);
  }, EVERY_MS);
  return {
    follow: (name, pid) => {
      if (pid !== undefined) following.set(name, pid);
    },
    get lives() {
      return [...samples].flatMap(([name, all]) => lifeOf(name, all.slice(WARMING_UP)) ?? []);
    },
    [Symbol.dispose]: () => clearInterval(ticking),
  };
}

export function lifeOf(name: string, samples: readonly number[], least = LEAST_SAMPLES): Life | undefined {
  if (samples.length < least) return undefined;
  const third = Math.floor(samples.length / 3);
  return {
    name,
    first: mean(samples.slice(0, third)),
    last: mean(samples.slice(-third)),
    peak: Math.max(...samples),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Nothing where the process is gone, or there is no /proc. */
async function residentMiB(pid: number): Promise<number | undefined> {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, "utf8")) ?? [];
    return kib === undefined ? undefined : Number(kib) / 1_024;
  } catch {
    return undefined;
  }
}
