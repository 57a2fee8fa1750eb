import { type Instant, later } from "../../shared/restore/instant.ts";
import type { RestorePoint } from "../../shared/restore/restore-progress.ts";
import type { SimulatedBackup } from "../simulator/inventory.ts";
import { backupNotEnabled, noRole, storageUnreadable } from "../simulator/replies.ts";
import { accepted, inTurn, restorePoint, restoring, succeeded, type Timeline } from "../simulator/timeline.ts";
import { type Details, failed, HOUR, inconclusive, PASSED, type Scene, single, type Trap } from "./trap.ts";

const TONIGHT = "3a056ac9-7206-43c3-8424-000000000001";
const LAST_WEEK = "3a056ac9-7206-43c3-8424-000000000002";
const UNKNOWN = "3a056ac9-7206-43c3-8424-000000000009";

/** Two LSNs that are one and the same double. */
const BIG = restorePoint("133801234567890123", "8589934592", "9007199254740993");
const BIG_BUT_ONE = restorePoint("133801234567890123", "8589934592", "9007199254740992");
/** Two data loss versions that are one and the same double. */
const EPOCH_BUT_ONE = restorePoint("133801234567890124", "8589934592", "9007199254740993");
const SMALL = restorePoint("133801234567890123", "8589934592", "3552");
const OTHER_EPOCH = restorePoint("133801234567890123", "8589934593", "3552");

function backup(backupId: string, point: RestorePoint, createdAt: Instant): SimulatedBackup {
  return { backupId, point, createdAt };
}

function restoringTo(point: RestorePoint): Timeline {
  return inTurn([accepted(point), 200], [restoring(point), 300], [succeeded({ point })]);
}

interface Points {
  readonly restored: RestorePoint;
  readonly tonight: RestorePoint;
  readonly lastWeek?: RestorePoint;
  readonly expected?: string;
}

/** A restore to one point, where the list tells of two backups and one of them is expected. */
function expecting(now: Instant, points: Points, cluster: Details["cluster"] = {}): Scene {
  const { restored, tonight, lastWeek = SMALL, expected = TONIGHT } = points;
  const backups = [backup(LAST_WEEK, lastWeek, later(now, -168 * HOUR)), backup(TONIGHT, tonight, later(now, -HOUR))];
  return single(restoringTo(restored), { partition: { backups }, cluster, inputs: { "expected-backup-id": expected } });
}

/** `Success` of another backup than the one that was meant. */
export const BACKUPS: readonly Trap[] = [
  {
    name: "the expected backup",
    why: "Its id is in no progress: epoch and LSN are matched with the list.",
    expect: PASSED,
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG }),
  },
  {
    name: "the expected backup, its id in upper case and braces",
    why: "As PowerShell prints it.",
    expect: PASSED,
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG, expected: `{${TONIGHT.toUpperCase()}}` }),
  },
  {
    name: "the expected backup on the second page",
    why: "Lists come in pages.",
    expect: PASSED,
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG }, { paging: { size: 1 } }),
  },
  {
    name: "the expected backup, api 6.2",
    why: "DataLossNumber there, DataLossVersion here: the same epoch.",
    expect: PASSED,
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG }, { generation: "6.2" }),
  },
  {
    name: "two copies of the expected backup",
    why: "Another id with the same point comes first in the list; the data is the expected.",
    expect: PASSED,
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG, lastWeek: BIG }),
  },
  {
    name: "last week's backup",
    why: "A perfect restore of the wrong night.",
    expect: failed("wrong-backup"),
    scene: (now) => expecting(now, { restored: SMALL, tonight: BIG }),
  },
  {
    name: "the wrong backup already in Accepted",
    why: "Epoch and LSN are there from the start: no need to wait for the end, which never comes.",
    expect: failed("wrong-backup"),
    scene: (now) => retimed(expecting(now, { restored: SMALL, tonight: BIG }), inTurn([accepted(SMALL)])),
  },
  {
    name: "accepted with the expected backup, succeeded with another",
    why: "Somebody asked for another one in between: what counts is what came back.",
    expect: failed("wrong-backup"),
    scene: (now) => {
      const timeline = inTurn([accepted(BIG), 300], [restoring(BIG), 300], [succeeded({ point: SMALL })]);
      return retimed(expecting(now, { restored: BIG, tonight: BIG }), timeline);
    },
  },
  {
    name: "an LSN that differs in its last digit",
    why: "Beyond 2^53 both are the same double: JSON.parse and jq cannot tell them apart.",
    expect: failed("wrong-backup"),
    scene: (now) => expecting(now, { restored: BIG_BUT_ONE, tonight: BIG }),
  },
  {
    name: "an epoch that differs in its last digit",
    why: "The same for the data loss version.",
    expect: failed("wrong-backup"),
    scene: (now) => expecting(now, { restored: EPOCH_BUT_ONE, tonight: BIG }),
  },
  {
    name: "the same LSN of another epoch",
    why: "LSNs begin anew after a data loss: only both together name a point.",
    expect: failed("wrong-backup"),
    scene: (now) => expecting(now, { restored: OTHER_EPOCH, tonight: SMALL, lastWeek: BIG }),
  },
  {
    name: "the expected backup is not in the list, the restored one is",
    why: "What came back has another id, so it is not the expected one.",
    expect: failed("wrong-backup"),
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG, expected: UNKNOWN }),
  },
  {
    name: "neither backup is in the list",
    why: "Retention has removed them: nobody can say any more.",
    expect: inconclusive("rejected"),
    scene: (now) => expecting(now, { restored: OTHER_EPOCH, tonight: BIG, expected: UNKNOWN }),
  },
  {
    name: "the list is refused (403)",
    why: "Which backup it was cannot be seen, so it cannot pass.",
    expect: inconclusive("access-denied"),
    scene: () =>
      single(restoringTo(SMALL), { partition: { backups: noRole }, inputs: { "expected-backup-id": TONIGHT } }),
  },
  {
    name: "the list needs a backup policy (404)",
    why: "The partition is there; only its list is not.",
    expect: inconclusive("rejected"),
    scene: () =>
      single(restoringTo(SMALL), {
        partition: { backups: backupNotEnabled },
        inputs: { "expected-backup-id": TONIGHT },
      }),
  },
  {
    name: "the list breaks for ever (500)",
    why: "The storage cannot be read: no answer, no pass.",
    expect: inconclusive("unreachable"),
    scene: () =>
      single(restoringTo(SMALL), {
        partition: { backups: storageUnreadable },
        inputs: { "expected-backup-id": TONIGHT },
      }),
  },
  {
    name: "the list is refused and nobody expects a backup",
    why: "It is for the record only.",
    expect: PASSED,
    scene: () => single(restoringTo(SMALL), { partition: { backups: noRole } }),
  },
  {
    name: "a list that never ends",
    why: "Its continuation token repeats: pages without end are no list.",
    expect: inconclusive("unintelligible"),
    scene: (now) => expecting(now, { restored: BIG, tonight: BIG }, { paging: { size: 1, repeats: true } }),
  },
];

/** The same backups and expectations, another course of the restore. */
function retimed(scene: Scene, timeline: Timeline): Scene {
  const partitions = scene.cluster.partitions.map((one) => ({ ...one, timeline }));
  return { ...scene, cluster: { ...scene.cluster, partitions } };
}
