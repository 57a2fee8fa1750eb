import { odata, type TableClient } from "@azure/data-tables";
import type { Conclusion, Verification } from "../verification.ts";
import { batchKey, OWN } from "./keys.ts";
import { concluded, fromColumns, toColumns } from "./rows.ts";
import { CONFLICT, CHANGED, done, MISSING, unless } from "./storage.ts";

/** The rows of the verifications themselves, each in a partition of its own, with those of its batches that have ended. */
export interface VerificationRows {
  insert(verification: Verification): Promise<"inserted" | "exists">;
  find(id: string): Promise<Verification | undefined>;
  /** What its targets came to. */
  resolved(id: string, facts: { readonly batches: number; readonly partitionCount: number }): Promise<void>;
  /** Notes that a batch has come to its end. */
  batchEnded(id: string, batch: number): Promise<void>;
  /** Which have. */
  endedBatches(id: string): Promise<ReadonlySet<number>>;
  /** Puts the verdict into the row, unless there is one: the row as it then stands. */
  conclude(id: string, conclusion: Conclusion): Promise<Verification>;
}

export function verificationRows(table: () => Promise<TableClient>): VerificationRows {
  const find = async (id: string): Promise<{ readonly row: Verification; readonly etag: string } | undefined> => {
    const client = await table();
    const entity = await unless(MISSING, undefined, () => client.getEntity(id, OWN));
    return entity === undefined ? undefined : { row: fromColumns(entity), etag: entity.etag };
  };
  return {
    async insert(verification) {
      const client = await table();
      const entity = { partitionKey: verification.id, rowKey: OWN, ...toColumns(verification) };
      return (await done(CONFLICT, () => client.createEntity(entity))) ? "inserted" : "exists";
    },
    find: async (id) => (await find(id))?.row,
    async resolved(id, facts) {
      await (await table()).updateEntity({ partitionKey: id, rowKey: OWN, ...facts }, "Merge");
    },
    async batchEnded(id, batch) {
      await (await table()).upsertEntity({ partitionKey: id, rowKey: batchKey(batch), batch });
    },
    async endedBatches(id) {
      const filter = odata`PartitionKey eq ${id} and RowKey ge ${"batch-"} and RowKey lt ${"batch."}`;
      const ended = new Set<number>();
      const found = (await table()).listEntities({ queryOptions: { filter } });
      for await (const { batch } of found) ended.add(Number(batch));
      return ended;
    },
    async conclude(id, conclusion) {
      const client = await table();
      for (;;) {
        const found = await find(id);
        if (found === undefined) throw new TypeError(`verification ${id} has no row`);
        const { row, etag } = found;
        if (row.conclusion !== null) return row;
        const merge = { partitionKey: id, rowKey: OWN, ...concluded(conclusion) };
        if (await done(CHANGED, () => client.updateEntity(merge, "Merge", { etag }))) return { ...row, conclusion };
      }
    },
  };
}
