import { formatInstant, instantFromMs, later } from "../../shared/restore/instant.ts";
import { systemClock } from "../../shared/clock.ts";
import type { ClusterOptions } from "../simulator/cluster.ts";
import { noRole, partitionNotFound, signInPage } from "../simulator/replies.ts";
import {
  accepted,
  ended,
  future,
  hang,
  inTurn,
  nothing,
  POINT,
  reset,
  restoring,
  secondaries,
  succeeded,
  type Shows,
  type Timeline,
} from "../simulator/timeline.ts";
import type { StepOptions } from "./run-bundle.ts";

/* What is written down of whole steps, to be reviewed: each a cluster, inputs, and what else the runner brings along. */

export interface Scenario {
  readonly name: string;
  readonly why: string;
  readonly cluster: Omit<ClusterOptions, "clock">;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly step?: Omit<StepOptions, "inputs">;
  /** What GitHub has on record before the run; the run may write issues then. */
  readonly issues?: "none" | "open" | "refused";
}

export const ID = "00000000-0000-4000-8000-0000000000aa";
export const idOf = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
export const FAST = { "poll-interval-seconds": "0.1", "timeout-minutes": "0.03", "start-timeout-minutes": "0.01" };
export const CLEAN = inTurn([accepted(), 150], [restoring(), 300], [succeeded()]);

const single = (timeline: Timeline | Shows, partition: object = {}): Scenario["cluster"] => ({
  partitions: [{ id: ID, timeline: "steps" in timeline ? timeline : inTurn([timeline]), ...partition }],
});
/** To the second, as a cluster tells its times. */
const NOW = instantFromMs(Math.floor(systemClock.now() / 1_000) * 1_000);
const ago = (minutes: number): string => formatInstant(later(NOW, -minutes * 60_000));
const LONG = { "timeout-minutes": "0.2", "start-timeout-minutes": "0.1" };
const FAILS = inTurn([accepted(), 200], [ended("Failure")]);
const orders = (index: number, timeline: Timeline, service = "fabric:/Shop/Orders") => ({
  id: idOf(index),
  timeline,
  service,
});
const HOSTILE =
  "boom\r\n::error::not ours\u0000 ##[add-mask]x %0A::stop\u202e\u001b[31m | <img src=x> | `code` ]]> [a](javascript:b) @octocat";

