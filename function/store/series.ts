import type { TableClient } from "@azure/data-tables";
import { SERIES } from "./keys.ts";
import { CHANGED, CONFLICT, done, MISSING, unless } from "./storage.ts";

/** The record that was decided last, and where its content lies until it is written under its own name. */
export interface SeriesHead {
  /** Of its verification. */
  readonly id: string;
  /** The digest it bears. */
  readonly sha256: string;
  readonly predecessorSha256: string | null;
  /** The digest its content was laid aside under. */
  readonly staged: string;
}

/** The end of the app's one series of records: a row that is moved on by conditional writes, so that no two records follow the same one. */
export interface Series {
  /** `undefined` before the first record. */
  head(): Promise<(SeriesHead & { readonly etag: string }) | undefined>;
  /** Moves the end on from where it was read; `false` where somebody else was first. */
  advance(next: SeriesHead, from: string | undefined): Promise<boolean>;
}

const HEAD = "head";

export function seriesIn(table: () => Promise<TableClient>): Series {
  return {
    async head() {
      const client = await table();
      const row = await unless(MISSING, undefined, () => client.getEntity(SERIES, HEAD));
      if (row === undefined) return undefined;
      const { id, sha256, predecessorSha256, staged, etag } = row;
      const before = typeof predecessorSha256 === "string" ? predecessorSha256 : null;
      return { id: String(id), sha256: String(sha256), predecessorSha256: before, staged: String(staged), etag };
    },
    async advance({ predecessorSha256, ...next }, from) {
      const client = await table();
      const before = predecessorSha256 === null ? {} : { predecessorSha256 };
      const entity = { partitionKey: SERIES, rowKey: HEAD, ...next, ...before };
      return done([...CONFLICT, ...CHANGED], () =>
        from === undefined ? client.createEntity(entity) : client.updateEntity(entity, "Replace", { etag: from }),
      );
    },
  };
}
