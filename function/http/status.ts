import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { readRecord, recordPath, type StoredRecord } from "../engine/commit.ts";
import { isVerificationId } from "../verification.ts";
import type { World } from "../world.ts";
import { type AbridgedRecord, HEADERS, refusal, standing } from "./answers.ts";

const UNKNOWN = "there is no such verification";
/** What a status shows of many partitions; the record has all. */
const SHOWN = 100;

/** `GET /api/verifications/{id}`: 202 while it runs; then 200 with the record, without what was seen look by look. */
export async function getVerification(world: World, request: HttpRequest): Promise<HttpResponseInit> {
  const id = request.params["id"] ?? "";
  const verification = isVerificationId(id) ? await world.store.verifications.find(id) : undefined;
  if (verification === undefined) return refusal(404, UNKNOWN);
  if (verification.conclusion === null) return standing(verification);
  const record = await readRecord(world.store.records, id);
  return standing(verification, record === undefined ? undefined : abridged(record));
}

/** `GET /api/verifications/{id}/record`: the whole record, as it was stored once. */
export async function getRecord(world: World, request: HttpRequest): Promise<HttpResponseInit> {
  const id = request.params["id"] ?? "";
  const found = isVerificationId(id) ? await world.store.records.read(recordPath(id)) : undefined;
  if (found === undefined) return refusal(404, "there is no record of such a verification (yet)");
  return { status: 200, headers: HEADERS, body: found.content };
}

/** Not sealed itself: it names the digest of the stored record, which its own content cannot bear. */
function abridged({ integrity, ...record }: StoredRecord): AbridgedRecord {
  const partitions = record.partitions.slice(0, SHOWN).map((partition) => ({
    ...partition,
    evidence: { ...partition.evidence, stretches: [], dropped: partition.looks },
  }));
  return { ...record, partitions, recordSha256: integrity?.sha256 ?? null };
}
