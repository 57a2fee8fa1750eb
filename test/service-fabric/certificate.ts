import { X509Certificate } from "node:crypto";
import forge from "node-forge";
import type { Certificate } from "../simulator/certificates.ts";

const DAY = 86_400_000;

/** A server certificate that signs itself, for names the simulator has no use for: `DNS:...` or `IP:...`. */
export function selfSigned(cn: string, key: string, names: readonly string[] = [], serial = "02"): Certificate {
  const certificate = forge.pki.createCertificate();
  const privateKey = forge.pki.privateKeyFromPem(key);
  certificate.publicKey = forge.pki.rsa.setPublicKey(privateKey.n, privateKey.e);
  certificate.serialNumber = serial;
  certificate.validity.notBefore = new Date(Date.now() - DAY);
  certificate.validity.notAfter = new Date(Date.now() + 365 * DAY);
  const subject = [{ name: "commonName", value: cn }];
  certificate.setSubject(subject);
  certificate.setIssuer(subject);
  const altNames = names.map((name) =>
    name.startsWith("IP:") ? { type: 7, ip: name.slice(3) } : { type: 2, value: name.slice(4) },
  );
  certificate.setExtensions(altNames.length > 0 ? [{ name: "subjectAltName", altNames }] : []);
  certificate.sign(privateKey, forge.md.sha256.create());
  const cert = forge.pki.certificateToPem(certificate);
  const { fingerprint, fingerprint256 } = new X509Certificate(cert);
  return { cert, key, sha1: fingerprint.replaceAll(":", ""), sha256: fingerprint256.replaceAll(":", "") };
}
