import { isObject } from "../shared/restore/fields.ts";

/* The record's reference (docs/record.md) out of its schema: a table for the run, and one for each part that is named in `$defs`. */

type Schema = Readonly<Record<string, unknown>>;

interface Row {
  readonly field: string;
  readonly type: string;
  readonly meaning: string;
}

/** Lines of Markdown. Throws where the schema says something that the tables have no words for. */
export function recordReference(schema: unknown): readonly string[] {
  if (!isObject(schema) || !isObject(schema["$defs"])) throw new Error("no schema of a record");
  const parts = inOrderOfUse(schema, schema["$defs"]);
  const words = parts.filter(([, part]) => part["type"] === "string" || part["type"] === "integer");
  return [
    "## The document",
    "",
    ...table(rowsOf(schema, "")),
    ...parts
      .filter((part) => !words.includes(part) && part[0] !== "verdictAndReason")
      .flatMap(([name, part]) => [`## ${name}`, "", ...paragraph(part), ...variants(part)]),
    "## Words",
    "",
    "| type | meaning |",
    "| --- | --- |",
    ...words.map(([name, part]) => `| <a id="${name.toLowerCase()}"></a>\`${name}\` | ${wordOf(part)} |`),
    "",
  ];
}

/** The named parts as a reader meets them, each behind the one that names it first. */
function inOrderOfUse(schema: Schema, defs: Schema): readonly (readonly [string, Schema])[] {
  const met = new Map<string, Schema>();
  const waiting: unknown[] = [{ ...schema, $defs: undefined }];
  for (const from of waiting) {
    for (const [, name = ""] of JSON.stringify(from).matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g)) {
      const part = defs[name];
      if (met.has(name) || !isObject(part)) continue;
      met.set(name, part);
      waiting.push(part);
    }
  }
  return [...met];
}

function paragraph(part: Schema): readonly string[] {
  return typeof part["description"] === "string" ? [part["description"], ""] : [];
}

/** A part is one object, or one of several that a member tells apart. */
function variants(part: Schema): readonly string[] {
  if (!Array.isArray(part["oneOf"])) return table(rowsOf(part, ""));
  return part["oneOf"].filter(isObject).flatMap((one) => {
    if (isNull(one)) return ["`null`: " + lowerFirst(meaningOf(one)), ""];
    const [[name, told] = ["", {}]] = Object.entries(propertiesOf(one));
    return [`With \`${name}\` ${typeOf(told)}:`, "", ...table(rowsOf(one, ""))];
  });
}

function table(rows: readonly Row[]): readonly string[] {
  return [
    "| field | type | meaning |",
    "| --- | --- | --- |",
    ...rows.map(({ field, type, meaning }) => `| \`${field}\` | ${type} | ${meaning} |`),
    "",
  ];
}

/** A row for each member, and for those of an object within, by its path; `?` marks what may be absent. */
function rowsOf(part: Schema, prefix: string): readonly Row[] {
  const required = requiredOf(part);
  return Object.entries(propertiesOf(part)).flatMap(([name, told]) => {
    const field = `${prefix}${name}${required.includes(name) ? "" : "?"}`;
    const row = { field, type: typeOf(told), meaning: meaningOf(told) };
    const inner = innerOf(told);
    if (inner === undefined) return [row];
    const below = rowsOf(inner.schema, `${field}${inner.mark}`);
    return row.meaning === "" && inner.mark === "." ? below : [row, ...below];
  });
}

function propertiesOf(part: Schema): Readonly<Record<string, Schema>> {
  const properties = part["properties"];
  if (!isObject(properties)) return {};
  return Object.fromEntries(
    Object.entries(properties).filter((entry): entry is [string, Schema] => isObject(entry[1])),
  );
}

/** The object within, also where it may be `null` or is the item of a list. */
function innerOf(told: Schema): { readonly schema: Schema; readonly mark: "." | "[]." } | undefined {
  if (isObject(told["properties"])) return { schema: told, mark: "." };
  const items = told["items"];
  if (isObject(items) && isObject(items["properties"])) return { schema: items, mark: "[]." };
  const union = unionOf(alternativesOf(told));
  return union === undefined ? undefined : { schema: union, mark: "." };
}

/** Several objects as one: what all of them must have is required, and a member is any of what it is in them. */
function unionOf(alternatives: readonly Schema[]): Schema | undefined {
  const objects = alternatives.filter((one) => isObject(one["properties"]));
  const [first] = objects;
  if (first === undefined || objects.length === 1) return first;
  const names = [...new Set(objects.flatMap((one) => Object.keys(propertiesOf(one))))];
  const properties = names.map((name): readonly [string, Schema] => {
    const told = objects.map((one) => propertiesOf(one)[name]).filter((one) => one !== undefined);
    const { description } = told[0] ?? {};
    return [name, told.length === 1 ? { ...told[0] } : { oneOf: told, description }];
  });
  const required = names.filter((name) => objects.every((one) => requiredOf(one).includes(name)));
  return { properties: Object.fromEntries(properties), required };
}

function requiredOf(part: Schema): readonly unknown[] {
  return Array.isArray(part["required"]) ? part["required"] : [];
}

function isNull(told: Schema): boolean {
  return told["type"] === "null";
}

function alternativesOf(told: Schema): readonly Schema[] {
  return Array.isArray(told["oneOf"]) ? told["oneOf"].filter(isObject) : [];
}

function typeOf(told: Schema): string {
  const { $ref: ref, const: constant, type } = told;
  if (typeof ref === "string") return linked(ref.slice(ref.lastIndexOf("/") + 1));
  if (constant !== undefined) return literal(constant);
  if (Array.isArray(told["enum"])) return told["enum"].map(literal).join(", ");
  const alternatives = alternativesOf(told);
  if (isObject(unionOf(alternatives)?.["properties"])) return alternatives.some(isNull) ? "object or `null`" : "object";
  if (alternatives.length > 0) return [...new Set(alternatives.map(typeOf))].join(" or ");
  if (type === "array") return isObject(told["items"]) ? `list of ${typeOf(told["items"])}` : "list";
  if (type === "null") return "`null`";
  if (typeof type === "string") return type;
  throw new Error(`no words for the type of ${JSON.stringify(told)}`);
}

function literal(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function linked(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function meaningOf(told: Schema): string {
  return typeof told["description"] === "string" ? told["description"].replaceAll("|", "\\|") : "";
}

function wordOf(part: Schema): string {
  const pattern = typeof part["pattern"] === "string" ? ` Matches \`${part["pattern"].replaceAll("|", "\\|")}\`.` : "";
  return `${meaningOf(part)}${pattern}`.trim();
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
