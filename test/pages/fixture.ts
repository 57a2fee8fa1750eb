import type { ReportRow } from "../../function/report/report-row.ts";
import { formatInstant, type Instant, later, parseInstant } from "../../shared/restore/instant.ts";
import { type Dice, draw } from "../../shared/restore/dice.ts";
import type { Outcome, Reason } from "../../shared/restore/verdict.ts";

/* Records as an estate of three clusters would have them: seeded, so that every run and every picture is the same. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export const NOW: Instant = at("2026-03-02T09:41:00Z");

export function at(text: string): Instant {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`${text} is no instant`);
  return instant;
}

interface Drill {
  readonly cluster: string;
  readonly target: string;
  readonly plan?: string;
  readonly runs: number;
  readonly everyDays: number;
  /** Of the newest verification, before `NOW`. */
  readonly lastDaysAgo: number;
  readonly usualSeconds: number;
  readonly rtoSeconds?: number;
  readonly partitions?: number;
  /** How many times as long the newest restores took, growing over the last fifth. */
  readonly slowdown?: number;
  /** What became of a run, by its number from the newest (0) back. */
  readonly reds?: Readonly<Record<number, Reason>>;
}

const MEASURED: ReadonlySet<Reason> = new Set<Reason>(["restored", "rto-missed", "rpo-missed"]);
const FAILED: ReadonlySet<Reason> = new Set<Reason>([
  "restore-failed",
  "restore-timed-out",
  "deadline-exceeded",
  "wrong-backup",
  "rto-missed",
  "rpo-missed",
  "unhealthy",
]);

/** An ordinary week: most pass, one failed this morning, one nobody could reach, one gets slower, one has gone silent. */
export function ordinaryRows(): readonly ReportRow[] {
  return ORDINARY.flatMap((drill, index) => rowsOf(drill, index + 1));
}

const ORDINARY: readonly Drill[] = [
  {
    cluster: "prod-weu",
    target: "fabric:/Orders/OrderStore",
    plan: "nightly-orders",
    runs: 60,
    everyDays: 1,
    lastDaysAgo: 0.2,
    usualSeconds: 412,
    rtoSeconds: 1_800,
    partitions: 12,
    reds: { 0: "restore-failed", 21: "unreachable" },
  },
  {
    cluster: "prod-weu",
    target: "fabric:/Billing/Ledger",
    plan: "nightly-billing",
    runs: 44,
    everyDays: 1,
    lastDaysAgo: 0.3,
    usualSeconds: 1_150,
    rtoSeconds: 1_800,
    partitions: 26,
    slowdown: 1.5,
  },
  {
    cluster: "prod-neu",
    target: "fabric:/Sessions/SessionState",
    plan: "nightly-sessions",
    runs: 30,
    everyDays: 1,
    lastDaysAgo: 0.15,
    usualSeconds: 96,
    rtoSeconds: 600,
    reds: { 0: "stale", 1: "stale", 12: "restore-timed-out" },
  },
  {
    cluster: "prod-weu",
    target: "fabric:/Catalog/ProductIndex",
    plan: "weekly-catalog",
    runs: 36,
    everyDays: 7,
    lastDaysAgo: 3,
    usualSeconds: 640,
    rtoSeconds: 3_600,
    partitions: 8,
    slowdown: 2.2,
  },
  {
    cluster: "prod-neu",
    target: "fabric:/Inventory/StockLevels",
    plan: "weekly-inventory",
    runs: 28,
    everyDays: 7,
    lastDaysAgo: 41,
    usualSeconds: 233,
    rtoSeconds: 900,
    partitions: 4,
  },
  {
    cluster: "prod-weu",
    target: "fabric:/Identity/TokenVault",
    plan: "nightly-identity",
    runs: 48,
    everyDays: 1,
    lastDaysAgo: 0.25,
    usualSeconds: 58,
    rtoSeconds: 300,
    reds: { 17: "access-denied", 18: "access-denied" },
  },
  {
    cluster: "prod-neu",
    target: "fabric:/Orders/OrderStore",
    plan: "nightly-orders",
    runs: 60,
    everyDays: 1,
    lastDaysAgo: 0.21,
    usualSeconds: 388,
    rtoSeconds: 1_800,
    partitions: 12,
  },
  {
    cluster: "staging",
    target: "fabric:/Payments",
    runs: 9,
    everyDays: 11,
    lastDaysAgo: 6,
    usualSeconds: 2_950,
    partitions: 40,
    reds: { 4: "deadline-exceeded" },
  },
  {
    cluster: "staging",
    target: "3a1f6c1e-8d0b-4a7e-9a52-2f6f3f0c9b41",
    runs: 2,
    everyDays: 20,
    lastDaysAgo: 9,
    usualSeconds: 21,
    rtoSeconds: 14_400,
  },
];

