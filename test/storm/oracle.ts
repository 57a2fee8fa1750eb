import type { Outcome, Reason } from "../../shared/restore/verdict.ts";
import { type Expected, failed, inconclusive, PASSED } from "../traps/trap.ts";
import type { Attempt, Script } from "./script.ts";
import type { Weather } from "./weather.ts";

/*
 * What may be said, by the tables of the product's contract and what is true of the partition; nothing of the code is asked. Where the weather may hide
 * what is true, several answers are honest. `passed` is among them only where the truth is a fresh success of the right backup, healthy in the end.
 */

/** With nothing in the way there is one right answer. */
export function right({ before, attempt, missing }: Script): Expected {
  if (missing === true) return inconclusive("partition-not-found");
  if (attempt === undefined) return inconclusive(before === "nothing" ? "no-restore" : "stale");
  if (attempt.backup === "other") return failed("wrong-backup");
  if (attempt.endsMs === Infinity) return failed("deadline-exceeded");
  return ofEnd(attempt);
}

function ofEnd({ outcome, wellAfterMs }: Attempt): Expected {
  switch (outcome) {
    case "Failure":
      return failed("restore-failed");
    case "Timeout":
      return failed("restore-timed-out");
    case "Success":
      return wellAfterMs === Infinity ? failed("unhealthy") : PASSED;
  }
}

/** All that is honest in that weather. */
export function honest(script: Script, weather: Weather): readonly Expected[] {
  const spoilt = weather.spoilt ?? [];
  const lasting = spoilt.find(({ fromMs, untilMs, share = 1 }) => fromMs === 0 && untilMs === Infinity && share === 1);
  if (lasting !== undefined) return [inconclusive(lasting.damage === "stranger" ? "untrusted-server" : "unreachable")];
  const answers = [right(script)];
  // Asking again cannot help, and may be asking the wrong one: it ends there, whoever looks meanwhile.
  if (spoilt.some(({ damage }) => damage === "stranger")) answers.push(inconclusive("untrusted-server"));
  // A clock that is behind is not told from a cache (docs/decisions/0012): what it dates is old, whatever it is.
  const behind = (weather.skewMs ?? 0) < 0 && weather.notBeforeIsTheirs !== true;
  if (behind && script.attempt !== undefined) answers.push(inconclusive("stale"));
  const clear = weather.faults === undefined && weather.spoilt === undefined;
  // Nothing dates it but having been seen under way, and that may have been hidden.
  if (!clear && script.attempt?.dated === false) answers.push(inconclusive("stale"));
  // The very last answer, which would have said so, may be the one that is lost.
  const toTheEnd = [...(weather.faults ?? []), ...spoilt].some(({ untilMs }) => untilMs === Infinity);
  if (toTheEnd && script.attempt?.wellAfterMs === Infinity) answers.push(inconclusive("unreachable"));
  if (weather.blinding === true) answers.push(...blind(script));
  return answers;
}

/** Where the deadline comes while the cluster does not answer, the last thing it did say decides. */
function blind({ before, attempt }: Script): readonly Expected[] {
  if (attempt === undefined) return [inconclusive("unreachable")];
  const earlier = inconclusive(before === "nothing" ? "no-restore" : "stale");
  return [failed("deadline-exceeded"), inconclusive("unreachable"), earlier];
}

/** `false pass`: green where that is not honest, or before it was true. */
export type Mark = "right" | "wrong" | "false pass";

export interface Said {
  readonly verdict: Outcome;
  readonly reason: Reason;
  /** When the last answer came, from the start of the cluster, in milliseconds of the storm; `undefined` where none ever did. */
  readonly saidMs: number | undefined;
}

/** Two clocks of one machine. */
const CLOCKS_MS = 1_000;

/** From when on the partition is what a `passed` says of it. */
export function trueFromMs({ attempt }: Script): number {
  return attempt === undefined ? Infinity : attempt.endsMs + attempt.wellAfterMs;
}

export function mark({ verdict, reason, saidMs = -Infinity }: Said, script: Script, weather: Weather): Mark {
  const among = honest(script, weather).some((one) => one.verdict === verdict && one.reason === reason);
  if (verdict !== "passed") return among ? "right" : "wrong";
  return among && saidMs + CLOCKS_MS >= trueFromMs(script) ? "right" : "false pass";
}
