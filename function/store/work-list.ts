import { odata, type TableClient } from "@azure/data-tables";
import { formatInstant, type Instant } from "../../shared/index.ts";
import { OPEN } from "./keys.ts";
import { done, MISSING, unless } from "./storage.ts";

/**
 * What is not settled yet, for housekeeping. A note stands before the verification's own row does and goes when everything is in line with
 * the record: whatever breaks in between is found here.
 */
export interface WorkList {
  note(id: string, at: Instant): Promise<void>;
  /** Takes the note away. */
  settled(id: string): Promise<void>;
  isOpen(id: string): Promise<boolean>;
  open(): Promise<readonly { readonly id: string; readonly notedAt: string }[]>;
}

export function workList(table: () => Promise<TableClient>): WorkList {
  return {
    async note(id, at) {
      await (await table()).upsertEntity({ partitionKey: OPEN, rowKey: id, notedAt: formatInstant(at) });
    },
    async settled(id) {
      const client = await table();
      await done(MISSING, () => client.deleteEntity(OPEN, id));
    },
    async isOpen(id) {
      const client = await table();
      return (await unless(MISSING, undefined, () => client.getEntity(OPEN, id))) !== undefined;
    },
    async open() {
      const notes: { id: string; notedAt: string }[] = [];
      const found = (await table()).listEntities({ queryOptions: { filter: odata`PartitionKey eq ${OPEN}` } });
      for await (const { rowKey = "", notedAt } of found) notes.push({ id: rowKey, notedAt: String(notedAt) });
      return notes;
    },
  };
}
