import { RECORD_SCHEMA } from "../record.ts";
import { isObject } from "../restore/fields.ts";
import { type Finding, type Kind, type Link, short } from "./finding.ts";
import { NotJson, readJson, readText, type TextReader, TooLarge, TwiceNamed } from "./read-json.ts";
import { type DigestInPieces, digestInPieces, digestOf, type Integrity } from "./seal.ts";

/** What became of one file or blob: its place in a series where it has one, and what is wrong with it by itself. */
export interface Examined {
  readonly link?: Link;
  readonly finding?: Finding;
}

/**
 * Looks at one record, in either of its forms: one JSON document, or JSON Lines, of which never more than a line is held. An altered record keeps
 * its place in the series, so that its neighbours are not blamed for it.
 * @throws whatever reading the bytes throws
 */
export async function examine(name: string, bytes: AsyncIterable<Uint8Array>): Promise<Examined> {
  let link: Link | undefined;
  const come = (wrong: Wrong | undefined): Examined => ({
    ...(link === undefined ? {} : { link }),
    ...(wrong === undefined ? {} : { finding: { name, kind: wrong[0], message: wrong[1] } }),
  });
  try {
    const text = readText(bytes);
    const value = await firstDocument(text);
    if (!isObject(value)) return come(["no-record", "is no record: not a JSON object"]);
    const { integrity, ...content } = value;
    if (integrity === undefined) return come(unsealed(content));
    if (!isIntegrity(integrity)) return come(["altered", "bears a seal that is none"]);
    link = linkOf(name, content, integrity);
    const inForm = "partitions" in content ? wrongInDocument : wrongInLines;
    return come((await inForm(content, integrity, text)) ?? wrongInContent(name, content));
  } catch (error) {
    if (error instanceof NotJson) return come(["no-json", error.message]);
    if (error instanceof TooLarge) return come(["unreadable", `${error.message}: too much to be judged`]);
    throw error;
  }
}

type Wrong = readonly [kind: Kind, message: string];
type Content = Readonly<Record<string, unknown>>;

/** The first line where that is a document by itself, else all of the text. */
async function firstDocument(text: TextReader): Promise<unknown> {
  const line = (await text.line()) ?? "";
  try {
    return readJson(line);
  } catch (error) {
    if (!(error instanceof NotJson) || error instanceof TwiceNamed) throw error;
    return readJson(`${line}\n${await text.rest()}`);
  }
}

function unsealed({ schema }: Content): Wrong {
  if (schema !== RECORD_SCHEMA) return ["no-record", "is no record of a restore verification"];
  return [
    "unsealed",
    "bears no seal: written by a version that had none, or taken off; what it says cannot be checked",
  ];
}

const DIGEST = /^[0-9a-f]{64}$/;

function isDigest(value: unknown): value is string {
  return typeof value === "string" && DIGEST.test(value);
}

/** To the letter: whatever else stood in it no digest would cover. */
function isIntegrity(value: unknown): value is Integrity {
  if (!isObject(value) || Object.keys(value).length !== 2) return false;
  const { sha256, predecessorSha256 } = value;
  return isDigest(sha256) && (predecessorSha256 === null || isDigest(predecessorSha256));
}

function linkOf(name: string, { endedAtUtc, batches }: Content, integrity: Integrity): Link {
  const listed: readonly unknown[] = Array.isArray(batches) ? batches : [];
  return {
    name,
    ...integrity,
    endedAtUtc: typeof endedAtUtc === "string" ? endedAtUtc : "",
    batches: listed.flatMap((one) => (isObject(one) && isDigest(one["sha256"]) ? [one["sha256"]] : [])),
  };
}

async function wrongInDocument(content: Content, integrity: Integrity, text: TextReader): Promise<Wrong | undefined> {
  const actual = digestOrNone(() => digestOf(content, integrity.predecessorSha256));
  if (actual !== integrity.sha256) return altered("", integrity.sha256, actual);
  return (await text.rest()).trim() === "" ? undefined : ["no-json", "goes on after the record's end"];
}

/** Each line bears its own seal and follows the one before it; all of them together are what the first line's digest is of. */
async function wrongInLines(run: Content, integrity: Integrity, text: TextReader): Promise<Wrong | undefined> {
  let digest: DigestInPieces;
  try {
    digest = digestInPieces(run, integrity.predecessorSha256);
  } catch {
    return altered("in line 1 ", integrity.sha256, undefined);
  }
  let [before, partitions, number] = [integrity.sha256, 0, 1];
  for (let line = await text.line(); line !== undefined; line = await text.line()) {
    number += 1;
    if (line.trim() === "") continue;
    const { integrity: own, ...partition } = inLine(number, line);
    if (!isIntegrity(own)) return ["altered", `line ${number} bears a seal that is none`];
    const actual = digestOrNone(() => digestOf(partition, own.predecessorSha256));
    if (actual !== own.sha256) return altered(`in line ${number} `, own.sha256, actual);
    if (own.predecessorSha256 !== before) {
      return ["altered", `line ${number} does not follow line ${number - 1}: one was taken out, put in or moved`];
    }
    before = own.sha256;
    partitions += 1;
    digest.add(partition);
  }
  const told = partitionsIn(run);
  if (told !== partitions) return ["cut-short", `tells of ${told} partitions, and here are ${partitions}`];
  const actual = digest.sha256();
  return actual === integrity.sha256 ? undefined : altered("in line 1 ", integrity.sha256, actual);
}

function inLine(number: number, line: string): Content {
  let value: unknown;
  try {
    value = readJson(line);
  } catch (error) {
    if (error instanceof NotJson) throw new NotJson(`line ${number} ${error.message}`);
    throw error;
  }
  if (isObject(value)) return value;
  throw new NotJson(`line ${number} is no partition`);
}

function partitionsIn({ counts }: Content): number {
  const numbers = isObject(counts) ? Object.values(counts) : [];
  return numbers.reduce((sum: number, one) => sum + (typeof one === "number" ? one : 0), 0);
}

/** Half a character, a number beyond all bounds: nothing that was ever sealed. */
function digestOrNone(digest: () => string): string | undefined {
  try {
    return digest();
  } catch {
    return undefined;
  }
}

function altered(where: string, told: string, actual: string | undefined): Wrong {
  const now = actual === undefined ? "has no canonical form (RFC 8785)" : `is ${short(actual)}`;
  return ["altered", `was altered ${where}after it was sealed: it says ${short(told)}, its content ${now}`];
}

/** Whole by itself, and still not what it is taken for. */
function wrongInContent(name: string, { schema, verificationId }: Content): Wrong | undefined {
  if (schema !== RECORD_SCHEMA) return ["no-record", "is no record of a restore verification"];
  const [, stored] = /(?:^|[/\\])([0-9a-f]{32})\.json$/.exec(name) ?? [];
  if (stored === undefined || stored === verificationId) return undefined;
  return ["misplaced", "lies under the name of another verification"];
}