export const SCENARIOS: readonly Scenario[] = [
  { name: "deadline", why: "Under way when our time is over.", cluster: single(accepted()) },
  { name: "unreachable", why: "Nothing ever answers.", cluster: single(reset) },
  {
    name: "no-answer",
    why: "A request hangs for ever.",
    cluster: single(hang),
    inputs: { "request-timeout-seconds": "0.3" },
  },
  { name: "sign-in-page", why: "Something else answers.", cluster: single(signInPage) },
  { name: "access-denied", why: "A client without a role.", cluster: single(noRole) },
  { name: "partition-not-found", why: "No such partition.", cluster: single(partitionNotFound) },
  {
    name: "secondaries",
    why: "A state that is documented nowhere.",
    cluster: single(inTurn([accepted(), 150], [secondaries(), 300], [succeeded()])),
    inputs: LONG,
  },
  {
    name: "future-state",
    why: "A state no client of today knows.",
    cluster: single(inTurn([future("RestoreQueued"), 300], [succeeded()])),
    inputs: LONG,
  },
  {
    name: "garbage-then-recovery",
    why: "Faults of the transport are no faults of the restore.",
    cluster: single(inTurn([accepted(), 250], [signInPage, 250], [restoring(), 250], [succeeded()])),
    inputs: LONG,
  },
  {
    name: "not-before-any",
    why: "The check is switched off, and said to be.",
    cluster: single(succeeded({ at: later(systemClock.now(), -3_600_000) })),
    inputs: { "not-before": "any" },
  },
  { name: "stale-failure", why: "An old failure cannot be dated.", cluster: single(ended("Failure")) },
  {
    name: "unhealthy",
    why: "The restore came back, the partition did not.",
    cluster: single(CLEAN, { spells: [{ status: "InQuorumLoss", health: "Error" }] }),
  },
  {
    name: "health-reported",
    why: "Noted, not judged.",
    cluster: single(CLEAN, { spells: [{ status: "InQuorumLoss", health: "Error" }] }),
    inputs: { ...LONG, "health-check": "report" },
  },
  {
    name: "rto-met",
    why: "An objective, held.",
    cluster: single(CLEAN),
    inputs: { ...LONG, "rto-minutes": "10", "rpo-minutes": "90" },
  },
  {
    name: "rto-missed",
    why: "Back, but late.",
    cluster: single(succeeded({ at: later(NOW, -600_000) })),
    inputs: { "not-before": ago(40), "rto-minutes": "20" },
  },
  { name: "rpo-missed", why: "Back, but old.", cluster: single(CLEAN), inputs: { ...LONG, "rpo-minutes": "10" } },
  {
    name: "wrong-backup",
    why: "Said as soon as Accepted shows it.",
    cluster: single(CLEAN, {
      backups: [
        { backupId: idOf(7), point: { ...POINT, lsn: "9" }, createdAt: systemClock.now() },
        { backupId: idOf(8), point: POINT, createdAt: systemClock.now() },
      ],
    }),
    inputs: { ...LONG, "expected-backup-id": idOf(7) },
  },
  {
    name: "hostile-text",
    why: "Nothing a cluster says is a command, a mention or markup.",
    cluster: single(
      inTurn(
        [accepted(), 200],
        [ended("Failure", { documented: true, failure: { code: "E\n::warning::x", message: HOSTILE } })],
      ),
    ),
    inputs: { "junit-path": "junit.xml" },
  },
  {
    name: "service-with-files",
    why: "All of a service, with a report and JUnit XML in folders that are not there yet.",
    cluster: { partitions: [orders(1, CLEAN), orders(2, FAILS), orders(3, inTurn([nothing]))] },
    inputs: {
      ...LONG,
      "partition-id": "",
      "service-name": "fabric:/Shop/Orders",
      "report-path": "evidence/drill/",
      "junit-path": "evidence/junit.xml",
    },
  },
  {
    name: "application",
    why: "Services without persisted state are skipped, and said to be.",
    cluster: {
      partitions: [orders(1, CLEAN), orders(2, CLEAN, "fabric:/Shop/Stock")],
      services: [{ name: "fabric:/Shop/Front", kind: "Stateless" }],
    },
    inputs: { ...LONG, "partition-id": "", "application-name": "fabric:/Shop", "junit-path": "junit.xml" },
  },
  {
    name: "nothing-to-verify",
    why: "A stateless service has nothing to restore: that is no pass.",
    cluster: { partitions: [], services: [{ name: "fabric:/Shop/Front", kind: "Stateless" }] },
    inputs: { "partition-id": "", "service-name": "fabric:/Shop/Front", "junit-path": "junit.xml" },
  },
  {
    name: "many-partitions",
    why: "Counts, and what goes wrong; never a line for each.",
    cluster: { partitions: Array.from({ length: 19 }, (_, index) => orders(index + 1, index === 12 ? FAILS : CLEAN)) },
    inputs: { ...LONG, "partition-id": "", "service-name": "fabric:/Shop/Orders", "max-requests-per-second": "1000" },
  },
  {
    name: "json-lines",
    why: "Above 100 partitions the report is JSON Lines.",
    cluster: {
      partitions: Array.from({ length: 101 }, (_, index) =>
        orders(index + 1, inTurn([accepted(), 200], [succeeded()])),
      ),
    },
    inputs: {
      "partition-id": "",
      "service-name": "fabric:/Shop/Orders",
      "report-path": "report.json",
      "max-requests-per-second": "1000",
    },
  },
  {
    name: "unwritable",
    why: "A file that cannot be written changes no verdict, and loses no output.",
    cluster: single(CLEAN),
    inputs: { ...LONG, "report-path": "taken/report.json", "junit-path": "taken/junit.xml" },
    step: {
      prepare: async (workspace) => (await import("node:fs/promises")).writeFile(`${workspace}/taken`, "a file"),
    },
  },
  {
    name: "cancelled",
    why: "Told to stop: the restore goes on, and everything is written.",
    cluster: single(accepted()),
    inputs: { ...LONG, "poll-interval-seconds": "60", "report-path": "report.json", "junit-path": "junit.xml" },
    step: { onLine: (line, child) => void (line.includes("Accepted") && child.kill("SIGINT")) },
  },
  {
    name: "own-defect",
    why: "An error that nobody caught is ours, and never green.",
    cluster: single(accepted()),
    inputs: { ...LONG, "junit-path": "junit.xml" },
    step: {
      env: { NODE_OPTIONS: `--import=data:text/javascript,setTimeout(()=>{throw(new(RangeError)(123))},2500)` },
    },
  },
  { name: "no-colour", why: "NO_COLOR is heeded.", cluster: single(FAILS), step: { env: { NO_COLOR: "1" } } },
  { name: "issue-opened", why: "One issue per target.", cluster: single(FAILS), issues: "none" },
  {
    name: "issue-commented",
    why: "The same target is the same issue.",
    cluster: single(ended("Failure")),
    issues: "open",
  },
  {
    name: "issue-closed",
    why: "Closed on the next pass.",
    cluster: single(succeeded({ at: NOW })),
    inputs: LONG,
    issues: "open",
  },
  { name: "issue-refused", why: "What GitHub refuses is a warning.", cluster: single(FAILS), issues: "refused" },
];
