/** Longer than any record, and as much as can be parsed without running out of memory. */
const MOST_CHARACTERS = 160 * 2 ** 20;
const MOST_VALUES = 16_000_000;

/** That a text is not what a record is written in; the message says of it what it `is`. */
export class NotJson extends Error {}
/** That a text says something twice. */
export class TwiceNamed extends NotJson {}
/** That a text is more than can be judged. */
export class TooLarge extends Error {}

/**
 * One JSON text. Stricter than `JSON.parse`: a name that stands twice in an object is refused, because readers differ in which one
 * counts, and the digest would cover one of them only (RFC 8785 rests on I-JSON, RFC 7493, 2.3).
 * @throws NotJson (where a name stands twice TwiceNamed) or TooLarge
 */
export function readJson(text: string): unknown {
  const { members, values } = count(text);
  if (values > MOST_VALUES) throw new TooLarge(`holds more than ${MOST_VALUES} values`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotJson("is no JSON text: cut off, or something else"); // the parser's own words quote the text
  }
  if (membersOf(value) !== members) throw new TwiceNamed("has an object with the same name twice in it");
  return value;
}

/** How many members a JSON text spells out, and at most how many values: colons, commas and brackets outside of strings. */
function count(text: string): { readonly members: number; readonly values: number } {
  let [members, values, inString] = [0, 1, false];
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (inString) {
      if (character === BACKSLASH) at++;
      else if (character === QUOTE) inString = false;
    } else if (character === QUOTE) inString = true;
    else if (character === COLON) members++;
    else if (character === COMMA || character === BRACKET || character === BRACE) values++;
  }
  return { members, values };
}

const [QUOTE, BACKSLASH, COLON, COMMA, BRACKET, BRACE] = [0x22, 0x5c, 0x3a, 0x2c, 0x5b, 0x7b];

/** Not by recursion: lists may lie within each other by the thousand. */
function membersOf(value: unknown): number {
  let members = 0;
  const left: unknown[] = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next !== "object" || next === null) continue;
    const inside: readonly unknown[] = Object.values(next);
    if (!Array.isArray(next)) members += inside.length;
    for (const one of inside) left.push(one);
  }
  return members;
}

/** A text that arrives piece by piece, to be taken line by line or whole. */
export interface TextReader {
  /** The next line without its end; `undefined` at the end of the text. */
  line(): Promise<string | undefined>;
  /** All that is left. */
  rest(): Promise<string>;
}

/** @throws NotJson where it is not UTF-8, TooLarge where one text would be more than can be held */
export function readText(bytes: AsyncIterable<Uint8Array>): TextReader {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const pieces = bytes[Symbol.asyncIterator]();
  let [buffered, ended] = ["", false];
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw new NotJson("is no UTF-8 text");
    }
  };
  const more = async (): Promise<string> => {
    const next = await pieces.next();
    ended = next.done === true;
    return next.done === true ? decode() : decode(next.value);
  };
  const gather = async (enough: (piece: string) => boolean): Promise<string> => {
    const gathered = [buffered];
    let length = buffered.length;
    let last = buffered;
    for (;;) {
      if (ended || enough(last)) return gathered.join("");
      last = await more();
      length += last.length;
      if (length > MOST_CHARACTERS) throw new TooLarge(`is longer than ${MOST_CHARACTERS} characters`);
      gathered.push(last);
    }
  };
  return {
    async line() {
      const text = await gather((piece) => piece.includes("\n"));
      const at = text.indexOf("\n");
      buffered = at < 0 ? "" : text.slice(at + 1);
      if (at < 0) return text === "" ? undefined : text;
      return text.slice(0, at);
    },
    async rest() {
      const text = await gather(() => false);
      buffered = "";
      return text;
    },
  };
}
