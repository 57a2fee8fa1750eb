import { noContent, noNativeRole, partitionMissing, signInPage, unavailable } from "../simulator/replies.ts";
import { accepted, hang, inTurn, type Shows, succeeded } from "../simulator/timeline.ts";
import type { Spell } from "../simulator/inventory.ts";
import { CLEAN, failed, inconclusive, minutes, PASSED, replies, type Scene, single, type Trap } from "./trap.ts";

const UNHEALTHY = failed("unhealthy");

/** A clean restore of a partition that then fares so; for ever, unless the spell says until when. */
function faring(spell: Spell, inputs: Scene["inputs"] = {}): Scene {
  return single(CLEAN, {
    partition: { spells: [{ since: "success", ...spell }] },
    inputs: { "timeout-minutes": minutes(2), ...inputs },
  });
}

/** A clean restore where whoever asks about the partition itself meets this. */
function meeting(instead: Shows, inputs: Scene["inputs"] = {}): Scene {
  return faring({ since: "start", instead }, inputs);
}

/** `Success` is said before the partition is back. */
export const HEALTH: readonly Trap[] = [
  {
    name: "NotReady for a while",
    why: "Green comes when it is Ready, not when the record says Success.",
    expect: PASSED,
    scene: () => faring({ untilMs: 600, status: "NotReady" }),
  },
  {
    name: "Reconfiguring for a while",
    why: "A usual thing after a restore; it passes.",
    expect: PASSED,
    scene: () => faring({ untilMs: 600, status: "Reconfiguring" }),
  },
  {
    name: "InQuorumLoss for a while",
    why: "The secondaries are being built; it passes.",
    expect: PASSED,
    scene: () => faring({ untilMs: 600, status: "InQuorumLoss" }),
  },
  {
    name: "NotReady before the end only",
    why: "During a restore no partition is ready; what counts is after it.",
    expect: PASSED,
    scene: () =>
      faring({ since: "start", untilMs: 450, status: "NotReady", health: "Error" }, { "timeout-minutes": minutes(3) }),
  },
  {
    name: "NotReady for ever",
    why: "Restored, and nobody can use it.",
    expect: UNHEALTHY,
    scene: () => faring({ status: "NotReady" }),
  },
  {
    name: "Reconfiguring for ever",
    why: "A reconfiguration that never ends serves nobody either.",
    expect: UNHEALTHY,
    scene: () => faring({ status: "Reconfiguring" }),
  },
  {
    name: "InQuorumLoss for ever",
    why: "The primary's data is back and cannot be written to.",
    expect: UNHEALTHY,
    scene: () => faring({ status: "InQuorumLoss" }),
  },
  {
    name: "being deleted",
    why: "A partition on its way out is no restored one.",
    expect: UNHEALTHY,
    scene: () => faring({ status: "Deleting" }),
  },
  {
    name: "HealthState Error for ever",
    why: "Ready, and its own watchdogs say that the data is bad.",
    expect: UNHEALTHY,
    scene: () => faring({ health: "Error" }),
  },
  {
    name: "HealthState Unknown for ever",
    why: "Unknown is not Ok.",
    expect: UNHEALTHY,
    scene: () => faring({ health: "Unknown" }),
  },
  {
    name: "HealthState Error for a while",
    why: "Watched on until it is Ok.",
    expect: PASSED,
    scene: () => faring({ untilMs: 600, health: "Error" }),
  },
  {
    name: "HealthState Warning",
    why: "A warning is healthy enough.",
    expect: PASSED,
    scene: () => faring({ health: "Warning" }),
  },
  {
    name: "health-check: report and NotReady",
    why: "Noted, not judged by.",
    expect: PASSED,
    scene: () => faring({ status: "NotReady" }, { "health-check": "report" }),
  },
  {
    name: "health-check: off and NotReady",
    why: "Not asked.",
    expect: PASSED,
    scene: () => faring({ status: "NotReady" }, { "health-check": "off" }),
  },
  {
    name: "partition info refused (403)",
    why: "Who may not see whether it is healthy cannot say that it is.",
    expect: inconclusive("access-denied"),
    scene: () => meeting(noNativeRole),
  },
  {
    name: "partition info refused, health-check: report",
    why: "The way out that the message names.",
    expect: PASSED,
    scene: () => meeting(noNativeRole, { "health-check": "report" }),
  },
  {
    name: "partition info refused, health-check: off",
    why: "What is not asked cannot be refused.",
    expect: PASSED,
    scene: () => meeting(noNativeRole, { "health-check": "off" }),
  },
  {
    name: "partition info not found (404)",
    why: "The restore is on record, so the partition is there: a 4xx for good.",
    expect: inconclusive("rejected"),
    scene: () => meeting(partitionMissing),
  },
  {
    name: "partition info not found, health-check: report",
    why: "Without the witness the record alone decides.",
    expect: PASSED,
    scene: () => meeting(partitionMissing, { "health-check": "report" }),
  },
  {
    name: "no such partition (204)",
    why: "The record outlives the partition: Success of one that has been deleted.",
    expect: inconclusive("partition-not-found"),
    scene: () => meeting(replies(noContent)),
  },
  {
    name: "partition info 503 for a while",
    why: "A fault of transport says nothing about health.",
    expect: PASSED,
    scene: () => faring({ untilMs: 600, instead: unavailable }),
  },
  {
    name: "partition info 503 for ever",
    why: "Neither healthy nor unhealthy: it could not be seen.",
    expect: inconclusive("unreachable"),
    scene: () => meeting(unavailable),
  },
  {
    name: "partition info is a sign-in page",
    why: "A 200 that is no partition shows no health.",
    expect: inconclusive("unintelligible"),
    scene: () => meeting(signInPage),
  },
  {
    name: "partition info hangs",
    why: "The watch still ends at its deadline, and does not guess.",
    expect: inconclusive("unreachable"),
    scene: () => meeting(hang, { "request-timeout-seconds": "0.4" }),
  },
  {
    name: "unhealthy at first, then hidden",
    why: "Seen unhealthy, then not seen at all: the last thing known is not a pass.",
    expect: UNHEALTHY,
    scene: () =>
      single(inTurn([accepted(), 300], [succeeded()]), {
        partition: {
          spells: [
            { since: "success", status: "NotReady" },
            { since: "success", fromMs: 700, instead: unavailable },
          ],
        },
      }),
  },
];
