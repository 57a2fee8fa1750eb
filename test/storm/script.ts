import { type Dice, draw } from "../../shared/restore/dice.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import type { SimulatedBackup, SimulatedPartition, Spell } from "../simulator/inventory.ts";
import {
  accepted,
  ended,
  future,
  POINT,
  restorePoint,
  restoring,
  secondaries,
  type Shows,
  succeeded,
  type Timeline,
} from "../simulator/timeline.ts";

/*
 * What is true of one partition in the storm, drawn from dice before anything runs. All times are milliseconds of the storm, counted from the
 * start of its cluster, which is also `not-before`.
 */

/** What was on record before: a success of last month, one of an hour ago, a failure, which bears no date. */
export type Before = "nothing" | "success of last month" | "success of an hour ago" | "failure";

export interface Attempt {
  readonly beginsMs: number;
  /** Infinity where it never ends. */
  readonly endsMs: number;
  readonly outcome: "Success" | "Failure" | "Timeout";
  /** Whether the success bears its date. */
  readonly dated: boolean;
  readonly backup: "expected" | "other";
  /** How long after the success the partition is healthy. */
  readonly wellAfterMs: number;
  /** On the way it is in a state that no client of today knows. */
  readonly unknownState: boolean;
}

export interface Script {
  readonly name: string;
  readonly before: Before;
  readonly attempt?: Attempt;
  /** The cluster has no such partition. */
  readonly missing?: true;
}

/** Restores begin within 15 s and end within 75; what never ends is met by the deadline. */
const [BEGINS_BY_MS, LEAST_MS, MOST_MS] = [15_000, 15_000, 60_000];

interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly before?: Before;
  readonly attempt?: Partial<Attempt> | "none";
  readonly missing?: true;
}

/** Every way a partition may fare, good ones as often as bad ones. */
const KINDS: readonly Kind[] = [
  { name: "a clean restore", weight: 5 },
  { name: "a clean restore after an old success", weight: 4, before: "success of last month" },
  { name: "a clean restore after a success of an hour ago", weight: 2, before: "success of an hour ago" },
  { name: "a clean restore after a failure", weight: 2, before: "failure" },
  { name: "a restore in states of the future", weight: 1, attempt: { unknownState: true } },
  { name: "a restore that is healthy after a while", weight: 2, attempt: { wellAfterMs: 8_000 } },
  { name: "a success without a date", weight: 1, attempt: { dated: false } },
  { name: "a failure", weight: 2, attempt: { outcome: "Failure" } },
  {
    name: "a failure after an old success",
    weight: 2,
    before: "success of last month",
    attempt: { outcome: "Failure" },
  },
  { name: "a timeout of the server", weight: 1, attempt: { outcome: "Timeout" } },
  { name: "a restore without an end", weight: 1, attempt: { endsMs: Infinity } },
  { name: "the wrong backup", weight: 1, attempt: { backup: "other" } },
  { name: "never healthy", weight: 1, attempt: { wellAfterMs: Infinity } },
  { name: "only an old success", weight: 2, before: "success of last month", attempt: "none" },
  { name: "only a success of an hour ago", weight: 2, before: "success of an hour ago", attempt: "none" },
  { name: "only an old failure", weight: 1, before: "failure", attempt: "none" },
  { name: "never restored", weight: 1, attempt: "none" },
  { name: "no such partition", weight: 1, attempt: "none", missing: true },
];
const WEIGHT = KINDS.reduce((sum, { weight }) => sum + weight, 0);

/** As many as are asked for: the same dice draw the same. */
export function drawScripts(count: number, seed: Dice): readonly Script[] {
  let dice = seed;
  const next = (): number => {
    const drawn = draw(dice);
    ({ dice } = drawn);
    return drawn.value;
  };
  return Array.from({ length: count }, () => scriptOf(kindAt(next() * WEIGHT), next(), next()));
}

