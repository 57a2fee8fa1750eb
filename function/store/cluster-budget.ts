import type { TableClient } from "@azure/data-tables";
import { randomInt } from "node:crypto";
import { setTimeout as after } from "node:timers/promises";
import { given, type Instant, isObject, sharedBudget } from "../../shared/index.ts";
import { BUDGET } from "./keys.ts";
import { CHANGED, CONFLICT, MISSING, unless } from "./storage.ts";

/**
 * The budget of requests of a cluster, shared by every instance of the app: one row with a `SharedBudget`, replaced by conditional writes. What
 * is decided is pure and stands in the core; here is only that of two who decide at the same time one decides again.
 */
export interface ClusterBudget {
  /** `undefined` where too many are at it: ask again in a few seconds. */
  claim(key: BudgetKey, claim: sharedBudget.Claim): Promise<sharedBudget.Answer | undefined>;
  /** Leaves, and says what became of the looks. Where that fails nothing is lost but what was learned: a lease ends by itself. */
  leave(key: BudgetKey, leaving: Pick<sharedBudget.Claim, "holder" | "met">): Promise<void>;
}

export interface BudgetKey {
  readonly cluster: string;
  readonly perSecond: number;
  readonly now: () => Instant;
}

const ATTEMPTS = 12;

/** A row as it was last read or written here; none was there where it has no etag. */
interface Row {
  readonly etag?: string;
  readonly value?: string;
}

export function clusterBudget(table: () => Promise<TableClient>): ClusterBudget {
  /** What is remembered is right as long as nobody else has written, and where somebody has, the conditional write finds out. */
  const remembered = new Map<string, Row>();
  const read = async (client: TableClient, cluster: string): Promise<Row> => {
    const found = await unless(MISSING, undefined, () => client.getEntity<{ value?: string }>(BUDGET, cluster));
    return found === undefined ? {} : { etag: found.etag, ...given("value", found.value) };
  };
  /** `false` where somebody else was first. */
  const write = async (client: TableClient, cluster: string, { etag }: Row, value: string): Promise<boolean> => {
    const entity = { partitionKey: BUDGET, rowKey: cluster, value };
    const put = await unless([...CONFLICT, ...CHANGED, ...MISSING], undefined, () =>
      etag === undefined ? client.createEntity(entity) : client.updateEntity(entity, "Replace", { etag }),
    );
    if (put?.etag === undefined) remembered.delete(cluster);
    else remembered.set(cluster, { etag: put.etag, value });
    return put !== undefined;
  };
  /** `decide` may be called again; what it returns is put down, unless it is what it was given. */
  const change = async (
    { cluster, perSecond, now }: BudgetKey,
    decide: (shared: sharedBudget.SharedBudget, at: Instant) => sharedBudget.SharedBudget,
  ): Promise<boolean> => {
    const client = await table();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (attempt > 1) await after(spread(attempt));
      const known = attempt === 0 ? remembered.get(cluster) : undefined;
      const row = known ?? (await read(client, cluster));
      const at = now();
      const before = sharedBudget.asSet(keptIn(row.value), perSecond, at);
      const value = decide(before, at);
      // That there is nothing to be had is not believed of what is only remembered.
      if (value === before && known === undefined) return true;
      if (value !== before && (await write(client, cluster, row, JSON.stringify(value)))) return true;
    }
    return false;
  };
  return {
    async claim(key, claimed) {
      let answer: sharedBudget.Answer | undefined;
      const put = await change(key, (shared, at) => {
        const decided = sharedBudget.claim(shared, claimed, at);
        ({ answer } = decided);
        return decided.shared;
      });
      return put ? answer : undefined;
    },
    async leave(key, leaving) {
      await change(key, (shared, at) => sharedBudget.leave(shared, leaving, at));
    },
  };
}

/** Those that meet at a row must not meet again; what is drawn here decides nothing. */
function spread(attempt: number): number {
  return randomInt(20 * 2 ** Math.min(attempt, 5));
}

/** What an older version of the app kept is forgotten: it is worth a few seconds. */
function keptIn(text: string | undefined): sharedBudget.SharedBudget | undefined {
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  return isShared(value) ? value : undefined;
}

function isShared(value: unknown): value is sharedBudget.SharedBudget {
  return isObject(value) && value["schema"] === 1 && isObject(value["budget"]) && Array.isArray(value["leases"]);
}
