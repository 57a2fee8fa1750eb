import { type Integrity, isObject, jsonText, RECORD_SCHEMA, type RecordContent, seal } from "../../shared/index.ts";
import { type Log, tell } from "../events.ts";
import type { Documents } from "../store/documents.ts";
import type { SeriesHead } from "../store/series.ts";
import type { World } from "../world.ts";
import { readStaged, stage, unstage } from "./state.ts";

export const recordPath = (id: string): string => `${id}.json`;
/** Of a verification of many partitions: what its record leaves out, the evidence. */
export const batchRecordPath = (id: string, batch: number): string => `${id}/batch-${batch}.json`;

/** As many as may come at the same moment; each time one of them is on record. */
const ATTEMPTS = 100;
const CONTINUE = "continue the series";

/**
 * Puts a verification's end on record, as the next of the app's series, unless one is on record already: whoever comes first has decided. The
 * content is laid aside first, and the conditional move of the series' end is the commit; from then on whoever comes by (this call, a second
 * one, the next record of any verification) can write the record under its name, always the same bytes. So there is no moment to die in that
 * forks the series, leaves a gap in it, or keeps anybody waiting.
 */
export async function commit(world: World, id: string, content: RecordContent, log: Log): Promise<void> {
  const { store } = world;
  const staged = await stage(store.state, id, seal(content, null));
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const head = await store.series.head();
    if (head?.end !== undefined) await complete(world, head.end, log);
    else if (head !== undefined)
      tell(log, "verification.trouble", { id, doing: CONTINUE, error: "its end names no record" });
    // Asked after the end of the series was read: were it decided since, the end would not be as it was read.
    if (await store.records.exists(recordPath(id))) return unstage(store.state, id);
    const before = head?.end?.sha256 ?? null;
    const { sha256 } = seal(content, before).integrity;
    const next: SeriesHead = { id, sha256, predecessorSha256: before, staged };
    if (await store.series.advance(next, head?.etag)) return write(world, next, content);
  }
  throw new Error("the end of the series is fought over");
}

/** Sees to it that what was decided last stands under its name. May be done by several at once. */
async function complete(world: World, head: SeriesHead, log: Log): Promise<void> {
  const { store } = world;
  if (await store.records.exists(recordPath(head.id))) return;
  const staged = await readStaged(store.state, head.id, head.staged);
  const content = staged === undefined ? undefined : contentIn(staged, head.staged);
  if (content !== undefined) return write(world, head, content);
  // Written meanwhile, and what was laid aside cleared away.
  if (await store.records.exists(recordPath(head.id))) return;
  // Somebody's hand was in the store. It keeps nobody waiting: the next record names the one that is missing.
  tell(log, "verification.trouble", { id: head.id, doing: CONTINUE, error: "its last record is lost" });
}

/** Under its name, its batches first: where a record is, its evidence is. */
async function write({ store }: World, head: SeriesHead, content: RecordContent): Promise<void> {
  for (const batch of content.batches) {
    const evidence = await readStaged(store.state, head.id, batch.sha256);
    if (evidence !== undefined) await store.records.create(batch.name, evidence);
  }
  await store.records.create(recordPath(head.id), jsonText(seal(content, head.predecessorSha256)));
}

/** `undefined` where it is not what was laid aside: sealed as it is, what somebody made of it would become our word. */
function contentIn(text: string, laidAsideAs: string): RecordContent | undefined {
  const value = jsonOrNothing(text);
  if (!isRecord(value)) return undefined;
  const { integrity: _integrity, ...content } = value;
  return seal(content, null).integrity.sha256 === laidAsideAs ? content : undefined;
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A record as it may lie in the store: the first versions sealed none. */
export type StoredRecord = RecordContent & { readonly integrity?: Integrity };

/** Written by this app, once. */
function isRecord(value: unknown): value is StoredRecord {
  return isObject(value) && value["schema"] === RECORD_SCHEMA;
}

export async function readRecord(documents: Documents, id: string): Promise<StoredRecord | undefined> {
  const found = await documents.read(recordPath(id));
  if (found === undefined) return undefined;
  const value: unknown = JSON.parse(found.content);
  if (!isRecord(value)) throw new TypeError(`the record of ${id} is of another schema`);
  return value;
}
