import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

/* The published JSON Schema of the record, as any validator reads it. */

const FILE = new URL("../schemas/restore-record.schema.json", import.meta.url);

export const SCHEMA: unknown = JSON.parse(readFileSync(FILE, "utf8"));

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: false });
formats.default(ajv);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ajv checks it against the meta-schema
const validate = ajv.compile(SCHEMA as Record<string, unknown>);

/** What is wrong with a record, as somebody reads it out of a file; nothing where it is valid. */
export function wrongWithRecord(record: unknown): string | undefined {
  const read: unknown = JSON.parse(JSON.stringify(record));
  return validate(read) ? undefined : ajv.errorsText(validate.errors);
}
