import { type Examined, examine } from "./examine.ts";
import { type Finding, KINDS, type Link } from "./finding.ts";
import { type KnownDigests, together } from "./series.ts";

export type { KnownDigests } from "./series.ts";

/** A file or a blob. */
export interface EvidenceItem {
  /** Where it lies, for people. */
  readonly name: string;
  readonly bytes: number;
  /** May throw `Unreadable`, at once or on the way. */
  open(): AsyncIterable<Uint8Array>;
}

/** That something could not be read; the message says why, without a secret in it. */
export class Unreadable extends Error {}

export interface Findings {
  /** `broken` where anything is; `unproven` where that cannot be said of everything; else `whole`. */
  readonly state: "whole" | "broken" | "unproven";
  /** The worst first, and of those the earliest record's. */
  readonly findings: readonly Finding[];
  readonly records: number;
  readonly series: number;
  /** Records that nobody here follows: their digests are worth keeping elsewhere. */
  readonly ends: readonly Pick<Link, "name" | "sha256">[];
  /** Of a record that was looked at alone: whom it follows. */
  readonly follows: string | null;
}

export interface Manner {
  readonly known: KnownDigests;
  /** Whether it is one record out of many: its neighbours and its batches are not expected here. */
  readonly alone: boolean;
}

/**
 * Checks evidence, wherever it lies. Of a record nothing is kept but its place in the series. What cannot be listed or read is a finding: it never
 * lets the rest pass for all there is.
 */
export async function checkEvidence(items: AsyncIterable<EvidenceItem>, { known, alone }: Manner): Promise<Findings> {
  const examined: Examined[] = [];
  try {
    for await (const group of inGroups(items)) examined.push(...(await Promise.all(group.map(examinedOf))));
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    examined.push({ finding: { name: "", kind: "unreadable", message: error.message } });
  }
  const links = examined.flatMap(({ link }) => link ?? []);
  const [first] = links;
  const all = together(alone ? links.map(withoutNeighbours) : links, known);
  const endedAt = new Map(links.map(({ name, endedAtUtc }) => [name, endedAtUtc]));
  const findings = [...examined.flatMap(({ finding }) => finding ?? []), ...all.findings].toSorted(
    (a, b) => rank(a) - rank(b) || compare(endedAt.get(a.name) ?? "", endedAt.get(b.name) ?? ""),
  );
  const nothing = examined.length === 0 || links.length === 0;
  const broken = findings.some((one) => KINDS[one.kind] === "broken");
  return {
    state: broken ? "broken" : nothing || findings.length > 0 ? "unproven" : "whole",
    findings,
    records: links.length,
    series: all.series,
    ends: all.ends.map(({ name, sha256 }) => ({ name, sha256 })),
    follows: alone ? (first?.predecessorSha256 ?? null) : null,
  };
}

function rank({ kind }: Finding): number {
  return KINDS[kind] === "broken" ? 0 : 1;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function withoutNeighbours(link: Link): Link {
  return { ...link, predecessorSha256: null, batches: [] };
}

async function examinedOf(item: EvidenceItem): Promise<Examined> {
  try {
    return await examine(item.name, item.open());
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { finding: { name: item.name, kind: "unreadable", message: error.message } };
  }
}

const MOST_AT_ONCE = 16;
const MOST_BYTES_AT_ONCE = 16 * 2 ** 20;

/** Small ones together, for each costs a round trip; a large one by itself, for it must be held. */
async function* inGroups(items: AsyncIterable<EvidenceItem>): AsyncGenerator<readonly EvidenceItem[], void, void> {
  let group: EvidenceItem[] = [];
  let bytes = 0;
  for await (const item of items) {
    if (group.length === MOST_AT_ONCE || (group.length > 0 && bytes + item.bytes > MOST_BYTES_AT_ONCE)) {
      yield group;
      [group, bytes] = [[], 0];
    }
    group.push(item);
    bytes += item.bytes;
  }
  if (group.length > 0) yield group;
}
