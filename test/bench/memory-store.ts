import type { BudgetKey } from "../../function/store/cluster-budget.ts";
import type { Documents } from "../../function/store/documents.ts";
import type { Series, SeriesHead } from "../../function/store/series.ts";
import type { Store } from "../../function/store/store.ts";
import type { VerificationRows } from "../../function/store/verification-rows.ts";
import type { WorkList } from "../../function/store/work-list.ts";
import type { Verification } from "../../function/verification.ts";
import * as sharedBudget from "../../shared/fleet/shared-budget.ts";

/**
 * The store without an account behind it, for one bench: ten thousand partitions are some sixty thousand transactions, which take
 * Azurite a quarter of an hour on a busy machine. Who wants to know whether the app works asks Azurite; this is for counting
 * executions, and of a thousand partitions it counts as many.
 */
export function memoryStore(): Store {
  return {
    verifications: rows(),
    work: workList(),
    lists: { enlist: () => Promise.resolve(), page: () => Promise.resolve({ verifications: [] }) },
    budget: budgets(),
    series: series(),
    state: documents(),
    records: documents(),
    ping: () => Promise.resolve(),
  };
}

function documents(): Documents {
  const kept = new Map<string, { readonly content: string; readonly etag: string }>();
  let writes = 0;
  const put = (path: string, content: string): boolean => kept.set(path, { content, etag: String(++writes) }).has(path);
  return {
    create: async (path, content) => !kept.has(path) && put(path, content),
    replace: async (path, content, etag) => kept.get(path)?.etag === etag && put(path, content),
    exists: async (path) => kept.has(path),
    read: async (path) => kept.get(path),
    list: async (prefix) => [...kept.keys()].filter((path) => path.startsWith(prefix)),
    remove: async (path) => void kept.delete(path),
  };
}

function rows(): VerificationRows {
  const kept = new Map<string, Verification>();
  const ended = new Map<string, Set<number>>();
  const change = (id: string, facts: Partial<Verification>): Verification => {
    const row = kept.get(id);
    if (row === undefined) throw new TypeError(`verification ${id} has no row`);
    const changed = { ...row, ...facts };
    kept.set(id, changed);
    return changed;
  };
  return {
    async insert(verification) {
      if (kept.has(verification.id)) return "exists";
      kept.set(verification.id, verification);
      return "inserted";
    },
    find: async (id) => kept.get(id),
    resolved: async (id, facts) => void change(id, facts),
    batchEnded: async (id, batch) => void ended.set(id, (ended.get(id) ?? new Set()).add(batch)),
    endedBatches: async (id) => ended.get(id) ?? new Set(),
    conclude: async (id, conclusion) => change(id, { conclusion: kept.get(id)?.conclusion ?? conclusion }),
  };
}

function workList(): WorkList {
  const owners = new Map<string, string | undefined>();
  return {
    note: async (id) => void owners.set(id, undefined),
    async claim(id, owner) {
      if (!owners.has(id) || ![undefined, owner].includes(owners.get(id))) return false;
      owners.set(id, owner);
      return true;
    },
    settled: async (id) => void owners.delete(id),
    open: async () => [...owners.keys()].map((id) => ({ id, notedAt: "" })),
  };
}

function series(): Series {
  let [head, moves]: [SeriesHead | undefined, number] = [undefined, 0];
  return {
    head: async () => (head === undefined ? undefined : { end: head, etag: String(moves) }),
    async advance(next, from) {
      if (from !== (head === undefined ? undefined : String(moves))) return false;
      [head, moves] = [next, moves + 1];
      return true;
    },
  };
}

function budgets(): Store["budget"] {
  const kept = new Map<string, sharedBudget.SharedBudget>();
  const known = ({ cluster, perSecond, now }: BudgetKey): sharedBudget.SharedBudget =>
    sharedBudget.asSet(kept.get(cluster), perSecond, now());
  return {
    async claim(key, claimed) {
      const { shared, answer } = sharedBudget.claim(known(key), claimed, key.now());
      kept.set(key.cluster, shared);
      return answer;
    },
    leave: async (key, leaving) => void kept.set(key.cluster, sharedBudget.leave(known(key), leaving, key.now())),
  };
}
