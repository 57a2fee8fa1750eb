import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { describe, expect, test } from "vitest";
import { makeCertificates } from "./certificates.ts";

const made = makeCertificates();
const DAY = 86_400_000;

describe("the certificates", () => {
  test("are made once a process", () => {
    expect(makeCertificates()).toBe(made);
  });

  test.for([
    ["server", "CN=cluster.test", "DNS:localhost, IP Address:127.0.0.1", "ca"],
    ["expired", "CN=cluster.test", "DNS:localhost, IP Address:127.0.0.1", "ca"],
    ["endingSoon", "CN=cluster.test", "DNS:localhost, IP Address:127.0.0.1", "ca"],
    ["otherName", "CN=elsewhere.test", "DNS:elsewhere.test", "ca"],
    ["unrelated", "CN=cluster.test", "DNS:localhost, IP Address:127.0.0.1", "otherCa"],
    ["selfSigned", "CN=sf-self-signed", undefined, "selfSigned"],
    ["admin", "CN=sf-admin", undefined, "clientCa"],
    ["user", "CN=sf-reader", undefined, "clientCa"],
    ["stranger", "CN=sf-admin", undefined, "otherCa"],
  ] as const)("say who they are and who says so: %s", ([name, subject, names, issuer]) => {
    const certificate = new X509Certificate(made[name].cert);
    const by = new X509Certificate(made[issuer].cert);
    expect([certificate.subject, certificate.subjectAltName]).toStrictEqual([subject, names]);
    expect(certificate.verify(by.publicKey)).toBe(true);
    expect(() => createSecureContext({ cert: made[name].cert, key: made[name].key })).not.toThrow();
  });

  test("end when they should", () => {
    const daysLeft = (["server", "expired", "endingSoon"] as const).map((name) =>
      Math.round((new X509Certificate(made[name].cert).validToDate.getTime() - Date.now()) / DAY),
    );
    expect(daysLeft).toStrictEqual([365, -1, 10]);
  });

  test("bear their thumbprints as Service Fabric writes them", () => {
    const { cert, sha1, sha256 } = made.server;
    expect([sha1, sha256]).toStrictEqual([
      expect.stringMatching(/^[0-9A-F]{40}$/),
      expect.stringMatching(/^[0-9A-F]{64}$/),
    ]);
    expect(new X509Certificate(cert).fingerprint.replaceAll(":", "")).toBe(sha1);
  });
});

describe("a PFX", () => {
  test.for(["adminPfx", "adminTripleDesPfx"] as const)("opens with its password and no other: %s", (name) => {
    const { pfx, passphrase } = made[name];
    expect(() => createSecureContext({ pfx, passphrase })).not.toThrow();
    expect(() => createSecureContext({ pfx, passphrase: "another" })).toThrow("mac verify failure");
  });

  test("of old Windows has the right password and is refused all the same", () => {
    const { pfx, passphrase } = made.adminLegacyPfx;
    expect(() => createSecureContext({ pfx, passphrase })).toThrow("Unsupported PKCS12 PFX data");
    expect(() => createSecureContext({ pfx, passphrase: "another" })).toThrow("mac verify failure");
  });
});
