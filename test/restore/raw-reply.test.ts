import { expect, test } from "vitest";
import { advance } from "../../shared/restore/advance.ts";
import { REPLIES_KEPT, REPLY_CHARACTERS_KEPT } from "../../shared/restore/raw-reply.ts";
import { beginWatch, type Observation, type Watch } from "../../shared/restore/watch.ts";
import { ACCEPTED, afterStart, fault, planned, saw, SECOND, START } from "./scenes.ts";

/* What the cluster said word for word is kept beside what was read out of it. */

function told(...seen: readonly Observation[]): Watch {
  return seen.reduce(
    (watch, one, n) => advance(watch, one, afterStart(n * SECOND)).watch,
    beginWatch(planned(), START, 7),
  );
}
const accepted = (raw: string): Observation => ({ kind: "progress", progress: ACCEPTED, raw });

test("each distinct reply is kept once, with when it first came and how often", () => {
  const odd: Observation = { kind: "unavailable", problem: { code: "unintelligible", message: "?" }, raw: "<p>" };
  const { replies, repliesDropped } = told(accepted("a"), accepted("b"), odd, fault("unreachable"), accepted("a"));
  expect(replies).toEqual([
    { body: "a", firstSeen: START, looks: 2 },
    { body: "b", firstSeen: afterStart(SECOND), looks: 1 },
    { body: "<p>", firstSeen: afterStart(2 * SECOND), looks: 1 },
  ]);
  expect(repliesDropped).toBe(0);
});

test("a reply that differs and says the same makes no stretch of its own, so that it costs no evidence", () => {
  const { evidence } = told(...Array.from({ length: 300 }, (_, n) => accepted(`{"id":${n}}`)));
  expect(evidence).toEqual([{ observation: saw(ACCEPTED), first: START, last: afterStart(299 * SECOND), times: 300 }]);
});

test("of too many the first and the newest are kept", () => {
  const { replies, repliesDropped } = told(...Array.from({ length: 100 }, (_, n) => accepted(String(n))));
  expect(replies.map(({ body }) => body)).toEqual(["0", ...Array.from({ length: 15 }, (_, n) => String(85 + n))]);
  expect([replies.length, repliesDropped]).toEqual([REPLIES_KEPT, 84]);
});

test("of too long ones too", () => {
  const { replies, repliesDropped } = told(
    ...["a", "b", "c", "d", "e"].map((letter) => accepted(letter.repeat(4_096))),
  );
  expect(replies.map(({ body }) => body[0])).toEqual(["a", "c", "d", "e"]);
  expect(repliesDropped).toBe(1);
  expect(replies.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(REPLY_CHARACTERS_KEPT);
});

test("the first and the newest are kept, however long they are", () => {
  const long = (letter: string): Observation => accepted(letter.repeat(REPLY_CHARACTERS_KEPT));
  const { replies, repliesDropped } = told(long("a"), long("b"), long("c"));
  expect(replies.map(({ body }) => body[0])).toEqual(["a", "c"]);
  expect(repliesDropped).toBe(1);
});
