import {
  type Fields,
  formatInstant,
  type Instant,
  isObject,
  type Outcome,
  parseInstant,
  type Reason,
  REASONS,
} from "../../shared/index.ts";
import type { RequestBody } from "../request.ts";
import type { Conclusion, Verification } from "../verification.ts";

/** The columns of a verification; the same in its own row and in the rows of the indexes. Instants are RFC 3339. */
export type Columns = Readonly<Record<string, string | number>>;

/** A text column takes 32 K characters; a body may be 64 kB. */
const PIECE = 30_000;

export function toColumns(row: Verification): Columns {
  const text = JSON.stringify(row.body);
  const columns: Record<string, string | number> = { ...toListColumns(row) };
  for (const [at, piece] of pieces(text).entries()) columns[`body${at}`] = piece;
  return columns;
}

/** Characters stay whole: half of one would not come back out of UTF-8. */
function pieces(text: string): readonly string[] {
  const all: string[] = [];
  for (let from = 0; from < text.length;) {
    const to = from + PIECE;
    const piece = text.slice(from, text.slice(from, to).isWellFormed() ? to : to - 1);
    all.push(piece);
    from += piece.length;
  }
  return all;
}

/** Without the body: what a list shows. */
export function toListColumns(row: Verification): Columns {
  return { ...listed(row), bodyHash: row.bodyHash, ...concluded(row.conclusion) };
}

function listed(row: Verification): Columns {
  return {
    schema: 1,
    id: row.id,
    cluster: row.cluster,
    plan: row.plan ?? "",
    target: row.target,
    startedAt: formatInstant(row.startedAt),
    deadline: formatInstant(row.deadline),
    notBefore: formatInstant(row.notBefore),
    notBeforeSource: row.notBeforeSource,
    rtoSeconds: row.rtoSeconds ?? "",
    batches: row.batches,
    partitionCount: row.partitionCount,
    state: "running",
  };
}

const MOST_MESSAGE = 2_000;

/** What is merged into a row at its end. */
export function concluded(conclusion: Conclusion | null): Columns {
  if (conclusion === null) return {};
  const { verdict, reason, message, endedAt, restoreSeconds } = conclusion;
  return {
    state: "concluded",
    verdict,
    reason,
    message: message.slice(0, MOST_MESSAGE).toWellFormed(),
    endedAt: formatInstant(endedAt),
    restoreSeconds: restoreSeconds ?? "",
  };
}

/** @throws TypeError where a row is not one of ours */
export function fromColumns(columns: Fields): Verification {
  const text = (name: string): string => {
    const value = columns[name];
    if (typeof value !== "string") throw new TypeError(`a row without ${name}`);
    return value;
  };
  const count = (name: string): number => {
    const value = columns[name];
    if (typeof value !== "number") throw new TypeError(`a row without ${name}`);
    return value;
  };
  const optional = (name: string): number | null => (columns[name] === "" ? null : count(name));
  const instant = (name: string): Instant => {
    const at = parseInstant(text(name));
    if (at === undefined) throw new TypeError(`a row with a strange ${name}`);
    return at;
  };
  return {
    id: text("id"),
    bodyHash: text("bodyHash"),
    body: readBody(columns),
    cluster: text("cluster"),
    plan: text("plan") === "" ? null : text("plan"),
    target: text("target"),
    startedAt: instant("startedAt"),
    deadline: instant("deadline"),
    notBefore: instant("notBefore"),
    notBeforeSource: text("notBeforeSource"),
    rtoSeconds: optional("rtoSeconds"),
    batches: count("batches"),
    partitionCount: count("partitionCount"),
    conclusion:
      text("state") === "running"
        ? null
        : {
            verdict: knownOutcome(text("verdict")),
            reason: knownReason(text("reason")),
            message: text("message"),
            endedAt: instant("endedAt"),
            restoreSeconds: optional("restoreSeconds"),
          },
  };
}

function readBody(columns: Fields): RequestBody {
  const cluster = String(columns["cluster"]);
  const kept: string[] = [];
  for (let at = 0; typeof columns[`body${at}`] === "string"; at++) kept.push(String(columns[`body${at}`]));
  if (kept.length === 0) return { cluster };
  const body: unknown = JSON.parse(kept.join(""));
  return isObject(body) ? { ...body, cluster } : { cluster };
}

function knownOutcome(text: string): Outcome {
  if (text === "passed" || text === "failed" || text === "inconclusive") return text;
  throw new TypeError("a row with a strange verdict");
}

function knownReason(text: string): Reason {
  const known = Object.keys(REASONS).find((one): one is Reason => one === text);
  if (known === undefined) throw new TypeError("a row with a strange reason");
  return known;
}
