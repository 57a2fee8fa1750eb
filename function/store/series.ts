import type { TableClient } from "@azure/data-tables";
import { type Fields, given } from "../../shared/index.ts";
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
  /** `undefined` before the first record; without an `end` where somebody's hand has made of the row what none of ours is. */
  head(): Promise<{ readonly end?: SeriesHead; readonly etag: string } | undefined>;
  /** Moves the end on from where it was read; `false` where somebody else was first. */
  advance(next: SeriesHead, from: string | undefined): Promise<boolean>;
}

const HEAD = "head";
const DIGEST = /^[0-9a-f]{64}$/;
const ID = /^[0-9a-f]{32}$/;

function endIn({ id, sha256, predecessorSha256 = null, staged }: Fields): SeriesHead | undefined {
  if (!matches(ID, id) || !matches(DIGEST, sha256) || !matches(DIGEST, staged)) return undefined;
  if (predecessorSha256 !== null && !matches(DIGEST, predecessorSha256)) return undefined;
  return { id, sha256, predecessorSha256, staged };
}

function matches(form: RegExp, value: unknown): value is string {
  return typeof value === "string" && form.test(value);
}

export function seriesIn(table: () => Promise<TableClient>): Series {
  return {
    async head() {
      const client = await table();
      const row = await unless(MISSING, undefined, () => client.getEntity(SERIES, HEAD));
      if (row === undefined) return undefined;
      return { ...given("end", endIn(row)), etag: row.etag };
    },
    async advance({ predecessorSha256, ...next }, from) {
      const client = await table();
      const before = predecessorSha256 === null ? {} : { predecessorSha256 };
      const entity = { partitionKey: SERIES, rowKey: HEAD, ...next, ...before };
      return done([...CONFLICT, ...CHANGED, ...MISSING], () =>
        from === undefined ? client.createEntity(entity) : client.updateEntity(entity, "Replace", { etag: from }),
      );
    },
  };
}
