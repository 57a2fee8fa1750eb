import { checkEvidence, type EvidenceItem, type Findings, type Manner } from "../../shared/evidence/check-evidence.ts";
import { seal } from "../../shared/evidence/seal.ts";
import type { RecordContent, RestoreRecord } from "../../shared/record.ts";
import { FAILED, recorded, RESTORED } from "../report/records.ts";

/* Records as an app leaves them, and what is said of them wherever they are put. */

export const idOf = (n: number): string => n.toString(16).padStart(32, "0");
export const nameOf = (n: number): string => `${idOf(n)}.json`;

export function contentFor(n: number): RecordContent {
  const { integrity: _, ...content } = recorded([n % 2 === 0 ? RESTORED : FAILED]);
  const endedAtUtc = new Date(Date.parse(content.endedAtUtc) + n * 60_000).toISOString();
  return { ...content, verificationId: idOf(n), endedAtUtc };
}

/** Each following the one before it. */
export function series(length: number): readonly RestoreRecord[] {
  const records: RestoreRecord[] = [];
  for (let n = 0; n < length; n++) records.push(seal(contentFor(n), records.at(-1)?.integrity.sha256 ?? null));
  return records;
}

/** By name, as the app stores them. */
export function stored(records: readonly object[]): ReadonlyMap<string, string> {
  return new Map(records.map((record, n) => [nameOf(n), JSON.stringify(record)]));
}

const ALL: Manner = { known: { after: [], last: [] }, alone: false };

/** What is said of these files. */
export function said(files: ReadonlyMap<string, string | Uint8Array>, manner: Partial<Manner> = {}): Promise<Findings> {
  return checkEvidence(items(files), { ...ALL, ...manner });
}

/** Of one file. */
export function saidOf(text: string | Uint8Array, name = "record.json"): Promise<Findings> {
  return said(new Map([[name, text]]), { alone: true });
}

async function* items(files: ReadonlyMap<string, string | Uint8Array>): AsyncGenerator<EvidenceItem, void, void> {
  for (const [name, content] of files) {
    const bytes = await Promise.resolve(Buffer.from(content));
    yield { name, bytes: bytes.byteLength, open: () => pieces(bytes) };
  }
}

/** As they come from a disk or a network: cut anywhere, a character included. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.byteLength; at += 1_021) yield await Promise.resolve(bytes.subarray(at, at + 1_021));
}
