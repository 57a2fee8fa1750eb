import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { marked, type Token, type Tokens } from "marked";

/* The project's own documents, read as GitHub reads them. */

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface Fence {
  /** The language, the first word behind the backticks; empty where there is none. */
  readonly language: string;
  readonly code: string;
  /** Of its first line of code, counted from 1. */
  readonly line: number;
}

export interface Page {
  /** From the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly fences: readonly Fence[];
  /** What can be linked to: one for each heading, in GitHub's spelling, and what bears an id. */
  readonly anchors: readonly string[];
  /** Targets of links and images, as written; those in HTML too. */
  readonly links: readonly string[];
}

/** Every document of the project; what is generated or installed is none. */
export const PAGES: readonly Page[] = globSync("{*,.github/**/*,docs/**/*,examples/**/*}.md", { cwd: ROOT })
  .map((path) => path.replaceAll("\\", "/"))
  .toSorted()
  .map(readPage);

export function page(path: string): Page {
  const found = PAGES.find((one) => one.path === path);
  if (found === undefined) throw new RangeError(`there is no document ${path}`);
  return found;
}

function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), "utf8");
  const tokens: Token[] = [];
  const tree = marked.lexer(text);
  void marked.walkTokens(tree, (token) => void tokens.push(token));
  const anchors = [...anchorsOf(tokens), ...[...text.matchAll(/<a id="([^"]+)">/g)].flatMap(([, id]) => id ?? [])];
  return { path, text, fences: fencesOf(text, tokens), anchors, links: tokens.flatMap(linksOf) };
}

function fencesOf(text: string, tokens: readonly Token[]): readonly Fence[] {
  const lines = text.split("\n");
  let from = 0;
  return tokens.filter(isFence).map(({ lang = "", text: code }) => {
    // The lexer tells no places; fences come in the order of the page.
    const opening = lines.findIndex((line, index) => index >= from && /^\s*(`{3,}|~{3,})/.test(line));
    const line = opening + 2;
    from = opening + code.split("\n").length + 2;
    return { language: lang.split(/\s/)[0] ?? "", code, line };
  });
}

function isFence(token: Token): token is Tokens.Code {
  return token.type === "code" && /^\s*(`{3,}|~{3,})/.test(token.raw);
}

function anchorsOf(tokens: readonly Token[]): readonly string[] {
  const seen = new Map<string, number>();
  return tokens.filter(isHeading).map(({ text }) => {
    const slug = slugOf(text);
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

/** As GitHub makes them: lower case, punctuation gone, a hyphen for each blank. */
function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
    .replaceAll(" ", "-");
}

function linksOf(token: Token): readonly string[] {
  if (token.type === "link" || token.type === "image") return [String(token["href"])];
  if (token.type !== "html") return [];
  return [...token.raw.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)].flatMap(([, target]) => target ?? []);
}

/** Whether a link of a page leads somewhere; `undefined` where it does, else what is wrong. */
export function wrongWithLink(from: Page, target: string): string | undefined {
  if (/^[a-z]+:/.test(target)) return undefined;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? from.path : normalize(join(dirname(from.path), decodeURIComponent(path)));
  if (file.startsWith("..")) return "it leads out of the repository";
  if (!existsSync(join(ROOT, file))) return `there is no ${file}`;
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  return page(file.replaceAll("\\", "/")).anchors.includes(anchor) ? undefined : `${file} has no heading #${anchor}`;
}
