import { accepted, ended, inTurn, nothing, restoring, slow, succeeded } from "../simulator/timeline.ts";
import { CLEAN, failed, inconclusive, lastMonths, minutes, PASSED, single, type Trap } from "./trap.ts";

/** Nobody looks in between: only the first look and the one at the deadline. */
const RARELY = { "timeout-minutes": minutes(3), "poll-interval-seconds": "60" };
const SELDOM = { "poll-interval-seconds": "1", "start-timeout-minutes": minutes(2) };

/** When it was, and when one looked. */
export const TIMING: readonly Trap[] = [
  {
    name: "ends just before the deadline",
    why: "The last look is exactly at the deadline, and asks all it needs.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 2_200], [succeeded()]), { inputs: RARELY }),
  },
  {
    name: "fails just before the deadline",
    why: "The same for a red one: not deadline-exceeded.",
    expect: failed("restore-failed"),
    scene: () => single(inTurn([accepted(), 2_200], [ended("Failure")]), { inputs: RARELY }),
  },
  {
    name: "ends just after the deadline",
    why: "In the end it succeeds; nobody was promised that.",
    expect: failed("deadline-exceeded"),
    scene: () => single(inTurn([accepted(), 1_900], [succeeded()]), { inputs: { "timeout-minutes": minutes(1.4) } }),
  },
  {
    name: "appears late",
    why: "The job that asks for the restore takes a while to begin.",
    expect: PASSED,
    scene: () => single(inTurn([nothing, 500], [accepted(), 300], [restoring(), 300], [succeeded()])),
  },
  {
    name: "appears after the start timeout",
    why: "By then it has been given up: nothing was on record in time.",
    expect: inconclusive("no-restore"),
    scene: () => single(inTurn([nothing, 1_500], [accepted()])),
  },
  {
    name: "under way for longer than the start timeout",
    why: "That one is for appearing, not for ending.",
    expect: PASSED,
    scene: () => single(inTurn([accepted(), 800], [restoring(), 800], [succeeded()])),
  },
  {
    name: "a start timeout of zero, nothing on record",
    why: "One look is enough.",
    expect: inconclusive("no-restore"),
    scene: () => single(inTurn([nothing, 300], [accepted()]), { inputs: { "start-timeout-minutes": "0" } }),
  },
  {
    name: "a start timeout of zero, under way",
    why: "One look is enough for that as well.",
    expect: PASSED,
    scene: () => single(CLEAN, { inputs: { "start-timeout-minutes": "0" } }),
  },
  {
    name: "a start timeout longer than the deadline",
    why: "It is cut to it.",
    expect: inconclusive("no-restore"),
    scene: () =>
      single(inTurn([nothing]), { inputs: { "start-timeout-minutes": "5", "timeout-minutes": minutes(1.2) } }),
  },
  {
    name: "begun and ended between two looks",
    why: "Under way it was never seen; the date says that it is tonight's.",
    expect: PASSED,
    scene: (now) => single(inTurn([lastMonths(now), 300], [accepted(), 200], [succeeded()]), { inputs: SELDOM }),
  },
  {
    name: "begun and failed between two looks",
    why: "Before and after it is the same Failure; the data loss says that it is another.",
    expect: failed("restore-failed"),
    scene: () => single(inTurn([ended("Failure"), 300], [accepted(), 200], [ended("Failure")]), { inputs: SELDOM }),
  },
  {
    name: "every answer takes 400 ms",
    why: "Slow is not broken.",
    expect: PASSED,
    scene: () => single(inTurn([slow(400, accepted()), 300], [slow(400, restoring()), 400], [slow(400, succeeded())])),
  },
];
