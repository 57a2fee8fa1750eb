import { isObject } from "../restore/fields.ts";
import { digestOf } from "./seal.ts";

/** A record as it was found: `name` is where (a file, a blob, a line), `value` what it held. */
export interface Exhibit {
  readonly name: string;
  readonly value: unknown;
}

/** What is wrong, and where it was first seen. */
export interface Break {
  readonly name: string;
  readonly kind: "no-record" | "unsealed" | "altered" | "missing-predecessor" | "forked";
  readonly message: string;
}

/** `series` counts the beginnings: a folder may hold the records of several clusters, each with a series of its own. */
export type Findings =
  | { readonly ok: true; readonly records: number; readonly series: number }
  | { readonly ok: false; readonly records: number; readonly first: Break; readonly others: number };

interface Link {
  readonly name: string;
  readonly sha256: string;
  readonly predecessorSha256: string | null;
}

/**
 * Whether records are what they were when they were written, and whether none was taken out of their midst. Each must bear the
 * digest of its own content, and name as its predecessor a record that is here too. The order they are found in means
 * nothing. The end of a series cannot be told from a series that was cut short: compare its last digest with one
 * kept elsewhere (an attestation, an immutable container).
 */
export function verifySeries(exhibits: readonly Exhibit[]): Findings {
  const examined = exhibits.map(examine);
  const links = examined.flatMap(({ link }) => link ?? []);
  const breaks = [...examined.flatMap((one) => one.break ?? []), ...gaps(links)];
  const [first, ...others] = breaks;
  const records = exhibits.length;
  if (first !== undefined) return { ok: false, records, first, others: others.length };
  return { ok: true, records, series: links.filter((link) => link.predecessorSha256 === null).length };
}

const DIGEST = /^[0-9a-f]{64}$/;

/** An altered record keeps its place in the series, so that its neighbours are not blamed for it. */
function examine({ name, value }: Exhibit): { readonly link?: Link; readonly break?: Break } {
  if (!isObject(value)) return { break: { name, kind: "no-record", message: "is no record: not a JSON object" } };
  const { integrity, ...content } = value;
  const { sha256, predecessorSha256 = null } = isObject(integrity) ? integrity : {};
  const sealed = typeof sha256 === "string" && DIGEST.test(sha256);
  const linked =
    predecessorSha256 === null || (typeof predecessorSha256 === "string" && DIGEST.test(predecessorSha256));
  if (!sealed || !linked) return { break: { name, kind: "unsealed", message: "bears no digest of its content" } };
  const link = { name, sha256, predecessorSha256 };
  const actual = digestOrNone(content, predecessorSha256);
  if (actual === sha256) return { link };
  const now = actual === undefined ? "has no canonical form (RFC 8785)" : `is ${short(actual)}`;
  return {
    link,
    break: { name, kind: "altered", message: `was altered: it says ${short(sha256)}, its content ${now}` },
  };
}

/** Half a character, or lists within each other by the thousand: nothing that was ever sealed. */
function digestOrNone(content: object, predecessorSha256: string | null): string | undefined {
  try {
    return digestOf(content, predecessorSha256);
  } catch {
    return undefined;
  }
}

function gaps(links: readonly Link[]): readonly Break[] {
  const known = new Set(links.map(({ sha256 }) => sha256));
  const successors = new Map<string, string>();
  const breaks: Break[] = [];
  for (const { name, sha256, predecessorSha256 } of links) {
    if (predecessorSha256 === null) continue;
    if (!known.has(predecessorSha256)) {
      const message = `follows ${short(predecessorSha256)}, which is not here: a record was taken out, or lies elsewhere`;
      breaks.push({ name, kind: "missing-predecessor", message });
    }
    const rival = successors.get(predecessorSha256);
    const same = rival === sha256; // The same record, found twice.
    if (rival !== undefined && !same) {
      breaks.push({ name, kind: "forked", message: `follows ${short(predecessorSha256)}, as another record does too` });
    }
    successors.set(predecessorSha256, sha256);
  }
  return breaks;
}

function short(digest: string): string {
  return `${digest.slice(0, 12)}…`;
}
