import { GatewayError } from "../../shared/cluster-gateway.ts";
import { advance } from "../../shared/restore/advance.ts";
import { given } from "../../shared/restore/fields.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import { type Int64, parseInt64 } from "../../shared/restore/int64.ts";
import type { Backup, PartitionInfo } from "../../shared/restore/partition-info.ts";
import type { Problem, ProblemCode } from "../../shared/restore/problem.ts";
import type { RestorePoint, RestoreProgress } from "../../shared/restore/restore-progress.ts";
import type { Verdict } from "../../shared/restore/verdict.ts";
import { answerBy, beginWatch, type Observation, type Watch, type WatchPlan } from "../../shared/restore/watch.ts";
import { type Question, relevantBackups, type Testimony, type Told } from "../../shared/restore/witness.ts";
import { clockSkew } from "../../shared/service-fabric/clock-skew.ts";
import { afterStart, MINUTE, PARTITION, SECOND, START, sure } from "./scenes.ts";

/*
 * What truly happened to one partition, and what the wire shows of it. All times are true times, in milliseconds after START;
 * only what the cluster says is by the cluster's clock. What may be said about it stands in truth.test.ts; nothing here
 * knows a rule.
 */

export interface Attempt {
  readonly startMs: number;
  readonly lossMs: number;
  readonly inProgressMs: number;
  readonly secondariesMs: number;
  /** Infinity where it never ends. */
  readonly endMs: number;
  /** From the loss until here the partition is not healthy. */
  readonly settledMs: number;
  readonly outcome: "Success" | "Failure" | "Timeout";
  /** How the replica dates its success: rightly, not at all, or by a clock that is so far behind. */
  readonly dated: "rightly" | "not-at-all" | { readonly behindMs: number };
  readonly backup: number;
}

export interface Spell {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly status: string;
  readonly health: string;
}

const NEVER_MS = -1e12;

/** What becomes of a look, whatever it asks. */
export interface Fate {
  readonly delayMs: number;
  /** Which share of the delay is spent before the cluster answers; the rest is the way back. */
  readonly outward: number;
  readonly trouble: ProblemCode | "none";
  /** The reply comes from a cache that has kept it so long. */
  readonly cachedForMs: number;
  /** Or it is always the one of that moment, however late it is: its date stands still. */
  readonly frozenMs: number;
  readonly tellsDate: boolean;
  readonly partition: ProblemCode | "told";
  readonly backups: ProblemCode | "told";
}

export interface Truth {
  readonly plan: WatchPlan;
  readonly skewMs: number;
  /** In order; each begins after the one before it has ended or was given up. */
  readonly attempts: readonly Attempt[];
  readonly recordLostMs: readonly number[];
  /** Of other trouble than a restore. */
  readonly lossesMs: readonly number[];
  readonly spells: readonly Spell[];
  readonly goneMs: number;
  /** One look after the other, then from the beginning again. */
  readonly fates: readonly Fate[];
  readonly requestTimeoutMs: number;
}

const int64 = (digits: bigint | string): Int64 => sure(parseInt64(String(digits)));
const pointOf = (n: number): RestorePoint => ({
  epoch: { dataLossVersion: int64(`13380123456789012${n}`), configurationVersion: int64("8589934592") },
  lsn: int64(`900719925474099${n}`),
});
const POINTS = [0, 1, 2].map(pointOf);
export const backupId = (n: number): string => `3a056ac9-7206-43c3-8424-00000000000${n}`;
/** When each backup was truly made. */
export const MADE_MS = [-300 * MINUTE, -245 * MINUTE, -241 * MINUTE] as const;

export const attemptAt = ({ attempts, recordLostMs }: Truth, ms: number): Attempt | undefined => {
  const latest = attempts.findLast(({ startMs }) => startMs <= ms);
  const lost = latest !== undefined && recordLostMs.some((lostMs) => latest.startMs < lostMs && lostMs <= ms);
  return lost ? undefined : latest;
};

export const lossesUntil = ({ attempts, lossesMs }: Truth, ms: number): readonly number[] =>
  [...attempts.map(({ lossMs }) => lossMs), ...lossesMs].filter((lossMs) => lossMs <= ms);

export const isWell = (truth: Truth, ms: number): boolean => {
  const { status, health } = conditionAt(truth, ms);
  return ms < truth.goneMs && status === "Ready" && (health === "Ok" || health === "Warning");
};

function conditionAt({ attempts, spells }: Truth, ms: number): Pick<Spell, "status" | "health"> {
  if (attempts.some(({ lossMs, settledMs }) => lossMs <= ms && ms < settledMs))
    return { status: "Reconfiguring", health: "Warning" };
  return spells.findLast(({ fromMs, untilMs }) => fromMs <= ms && ms < untilMs) ?? { status: "Ready", health: "Ok" };
}

/** Whole seconds by the cluster's clock. */
function stamp({ skewMs }: Truth, ms: number): Instant {
  return afterStart(Math.floor((ms + skewMs) / SECOND) * SECOND);
}

function progressAt(truth: Truth, ms: number): RestoreProgress | null {
  const attempt = attemptAt(truth, ms);
  if (attempt === undefined) return null;
  const point = sure(POINTS[attempt.backup]);
  if (ms < attempt.endMs) {
    const { inProgressMs, secondariesMs } = attempt;
    if (ms < inProgressMs) return { state: "Accepted", spelled: "Accepted", point };
    if (ms < secondariesMs) return { state: "RestoreInProgress", spelled: "RestoreInProgress", point };
    return { state: "SecondariesInProgress", spelled: "SecondaryInProgress", point };
  }
  const { outcome, dated, endMs } = attempt;
  if (outcome !== "Success") return { state: outcome, spelled: outcome };
  if (dated === "not-at-all") return { state: "Success", spelled: "Success", point };
  const behindMs = dated === "rightly" ? 0 : dated.behindMs;
  return { state: "Success", spelled: "Success", at: stamp(truth, endMs - behindMs), point };
}

