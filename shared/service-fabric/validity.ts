import type { X509Certificate } from "node:crypto";

/** From when until when a certificate is valid, in milliseconds since 1970; `NaN` where its date is none. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

/**
 * Read from the texts: of a date that OpenSSL cannot read they say "Bad time value", while Node's `validToDate` is then whatever lay in
 * memory (seen in Node 24.21: now and then a day of the future, and the certificate counted as valid).
 */
export function validityOf({ validFrom, validTo }: X509Certificate): Validity {
  return { from: read(validFrom), to: read(validTo) };
}

/** `ASN1_TIME_print`: `Feb  3 10:00:00 2027 GMT`. */
const PRINTED = /^[A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4} GMT$/;

function read(text: string): number {
  return PRINTED.test(text) ? Date.parse(text) : Number.NaN;
}
