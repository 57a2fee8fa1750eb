/** HTML that was built here. Plain text is no `Html`, so it cannot reach the page without being escaped. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template takes: text and numbers are escaped, HTML stays, lists are joined, `null` and `false` leave nothing. */
export type Piece = string | number | Html | null | false | readonly Piece[];

/** A tagged template. Attribute values must stand in double quotes. The source's own indentation does not reach the page. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(
    fixedParts(strings)
      .map((fixed, index) => fixed + render(pieces[index] ?? null))
      .join(""),
  );
}

const unindented = new WeakMap<TemplateStringsArray, readonly string[]>();

function fixedParts(strings: TemplateStringsArray): readonly string[] {
  const known = unindented.get(strings) ?? strings.map((fixed) => fixed.replace(/\s*\n\s*/g, "\n"));
  unindented.set(strings, known);
  return known;
}

/** Only for text written in this project, such as the stylesheet; never for anything that came from outside. */
export function trusted(text: string): Html {
  return new Html(text);
}

function render(piece: Piece): string {
  if (piece === null || piece === false) return "";
  if (piece instanceof Html) return piece.toString();
  return typeof piece === "object" ? piece.map(render).join("") : escape(String(piece));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

function escape(text: string): string {
  return text.replace(/[&<>"'`]/g, (one) => ENTITIES[one] ?? "");
}
