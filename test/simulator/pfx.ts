import { createHmac, randomBytes, X509Certificate } from "node:crypto";
import forge from "node-forge";

interface Pair {
  readonly cert: string;
  readonly key: string;
}

export function modernPfx({ cert, key }: Pair, passphrase: string, algorithm: "aes256" | "3des"): Buffer {
  const parsed = forge.pki.certificateFromPem(cert);
  return bytes(
    forge.asn1.toDer(forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(key), parsed, passphrase, { algorithm })),
  );
}

/* What follows no library writes any more: a PFX as Windows exported it for decades, the certificate under 40-bit RC2. */

const OID = {
  data: "1.2.840.113549.1.7.1",
  encryptedData: "1.2.840.113549.1.7.6",
  rc2: "1.2.840.113549.1.12.1.6",
  keyBag: "1.2.840.113549.1.12.10.1.2",
  certBag: "1.2.840.113549.1.12.10.1.3",
  x509: "1.2.840.113549.1.9.22.1",
  sha1: "1.3.14.3.2.26",
} as const;

const SEQUENCE = 0x30;
const OCTETS = 0x04;
const CONTEXT_0 = 0xa0;
const ROUNDS = 2_000;

/** RFC 7292: the certificate encrypted as a whole, the key in a bag of its own, a MAC over both. */
export function legacyPfx({ cert, key }: Pair, passphrase: string): Buffer {
  const certBag = bag(
    OID.certBag,
    der(SEQUENCE, oid(OID.x509), der(CONTEXT_0, der(OCTETS, new X509Certificate(cert).raw))),
  );
  const info = forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(forge.pki.privateKeyFromPem(key)));
  const shrouded = forge.pki.encryptPrivateKeyInfo(info, passphrase, { algorithm: "3des" });
  const keyBag = bag(OID.keyBag, bytes(forge.asn1.toDer(shrouded)));
  const contents = der(SEQUENCE, encrypted(der(SEQUENCE, certBag), passphrase), plain(der(SEQUENCE, keyBag)));
  return der(SEQUENCE, integer(3), plain(contents), mac(contents, passphrase));
}

function bag(type: string, value: Buffer): Buffer {
  return der(SEQUENCE, oid(type), der(CONTEXT_0, value));
}

function plain(content: Buffer): Buffer {
  return der(SEQUENCE, oid(OID.data), der(CONTEXT_0, der(OCTETS, content)));
}

function encrypted(content: Buffer, passphrase: string): Buffer {
  const salt = randomBytes(8);
  const cipher = forge.rc2.createEncryptionCipher(derive(passphrase, salt, 1, 5), 40);
  cipher.start(derive(passphrase, salt, 2, 8));
  cipher.update(forge.util.createBuffer(content.toString("binary")));
  cipher.finish();
  const how = der(SEQUENCE, oid(OID.rc2), der(SEQUENCE, der(OCTETS, salt), integer(ROUNDS)));
  const body = der(SEQUENCE, oid(OID.data), how, der(0x80, bytes(cipher.output)));
  return der(SEQUENCE, oid(OID.encryptedData), der(CONTEXT_0, der(SEQUENCE, integer(0), body)));
}

function mac(content: Buffer, passphrase: string): Buffer {
  const salt = randomBytes(8);
  const digest = createHmac("sha1", bytes(derive(passphrase, salt, 3, 20)))
    .update(content)
    .digest();
  const algorithm = der(SEQUENCE, oid(OID.sha1), der(0x05));
  return der(SEQUENCE, der(SEQUENCE, algorithm, der(OCTETS, digest)), der(OCTETS, salt), integer(ROUNDS));
}

function derive(passphrase: string, salt: Buffer, purpose: number, length: number): forge.util.ByteStringBuffer {
  return forge.pkcs12.generateKey(
    passphrase,
    forge.util.createBuffer(salt.toString("binary")),
    purpose,
    ROUNDS,
    length,
  );
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function oid(dotted: string): Buffer {
  return der(0x06, bytes(forge.asn1.oidToDer(dotted)));
}

function integer(value: number): Buffer {
  return der(0x02, bytes(forge.asn1.integerToDer(value)));
}

function bytes(buffer: { getBytes(): string }): Buffer {
  return Buffer.from(buffer.getBytes(), "binary");
}
