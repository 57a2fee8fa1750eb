import type { PartitionRecord } from "../partition-record.ts";
import type { RestoreRecord } from "../record.ts";
import { formatDuration, parseInstant } from "../restore/instant.ts";

/** An objective of the run, held against one partition. `measuredSeconds` is `null` where there was nothing to measure. */
export interface Objective {
  readonly name: "RTO" | "RPO";
  readonly objectiveSeconds: number;
  readonly measuredSeconds: number | null;
}

/** The objectives that were set, in a fixed order; empty where none was. */
export function objectivesOf({ plan }: Pick<RestoreRecord, "plan">, partition: PartitionRecord): readonly Objective[] {
  const all: readonly (readonly [Objective["name"], number | null, number | null])[] = [
    ["RTO", plan.rtoSeconds, partition.timing?.restoreSeconds ?? null],
    ["RPO", plan.rpoSeconds, restoredPointAgeSeconds(partition)],
  ];
  return all.flatMap(([name, objectiveSeconds, measuredSeconds]) =>
    objectiveSeconds === null
      ? []
      : [{ name, objectiveSeconds, measuredSeconds: certain(partition, objectiveSeconds, measuredSeconds) }],
  );
}

/**
 * What is counted from `not-before` is the least it can have been. Where the heart would not judge by that (`rejected`), it is not told
 * as met beside a verdict that says that it cannot be known.
 */
function certain(
  { reason, timing }: PartitionRecord,
  objectiveSeconds: number,
  measuredSeconds: number | null,
): number | null {
  const atLeast = reason === "rejected" && timing?.startSource === "not-before";
  return atLeast && measuredSeconds !== null && measuredSeconds <= objectiveSeconds ? null : measuredSeconds;
}

/** `RTO met: 3 min 10 s of 10 min, 6 min 50 s to spare`. */
export function describeObjective({ name, objectiveSeconds, measuredSeconds }: Objective): string {
  const objective = formatDuration(objectiveSeconds * 1_000);
  if (measuredSeconds === null) return `${name} not measured: the objective is ${objective}`;
  const measured = formatDuration(measuredSeconds * 1_000);
  const apart = formatDuration(Math.abs(objectiveSeconds - measuredSeconds) * 1_000);
  return measuredSeconds <= objectiveSeconds
    ? `${name} met: ${measured} of ${objective}, ${apart} to spare`
    : `${name} missed by ${apart}: ${measured}, and the objective is ${objective}`;
}

/** As the heart measures it: from the backup's making, by our clock, to the start of the restore. */
function restoredPointAgeSeconds({ timing, restoredBackup }: PartitionRecord): number | null {
  const made = parseInstant(restoredBackup?.createdAtUtc ?? "");
  const from = parseInstant(timing?.startUtc ?? "");
  if (made === undefined || from === undefined || timing === null) return null;
  const { startSource, clockSkewSeconds } = timing;
  // Beside a time of ours, a clock that is behind may as well be an old answer: the heart does not correct it, so neither is it here.
  const skewSeconds = startSource === "data-loss" ? clockSkewSeconds : Math.max(0, clockSkewSeconds);
  return Math.max(0, (from - made) / 1_000 + skewSeconds);
}
