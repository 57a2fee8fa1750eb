import { odata, type TableClient } from "@azure/data-tables";
import { type Instant, isObject, type Outcome, type PartitionId } from "../../shared/index.ts";
import type { Verification } from "../verification.ts";
import { inTurn } from "../in-turn.ts";
import { index, newestFirst } from "./keys.ts";
import { fromColumns, toListColumns } from "./rows.ts";

export interface ListQuestion {
  readonly cluster?: string;
  readonly partitionId?: PartitionId;
  readonly verdict?: Outcome;
  /** Started at or after this. */
  readonly since?: Instant;
  readonly top: number;
  /** Where the page before ended, as that page told. */
  readonly after?: string;
}

export interface Page {
  /** Newest first. */
  readonly verifications: readonly Verification[];
  /** There while there may be more. */
  readonly after?: string;
}

/** The lists: rows with the columns of a verification under every index it belongs to. */
export interface Lists {
  /** Brings the lists up to date with the verification. */
  enlist(verification: Verification, partitionIds: readonly PartitionId[]): Promise<void>;
  page(question: ListQuestion): Promise<Page>;
}

export function listsIn(table: () => Promise<TableClient>): Lists {
  return {
    async enlist(verification, partitionIds) {
      const client = await table();
      const { id, startedAt, cluster, conclusion } = verification;
      const entity = { rowKey: newestFirst(startedAt, id), ...toListColumns(verification) };
      const verdicts =
        conclusion === null
          ? []
          : [index.verdict(conclusion.verdict), index.clusterVerdict(cluster, conclusion.verdict)];
      const lists = [index.all, index.cluster(cluster), ...verdicts, ...partitionIds.map(index.partition)];
      await inTurn(lists, async (partitionKey) => {
        await client.upsertEntity({ partitionKey, ...entity }, "Replace");
      });
    },
    page: async (question) => pageOf(await table(), question),
  };
}

/** One query: the index that knows most of the question, and what it does not know as a filter over it. */
async function pageOf(table: TableClient, question: ListQuestion): Promise<Page> {
  const { cluster, partitionId, verdict, since, top, after } = question;
  const conditions = [odata`PartitionKey eq ${indexFor(question)}`];
  if (after !== undefined) conditions.push(odata`RowKey gt ${after}`);
  if (since !== undefined) conditions.push(odata`RowKey lt ${`${newestFirst(since)}~`}`);
  if (partitionId !== undefined && cluster !== undefined) conditions.push(odata`cluster eq ${cluster}`);
  if (partitionId !== undefined && verdict !== undefined) conditions.push(odata`verdict eq ${verdict}`);
  const found: { readonly key: string; readonly row: Verification }[] = [];
  const pages = table.listEntities({ queryOptions: { filter: conditions.join(" and ") } });
  for await (const page of pages.byPage({ maxPageSize: Math.min(1_000, top + 1) })) {
    for (const entity of page) found.push({ key: entity.rowKey ?? "", row: fromColumns(entity) });
    if (found.length > top) break;
  }
  const shown = found.slice(0, top);
  const last = shown.at(-1);
  return {
    verifications: shown.map(({ row }) => row),
    ...(found.length > top && last !== undefined ? { after: last.key } : {}),
  };
}

function indexFor({ cluster, partitionId, verdict }: ListQuestion): string {
  if (partitionId !== undefined) return index.partition(partitionId);
  if (cluster !== undefined)
    return verdict === undefined ? index.cluster(cluster) : index.clusterVerdict(cluster, verdict);
  return verdict === undefined ? index.all : index.verdict(verdict);
}

/** Opaque to the caller, and harmless: it says where in the caller's own list to go on, and nothing about where that is kept. */
export function toContinuation(after: string): string {
  return Buffer.from(JSON.stringify({ after }), "utf8").toString("base64url");
}

/** `undefined` where it is none of ours. */
export function fromContinuation(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    const after = isObject(value) ? value["after"] : undefined;
    return typeof after === "string" && /^\d{16}_[0-9a-f]{32}$/.test(after) ? after : undefined;
  } catch {
    return undefined;
  }
}
