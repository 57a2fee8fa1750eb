import { accepted, ended, future, inTurn, restoring, secondaries, succeeded } from "../simulator/timeline.ts";
import { CLEAN, endingIn, failed, minutes, PASSED, says, single, type Trap } from "./trap.ts";

const SHORT = { "timeout-minutes": minutes(1.5) };

/** What the states mean, the ones nobody knows included. */
export const STATES: readonly Trap[] = [
  {
    name: "a clean restore",
    why: "The one case everybody tests.",
    expect: PASSED,
    scene: () => single(CLEAN),
  },
  {
    name: "already restored at the first look",
    why: "Small backups are back before anybody looks; the date says that it is tonight's.",
    expect: PASSED,
    scene: () => single(inTurn([succeeded()])),
  },
  {
    name: "SecondariesInProgress on the way",
    why: "In no schema: clients with a closed list of states read it as Invalid.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 200], [restoring(), 300], [secondaries(), 400], [succeeded()])),
  },
  {
    name: "SecondaryInProgress on the way",
    why: "The release notes spell it both ways.",
    expect: PASSED,
    scene: () =>
      single(inTurn([accepted(), 200], [restoring(), 300], [secondaries("SecondaryInProgress"), 400], [succeeded()])),
  },
  {
    name: "SecondariesInProgress for ever",
    why: "The primary has its data and the quorum never comes back: that is not restored.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 200], [secondaries()]), { inputs: SHORT }),
  },
  {
    name: "stuck in Accepted",
    why: "A lost work item: the server's own timeout never fires.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted()]), { inputs: SHORT }),
  },
  {
    name: "stuck in RestoreInProgress",
    why: "A restore that never ends is red, not inconclusive: it was seen.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 200], [restoring()]), { inputs: SHORT }),
  },
  {
    name: "a state of the future on the way",
    why: "Clusters are updated before their clients: what nobody knows is not the end.",
    expect: PASSED,
    scene: () =>
      single(inTurn([accepted(), 200], [restoring(), 200], [future("DataVerification"), 400], [succeeded()])),
  },
  {
    name: "a state of the future for ever",
    why: "It may be an end, and it may be none; a pass it is not.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 200], [future("DataVerification")]), { inputs: SHORT }),
  },
  {
    name: "a state of the future first, then a dated success",
    why: "The date says whose it is.",
    expect: PASSED,
    scene: () => single(inTurn([future("Queued"), 400], [succeeded()])),
  },
  {
    name: "SuccessWithDataLoss",
    why: "It begins like a Success; who compares prefixes or greps for the word is green.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 200], [future("SuccessWithDataLoss")]), { inputs: SHORT }),
  },
  {
    name: "success in lower case",
    why: "No server writes it: another spelling is another state.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 200], [future("success")]), { inputs: SHORT }),
  },
  {
    name: "a failure without a reason",
    why: "Current clusters keep the reason to themselves.",
    expect: failed("restore-failed"),
    scene: () => single(endingIn(ended("Failure"))),
  },
  {
    name: "a failure with its reason",
    why: "As the reference promises it.",
    expect: failed("restore-failed"),
    scene: () => {
      const failure = { code: "FABRIC_E_RESTORE_SAFE_CHECK_FAILED", message: "The backup is older than the data." };
      return single(endingIn(ended("Failure", { failure, documented: true })));
    },
  },
  {
    name: "a failure whose message says Success",
    why: "Who greps the body for the word is green.",
    expect: failed("restore-failed"),
    scene: () => {
      const failure = { code: "E_FAIL", message: 'copied with "RestoreState":"Success", then lost' };
      return single(endingIn(ended("Failure", { failure, documented: true })));
    },
  },
  {
    name: "Invalid",
    why: "The server itself files it under failures.",
    expect: failed("restore-failed"),
    scene: () => single(endingIn(ended("Invalid"))),
  },
  {
    name: "Timeout",
    why: "The cluster stopped waiting; the restore may still complete, and a record does not say so.",
    expect: failed("restore-timed-out"),
    scene: () => single(endingIn(ended("Timeout"))),
  },
  {
    name: "Timeout, then a success",
    why: "Within its own time it did not come back; what came later was asked for by somebody else.",
    expect: failed("restore-timed-out"),
    scene: () => single(endingIn(ended("Timeout"), accepted(), restoring(), succeeded())),
  },
  {
    name: "a failure, then somebody's retry succeeds",
    why: "This restore failed; the next one is another.",
    expect: failed("restore-failed"),
    scene: () => single(endingIn(ended("Failure"), accepted(), restoring(), succeeded())),
  },
  {
    name: "Accepted again on the way",
    why: "Somebody asked anew before the end: both attempts are of tonight.",
    expect: PASSED,
    scene: () =>
      single(inTurn([accepted(), 200], [restoring(), 300], [accepted(), 200], [restoring(), 300], [succeeded()])),
  },
  {
    name: "a success that bears a FailureError",
    why: "It contradicts itself, so it is neither.",
    expect: failed("deadline-exceeded"),
    scene: () => {
      const body = {
        RestoreState: "Success",
        TimeStampUtc: new Date().toISOString(),
        RestoredEpoch: null,
        RestoredLsn: 0,
        FailureError: { Code: "E_FAIL", Message: "no" },
      };
      return single(inTurn([accepted(), 300], [says(JSON.stringify(body))]), { inputs: SHORT });
    },
  },
];