/** `count` records of `targets` targets, of every shape. */
export function manyRows(count: number, targets: number): readonly ReportRow[] {
  const each = Math.floor(count / targets);
  return Array.from({ length: targets }, (_, index) => {
    const reds: Readonly<Record<number, Reason>> =
      index % 23 === 0
        ? { 0: "restore-failed" }
        : index % 31 === 0
          ? { 0: "unreachable", 3: "unreachable" }
          : { 5: "unhealthy" };
    return rowsOf(
      {
        cluster: `prod-${["weu", "neu", "eus", "wus"][index % 4] ?? ""}`,
        target: `fabric:/App${String(index % 50).padStart(2, "0")}/Service${index}`,
        plan: `nightly-${index % 50}`,
        runs: index === 0 ? count - each * (targets - 1) : each,
        everyDays: 1 + (index % 3),
        lastDaysAgo: index % 41 === 5 ? 20 : (index % 24) / 24,
        usualSeconds: 20 + ((index * 97) % 2_400),
        rtoSeconds: 3_600,
        partitions: 1 + (index % 16),
        slowdown: index % 29 === 7 ? 2 : 1,
        reds,
      },
      index + 1,
    );
  }).flat();
}

const HOSTILE_NAMES = [
  `"><script>document.title='owned'</script>`,
  `'><img src=x onerror="document.title='owned'">`,
  "</style></title><svg onload=document.title='owned'>",
  "\u202Egnp.egap\u202C \u0000\u0007 ]]>&amp;&lt; ${7*7} {{7*7}} `x`",
  "javascript:document.title='owned'//\uD800",
  "averyveryverylongname".repeat(40),
  "__proto__",
  "復元検証・サービス 🚀 مرحبا",
  "",
] as const;

/** Names and ids that try to be more than text. */
export function hostileRows(): readonly ReportRow[] {
  return HOSTILE_NAMES.flatMap((name, index) =>
    rowsOf(
      {
        cluster: name,
        target: name,
        plan: name,
        runs: 6,
        everyDays: 2,
        lastDaysAgo: index,
        usualSeconds: 100,
        reds: index % 3 === 0 ? { 0: "no-restore" } : {},
      },
      index + 1,
    ).map((row, run) => (run === 0 ? { ...row, id: `../../x"onclick=alert(1)` } : row)),
  );
}

function rowsOf(drill: Drill, seed: number): readonly ReportRow[] {
  let dice: Dice = seed * 7_919;
  const next = (): number => {
    const drawn = draw(dice);
    dice = drawn.dice;
    return drawn.value;
  };
  return Array.from({ length: drill.runs }, (_, index) => {
    const back = drill.runs - 1 - index;
    const trend = 1 + ((drill.slowdown ?? 1) - 1) * Math.max(0, 1 - back / (drill.runs / 5));
    const seconds = Math.round(drill.usualSeconds * trend * (0.86 + 0.28 * next()));
    // No record passes outside its objective, here neither.
    const late = drill.rtoSeconds !== undefined && seconds > drill.rtoSeconds;
    const reason = drill.reds?.[back] ?? (late ? "rto-missed" : "restored");
    const endedAt = later(
      NOW,
      -(drill.lastDaysAgo + back * drill.everyDays) * DAY_MS + (back === 0 ? 0 : next() * HOUR_MS),
    );
    return {
      id: uuid(next),
      cluster: drill.cluster,
      target: drill.target,
      plan: drill.plan ?? null,
      verdict: verdictOf(reason),
      reason,
      startedAtUtc: formatInstant(later(endedAt, -(seconds + 40) * 1_000)),
      endedAtUtc: formatInstant(endedAt),
      restoreSeconds: MEASURED.has(reason) ? seconds : null,
      rtoSeconds: drill.rtoSeconds ?? null,
      partitionCount: drill.partitions ?? 1,
    };
  });
}

function verdictOf(reason: Reason): Outcome {
  if (reason === "restored") return "passed";
  return FAILED.has(reason) ? "failed" : "inconclusive";
}

function uuid(next: () => number): string {
  const hex = (length: number): string => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join("");
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
