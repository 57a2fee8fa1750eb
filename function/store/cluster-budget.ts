import type { TableClient } from "@azure/data-tables";
import { type Instant, instantFromMs, later } from "../../shared/index.ts";
import { BUDGET } from "./keys.ts";
import { CHANGED, CONFLICT, done, MISSING, unless } from "./storage.ts";

/**
 * The budget of requests of a cluster, shared by every instance of the app: one row says until when it is spoken for. Whoever
 * wants to ask takes the next stretch by a conditional write, and looks no sooner. (The virtual scheduling form of a leaky
 * bucket, ITU-T I.371: one number, and exact however many share it.) A stretch that is never used is lost, which is harmless.
 */
export interface ClusterBudget {
  /** From when on `requests` may go out, at `perSecond`. */
  take(cluster: string, requests: number, perSecond: number, now: Instant): Promise<Instant>;
}

/** A second's worth may go out ahead of its time, so that one look does not wait for another; a stretch may not. */
const BURST_MS = 1_000;
const ATTEMPTS = 20;
/** More than any set of partitions is spoken for at once: beyond it a clock was wrong. */
const LONGEST_MS = 30 * 60_000;

export function clusterBudget(table: () => Promise<TableClient>): ClusterBudget {
  return {
    async take(cluster, requests, perSecond, now) {
      const client = await table();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const row = await unless(MISSING, undefined, () => client.getEntity(BUDGET, cluster));
        const until = typeof row?.["until"] === "string" ? Number(row["until"]) : 0;
        const spokenFor = until - now > LONGEST_MS ? 0 : until;
        const burstMs = requests <= (perSecond * BURST_MS) / 1_000 ? BURST_MS : 0;
        const from = instantFromMs(Math.max(now, spokenFor - burstMs));
        const next = later(instantFromMs(Math.max(now, spokenFor)), (requests / perSecond) * 1_000);
        const entity = { partitionKey: BUDGET, rowKey: cluster, until: String(next) };
        const taken = await done([...CONFLICT, ...CHANGED], () =>
          row === undefined ? client.createEntity(entity) : client.updateEntity(entity, "Replace", { etag: row.etag }),
        );
        if (taken) return from;
      }
      throw new Error(`the budget of cluster ${cluster} is fought over`);
    },
  };
}
