import { BACKUPS } from "./stories-backups.ts";
import { BODIES } from "./stories-bodies.ts";
import { CLOCKS } from "./stories-clocks.ts";
import { HEALTH } from "./stories-health.ts";
import { OBJECTIVES } from "./stories-objectives.ts";
import { OLD_RESULTS } from "./stories-old-results.ts";
import { REFUSALS } from "./stories-refusals.ts";
import { SCOPES } from "./stories-scopes.ts";
import { STATES } from "./stories-states.ts";
import { STRANGERS } from "./stories-strangers.ts";
import { TIMING } from "./stories-timing.ts";
import type { Trap } from "./trap.ts";

export interface Theme {
  readonly title: string;
  readonly traps: readonly Trap[];
}

export const THEMES: readonly Theme[] = [
  { title: "results of other nights", traps: OLD_RESULTS },
  { title: "clocks and caches", traps: CLOCKS },
  { title: "states", traps: STATES },
  { title: "health", traps: HEALTH },
  { title: "which backup", traps: BACKUPS },
  { title: "objectives", traps: OBJECTIVES },
  { title: "refusals and the wire", traps: REFUSALS },
  { title: "bodies", traps: BODIES },
  { title: "scopes", traps: SCOPES },
  { title: "timing", traps: TIMING },
  { title: "answers of strangers", traps: STRANGERS },
];

export const TRAPS: readonly Trap[] = THEMES.flatMap(({ traps }) => traps);

export function trap(name: string): Trap {
  const found = TRAPS.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`no trap is called ${name}`);
  return found;
}
