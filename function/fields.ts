import { type Fields, isObject } from "../shared/index.ts";

export type FieldSpec = "string" | "strings" | "number" | "boolean" | "object";

const IS: Readonly<Record<FieldSpec, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  number: (value) => typeof value === "number" && Number.isFinite(value),
  boolean: (value) => typeof value === "boolean",
  object: isObject,
};

const CALLED: Readonly<Record<FieldSpec, string>> = {
  string: "a text",
  strings: "a list of texts",
  number: "a number",
  boolean: "true or false",
  object: "an object",
};

export function hasForm(spec: FieldSpec, value: unknown): boolean {
  return IS[spec](value);
}

/** Notes every field that is unknown or of another type. Own fields only; whether there was nothing to note. */
export function checkFields(
  fields: Fields,
  specs: Readonly<Record<string, FieldSpec>>,
  note: (what: string) => void,
): boolean {
  let sound = true;
  for (const [name, value] of Object.entries(fields)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (spec !== undefined && hasForm(spec, value)) continue;
    sound = false;
    note(
      spec === undefined
        ? `${JSON.stringify(name.slice(0, 40))} is no field of it (${Object.keys(specs).join(", ")})`
        : `${name} must be ${CALLED[spec]}`,
    );
  }
  return sound;
}
