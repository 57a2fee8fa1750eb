import type { Store } from "../../function/store/store.ts";
import { checkEvidence, type EvidenceItem, type Findings } from "../../shared/evidence/check-evidence.ts";

/** What verify-evidence says of the app's container. */
export function evidenceIn({ records }: Pick<Store, "records">): Promise<Findings> {
  async function* items(): AsyncGenerator<EvidenceItem, void, void> {
    for (const name of await records.list("")) {
      const { content = "" } = (await records.read(name)) ?? {};
      const bytes = Buffer.from(content, "utf8");
      yield {
        name,
        bytes: bytes.byteLength,
        async *open() {
          yield await Promise.resolve(bytes);
        },
      };
    }
  }
  return checkEvidence(items(), { known: { after: [], last: [] }, alone: false });
}
