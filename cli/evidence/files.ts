import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type EvidenceItem, Unreadable } from "../../shared/index.ts";

/** A file itself, or all records below a folder, by name. `other` is called for each file that is none by its name. */
export async function* filesAt(
  path: string,
  shown: string,
  signal: AbortSignal,
  other: () => void,
): AsyncGenerator<EvidenceItem, void, void> {
  const found = await about(path);
  if (typeof found === "string") yield unreadable(shown, found);
  else if (!found.isFolder) yield file(path, shown, found.bytes, signal);
  else yield* below(path, shown, signal, other);
}

/** As `report-path` and the Function app name them. */
const RECORDS = /\.(?:json|jsonl|ndjson)$/i;

async function* below(
  folder: string,
  shown: string,
  signal: AbortSignal,
  other: () => void,
): AsyncGenerator<EvidenceItem, void, void> {
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    yield unreadable(shown, codeOf(error));
    return;
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const name = join(shown, entry.name);
    if (entry.isDirectory()) {
      yield* below(path, name, signal, other);
      continue;
    }
    if (!entry.isSymbolicLink() && !RECORDS.test(entry.name)) {
      other();
      continue;
    }
    const found = await about(path);
    // A link to a folder may lead in a circle.
    if (typeof found === "string") yield unreadable(name, found);
    else if (found.isFolder) yield unreadable(name, "a link to a folder, which is not followed");
    else if (!RECORDS.test(entry.name)) other();
    else if (!found.isFile) yield unreadable(name, "no regular file");
    else yield file(path, name, found.bytes, signal);
  }
}

export async function isFolder(path: string): Promise<boolean> {
  const found = await about(path);
  return typeof found !== "string" && found.isFolder;
}

interface About {
  readonly isFolder: boolean;
  readonly isFile: boolean;
  readonly bytes: number;
}

async function about(path: string): Promise<About | string> {
  try {
    const found = await stat(path);
    return { isFolder: found.isDirectory(), isFile: found.isFile(), bytes: found.size };
  } catch (error) {
    return codeOf(error);
  }
}

function file(path: string, name: string, bytes: number, signal: AbortSignal): EvidenceItem {
  return {
    name,
    bytes,
    async *open() {
      try {
        for await (const piece of createReadStream(path, { signal })) yield piece;
      } catch (error) {
        throw new Unreadable(`cannot be read: ${codeOf(error)}`);
      }
    },
  };
}

function unreadable(name: string, why: string): EvidenceItem {
  return {
    name,
    bytes: 0,
    // oxlint-disable-next-line require-yield -- there is nothing to read
    async *open() {
      throw new Unreadable(`cannot be read: ${await Promise.resolve(why)}`);
    },
  };
}

/** `ENOENT`; the whole message would name the path once more. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : String(error);
}
