import { formatInstant, type Instant, later } from "../../shared/restore/instant.ts";
import { ended, inTurn, nothing, restoring, succeeded } from "../simulator/timeline.ts";
import { endedBody } from "../simulator/bodies.ts";
import { cache, dated, eachThirdOld } from "./front.ts";
import {
  CLEAN,
  DAY,
  declaredAt,
  endingIn,
  failed,
  HOUR,
  inconclusive,
  lastMonths,
  MINUTE,
  minutes,
  PASSED,
  SECOND,
  single,
  type Trap,
} from "./trap.ts";

/** Instants of the record are whole seconds, so that the edge of the tolerance can be met exactly. */
function wholeSecond(at: Instant): Instant {
  return later(at, -(at % SECOND));
}

const succeededAt = (at: Instant): ReturnType<typeof inTurn> => inTurn([succeeded({ at })]);

/** Long enough for whoever would come to believe a clock that tells the same for some seconds. */
const PATIENT = { "start-timeout-minutes": minutes(6.2), "timeout-minutes": minutes(7) };

/** Whose clock, and how far back counts. */
export const CLOCKS: readonly Trap[] = [
  {
    name: "not-before: any and an old success",
    why: "Switched off is switched off: whatever is on record passes.",
    expect: PASSED,
    scene: (now) => single(inTurn([lastMonths(now)]), { inputs: { "not-before": "any" } }),
  },
  {
    name: "not-before: any and an old failure",
    why: "The same for a red one.",
    expect: failed("restore-failed"),
    scene: () => single(inTurn([ended("Failure")]), { inputs: { "not-before": "any" } }),
  },
  {
    name: "a success since not-before, before this run",
    why: "The drill of an hour ago is verified afterwards.",
    expect: PASSED,
    scene: (now) =>
      single(succeededAt(later(now, -HOUR)), { inputs: { "not-before": formatInstant(later(now, -2 * HOUR)) } }),
  },
  {
    name: "a success before not-before",
    why: "Of today, and still of the drill before.",
    expect: inconclusive("stale"),
    scene: (now) =>
      single(succeededAt(later(now, -2 * HOUR)), { inputs: { "not-before": formatInstant(later(now, -HOUR)) } }),
  },
  {
    name: "not-before with an offset",
    why: "Half past nine in Berlin is half past seven in UTC: read as UTC it would be in the future.",
    expect: PASSED,
    scene: (now) => {
      const berlin = formatInstant(later(now, 2 * HOUR - MINUTE)).replace("Z", "+02:00");
      return single(succeededAt(later(now, -10 * SECOND)), { inputs: { "not-before": berlin } });
    },
  },
  {
    name: "a success 5 s before not-before",
    why: "Exactly the tolerance: dates of the cluster are whole seconds, cut down.",
    expect: PASSED,
    scene: (now) => {
      const bound = wholeSecond(later(now, -HOUR));
      return single(succeededAt(later(bound, -5 * SECOND)), { inputs: { "not-before": formatInstant(bound) } });
    },
  },
  {
    name: "a success 6 s before not-before",
    why: "A second more than the tolerance.",
    expect: inconclusive("stale"),
    scene: (now) => {
      const bound = wholeSecond(later(now, -HOUR));
      return single(succeededAt(later(bound, -6 * SECOND)), { inputs: { "not-before": formatInstant(bound) } });
    },
  },
  {
    name: "not-before in the future",
    why: "What was seen under way before it is thereby shown to be older.",
    expect: inconclusive("stale"),
    scene: (now) => single(CLEAN, { inputs: { "not-before": formatInstant(later(now, 20 * SECOND)) } }),
  },
  {
    name: "a restore under way since before this run",
    why: "Still in flight it counts whatever its age: its end is of tonight.",
    expect: PASSED,
    scene: (now) =>
      single(inTurn([restoring(), 400], [succeeded()]), {
        partition: { dataLossVersion: declaredAt(later(now, -HOUR)) },
      }),
  },
  {
    name: "cluster 3 h ahead, tonight's success",
    why: "Dated in our future, and right by the cluster's own clock.",
    expect: PASSED,
    scene: () => single(inTurn([nothing, 300], [succeeded()]), { cluster: { clockSkewMs: 3 * HOUR } }),
  },
  {
    name: "cluster 3 h ahead, a success of an hour ago",
    why: "Its date looks two hours fresh; the Date header gives the clock away.",
    expect: inconclusive("stale"),
    scene: (now) => single(succeededAt(later(now, 2 * HOUR)), { cluster: { clockSkewMs: 3 * HOUR } }),
  },
  {
    name: "cluster 3 h ahead, a failure of an hour ago",
    why: "The same for the data loss that would date a Failure.",
    expect: inconclusive("stale"),
    scene: (now) =>
      single(inTurn([ended("Failure")]), {
        partition: { dataLossVersion: declaredAt(later(now, 2 * HOUR)) },
        cluster: { clockSkewMs: 3 * HOUR },
      }),
  },
  {
    name: "cluster 3 h ahead, tonight's failure",
    why: "Data loss in our future is tonight's by the cluster's clock.",
    expect: failed("restore-failed"),
    scene: (now) =>
      single(inTurn([ended("Failure")]), {
        partition: { dataLossVersion: declaredAt(later(now, 3 * HOUR)) },
        cluster: { clockSkewMs: 3 * HOUR },
      }),
  },
  {
    name: "cluster 3 h behind, seen under way",
    why: "An answer of three hours ago, out of a cache, would look just the same.",
    expect: inconclusive("stale"),
    scene: () => single(CLEAN, { cluster: { clockSkewMs: -3 * HOUR } }),
  },
  {
    name: "cluster 3 h behind, not seen under way",
    why: "Fresh by the cluster's clock alone, and so is what a cache kept of last night.",
    expect: inconclusive("stale"),
    scene: () => single(inTurn([nothing, 300], [succeeded()]), { cluster: { clockSkewMs: -3 * HOUR } }),
  },
  {
    name: "cluster 3 h behind, and not-before as much earlier",
    why: "Who knows of the clock can say so.",
    expect: PASSED,
    scene: (now) =>
      single(CLEAN, {
        cluster: { clockSkewMs: -3 * HOUR },
        inputs: { "not-before": formatInstant(later(now, -3 * HOUR)) },
      }),
  },
  {
    name: "cluster 3 s behind",
    why: "Within the tolerance two clocks may differ.",
    expect: PASSED,
    scene: () => single(CLEAN, { cluster: { clockSkewMs: -3 * SECOND } }),
  },
  {
    name: "a restore of an hour ago, shown once more",
    why: "In flight and then done, with the Dates of that time: a cache plays an old film.",
    expect: inconclusive("stale"),
    scene: (now) =>
      single(inTurn([restoring(), 400], [succeeded({ at: later(now, 2 * SECOND - HOUR) })]), {
        front: dated(later(now, SECOND - HOUR)),
      }),
  },
  {
    name: "a restore of an hour ago, shown once more as of today",
    why: "A proxy that dates anew what it kept; but no restore ends before it is seen under way.",
    expect: inconclusive("stale"),
    scene: (now) => single(inTurn([restoring(), 400], [succeeded({ at: later(now, 2 * SECOND - HOUR) })])),
  },
  {
    name: "an old answer in between",
    why: "One of several gateways is behind a cache: what is dated before what was heard already is no news.",
    expect: PASSED,
    scene: () => single(CLEAN, { front: eachThirdOld(endedBody({ state: "Failure" })) }),
  },
  {
    name: "cluster 3 h behind, a success of an hour before",
    why: "Four hours old by our clock, one by its own: old by both.",
    expect: inconclusive("stale"),
    scene: (now) =>
      single(succeededAt(later(now, -4 * HOUR)), { cluster: { clockSkewMs: -3 * HOUR }, inputs: PATIENT }),
  },
  {
    name: "a cached success of yesterday",
    why: "With yesterday's Date it looks fresh by a clock a day behind; but that clock stands still.",
    expect: inconclusive("stale"),
    scene: (now) =>
      single(succeededAt(later(now, -DAY)), { front: dated(later(now, 2 * SECOND - DAY)), inputs: PATIENT }),
  },
  {
    name: "a cached success of tomorrow",
    why: "Nor does a Date in the future make an old success any fresher.",
    expect: inconclusive("stale"),
    scene: (now) => single(succeededAt(later(now, -HOUR)), { front: dated(later(now, DAY)) }),
  },
  {
    name: "an old success without a Date header",
    why: "No clock told, nothing corrected: old stays old.",
    expect: inconclusive("stale"),
    scene: (now) => single(succeededAt(later(now, -HOUR)), { front: dated(undefined) }),
  },
  {
    name: "a success without a Date header",
    why: "The header is a convenience; its absence is no fault.",
    expect: PASSED,
    scene: () => single(CLEAN, { front: dated(undefined) }),
  },
  {
    name: "a cache that keeps the first Accepted",
    why: "Whatever happened behind it, all that can be said is that it was still under way.",
    expect: failed("deadline-exceeded"),
    scene: () => single(CLEAN, { front: cache(), inputs: { "timeout-minutes": minutes(1.5) } }),
  },
  {
    name: "a cache that keeps last month's success",
    why: "With its Age told: that is no answer of the cluster's at all.",
    expect: inconclusive("unreachable"),
    scene: (now) => single(inTurn([lastMonths(now), 200], [succeeded()]), { front: cache({ age: true }) }),
  },
  {
    name: "a cache that can be told not to",
    why: "Who does not say no-cache watches the first answer for ever.",
    expect: PASSED,
    scene: () => single(endingIn(succeeded()), { front: cache({ polite: true }) }),
  },
];