function kindAt(weight: number): Kind {
  let left = weight;
  const kind = KINDS.find((one) => (left -= one.weight) < 0);
  if (kind === undefined) throw new RangeError(`no kind weighs ${weight}`);
  return kind;
}

function scriptOf({ name, before = "nothing", attempt = {}, missing }: Kind, begins: number, lasts: number): Script {
  const told = { name, before, ...(missing === undefined ? {} : { missing }) };
  if (attempt === "none") return told;
  const beginsMs = Math.round(begins * BEGINS_BY_MS);
  const endsMs = beginsMs + Math.round(LEAST_MS + lasts * (MOST_MS - LEAST_MS));
  const clean = { outcome: "Success", dated: true, backup: "expected", wellAfterMs: 0, unknownState: false } as const;
  return { ...told, attempt: { beginsMs, endsMs, ...clean, ...attempt } };
}

const DAY = 86_400_000;
const OTHER_POINT = restorePoint("133801234567890124", "8589934592", "3553");
export const EXPECTED_BACKUP = "3a056ac9-7206-43c3-8424-00000000e0e0";
const OTHER_BACKUP = "3a056ac9-7206-43c3-8424-00000000d0d0";

/** The partition that lives through the script; nothing where there is none. `startedAt` is by everybody's clock, what bears a date by the cluster's. */
export function toPartition(
  id: string,
  script: Script,
  startedAt: Instant,
  skewMs: number,
): readonly SimulatedPartition[] {
  if (script.missing === true) return [];
  const theirs = later(startedAt, skewMs);
  const spells = script.attempt === undefined ? [] : spellsOf(script.attempt);
  return [{ id, timeline: timelineOf(script, theirs), spells, backups: backupsAt(theirs) }];
}

function timelineOf({ before, attempt }: Script, theirs: Instant): Timeline {
  const steps: { readonly afterMs: number; readonly shows: Shows }[] = [...recordOf(before, theirs)];
  if (attempt === undefined) return { origin: "cluster-start", steps };
  const { beginsMs, endsMs, outcome, dated, backup, unknownState } = attempt;
  const point = backup === "expected" ? POINT : OTHER_POINT;
  const lasts = Number.isFinite(endsMs) ? endsMs - beginsMs : MOST_MS;
  steps.push(
    { afterMs: beginsMs, shows: accepted(point) },
    { afterMs: beginsMs + 0.2 * lasts, shows: unknownState ? future("DownloadingBackup", point) : restoring(point) },
    { afterMs: beginsMs + 0.8 * lasts, shows: secondaries("SecondariesInProgress", point) },
  );
  const end = outcome === "Success" ? succeeded({ point, ...(dated ? {} : { at: "undated" }) }) : ended(outcome);
  if (Number.isFinite(endsMs)) steps.push({ afterMs: endsMs, shows: end });
  return { origin: "cluster-start", steps };
}

function recordOf(before: Before, theirs: Instant): Timeline["steps"] {
  switch (before) {
    case "nothing":
      return [];
    case "success of last month":
      return [{ afterMs: 0, shows: succeeded({ at: later(theirs, -30 * DAY) }) }];
    case "success of an hour ago":
      return [{ afterMs: 0, shows: succeeded({ at: later(theirs, -DAY / 24) }) }];
    case "failure":
      return [{ afterMs: 0, shows: ended("Failure") }];
  }
}

function spellsOf({ wellAfterMs }: Attempt): readonly Spell[] {
  return wellAfterMs > 0 ? [{ since: "success", untilMs: wellAfterMs, status: "NotReady", health: "Error" }] : [];
}

function backupsAt(theirs: Instant): readonly SimulatedBackup[] {
  return [
    { backupId: EXPECTED_BACKUP, point: POINT, createdAt: later(theirs, -2 * DAY) },
    { backupId: OTHER_BACKUP, point: OTHER_POINT, createdAt: later(theirs, -3 * DAY) },
  ];
}
