import { resolve } from "node:path";
import { styleText } from "node:util";
import {
  checkEvidence,
  cleanLine,
  type EvidenceItem,
  type Findings,
  jsonText,
  Unreadable,
} from "../../shared/index.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { filesAt, isFolder } from "./files.ts";
import type { Container, EvidenceRequest, Place } from "./request.ts";

const EXIT: Readonly<Record<Findings["state"], ExitCode>> = { whole: 0, broken: 1, unproven: 2 };
const COLOUR = { whole: "green", broken: "red", unproven: "yellow" } as const;

interface Around {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly json: boolean;
}

/** Reads evidence and says whether it is what was written. Nothing is changed, and no cluster is asked. */
export async function verifyEvidence({ places, known }: EvidenceRequest, around: Around): Promise<ExitCode> {
  const { terminal, signal, json } = around;
  let others = 0;
  const items = async function* (): AsyncGenerator<EvidenceItem, void, void> {
    for (const place of places) yield* itemsAt(place, around, () => void (others += 1));
  };
  let found: Findings;
  try {
    found = await checkEvidence(items(), { known, alone: await isOneFile(places, terminal) });
    signal.throwIfAborted();
  } catch (error) {
    const why = signal.aborted ? `stopped by ${String(signal.reason)}` : String(error);
    terminal.stderr.write(`${cleanLine(`The evidence was not checked to its end: ${why}`, 1_000)}\n`);
    return 2;
  }
  const stream = json ? terminal.stderr : terminal.stdout;
  const [title = "", ...lines] = told(found, others);
  stream.write(`${styleText(COLOUR[found.state], cleanLine(title, 1_000), { stream })}\n`);
  for (const line of lines) stream.write(`  ${cleanLine(line, 1_000)}\n`);
  if (json) terminal.stdout.write(`${jsonText({ ...found, otherFiles: others }, 2)}\n`);
  return EXIT[found.state];
}

async function* itemsAt(
  place: Place,
  { terminal, signal }: Around,
  other: () => void,
): AsyncGenerator<EvidenceItem, void, void> {
  if (place.kind === "stdin") {
    yield { name: "the standard input", bytes: 0, open: () => standardInput(terminal, signal) };
  } else if (place.kind === "path") {
    yield* filesAt(resolve(terminal.places.workspace, place.path), place.path, signal, other);
  } else {
    yield* blobsAt(place.container, signal);
  }
}

/** The storage library is loaded here and nowhere else. */
async function* blobsAt(container: Container, signal: AbortSignal): AsyncGenerator<EvidenceItem, void, void> {
  const { blobsIn, reasonOf } = await import("./container.ts");
  const readable = async function* <T>(from: AsyncIterable<T>, what: string): AsyncGenerator<T, void, void> {
    try {
      for await (const one of from) yield one;
    } catch (error) {
      throw new Unreadable(`${what}cannot be read: ${reasonOf(error)}`);
    }
  };
  for await (const item of readable(blobsIn(container, signal), `${container.url} `)) {
    yield { ...item, open: () => readable(item.open(), "") };
  }
}

async function* standardInput(terminal: Terminal, signal: AbortSignal): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield await terminal.readFile("-", signal);
  } catch (error) {
    throw new Unreadable(`cannot be read: ${error instanceof Error ? error.name : String(error)}`);
  }
}

/** One record out of many, whose neighbours lie elsewhere; a folder or a container is expected to have them all. */
async function isOneFile([place, ...more]: readonly Place[], { places }: Terminal): Promise<boolean> {
  if (place === undefined || more.length > 0 || place.kind === "container") return false;
  return place.kind === "stdin" || !(await isFolder(resolve(places.workspace, place.path)));
}

const MOST_LINES = 20;

/** For people: the verdict and the first finding in one line, the others below. */
function told(found: Findings, others: number): readonly string[] {
  const [first, ...further] = found.findings.map(({ name, message }) =>
    name === "" ? message : `${name}: ${message}`,
  );
  const left = others === 0 ? [] : [`${plural(others, "other file")} of another kind: not looked at`];
  if (first === undefined) return [...wholeOrNothing(found), ...left];
  const counted = `${plural(found.records, "sealed record")} in all`;
  return [
    `Evidence ${found.state === "broken" ? "broken" : "not proven"}: ${first}`,
    ...further.slice(0, MOST_LINES),
    ...(further.length > MOST_LINES ? [`and ${further.length - MOST_LINES} more findings`] : []),
    counted,
    ...left,
  ];
}

function wholeOrNothing({ state, records, series, ends, follows }: Findings): readonly string[] {
  if (state !== "whole") return ["Evidence not proven: there is no record"];
  const last = ends.slice(0, MOST_LINES).map(({ name, sha256 }) => `last: ${sha256} ${name}`);
  const more = ends.length > MOST_LINES ? [`and ${ends.length - MOST_LINES} more, each the last of its series`] : [];
  const before = follows === null ? [] : [`after: ${follows}, which was not looked at`];
  const counted = `${plural(records, "record")} in ${plural(series, "series", "series")}`;
  return [`Evidence whole: ${counted}`, ...last, ...more, ...before];
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
