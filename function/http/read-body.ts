import type { HttpRequest } from "@azure/functions";
import { isObject, type Fields } from "../../shared/index.ts";

/** Bytes. A list of targets that is longer belongs into a service or application name. */
export const MOST_BYTES = 65_536;

export type ReadBody =
  | { readonly ok: true; readonly fields: Fields }
  | { readonly ok: false; readonly status: 400 | 413 | 415; readonly why: string };

/** The JSON object in the body; `__proto__` in it is a field like any other, and unknown. */
export async function readBody(request: HttpRequest): Promise<ReadBody> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") return { ok: false, status: 415, why: "the body must be application/json" };
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > MOST_BYTES) return tooLong;
  const text = await request.text();
  if (Buffer.byteLength(text) > MOST_BYTES) return tooLong;
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return { ok: true, fields: value };
  } catch {
    // Said below: what the parser has to say would quote the body.
  }
  return { ok: false, status: 400, why: "the body must be a JSON object" };
}

const tooLong = { ok: false, status: 413, why: `the body must be at most ${MOST_BYTES} bytes` } as const;
