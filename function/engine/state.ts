import {
  type Instant,
  isObject,
  jsonText,
  type ListedBatch,
  type PartitionId,
  type RestoreRecord,
  type Scope,
} from "../../shared/index.ts";
import type { Documents } from "../store/documents.ts";

/** What the targets came to. The first is of the start, each further one of what appeared while watching. Written once. */
export interface ScopeDocument extends Omit<Scope, "serviceOf" | "services" | "empty"> {
  readonly schema: 1;
  /** By partition id; a partition that was named itself has none. */
  readonly serviceOf: Readonly<Record<PartitionId, string>>;
  readonly resolvedAt: Instant;
  readonly dice: number;
  /** Where it could not be seen whether partitions had appeared. */
  readonly warning?: string;
}

/** Where a batch stands between two looks. */
export interface BatchDocument extends ListedBatch {
  readonly schema: 1;
  /** When its turn is, or what else the cluster's budget said to wait for; there while it has not been used. */
  readonly grantedAt?: Instant;
}

/** How many partitions one activity looks at. */
export const BATCH = 100;

const scopePath = (id: string, round: number): string => `${id}/scope-${round}.json`;
const batchPath = (id: string, batch: number): string => `${id}/batch-${batch}.json`;

/** Whoever writes a round first has decided it; both read the same afterwards. */
export async function decideScope(
  documents: Documents,
  id: string,
  round: number,
  scope: ScopeDocument,
): Promise<ScopeDocument> {
  if (await documents.create(scopePath(id, round), JSON.stringify(scope))) return scope;
  const decided = await readScope(documents, id, round);
  if (decided === undefined) throw new TypeError(`verification ${id} has lost its scope`);
  return decided;
}

export async function readScope(documents: Documents, id: string, round: number): Promise<ScopeDocument | undefined> {
  const found = await documents.read(scopePath(id, round));
  return found === undefined ? undefined : readOurs(found.content, isScope);
}

/** All rounds so far, in their order. */
export async function readScopes(documents: Documents, id: string): Promise<readonly ScopeDocument[]> {
  const scopes: ScopeDocument[] = [];
  for (;;) {
    const scope = await readScope(documents, id, scopes.length);
    if (scope === undefined) return scopes;
    scopes.push(scope);
  }
}

/** The partitions of each batch, over all rounds: a round begins a batch of its own. */
export function batchesOf(scopes: readonly ScopeDocument[]): readonly (readonly PartitionId[])[] {
  return scopes.flatMap(({ partitionIds }) =>
    Array.from({ length: Math.ceil(partitionIds.length / BATCH) }, (_, at) =>
      partitionIds.slice(at * BATCH, (at + 1) * BATCH),
    ),
  );
}

export async function beginBatch(documents: Documents, id: string, batch: number, begun: ListedBatch): Promise<void> {
  const document: BatchDocument = { schema: 1, ...begun };
  await documents.create(batchPath(id, batch), JSON.stringify(document));
}

export async function readBatch(
  documents: Documents,
  id: string,
  batch: number,
): Promise<{ readonly document: BatchDocument; readonly etag: string } | undefined> {
  const found = await documents.read(batchPath(id, batch));
  return found === undefined ? undefined : { document: readOurs(found.content, isBatch), etag: found.etag };
}

/** `false` where somebody else was first, or the verification has been settled meanwhile. */
export async function replaceBatch(
  documents: Documents,
  id: string,
  batch: number,
  document: BatchDocument,
  etag: string,
): Promise<boolean> {
  return documents.replace(batchPath(id, batch), JSON.stringify(document), etag);
}

const stagedFolder = (id: string): string => `${id}/staged-`;
const stagedPath = (id: string, sha256: string): string => `${stagedFolder(id)}${sha256}.json`;

/** Lays a record aside that may become one, under its digest: however often, it is the same. */
export async function stage(documents: Documents, id: string, record: RestoreRecord): Promise<string> {
  const { sha256 } = record.integrity;
  await documents.create(stagedPath(id, sha256), jsonText(record));
  return sha256;
}

export async function readStaged(documents: Documents, id: string, sha256: string): Promise<string | undefined> {
  return (await documents.read(stagedPath(id, sha256)))?.content;
}

/** Once a verification is decided, and its record written. */
export async function unstage(documents: Documents, id: string): Promise<void> {
  for (const path of await documents.list(stagedFolder(id))) await documents.remove(path);
}

/** All that is kept between looks; the record has what is worth keeping. */
export async function forgetState(documents: Documents, id: string): Promise<void> {
  for (const path of await documents.list(`${id}/`)) await documents.remove(path);
}

/* Written by this app: the schema number is what is checked, and that it is this document. */

function readOurs<T>(content: string, isOurs: (value: unknown) => value is T): T {
  const value: unknown = JSON.parse(content);
  if (!isOurs(value)) throw new TypeError("a document of another schema");
  return value;
}

function isScope(value: unknown): value is ScopeDocument {
  return isObject(value) && value["schema"] === 1 && Array.isArray(value["partitionIds"]);
}

function isBatch(value: unknown): value is BatchDocument {
  return isObject(value) && value["schema"] === 1 && Array.isArray(value["members"]) && Array.isArray(value["lists"]);
}
