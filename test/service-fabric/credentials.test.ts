import { createPrivateKey, createPublicKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Read } from "../../shared/restore/fields.ts";
import {
  arePair,
  readCertificates,
  readPfx,
  readPrivateKey,
  readThumbprint,
  readToken,
} from "../../shared/service-fabric/credentials.ts";
import { makeCertificates } from "../simulator/certificates.ts";

const made = makeCertificates();
const { admin, adminPfx, adminLegacyPfx, adminTripleDesPfx } = made;
const key = createPrivateKey(admin.key);
const base64 = (pfx: Buffer): string => pfx.toString("base64");
const lines = (text: string): string => text.replace(/.{76}/g, "$&\r\n");

function why(checked: Read<unknown>): string {
  if (checked.ok) throw new Error("it was taken");
  return checked.why;
}

describe("certificates", () => {
  test.each([
    ["one", admin.cert, 1],
    ["one with the line ends of Windows", admin.cert.replaceAll(/\r?\n/g, "\r\n"), 1],
    ["a chain, in order", `${admin.cert}${made.clientCa.cert}`, 2],
    ["what OpenSSL writes around it", `Bag Attributes\n  localKeyID: 01\nsubject=CN=x\n${admin.cert}\ntrailing`, 1],
    ["one with its key in the same file", `${admin.key}${admin.cert}`, 1],
  ])("are read: %s", (_, pem, count) => {
    const read = readCertificates(pem);
    expect(read.ok && read.value.length).toBe(count);
    expect(read.ok && read.value[0].fingerprint256.replaceAll(":", "")).toBe(admin.sha256);
  });

  test.each([
    ["nothing", ""],
    ["prose", "the certificate is in the vault"],
    ["a key", admin.key],
    ["a public key", createPublicKey(key).export({ type: "spki", format: "pem" }).toString()],
    ["a signing request", admin.cert.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST")],
    ["base64 without its frame", admin.cert.replaceAll(/-----[A-Z ]+-----/g, "")],
    ["a frame around nothing", "-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----"],
    ["a frame around something else", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"],
    ["half of one", admin.cert.slice(0, 500)],
    ["one cut short in its frame", admin.cert.replace(/\n[^\n]+\n-----END/, "\n-----END")],
    ["escaped line ends", admin.cert.replaceAll(/\r?\n/g, "\\n")],
    ["a good one and a broken one", `${admin.cert}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`],
  ])("are not: %s", (_, pem) => {
    expect(why(readCertificates(pem))).toBe("must be a PEM certificate (-----BEGIN CERTIFICATE----- ...)");
  });
});

describe("keys", () => {
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
  const pem = (type: "pkcs1" | "pkcs8", cipher?: string): string =>
    key.export({ type, format: "pem", ...(cipher === undefined ? {} : { cipher, passphrase: "Winter" }) }).toString();

  test.each([
    ["PKCS#8", pem("pkcs8")],
    ["PKCS#1", pem("pkcs1")],
    ["an elliptic curve", ec.export({ type: "sec1", format: "pem" }).toString()],
    ["the line ends of Windows", admin.key.replaceAll(/\r?\n/g, "\r\n")],
    ["what OpenSSL writes around it", `Bag Attributes\n  friendlyName: x\n${admin.key}`],
  ])("are read: %s", (_, text) => {
    expect(readPrivateKey(text)).toEqual({ ok: true, value: text });
  });

  test.each([
    ["PKCS#8", pem("pkcs8", "aes-256-cbc")],
    ["PKCS#1", pem("pkcs1", "aes-256-cbc")],
  ])("that are encrypted are refused as that: %s", (_, text) => {
    expect(why(readPrivateKey(text))).toMatch(/^is an encrypted key; give it unencrypted/);
  });

  test.each([
    ["nothing", ""],
    ["a certificate", admin.cert],
    ["a public key", createPublicKey(key).export({ type: "spki", format: "pem" }).toString()],
    ["half of one", admin.key.slice(0, 400)],
    ["escaped line ends", admin.key.replaceAll(/\r?\n/g, "\\n")],
    ["an encrypted one, far down", `${"#".repeat(300)}\n${pem("pkcs8", "aes-256-cbc")}`],
  ])("are not: %s", (_, text) => {
    expect(why(readPrivateKey(text))).toBe("must be a PEM private key (-----BEGIN PRIVATE KEY----- ...)");
  });

  test("belong to one certificate", () => {
    const certificate = new X509Certificate(admin.cert);
    expect(arePair(certificate, admin.key)).toBe(true);
    expect(arePair(certificate, made.stranger.key), "another key of the same kind").toBe(false);
    expect(arePair(certificate, ec.export({ type: "pkcs8", format: "pem" }).toString()), "another kind").toBe(false);
  });
});

describe("a PFX", () => {
  test.each([
    ["AES-256", adminPfx],
    ["3DES, which OpenSSL still reads", adminTripleDesPfx],
  ])("is read: %s", (_, { pfx, passphrase }) => {
    const read = readPfx(base64(pfx), passphrase);
    expect(read.ok && Buffer.from(read.value).equals(pfx)).toBe(true);
  });

  test("is read with whatever line breaks and gaps base64 came with", () => {
    const read = readPfx(` ${lines(base64(adminPfx.pfx))}\n`, adminPfx.passphrase);
    expect(read.ok && Buffer.from(read.value).equals(adminPfx.pfx)).toBe(true);
  });

  test.each([
    ["a wrong password", base64(adminPfx.pfx), "Sommer 2026", /client-pfx-password is wrong/],
    ["no password", base64(adminPfx.pfx), "", /client-pfx-password is wrong/],
    [
      "a password with a gap at its end",
      base64(adminPfx.pfx),
      `${adminPfx.passphrase} `,
      /client-pfx-password is wrong/,
    ],
    [
      "RC2, as Windows used to write it",
      base64(adminLegacyPfx.pfx),
      adminLegacyPfx.passphrase,
      /outdated way \(RC2\);/,
    ],
    ["RC2 and a wrong password", base64(adminLegacyPfx.pfx), "Sommer 2026", /client-pfx-password is wrong/],
    ["PEM", admin.cert, "", /must be a PFX file in base64/],
    ["a path", "C:\\certs\\admin.pfx", "", /must be a PFX file in base64/],
    ["base64 of something else", base64(Buffer.from(admin.cert)), "", /must be a PFX file in base64/],
    ["base64 for URLs", "abc-_def", "", /must be a PFX file in base64/],
    ["half of one", base64(adminPfx.pfx.subarray(0, 900)), adminPfx.passphrase, /must be a PFX file in base64/],
    ["a DER certificate", base64(new X509Certificate(admin.cert).raw), "", /must be a PFX file in base64/],
  ])("is refused, without a word of it: %s", (_, text, passphrase, expected) => {
    const message = why(readPfx(text, passphrase));
    expect(message).toMatch(expected);
    expect(message).not.toContain(text.slice(0, 12));
    expect(message).not.toMatch(/Winter|Sommer/);
  });
});

describe("a thumbprint", () => {
  const SHA1 = "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567";
  const SHA256 = `${SHA1}${SHA1.slice(0, 24)}`;
  const pairs = SHA1.match(/../g) ?? [];

  test.each([
    ["as it stands", SHA1],
    ["in lower case", SHA1.toLowerCase()],
    ["with colons, as OpenSSL writes it", pairs.join(":")],
    ["with gaps, as Windows shows it", pairs.join(" ").toLowerCase()],
    ["with the invisible mark that Windows' dialog puts in front", `\u200e${pairs.join(" ")}`],
    ["with a byte order mark and a zero-width space", `\ufeff${SHA1}\u200b`],
    ["with no-break spaces and a tab", pairs.join("\u00a0").replace("\u00a0", "\t")],
  ])("of SHA-1 is read %s", (_, text) => {
    expect(readThumbprint(text)).toEqual({ ok: true, value: SHA1 });
  });

  test("of SHA-256 is read", () => {
    expect(readThumbprint(SHA256)).toEqual({ ok: true, value: SHA256 });
  });

  test.each([
    ["nothing", ""],
    ["39 digits", SHA1.slice(1)],
    ["41 digits", `${SHA1}0`],
    ["63 digits", SHA256.slice(1)],
    ["65 digits", `${SHA256}0`],
    ["SHA-384", `${SHA1}${SHA1}${SHA1}`.slice(0, 96)],
    ["an O for a 0", SHA1.replace("0", "O")],
    ["base64", "ChssPU5fYHGCk6S1xtfo+QEjRWc="],
    ["a prefix", `SHA1=${SHA1}`],
    ["dashes", pairs.join("-")],
  ])("of another form is none: %s", (_, text) => {
    expect(why(readThumbprint(text))).toBe("must be a SHA-1 (40 hex digits) or SHA-256 (64 hex digits) thumbprint");
  });
});

describe("a token", () => {
  const JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln-_~+/==";

  test.each([
    ["as it stands", JWT],
    ["with a line end", `${JWT}\n`],
    ["with the word pasted along", `Bearer ${JWT}`],
    ["with the word in lower case", ` bearer   ${JWT} `],
  ])("is read %s", (_, text) => {
    expect(readToken(text)).toEqual({ ok: true, value: JWT });
  });

  test.each([
    ["nothing but the word", "Bearer "],
    ["two lines", `${JWT}\n${JWT}`],
    ["a header within it", `${JWT}\r\nX-Role: Admin`],
    ["quotes", `"${JWT}"`],
    ["JSON", `{"access_token":"${JWT}"}`],
    ["what is no ASCII", `${JWT}é`],
    ["a NUL", `${JWT}\u0000`],
  ])("is refused, without a word of it: %s", (_, text) => {
    const message = why(readToken(text));
    expect(message).toBe("must be a bearer token, on one line");
  });
});
