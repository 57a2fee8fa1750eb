import type { HttpRequest, HttpResponseInit } from "@azure/functions";
import { type Outcome, parseInstant, parsePartitionId } from "../../shared/index.ts";
import { isName } from "../cluster.ts";
import { given } from "../../shared/index.ts";
import type { FieldProblem } from "../request.ts";
import { fromContinuation, type ListQuestion, toContinuation } from "../store/list.ts";
import type { World } from "../world.ts";
import { answer, refusal, summary } from "./answers.ts";

const QUERY = ["cluster", "partitionId", "verdict", "since", "top", "continuation"] as const;
type Field = (typeof QUERY)[number];
/** The platform's own: the function key, where it comes this way. */
const PLATFORM = ["code", "clientId"];
const MOST = 100;
const USUAL = 20;

/** `GET /api/verifications`: newest first, in pages. */
export async function listVerifications(world: World, request: HttpRequest): Promise<HttpResponseInit> {
  const question = readQuestion(request.query);
  if (!question.ok) return refusal(400, "the question cannot be read", question.problems);
  const { verifications, after } = await world.store.lists.page(question.question);
  return answer(200, {
    verifications: verifications.map(summary),
    continuation: after === undefined ? null : toContinuation(after),
  });
}

type ReadQuestion =
  | { readonly ok: true; readonly question: ListQuestion }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

function readQuestion(query: URLSearchParams): ReadQuestion {
  const problems: FieldProblem[] = [];
  for (const name of new Set(query.keys())) {
    if (PLATFORM.includes(name)) continue;
    if (!QUERY.some((known) => known === name)) problems.push({ field: name.slice(0, 40), message: "is no question" });
    else if (query.getAll(name).length > 1) problems.push({ field: name, message: "is asked more than once" });
  }
  const read = <T>(field: Field, parse: (text: string) => T | undefined, form: string): T | undefined => {
    const text = query.get(field);
    if (text === null || text === "") return undefined;
    const value = parse(text);
    if (value === undefined) problems.push({ field, message: `must be ${form}` });
    return value;
  };
  const question: ListQuestion = {
    ...given(
      "cluster",
      read("cluster", (text) => (isName(text) ? text : undefined), "the name of a cluster"),
    ),
    ...given("partitionId", read("partitionId", parsePartitionId, "a partition's GUID")),
    ...given("verdict", read("verdict", outcome, "passed, failed or inconclusive")),
    ...given("since", read("since", parseInstant, "an RFC 3339 instant with its offset")),
    ...given("after", read("continuation", fromContinuation, "what the page before gave as continuation")),
    top: read("top", count, `a whole number from 1 to ${MOST}`) ?? USUAL,
  };
  return problems.length > 0 ? { ok: false, problems } : { ok: true, question };
}

function outcome(text: string): Outcome | undefined {
  return text === "passed" || text === "failed" || text === "inconclusive" ? text : undefined;
}

function count(text: string): number | undefined {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= MOST ? value : undefined;
}
