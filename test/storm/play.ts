import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Azurite, startAzurite } from "../functions-host/azurite.ts";
import { playAction } from "./action-storm.ts";
import { playCore } from "./core-storm.ts";
import { playFunction } from "./function-storm.ts";
import { type Life, lifeOf, openMemoryLog } from "./memory.ts";
import type { Played } from "./played.ts";
import { caseOf, type Shell, type StormCase } from "./storm-case.ts";
import { CALM, PLATFORM_IN_TROUBLE, PLATFORM_TROUBLE, type Weather, WEATHERS } from "./weather.ts";

/** How much of a storm. */
export interface StormSize {
  readonly seed: number;
  readonly weathers: readonly Weather[];
  /** How many partitions each process of the Action watches, in each weather. */
  readonly actions: readonly number[];
  readonly actionSpeed: number;
  /** As many cases of the app in each weather, one after the other. */
  readonly functionWaves: number;
  readonly functionPartitions: number;
  readonly cores: readonly number[];
}

export const FULL: Omit<StormSize, "seed"> = {
  weathers: WEATHERS,
  actions: [80, 1],
  actionSpeed: 1,
  functionWaves: 6,
  functionPartitions: 2,
  cores: [60, 60, 60, 1],
};

export interface StormPlayed {
  readonly played: readonly Played[];
  readonly lives: ReadonlyMap<Shell, readonly Life[]>;
}

/** On virtual time nothing is too long, but what lasts for ever is not reached within two minutes of it. */
const [CORE_SPEED, FUNCTION_SPEED] = [0.4, 1];

export function casesOf({ seed, weathers, ...size }: StormSize): readonly StormCase[] {
  const common = { seed };
  const core = weathers.flatMap((weather) =>
    size.cores.map((count, nth) => caseOf({ ...common, shell: "core", weather, nth, size: count, speed: CORE_SPEED })),
  );
  const action = weathers.flatMap((weather) =>
    size.actions.map((count, nth) =>
      caseOf({ ...common, shell: "Action", weather, nth, size: count, speed: size.actionSpeed }),
    ),
  );
  const waves = Array.from({ length: size.functionWaves }, (_, nth) => nth);
  const app = [...weathers, PLATFORM_IN_TROUBLE].flatMap((weather) =>
    waves.map((nth) =>
      caseOf({ ...common, shell: "Function", weather, nth, size: size.functionPartitions, speed: FUNCTION_SPEED }),
    ),
  );
  return [...core, ...action, ...app];
}

/** Processes do not start all at once: they share a few cores. */
const APART_MS = 500;

/** One shell after the other, so that none is measured in another's shadow; each of them all at once. */
export async function playStorm(cases: readonly StormCase[], say: (what: string) => void): Promise<StormPlayed> {
  const { core, action, app } = byShell(cases);
  say(`core: ${core.length} runs in this process, on virtual time`);
  const byCore = await playCores(core);
  say(`Action: ${action.length} processes, in real time`);
  const byAction = await playActions(action);
  say(`Function: ${app.length} verifications, on virtual time, over Azurite`);
  if (app.length === 0) return together(byCore, byAction, { played: [], lives: [] });
  await using azurite = await startAzurite();
  return together(byCore, byAction, await playWaves(app, azurite));
}

/** All shells at once: where nothing is measured. */
export async function playAtOnce(cases: readonly StormCase[]): Promise<StormPlayed> {
  const { core, action, app } = byShell(cases);
  const byCore = await playCores(core);
  // What is slow to start starts first: the others leave it little of a busy machine.
  await using azurite = await startAzurite();
  const [byAction, byApp] = await Promise.all([playActions(action), playWaves(app, azurite)]);
  return together(byCore, byAction, byApp);
}

function byShell(cases: readonly StormCase[]): Readonly<Record<"core" | "action" | "app", readonly StormCase[]>> {
  const of = (shell: Shell): readonly StormCase[] => cases.filter((it) => it.shell === shell);
  return { core: of("core"), action: of("Action"), app: of("Function") };
}

interface ShellPlayed {
  readonly played: readonly Played[];
  readonly lives: readonly Life[];
}

function together(core: ShellPlayed, action: ShellPlayed, app: ShellPlayed): StormPlayed {
  const lives = new Map<Shell, readonly Life[]>([
    ["Action", action.lives],
    ["Function", app.lives],
  ]);
  return { played: [core, action, app].flatMap(({ played }) => played), lives };
}

async function playCores(cases: readonly StormCase[]): Promise<ShellPlayed> {
  const played: Played[] = [];
  for (const it of cases) played.push(await playCore(it));
  return { played, lives: [] };
}

async function playActions(cases: readonly StormCase[]): Promise<ShellPlayed> {
  using memory = openMemoryLog();
  const played = await Promise.all(
    cases.map(async (it, nth) => {
      await setTimeout(nth * APART_MS);
      return playAction(it, memory);
    }),
  );
  return { played, lives: memory.lives };
}

/** Wave by wave through the same process: what is left of one after the other is what an app would grow by. */
async function playWaves(cases: readonly StormCase[], { connectionString }: Azurite): Promise<ShellPlayed> {
  const waves = [...Map.groupBy(cases, ({ name }) => name.split("/").at(-1) ?? "").values()];
  const played: Played[] = [];
  const heaps: number[] = [];
  for (const wave of waves) {
    for (const inTrouble of [false, true]) {
      const some = wave.filter(({ weather }) => (weather === PLATFORM_IN_TROUBLE) === inTrouble);
      const platformTrouble = inTrouble ? PLATFORM_TROUBLE : 0;
      if (some.length > 0) played.push(...(await playFunction({ connectionString, cases: some, platformTrouble })));
    }
    heaps.push(heapMiB());
  }
  const life = lifeOf("the app's heap after each wave", heaps.slice(1), 3);
  return { played, lives: life === undefined ? [] : [life] };
}

/** What is in use once all that is not is gone. */
function heapMiB(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc()");
  return process.memoryUsage().heapUsed / 1_048_576;
}

/** A few of everything, in half a minute: for the suite. */
export function small(seed: number): StormSize {
  const few = new Set([
    CALM.name,
    "20 % 503",
    "a minute of nothing",
    "drips",
    "a gateway dies",
    "a stranger for a while",
  ]);
  return {
    seed,
    weathers: WEATHERS.filter(({ name }) => few.has(name)),
    actions: [8],
    actionSpeed: 6,
    functionWaves: 1,
    functionPartitions: 2,
    cores: [20],
  };
}
