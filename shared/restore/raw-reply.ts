import type { Instant } from "./instant.ts";

/** The body of a reply as it came, cleaned of secrets and cut at the edge: each distinct one is kept once. */
export interface RawReply {
  readonly body: string;
  readonly firstSeen: Instant;
  readonly looks: number;
}

export interface RawReplies {
  /** In the order they first came; of too many the first and the newest are kept. */
  readonly replies: readonly RawReply[];
  /** Those taken out again to make room. */
  readonly repliesDropped: number;
}

export const REPLIES_KEPT = 16;
export const REPLY_CHARACTERS_KEPT = 16_384;

/** What an unknown wire form looked like can be learnt from the record afterwards; no decision depends on it. */
export function withReply(
  { replies, repliesDropped }: RawReplies,
  body: string | undefined,
  now: Instant,
): Pick<RawReplies, "replies" | "repliesDropped"> {
  if (body === undefined) return { replies, repliesDropped };
  const known = replies.findIndex((reply) => reply.body === body);
  if (known >= 0) {
    const again = replies.map((reply, n) => (n === known ? { ...reply, looks: reply.looks + 1 } : reply));
    return { replies: again, repliesDropped };
  }
  const all = [...replies, { body, firstSeen: now, looks: 1 }];
  const kept = [...all];
  while (kept.length > 2 && isTooMuch(kept)) kept.splice(1, 1);
  return { replies: kept, repliesDropped: repliesDropped + all.length - kept.length };
}

function isTooMuch(replies: readonly RawReply[]): boolean {
  return (
    replies.length > REPLIES_KEPT || replies.reduce((sum, { body }) => sum + body.length, 0) > REPLY_CHARACTERS_KEPT
  );
}
