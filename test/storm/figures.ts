import { markdownTable } from "../bench/table.ts";
import type { Life } from "./memory.ts";
import type { Mark } from "./oracle.ts";
import type { Judged, Played } from "./played.ts";
import type { Shell } from "./storm-case.ts";
import { CALM } from "./weather.ts";

/*
 * The figures of a storm. A verification is one partition's. A request *needed* is one that the same verifications send where nothing is wrong: the
 * calm case of the same number, which is about the same partitions; refused connections count as sent. *Lost* is the time from when the weather cleared
 * until a partition was looked at again. *Late* is the time from when a verdict was true until the answer came that it was given by. Times are by the shell's own clock;
 * of the Function none are told, since the host of the tests waits for every activity of a moment before it goes on to the next.
 */

export function count(played: readonly Played[], mark: Mark): number {
  return judgedIn(played).filter((one) => one.mark === mark).length;
}

/** Whether everything is as it should be. */
export function isSound(played: readonly Played[]): boolean {
  return (
    judgedIn(played).every(({ mark }) => mark === "right") && played.every(({ complaints }) => complaints.length === 0)
  );
}

function judgedIn(played: readonly Played[]): readonly Judged[] {
  return played.flatMap(({ judged }) => judged);
}

/** A row for each shell. */
export function ofShells(played: readonly Played[], lives: ReadonlyMap<Shell, readonly Life[]>): string {
  const shells = [...Map.groupBy(played, (one) => one.case.shell)];
  const head = ["shell", "verifications", "in runs", "right", "FALSE PASSES", "wrong, not green", "memory, MiB"];
  const rows = shells.map(([shell, all]) => [
    shell,
    String(judgedIn(all).length),
    String(all.length),
    String(count(all, "right")),
    String(count(all, "false pass")),
    String(count(all, "wrong")),
    memoryOf(lives.get(shell) ?? []),
  ]);
  return markdownTable([head, ...rows]);
}

/** Of all processes: how much they held in the first third of their lives, and in the last. */
function memoryOf(lives: readonly Life[]): string {
  if (lives.length === 0) return "not measured";
  const sum = (part: "first" | "last"): number => lives.reduce((all, life) => all + life[part], 0);
  const growth = (100 * (sum("last") - sum("first"))) / sum("first");
  const sign = growth < 0 ? "" : "+";
  const mean = [sum("first"), sum("last")].map((all) => (all / lives.length).toFixed(0)).join(" → ");
  return `${mean} (${sign}${growth.toFixed(1)} %)`;
}

/** A row for each weather and shell. */
export function ofWeathers(played: readonly Played[]): string {
  const head = [
    "weather",
    "shell",
    "right",
    "sent / needed",
    "lost, median",
    "lost, most",
    "late, median",
    "late, p95",
  ];
  const groups = Map.groupBy(played, (one) => `${one.case.weather.name}/${one.case.shell}`);
  const rows = [...groups.values()].map((all) => {
    const timed = all.filter((one) => one.case.shell !== "Function");
    const [lost, late] = [timed.flatMap(({ lostMs }) => lostMs), judgedIn(timed).flatMap(({ lateMs }) => lateMs ?? [])];
    return [
      all[0]?.case.weather.name ?? "",
      all[0]?.case.shell ?? "",
      `${count(all, "right")} of ${judgedIn(all).length}`,
      sentPerNeeded(all, played)?.toFixed(2) ?? "",
      seconds(lost, 0.5),
      seconds(lost, 1),
      seconds(late, 0.5),
      seconds(late, 0.95),
    ];
  });
  return markdownTable([head, ...rows]);
}

function sentPerNeeded(all: readonly Played[], played: readonly Played[]): number | undefined {
  const pairs = all.map((one) => ({ one, calm: played.find((other) => isCalmTwin(other, one)) }));
  if (pairs.some(({ calm }) => calm === undefined)) return undefined;
  const sent = pairs.reduce((sum, { one }) => sum + one.requests, 0);
  const needed = pairs.reduce((sum, { calm }) => sum + (calm?.requests ?? 0), 0);
  return needed === 0 ? undefined : sent / needed;
}

function isCalmTwin({ case: calm }: Played, { case: it }: Played): boolean {
  const [shell, , nth] = it.name.split("/");
  return calm.name === `${shell}/${CALM.name}/${nth}`;
}

function seconds(ms: readonly number[], quantile: number): string {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = sorted[Math.min(sorted.length - 1, Math.floor(quantile * sorted.length))];
  return at === undefined ? "" : `${(at / 1_000).toFixed(1)} s`;
}

/** A line for everything that is not as it should be. */
export function whatIsWrong(played: readonly Played[]): readonly string[] {
  return played.flatMap(({ case: it, judged, complaints }) => [
    ...judged
      .filter(({ mark }) => mark !== "right")
      .map(({ mark, partitionId, verdict, reason, saidMs }) => {
        const at = saidMs === undefined ? "never answered" : `last answered at ${(saidMs / 1_000).toFixed(1)} s`;
        const what = it.partitions.get(partitionId)?.name ?? "";
        return `${mark.toUpperCase()}  ${it.name}  ${partitionId} (${what}): ${verdict}, ${reason}, ${at}`;
      }),
    ...complaints.map((complaint) => `COMPLAINT  ${it.name}: ${complaint}`),
  ]);
}
