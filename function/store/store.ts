import type { TableClient } from "@azure/data-tables";
import { type ClusterBudget, clusterBudget } from "./cluster-budget.ts";
import { type Documents, documentsIn } from "./documents.ts";
import { type Lists, listsIn } from "./list.ts";
import { type Series, seriesIn } from "./series.ts";
import { MISSING, type Storage, unless } from "./storage.ts";
import { type VerificationRows, verificationRows } from "./verification-rows.ts";
import { type WorkList, workList } from "./work-list.ts";

/** All that outlives an execution. Everything in it may be done twice. */
export interface Store {
  readonly verifications: VerificationRows;
  readonly work: WorkList;
  readonly lists: Lists;
  readonly budget: ClusterBudget;
  readonly series: Series;
  readonly state: Documents;
  readonly records: Documents;
  /** Rejects where the account does not answer. */
  ping(): Promise<void>;
}

/** Connects to nothing yet; table and containers are made by the first call that needs one. */
export function openStore({ table, state, records }: Storage): Store {
  const made = once(async () => {
    await Promise.all([table.createTable(), state.createIfNotExists(), records.createIfNotExists()]);
  });
  const client = async (): Promise<TableClient> => {
    await made();
    return table;
  };
  return {
    verifications: verificationRows(client),
    work: workList(client),
    lists: listsIn(client),
    budget: clusterBudget(client),
    series: seriesIn(client),
    state: documentsIn(async () => {
      await made();
      return state;
    }),
    records: documentsIn(async () => {
      await made();
      return records;
    }),
    async ping() {
      await made();
      await unless(MISSING, undefined, () => table.getEntity("health", "check"));
    },
  };
}

/** A failure is not remembered: the next call tries again. */
function once(work: () => Promise<void>): () => Promise<void> {
  let under: Promise<void> | undefined;
  return async () => {
    under ??= work();
    try {
      await under;
    } catch (error) {
      under = undefined;
      throw error;
    }
  };
}
