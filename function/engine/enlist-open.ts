import type { PartitionId } from "../../shared/index.ts";
import type { Store } from "../store/store.ts";
import type { Verification } from "../verification.ts";

/**
 * Puts a verification that runs into the lists. Whoever comes late with it, after somebody has called it off, would list it as running for
 * ever: so the row is read once more, which has its end before the lists do. Whether it still runs.
 */
export async function enlistOpen(
  { lists, verifications }: Pick<Store, "lists" | "verifications">,
  verification: Verification,
  partitionIds: readonly PartitionId[],
): Promise<boolean> {
  await lists.enlist(verification, partitionIds);
  const now = await verifications.find(verification.id);
  if (now === undefined || now.conclusion === null) return true;
  await lists.enlist(now, partitionIds);
  return false;
}
