import { mkdir, open, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";

/** Where paths that are typed begin: `~`, and what is neither absolute nor begins with it. */
export interface Places {
  readonly home: string;
  readonly workspace: string;
}

/**
 * Writes a text to the path that was typed, creating what is missing of the folders; a folder gets the file `name`. What was
 * there is replaced. Resolves to the absolute path; rejects where it cannot be written.
 */
export async function writeText(typed: string, name: string, text: Iterable<string>, places: Places): Promise<string> {
  const path = await place(typed, name, places);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "w");
  try {
    for (const piece of text) await file.writeFile(piece);
  } finally {
    await file.close();
  }
  return path;
}

async function place(typed: string, name: string, { home, workspace }: Places): Promise<string> {
  const fromHome = typed === "~" || /^~[/\\]/.test(typed);
  const path = fromHome ? join(home, typed.slice(1)) : resolve(workspace, typed);
  const isFolder = /[/\\]$/.test(typed) || basename(typed) === "~" || (await folderIsThere(path));
  return isFolder ? join(path, name) : path;
}

async function folderIsThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false; // Nothing is there: it is a file to be.
  }
}
