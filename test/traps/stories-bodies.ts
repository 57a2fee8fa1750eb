import { endedBody, inFlightBody, successBody } from "../simulator/bodies.ts";
import { huge, noContent, otherJson, redirect, signInPage, truncatedJson, xml } from "../simulator/replies.ts";
import {
  accepted,
  inTurn,
  nothing,
  POINT,
  restorePoint,
  restoring,
  type Shows,
  succeeded,
} from "../simulator/timeline.ts";
import { type Instant, later } from "../../shared/restore/instant.ts";
import {
  endingIn,
  failed,
  inconclusive,
  lastMonths,
  minutes,
  PASSED,
  replies,
  says,
  type Scene,
  single,
  type Trap,
} from "./trap.ts";

const SHORT = { "timeout-minutes": minutes(1.5) };
const TEXT = { headers: { "Content-Type": "text/plain; charset=utf-8" } };
const BOM = "\uFEFF";

/** Seen under way, then nothing but this: no answer is no end. */
function only(shows: Shows): Scene {
  return single(inTurn([accepted(), 300], [shows]), { inputs: SHORT });
}

/** In flight, then a success that is spelled so. */
function spelling(body: (at: Instant) => string, now: Instant): Scene {
  return single(inTurn([says(inFlightBody("Accepted", POINT)), 400], [says(body(later(now, 400)))]));
}

/** A 200 that is no restore progress, and progress in its odder forms. */
export const BODIES: readonly Trap[] = [
  {
    name: "nothing on record for a while",
    why: "The body null is a normal answer, and the restore is yet to come.",
    expect: PASSED,
    scene: () => single(inTurn([nothing, 400], [accepted(), 300], [succeeded()])),
  },
  {
    name: "nothing on record",
    why: "200 with the body null is neither an error nor a success.",
    expect: inconclusive("no-restore"),
    scene: () => single(inTurn([nothing])),
  },
  {
    name: "204 for ever",
    why: "The same without a body.",
    expect: inconclusive("no-restore"),
    scene: () => single(inTurn([replies(noContent)])),
  },
  {
    name: "an empty 200",
    why: "And the same again.",
    expect: inconclusive("no-restore"),
    scene: () => single(inTurn([says("")])),
  },
  {
    name: "a sign-in page for ever",
    why: "A captive portal says 200 to everything.",
    expect: inconclusive("unintelligible"),
    scene: () => single(inTurn([signInPage])),
  },
  {
    name: "a redirect for ever",
    why: "No cluster redirects: whoever does is another.",
    expect: inconclusive("unintelligible"),
    scene: () => single(inTurn([redirect])),
  },
  {
    name: "a sign-in page from Accepted on",
    why: "The proxy's session ran out: the restore was last seen under way.",
    expect: failed("deadline-exceeded"),
    scene: () => only(signInPage),
  },
  {
    name: "garbage on the way",
    why: "A page, half a reply, somebody's JSON: none of them is an end.",
    expect: PASSED,
    scene: () =>
      single(
        inTurn(
          [accepted(), 200],
          [signInPage, 200],
          [truncatedJson, 200],
          [otherJson, 200],
          [restoring(), 200],
          [succeeded()],
        ),
      ),
  },
  {
    name: "Success in XML",
    why: "Who greps for the word is green.",
    expect: failed("deadline-exceeded"),
    scene: () => only(xml),
  },
  {
    name: "half a Success",
    why: "The body ends in the middle of its date.",
    expect: failed("deadline-exceeded"),
    scene: () => only(truncatedJson),
  },
  {
    name: "a Success behind a megabyte of blanks",
    why: "Nobody should read that far.",
    expect: failed("deadline-exceeded"),
    scene: () => only(huge),
  },
  {
    name: 'somebody else\'s {"status":"Success"}',
    why: "JSON, an object even, and no restore progress.",
    expect: failed("deadline-exceeded"),
    scene: () => only(otherJson),
  },
  {
    name: "the string Success",
    why: "JSON, and no restore progress.",
    expect: failed("deadline-exceeded"),
    scene: () => only(says('"Success"')),
  },
  {
    name: "a list with a Success in it",
    why: "Of what, and whose?",
    expect: failed("deadline-exceeded"),
    scene: (now) => only(says(`[${successBody({ at: now, point: POINT })}]`)),
  },
  {
    name: "a Success whose LSN is no number",
    why: "A reply read generously is a false pass in waiting.",
    expect: failed("deadline-exceeded"),
    scene: (now) => only(says(successBody({ at: now, point: POINT }).replace("3552", '"none"'))),
  },
  {
    name: "a Success with a 502 around it",
    why: "The body of an error is not an answer, whatever it says.",
    expect: failed("deadline-exceeded"),
    scene: (now) => only(says(successBody({ at: now, point: POINT }), { status: 502, reason: "Bad Gateway" })),
  },
  {
    name: "an LSN beyond 2^53",
    why: "A bare 64-bit number on the wire.",
    expect: PASSED,
    scene: () => {
      const point = restorePoint("133801234567890123", "8589934592", "9007199254740993");
      return single(inTurn([accepted(point), 300], [succeeded({ point })]));
    },
  },
  {
    name: "an LSN as a string",
    why: "As the reference documents it and no cluster sends it.",
    expect: PASSED,
    scene: () => single(endingIn(succeeded({ documented: true }))),
  },
  {
    name: "epochs of the 6.2 preview in a 6.4 reply",
    why: "DataLossNumber and ConfigurationNumber: the other spelling.",
    expect: PASSED,
    scene: (now) => spelling((at) => successBody({ at, point: POINT }, { generation: "6.2", hoursWestOfUtc: 0 }), now),
  },
  {
    name: "a Success with nothing but its date",
    why: "Every other field is optional by the published schema.",
    expect: PASSED,
    scene: (now) =>
      spelling((at) => JSON.stringify({ RestoreState: "Success", TimeStampUtc: new Date(at).toISOString() }), now),
  },
  {
    name: "progress labelled text/plain",
    why: "The label is not what makes it JSON.",
    expect: PASSED,
    scene: (now) => single(inTurn([accepted(), 300], [says(successBody({ at: later(now, 300), point: POINT }), TEXT)])),
  },
  {
    name: "progress behind a byte order mark",
    why: "Some front-ends add one; JSON.parse and jq trip over it.",
    expect: PASSED,
    scene: (now) => spelling((at) => BOM + successBody({ at, point: POINT }), now),
  },
  {
    name: "a failure labelled text/plain behind a byte order mark",
    why: "Who cannot read it waits for a Success that cannot come.",
    expect: failed("restore-failed"),
    scene: () => single(inTurn([accepted(), 300], [says(BOM + endedBody({ state: "Failure" }), TEXT)])),
  },
  {
    name: "an old success in pretty print",
    why: "Blanks and line breaks make it no younger.",
    expect: inconclusive("stale"),
    scene: (now) => {
      const body: unknown = JSON.parse(successBody({ at: later(now, -1e9), point: POINT }));
      return single(inTurn([says(JSON.stringify(body, null, 2)), 500], [lastMonths(now)]));
    },
  },
];
