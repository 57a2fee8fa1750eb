import { generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import forge from "node-forge";
import { legacyPfx, modernPfx } from "./pfx.ts";

/*
 * Throw-away certificates, made when asked for and never committed. Their keys are made once a process: nothing about a
 * test of trust depends on which key it is.
 */

/** PEM texts, and the thumbprints as Service Fabric writes them: upper-case hex without separators. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly sha1: string;
  readonly sha256: string;
}

export interface Pfx {
  readonly pfx: Buffer;
  readonly passphrase: string;
}

export interface Certificates {
  readonly ca: Certificate;
  /** CN cluster.test; for localhost and 127.0.0.1. */
  readonly server: Certificate;
  /** CN sf-self-signed, no other name. */
  readonly selfSigned: Certificate;
  /** As `server`, but its time was up yesterday. */
  readonly expired: Certificate;
  /** As `server`, but for elsewhere.test. */
  readonly otherName: Certificate;
  /** As `server`, for ten days more. */
  readonly endingSoon: Certificate;
  /** Between `ca` and `issued`; nobody sends it along. */
  readonly issuingCa: Certificate;
  /** As `server`, signed by the issuing CA. */
  readonly issued: Certificate;
  readonly otherCa: Certificate;
  /** As `server`, signed by the other CA. */
  readonly unrelated: Certificate;
  readonly clientCa: Certificate;
  /** CN sf-admin. */
  readonly admin: Certificate;
  /** CN sf-reader. */
  readonly user: Certificate;
  /** CN sf-admin too, signed by the other CA. */
  readonly stranger: Certificate;
  /** `admin` with its key, AES-256. */
  readonly adminPfx: Pfx;
  /** The same as Windows used to export it: RC2 and 3DES, which OpenSSL 3 refuses to read. */
  readonly adminLegacyPfx: Pfx;
  /** The same in 3DES alone, which OpenSSL 3 still reads. */
  readonly adminTripleDesPfx: Pfx;
}

const DAY = 86_400_000;
const PASSPHRASE = "Winter 2026 & co.";
const HERE = ["DNS:localhost", "IP:127.0.0.1"];

let made: Certificates | undefined;

/** The same ones all the life of a process. */
export function makeCertificates(): Certificates {
  made ??= makeAll();
  return made;
}

function makeAll(): Certificates {
  const [caKey, serverKey, clientKey, otherKey] = [newKey(), newKey(), newKey(), newKey()];
  const ca = authority("Simulated Cluster CA", caKey);
  const otherCa = authority("Unrelated CA", otherKey);
  const issuingCa = issue({ cn: "Simulated Issuing CA", key: otherKey, use: "authority", names: [] }, ca);
  const clientCa = authority("Simulated Clients CA", caKey);
  const server = { cn: "cluster.test", key: serverKey, use: "serverAuth", names: HERE } as const;
  const client = { key: clientKey, use: "clientAuth", names: [] } as const;
  const admin = issue({ ...client, cn: "sf-admin" }, clientCa);
  return {
    ca,
    server: issue(server, ca),
    selfSigned: issue({ ...server, cn: "sf-self-signed", names: [] }),
    expired: issue({ ...server, endsInMs: -DAY }, ca),
    otherName: issue({ ...server, cn: "elsewhere.test", names: ["DNS:elsewhere.test"] }, ca),
    endingSoon: issue({ ...server, endsInMs: 10 * DAY }, ca),
    issuingCa,
    issued: issue(server, issuingCa),
    otherCa,
    unrelated: issue(server, otherCa),
    clientCa,
    admin,
    user: issue({ ...client, cn: "sf-reader" }, clientCa),
    stranger: issue({ ...client, key: otherKey, cn: "sf-admin" }, otherCa),
    adminPfx: { pfx: modernPfx(admin, PASSPHRASE, "aes256"), passphrase: PASSPHRASE },
    adminLegacyPfx: { pfx: legacyPfx(admin, PASSPHRASE), passphrase: PASSPHRASE },
    adminTripleDesPfx: { pfx: modernPfx(admin, PASSPHRASE, "3des"), passphrase: PASSPHRASE },
  };
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

interface Wanted {
  readonly cn: string;
  readonly key: string;
  readonly use: "serverAuth" | "clientAuth" | "authority";
  /** `DNS:...` or `IP:...`. */
  readonly names: readonly string[];
  readonly endsInMs?: number;
}

function authority(cn: string, key: string): Certificate {
  return issue({ cn, key, use: "authority", names: [] });
}

/** Without an issuer it signs itself. */
function issue({ cn, key, use, names, endsInMs = 365 * DAY }: Wanted, issuer?: Certificate): Certificate {
  const certificate = forge.pki.createCertificate();
  const privateKey = forge.pki.privateKeyFromPem(key);
  certificate.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = `01${randomBytes(15).toString("hex")}`;
  certificate.validity.notBefore = new Date(Date.now() - 30 * DAY);
  certificate.validity.notAfter = new Date(Date.now() + endsInMs);
  const subject = [{ name: "commonName", value: cn }];
  certificate.setSubject(subject);
  certificate.setIssuer(issuer === undefined ? subject : forge.pki.certificateFromPem(issuer.cert).subject.attributes);
  certificate.setExtensions([
    ...(use === "authority"
      ? [
          { name: "basicConstraints", cA: true, critical: true },
          { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
        ]
      : [
          { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
          { name: "extKeyUsage", [use]: true },
        ]),
    ...(names.length > 0 ? [{ name: "subjectAltName", altNames: names.map(alternative) }] : []),
  ]);
  certificate.sign(
    issuer === undefined ? privateKey : forge.pki.privateKeyFromPem(issuer.key),
    forge.md.sha256.create(),
  );
  const cert = forge.pki.certificateToPem(certificate);
  const { fingerprint, fingerprint256 } = new X509Certificate(cert);
  return { cert, key, sha1: fingerprint.replaceAll(":", ""), sha256: fingerprint256.replaceAll(":", "") };
}

/** As X.509 numbers them: 2 is a DNS name, 7 an address. */
function alternative(name: string): { readonly type: number; readonly value?: string; readonly ip?: string } {
  return name.startsWith("IP:") ? { type: 7, ip: name.slice(3) } : { type: 2, value: name.slice(4) };
}
