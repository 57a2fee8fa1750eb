import { formatInstant, type Instant, later } from "../../shared/restore/instant.ts";
import { noRole } from "../simulator/replies.ts";
import type { SimulatedPartition } from "../simulator/inventory.ts";
import { inTurn, POINT, restorePoint, succeeded } from "../simulator/timeline.ts";
import {
  CLEAN,
  declaredAt,
  failed,
  HOUR,
  inconclusive,
  MINUTE,
  PASSED,
  type Scene,
  single,
  type Trap,
} from "./trap.ts";

interface Story {
  /** All in minutes before now. */
  readonly notBefore: number;
  readonly dataLoss?: number;
  readonly restored: number;
  readonly inputs: Scene["inputs"];
  readonly cluster?: Partial<Scene["cluster"]>;
  readonly spells?: SimulatedPartition["spells"];
}

/** A restore that is over when the watch begins: what is measured is when it was, not when it was seen. */
function over(now: Instant, { notBefore, dataLoss, restored, inputs, cluster = {}, spells = [] }: Story): Scene {
  const ago = (count: number): Instant => later(now, -count * MINUTE + (cluster.clockSkewMs ?? 0));
  const lost = dataLoss === undefined ? {} : { dataLossVersion: declaredAt(ago(dataLoss)) };
  return single(inTurn([succeeded({ at: ago(restored) })]), {
    partition: { ...lost, spells },
    cluster,
    inputs: { "not-before": formatInstant(later(now, -notBefore * MINUTE)), ...inputs },
  });
}

const LAST_HOURS: Pick<Scene, "inputs"> = { inputs: { "rpo-minutes": "90" } };

/** Restored, but not as promised. */
export const OBJECTIVES: readonly Trap[] = [
  {
    name: "RTO met",
    why: "Seconds, where minutes were promised.",
    expect: PASSED,
    scene: () => single(CLEAN, { inputs: { "rto-minutes": "1" } }),
  },
  {
    name: "RTO met long ago",
    why: "Four minutes, looked at an hour later: polling delay is no recovery time.",
    expect: PASSED,
    scene: (now) => over(now, { notBefore: 120, dataLoss: 64, restored: 60, inputs: { "rto-minutes": "5" } }),
  },
  {
    name: "RTO met by data loss, not by not-before",
    why: "Nothing was lost yet when the workflow began.",
    expect: PASSED,
    scene: (now) => over(now, { notBefore: 60, dataLoss: 3, restored: 0, inputs: { "rto-minutes": "5" } }),
  },
  {
    name: "RTO missed since the data loss",
    why: "Green would hide half an hour.",
    expect: failed("rto-missed"),
    scene: (now) => over(now, { notBefore: 60, dataLoss: 40, restored: 10, inputs: { "rto-minutes": "20" } }),
  },
  {
    name: "RTO missed since not-before",
    why: "Where no data loss is dated, the user's own bound is what counts from.",
    expect: failed("rto-missed"),
    scene: (now) => over(now, { notBefore: 30, restored: 5, inputs: { "rto-minutes": "20" } }),
  },
  {
    name: "RTO met in a cluster 3 h ahead",
    why: "Both times are of the cluster's clock: what it shows does not matter.",
    expect: PASSED,
    scene: (now) =>
      over(now, {
        notBefore: 60,
        dataLoss: 13,
        restored: 10,
        inputs: { "rto-minutes": "5" },
        cluster: { clockSkewMs: 3 * HOUR },
      }),
  },
  {
    name: "RTO missed in a cluster 3 h ahead, since not-before",
    why: "A time of ours and one of the cluster's: the skew is taken off, the miss stays.",
    expect: failed("rto-missed"),
    scene: (now) =>
      over(now, {
        notBefore: 60,
        restored: 10,
        inputs: { "rto-minutes": "40" },
        cluster: { clockSkewMs: 3 * HOUR },
      }),
  },
  {
    name: "RTO missed, and unhealthy",
    why: "Late it stays, whatever becomes of its health: no need to wait for that.",
    expect: failed("rto-missed"),
    scene: (now) =>
      over(now, {
        notBefore: 60,
        dataLoss: 40,
        restored: 10,
        inputs: { "rto-minutes": "20" },
        spells: [{ status: "NotReady" }],
      }),
  },
  {
    name: "RTO met, never healthy",
    why: "In time, and of no use.",
    expect: failed("unhealthy"),
    scene: (now) =>
      over(now, {
        notBefore: 60,
        dataLoss: 13,
        restored: 10,
        inputs: { "rto-minutes": "20" },
        spells: [{ status: "NotReady" }],
      }),
  },
  {
    name: "RPO met",
    why: "The backup is an hour old, an hour and a half was promised.",
    expect: PASSED,
    scene: () => single(CLEAN, LAST_HOURS),
  },
  {
    name: "RPO missed",
    why: "A perfect restore of data that is an hour old.",
    expect: failed("rpo-missed"),
    scene: () => single(CLEAN, { inputs: { "rpo-minutes": "30" } }),
  },
  {
    name: "RPO missed, with a newer backup in the list",
    why: "What counts is the restored one, not the newest.",
    expect: failed("rpo-missed"),
    scene: (now) => {
      const [old, newest] = ["3a056ac9-7206-43c3-8424-000000000001", "3a056ac9-7206-43c3-8424-000000000002"];
      const backups = [
        { backupId: newest, point: restorePoint("133801234567890123", "8589934592", "4000"), createdAt: now },
        { backupId: old, point: POINT, createdAt: later(now, -5 * HOUR) },
      ];
      return single(CLEAN, { ...LAST_HOURS, partition: { backups } });
    },
  },
  {
    name: "RPO, and the list is refused",
    why: "How old the data is cannot be seen.",
    expect: inconclusive("access-denied"),
    scene: () => single(CLEAN, { ...LAST_HOURS, partition: { backups: noRole } }),
  },
];