const problem = (code: ProblemCode): Problem => ({ code, message: `gateway says ${code}` });

export function partitionAt(truth: Truth, n: number, ms: number): Told<PartitionInfo | null> {
  const { partition } = fateOf(truth, n);
  if (partition !== "told") return { ok: false, problem: problem(partition) };
  if (ms >= truth.goneMs) return { ok: true, value: null };
  const lossMs = Math.max(NEVER_MS, ...lossesUntil(truth, ms));
  const ticks = BigInt(START + lossMs + truth.skewMs + 11_644_473_600_000) * 10_000n + 7n;
  const dataLossVersion = int64(lossMs === NEVER_MS ? "0" : ticks);
  return { ok: true, value: { partitionId: PARTITION, stateful: true, dataLossVersion, ...conditionAt(truth, ms) } };
}

export function backupsAt(truth: Truth, n: number): Told<readonly Backup[]> {
  const { backups } = fateOf(truth, n);
  if (backups !== "told") return { ok: false, problem: problem(backups) };
  const listed = POINTS.map((point, index) => ({
    backupId: backupId(index),
    type: "Full",
    location: "somewhere",
    createdAt: stamp(truth, sure(MADE_MS[index])),
    point,
  }));
  return { ok: true, value: listed };
}

const fateOf = ({ fates }: Truth, n: number): Fate => sure(fates[n % fates.length]);

/** The `n`th look, begun at `lookAt`: what its GetRestoreProgress brings, when, and the moment that answer was true. */
export interface Answer {
  readonly now: Instant;
  readonly trueMs: number;
  readonly cached: boolean;
  readonly problem?: Problem;
  readonly progress: RestoreProgress | null;
  readonly clockSkewMs?: number;
  readonly clockSlackMs?: number;
}

export function answerTo(truth: Truth, n: number, lookAt: Instant, budgetMs: number): Answer {
  const { delayMs, outward, trouble, cachedForMs, frozenMs, tellsDate } = fateOf(truth, n);
  const now = later(lookAt, Math.min(delayMs, budgetMs));
  const askedMs = lookAt - START + Math.floor(delayMs * outward);
  const trueMs = Math.min(askedMs - cachedForMs, frozenMs);
  const none = { now, trueMs, cached: trueMs < askedMs, progress: null };
  if (delayMs >= budgetMs) return { ...none, problem: problem("timed-out") };
  if (trouble !== "none") return { ...none, problem: problem(trouble) };
  const date = tellsDate ? { date: new Date(stamp(truth, trueMs)).toUTCString() } : {};
  const skew = clockSkew({ status: 200, statusText: "OK", headers: date, body: "" }, lookAt, now);
  return { ...none, progress: progressAt(truth, trueMs), ...skew };
}

export interface Look {
  readonly answer: Answer;
  readonly seen: Observation;
  readonly before: Watch;
  readonly now: Instant;
}

export interface Run {
  readonly looks: readonly Look[];
  readonly verdict: Verdict;
  readonly watch: Watch;
}

/** Follows the steps of the heart from look to look, as any driver would, but without waiting. */
export function drive(truth: Truth): Run {
  const looks: Look[] = [];
  let watch = beginWatch(truth.plan, START, 7);
  let [lookAt, ask]: [Instant, readonly Question[]] = [START, []];
  for (;;) {
    const before = watch;
    const n = looks.length;
    const answer = answerTo(truth, n, lookAt, answerBy(before, lookAt, truth.requestTimeoutMs) - lookAt);
    const seen = observed(truth, n, answer, ask);
    const step = advance(before, seen, answer.now);
    looks.push({ answer, seen, before, now: answer.now });
    watch = step.watch;
    if (step.next === "conclude") return { looks, verdict: step.verdict, watch };
    if (n > 5_000) throw new Error("it never concludes");
    [lookAt, ask] = [step.at, step.ask];
  }
}

function observed(truth: Truth, n: number, answer: Answer, ask: readonly Question[]): Observation {
  if (answer.problem !== undefined) return { kind: "unavailable", problem: answer.problem };
  const { progress, clockSkewMs, clockSlackMs, now } = answer;
  const skew = { ...given("clockSkewMs", clockSkewMs), ...given("clockSlackMs", clockSlackMs) };
  if (ask.length === 0) return { kind: "progress", progress, ...skew };
  const testimony: Testimony = {
    ...(ask.includes("partition") ? { partition: partitionAt(truth, n, now - START) } : {}),
    ...(ask.includes("health-event") ? { healthEvent: { ok: true, value: null } } : {}),
    ...(ask.includes("backups") ? { backups: relevant(truth, n, progress) } : {}),
  };
  return { kind: "progress", progress, ...skew, testimony };
}

function relevant(truth: Truth, n: number, progress: RestoreProgress | null): NonNullable<Testimony["backups"]> {
  const told = backupsAt(truth, n);
  const point = progress !== null && "point" in progress ? progress.point : undefined;
  return told.ok ? { ok: true, value: relevantBackups(told.value, truth.plan.expectedBackupId, point) } : told;
}

/** The answer, or the error a gateway would throw for it. */
export function unwrap<T>(told: Told<T>): T {
  if (told.ok) return told.value;
  throw new GatewayError(told.problem.code, told.problem.message);
}
