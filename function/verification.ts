import { type Instant, type Outcome, type Reason, type Targets } from "../shared/index.ts";
import { createHash } from "node:crypto";
import type { RequestBody } from "./request.ts";

/** A verification as its row tells it: what was asked for, how far it is, and how it ended. */
export interface Verification {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Of the canonical body: whether the same idempotency key asks for the same thing. */
  readonly bodyHash: string;
  readonly body: RequestBody;
  readonly cluster: string;
  readonly plan: string | null;
  /** A label of the targets, the same from run to run. */
  readonly target: string;
  readonly startedAt: Instant;
  readonly deadline: Instant;
  readonly notBefore: Instant;
  readonly notBeforeSource: string;
  readonly rtoSeconds: number | null;
  /** 0 until the targets have been resolved to partitions. */
  readonly batches: number;
  readonly partitionCount: number;
  readonly conclusion: Conclusion | null;
}

/** The verdict as the row tells it; the record has all of it. */
export interface Conclusion {
  readonly verdict: Outcome;
  readonly reason: Reason;
  readonly message: string;
  readonly endedAt: Instant;
  /** Of several partitions the longest; `null` where none was measured. */
  readonly restoreSeconds: number | null;
}

const ID = /^[0-9a-f]{32}$/;

export function isVerificationId(text: string): boolean {
  return ID.test(text);
}

/** The id that always stands for the same words. */
export function idOf(...words: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(words)).digest("hex").slice(0, 32);
}

/** The first batch is watched by the verification's own instance, the others by one each. */
export function instanceOf(id: string, batch: number): string {
  return batch === 0 ? id : `${id}:${batch}`;
}

/** Short, and different for different targets. */
export function labelOf({ applicationNames, serviceNames, partitionIds }: Targets): string {
  const all = [...applicationNames, ...serviceNames, ...partitionIds].toSorted();
  const shown = all.slice(0, 3).join(", ");
  const label = all.length <= 3 ? shown : `${shown} and ${all.length - 3} more`;
  if (all.length <= 3 && label.length <= 200) return label;
  return `${label.slice(0, 180).toWellFormed()} #${idOf(...all).slice(0, 8)}`;
}
