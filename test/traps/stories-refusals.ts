import {
  badRoute,
  foreignNotFound,
  gatewayTimeout,
  noBackupService,
  noKerberosToken,
  noRole,
  notReadable,
  partitionNotFound,
  tooManyRequests,
  unavailable,
  webApiError,
} from "../simulator/replies.ts";
import { during } from "../simulator/faults.ts";
import { accepted, cut, drip, hang, inTurn, reset, restoring, succeeded } from "../simulator/timeline.ts";
import { progressReply } from "../simulator/replies.ts";
import { successBody } from "../simulator/bodies.ts";
import { POINT } from "../simulator/timeline.ts";
import { CLEAN, failed, inconclusive, minutes, PASSED, single, type Trap } from "./trap.ts";

const SHORT = { "timeout-minutes": minutes(1.5) };
const IMPATIENT = { "request-timeout-seconds": "0.3" };

/** A cluster that refuses, and one that cannot be heard: neither is a fault of the restore. */
export const REFUSALS: readonly Trap[] = [
  {
    name: "503s on the way",
    why: "A fault of transport is never a fault of the restore.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 300], [unavailable, 500], [restoring(), 200], [succeeded()])),
  },
  {
    name: "503s at first",
    why: "The cluster is coming up; it is waited for.",
    expect: PASSED,
    scene: () => single(inTurn([unavailable, 400], [accepted(), 300], [succeeded()])),
  },
  {
    name: "503s for ever",
    why: "No usable answer says nothing about the restore.",
    expect: inconclusive("unreachable"),
    scene: () => single(inTurn([unavailable]), { inputs: SHORT }),
  },
  {
    name: "503s from Accepted on",
    why: "Last seen under way, and blind at the deadline: that restore did not show its end.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 300], [unavailable]), { inputs: SHORT }),
  },
  {
    name: "503s from the moment it succeeds",
    why: "Nobody saw the Success.",
    expect: failed("deadline-exceeded"),
    scene: () => single(CLEAN, { cluster: { faults: [during(450, Infinity, unavailable)] }, inputs: SHORT }),
  },
  {
    name: "one request in three breaks",
    why: "A storm of resets over everything that is asked.",
    expect: PASSED,
    scene: () =>
      single(CLEAN, {
        cluster: { faults: [during(0, Infinity, reset, 1 / 3)] },
        inputs: { "timeout-minutes": minutes(7) },
      }),
  },
  {
    name: "500s for ever",
    why: "Web API's own error object, which names no passing condition.",
    expect: inconclusive("unreachable"),
    scene: () => single(inTurn([webApiError]), { inputs: SHORT }),
  },
  {
    name: "the service has just failed over",
    why: "A 500 with FABRIC_E_NOT_READABLE, and 504s: they pass.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 200], [notReadable, 300], [gatewayTimeout, 300], [succeeded()])),
  },
  {
    name: "throttled with a long Retry-After",
    why: "A minute is more than is left: the last look is at the deadline all the same.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 300], [tooManyRequests(60), 300], [succeeded()])),
  },
  {
    name: "resets on the way",
    why: "The connection breaks; the restore does not.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 300], [reset, 500], [succeeded()])),
  },
  {
    name: "a hang on the way",
    why: "The gateway can hold a GET for two minutes: the client's own budget ends it.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 300], [hang, 500], [succeeded()]), { inputs: IMPATIENT }),
  },
  {
    name: "a hang for ever",
    why: "The watch ends at its deadline although nobody ever answers.",
    expect: inconclusive("unreachable"),
    scene: () => single(inTurn([hang]), { inputs: SHORT }),
  },
  {
    name: "a reply that drips for ever",
    why: "Blank after blank, each in time: only a budget for the whole reply ends it.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 300], [drip()]), { inputs: { ...SHORT, ...IMPATIENT } }),
  },
  {
    name: "a success cut short",
    why: "Whole JSON, and fewer bytes than promised: whoever ignores the length is green.",
    expect: failed("deadline-exceeded"),
    scene: (now) => {
      const success = progressReply(successBody({ at: now, point: POINT }));
      return single(inTurn([accepted(), 300], [cut(success)]), { inputs: SHORT });
    },
  },
  {
    name: "no Backup Restore Service",
    why: "A 404 without a body; its code is in the reason phrase.",
    expect: inconclusive("backup-service-unavailable"),
    scene: () => single(inTurn([noBackupService])),
  },
  {
    name: "no Backup Restore Service for a moment",
    why: "The gateway answers so once while it learns where the service lives.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 300], [noBackupService, 70], [restoring(), 300], [succeeded()])),
  },
  {
    name: "no such partition",
    why: "The other 404: JSON labelled text/plain.",
    expect: inconclusive("partition-not-found"),
    scene: () => single(inTurn([partitionNotFound])),
  },
  {
    name: "somebody else's 404",
    why: "nginx, not Service Fabric: says nothing about the partition.",
    expect: inconclusive("rejected"),
    scene: () => single(inTurn([foreignNotFound])),
  },
  {
    name: "403",
    why: "Who may not look cannot tell.",
    expect: inconclusive("access-denied"),
    scene: () => single(inTurn([noRole])),
  },
  {
    name: "401",
    why: "The same for another front door.",
    expect: inconclusive("access-denied"),
    scene: () => single(inTurn([noKerberosToken])),
  },
  {
    name: "403 from Accepted on",
    why: "The token ran out in the middle: the restore may well succeed, unseen.",
    expect: inconclusive("access-denied"),
    scene: () => single(inTurn([accepted(), 300], [noRole])),
  },
  {
    name: "400",
    why: "Asking again cannot help.",
    expect: inconclusive("rejected"),
    scene: () => single(inTurn([badRoute])),
  },
  {
    name: "a cluster of the 6.2 generation",
    why: "It takes 6.2-preview only and spells its epochs otherwise.",
    expect: PASSED,
    scene: () => single(CLEAN, { cluster: { generation: "6.2" } }),
  },
];
