import { type Cadence, type DrillRequest, learnedCadence, type PartitionId } from "../../shared/index.ts";
import type { Verification } from "../verification.ts";
import type { World } from "../world.ts";

/** Of so many verifications those that can teach something are looked for; the last ten of them count. */
const MOST_READ = 50;

/**
 * How often to look: where the request asks for it, by what earlier restores of the same partition took. Only of a verification over that one
 * partition: the row of one over several has the longest duration and no other.
 */
export async function cadenceFor(
  { store }: Pick<World, "store">,
  { body, cluster }: Pick<Verification, "body" | "cluster">,
  { cadence }: Pick<DrillRequest, "cadence">,
  [only, ...others]: readonly PartitionId[],
): Promise<Cadence> {
  if (body.learnFromPast !== true || only === undefined || others.length > 0) return cadence;
  const page = await store.lists.page({ cluster, partitionId: only, verdict: "passed", top: MOST_READ });
  const took = page.verifications
    .filter(({ partitionCount }) => partitionCount === 1)
    .flatMap(({ conclusion }) => conclusion?.restoreSeconds ?? [])
    .map((seconds) => seconds * 1_000);
  return learnedCadence(took.toReversed(), cadence);
}
