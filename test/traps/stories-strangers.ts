import { nativeReply } from "../simulator/replies.ts";
import { accepted, inTurn } from "../simulator/timeline.ts";
import { CLEAN, ID, inconclusive, lastMonths, OTHER_ID, replies, single, type Trap } from "./trap.ts";

/** What the partition's own route says, of whatever partition. */
const INFORMATION = {
  ServiceKind: "Stateful",
  PartitionInformation: { ServicePartitionKind: "Singleton", Id: ID },
  HealthState: "Ok",
  PartitionStatus: "Ready",
  CurrentConfigurationEpoch: { ConfigurationVersion: "8589934592", DataLossVersion: "133801234567890123" },
};

/** Answers that are true of something else: of another partition, or of another moment. */
export const STRANGERS: readonly Trap[] = [
  {
    name: "the health of another partition",
    why: "An answer about somebody else shows nothing of this one.",
    expect: inconclusive("unintelligible"),
    scene: () => {
      const PartitionInformation = { ...INFORMATION.PartitionInformation, Id: OTHER_ID };
      const instead = replies(nativeReply(JSON.stringify({ ...INFORMATION, PartitionInformation })));
      return single(CLEAN, { partition: { spells: [{ instead }] } });
    },
  },
  {
    name: "the health of a stateless partition",
    why: "Only a stateful partition is restored: whoever answers for another kind is no witness.",
    expect: inconclusive("unintelligible"),
    scene: () => {
      const instead = replies(nativeReply(JSON.stringify({ ...INFORMATION, ServiceKind: "Stateless" })));
      return single(CLEAN, { partition: { spells: [{ instead }] } });
    },
  },
  {
    name: "old success, in flight, and the same old success again",
    why: "Two gateways disagree, one of them is behind: that very Success was on record before the restore began.",
    expect: inconclusive("stale"),
    scene: (now) => single(inTurn([lastMonths(now), 400], [accepted(), 400], [lastMonths(now)])),
  },
];
