import { odata, type TableClient } from "@azure/data-tables";
import { formatInstant, type Instant, parseInstant } from "../../shared/index.ts";
import { OPEN } from "./keys.ts";
import { CHANGED, done, MISSING, unless } from "./storage.ts";

/**
 * What is not settled yet, for housekeeping. A note stands before the verification's own row does and goes when everything is in line with
 * the record: whatever breaks in between is found here.
 */
export interface WorkList {
  note(id: string, at: Instant): Promise<void>;
  /**
   * Takes the work of settling upon oneself: `false` where it is done, or somebody else is at it. Whoever comes again under the same name
   * may go on; what was left lying for ten minutes anybody may.
   */
  claim(id: string, owner: string, now: Instant): Promise<boolean>;
  /** Takes the note away. */
  settled(id: string): Promise<void>;
  open(): Promise<readonly { readonly id: string; readonly notedAt: string }[]>;
}

const LEFT_LYING_MS = 10 * 60_000;

export function workList(table: () => Promise<TableClient>): WorkList {
  return {
    async note(id, at) {
      await (await table()).upsertEntity({ partitionKey: OPEN, rowKey: id, notedAt: formatInstant(at) });
    },
    async claim(id, owner, now) {
      const client = await table();
      const note = await unless(MISSING, undefined, () => client.getEntity(OPEN, id));
      if (note === undefined) return false;
      const since = typeof note["claimedAt"] === "string" ? parseInstant(note["claimedAt"]) : undefined;
      if (note["owner"] !== owner && since !== undefined && now - since < LEFT_LYING_MS) return false;
      const claimed = { partitionKey: OPEN, rowKey: id, owner, claimedAt: formatInstant(now) };
      return done([...CHANGED, ...MISSING], () => client.updateEntity(claimed, "Merge", { etag: note.etag }));
    },
    async settled(id) {
      const client = await table();
      await done(MISSING, () => client.deleteEntity(OPEN, id));
    },
    async open() {
      const notes: { id: string; notedAt: string }[] = [];
      const found = (await table()).listEntities({ queryOptions: { filter: odata`PartitionKey eq ${OPEN}` } });
      for await (const { rowKey = "", notedAt } of found) notes.push({ id: rowKey, notedAt: String(notedAt) });
      return notes;
    },
  };
}
