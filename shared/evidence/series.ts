import { type Finding, type Kind, type Link, short } from "./finding.ts";

/** Digests that are known from elsewhere: a log, a mail, an attestation. */
export interface KnownDigests {
  /** Records that are not here, which a series may begin after. */
  readonly after: readonly string[];
  /** Records that must be here, or the end of a series was cut off. */
  readonly last: readonly string[];
}

/** What records together come to. */
export interface Together {
  readonly findings: readonly Finding[];
  /** How many series begin here; an app has one. */
  readonly series: number;
  /** Whom nobody follows: keep their digests elsewhere. */
  readonly ends: readonly Link[];
}

/**
 * Whether records stand as they were written one after the other, and none was taken out of their midst, put in, or doubled. The order they
 * are found in means nothing. The end of a series cannot be told from a series that was cut short, unless its last digest is known.
 */
export function together(links: readonly Link[], { after, last }: KnownDigests): Together {
  const findings: Finding[] = [];
  const found = (name: string, kind: Kind, message: string): void => void findings.push({ name, kind, message });
  const bySha = new Map<string, Link>();
  const successors = new Map<string, Link>();
  const batches = new Set(links.flatMap((link) => link.batches));
  const known = new Set(after);
  for (const link of links) {
    const twin = bySha.get(link.sha256);
    if (twin !== undefined) {
      found(link.name, "duplicate", `is the same record as ${twin.name}`);
      continue;
    }
    bySha.set(link.sha256, link);
    const { predecessorSha256: before } = link;
    if (before === null) continue;
    const rival = successors.get(before);
    if (rival === undefined) successors.set(before, link);
    else found(link.name, "forked", `follows ${short(before)}, as ${rival.name} does too`);
  }
  for (const { name, predecessorSha256: before, batches: listed } of bySha.values()) {
    if (before !== null && !bySha.has(before) && !known.has(before)) {
      found(name, "missing-predecessor", `follows ${short(before)}, which is not here: taken out, or kept elsewhere`);
    }
    const missing = listed.filter((digest) => !bySha.has(digest));
    const [lost] = missing;
    if (lost !== undefined) {
      const message = `names evidence that is not here: ${missing.length} of ${listed.length}, the first ${short(lost)}`;
      found(name, "missing-batch", message);
    }
  }
  for (const digest of last) {
    if (!bySha.has(digest)) found("", "missing-last", `no record here bears ${short(digest)}: the end was cut off`);
  }
  const chained = [...bySha.values()].filter(({ sha256 }) => !batches.has(sha256));
  return {
    findings,
    series: chained.filter(({ predecessorSha256: before }) => before === null || known.has(before)).length,
    ends: chained.filter(({ sha256 }) => !successors.has(sha256)),
  };
}
