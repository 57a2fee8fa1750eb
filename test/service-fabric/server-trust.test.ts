import { X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { distrust, expiryWarning, type ServerTrust, SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { type Certificate, makeCertificates } from "../simulator/certificates.ts";
import { selfSigned } from "./certificate.ts";

const made = makeCertificates();
/** CN cluster.test, for localhost and 127.0.0.1. */
const { server } = made;
const wildcard = selfSigned("*.wild.test", server.key, ["DNS:*.wild.test"]);
/** As like `made.selfSigned` as another certificate can be: subject, names and key. */
const twin = selfSigned("sf-self-signed", made.selfSigned.key);

const x509 = ({ cert }: Certificate): X509Certificate => new X509Certificate(cert);
const DAY = 86_400_000;
const DURING = Date.now() + 60_000;
const WRONG_1 = "A".repeat(40);
const WRONG_256 = "A".repeat(64);
const UNKNOWN_CA = "UNABLE_TO_VERIFY_LEAF_SIGNATURE";
const SELF_SIGNED = "DEPTH_ZERO_SELF_SIGNED_CERT";

const by = (trust: Partial<ServerTrust>): ServerTrust => ({ ...SYSTEM_TRUST, ...trust });
const ca = (...certificates: readonly Certificate[]): Pick<ServerTrust, "ca"> => ({ ca: certificates.map(x509) });
const pin = (...thumbprints: readonly string[]): Pick<ServerTrust, "thumbprints"> => ({ thumbprints });
const name = (commonName: string): Pick<ServerTrust, "commonName"> => ({ commonName });

interface Met {
  readonly certificate: Certificate;
  readonly chainError?: string;
  readonly hostname: string;
}

function suspicion(trust: Partial<ServerTrust>, { certificate, chainError, hostname }: Met, nowMs = DURING) {
  return distrust(by(trust), { certificate: x509(certificate), chainError, hostname }, nowMs);
}

const HERE: Met = { certificate: server, hostname: "localhost" };
const BY_ADDRESS: Met = { certificate: server, hostname: "127.0.0.1" };
const UNCHAINED: Met = { ...HERE, chainError: UNKNOWN_CA };
const ELSEWHERE: Met = { ...HERE, hostname: "other.test" };
const UNCHAINED_ELSEWHERE: Met = { ...UNCHAINED, hostname: "other.test" };
const SELF: Met = { certificate: made.selfSigned, hostname: "localhost", chainError: SELF_SIGNED };

const ACCEPTED: readonly (readonly [string, Partial<ServerTrust>, Met])[] = [
  ["the system's authorities, the host's name", {}, HERE],
  ["the system's authorities, the host's address", {}, BY_ADDRESS],
  ["a CA of ours, the host's name", ca(made.ca), HERE],
  ["one of several CAs", ca(made.otherCa, made.ca), HERE],
  ["the leaf itself as CA, whatever its name", ca(made.selfSigned), { ...SELF, hostname: "other.test" }],
  ["the leaf itself as CA, although nobody signed it", ca(made.selfSigned), SELF],
  ["the leaf itself among other CAs", ca(made.otherCa, made.selfSigned), SELF],
  ["a signed leaf as CA, without the one who signed it", ca(server), UNCHAINED_ELSEWHERE],
  ["a SHA-1 thumbprint, whatever chain and name", pin(server.sha1), UNCHAINED_ELSEWHERE],
  ["a SHA-256 thumbprint, whatever chain and name", pin(server.sha256), UNCHAINED_ELSEWHERE],
  ["one of several thumbprints", pin(WRONG_1, WRONG_256, server.sha1), UNCHAINED],
  ["a thumbprint and a CA that both hold, whatever the name", { ...pin(server.sha1), ...ca(made.ca) }, ELSEWHERE],
  ["a thumbprint and the leaf itself", { ...pin(made.selfSigned.sha256), ...ca(made.selfSigned) }, SELF],
  ["a common name in place of the host's", name("cluster.test"), ELSEWHERE],
  ["a common name that only the subject bears, beside other DNS names", name("cluster.test"), HERE],
  ["a common name that is one of the DNS names", name("localhost"), ELSEWHERE],
  ["a common name in another case", name("CLUSTER.Test"), ELSEWHERE],
  ["a common name with a CA of ours", { ...name("cluster.test"), ...ca(made.ca) }, ELSEWHERE],
  ["a common name and the leaf itself", { ...name("sf-self-signed"), ...ca(made.selfSigned) }, SELF],
  ["a common name and a thumbprint", { ...name("cluster.test"), ...pin(server.sha1) }, UNCHAINED_ELSEWHERE],
  ["a common name, a thumbprint and a CA", { ...name("cluster.test"), ...pin(server.sha1), ...ca(made.ca) }, ELSEWHERE],
  ["a wildcard certificate for its host, as browsers do", {}, { certificate: wildcard, hostname: "a.wild.test" }],
];

const NO_CHAIN = /not trusted \(/;
const NO_HOST = /(does not match|not in the cert|altnames)/i;
const NO_PIN = /its thumbprint is [0-9A-F]{40}, none of the \d expected/;
const NO_NAME = /does not bear the name/;

const REFUSED: readonly (readonly [string, Partial<ServerTrust>, Met, RegExp])[] = [
  ["an unknown authority", {}, UNCHAINED, NO_CHAIN],
  ["another host's name", {}, ELSEWHERE, NO_HOST],
  ["another address", {}, { ...HERE, hostname: "127.0.0.2" }, NO_HOST],
  ["an authority that is none of ours", ca(made.otherCa), UNCHAINED, NO_CHAIN],
  ["a CA of ours, but another host's name", ca(made.ca), ELSEWHERE, NO_HOST],
  ["a leaf as CA, but another certificate under another name", ca(made.selfSigned), ELSEWHERE, NO_HOST],
  ["a leaf as CA, but its twin: same key, same names", ca(made.selfSigned), { ...SELF, certificate: twin }, NO_CHAIN],
  [
    "a leaf as CA, but its twin, even where OpenSSL has nothing against it",
    ca(made.selfSigned),
    { certificate: twin, hostname: "localhost" },
    NO_HOST,
  ],
  ["a wrong SHA-1 thumbprint, although chain and name hold", pin(WRONG_1), HERE, NO_PIN],
  ["a wrong SHA-256 thumbprint, although chain and name hold", pin(WRONG_256), HERE, NO_PIN],
  ["several wrong thumbprints", pin(WRONG_1, WRONG_256, made.ca.sha1), HERE, NO_PIN],
  ["the twin's thumbprint", pin(twin.sha1, twin.sha256), SELF, NO_PIN],
  ["half a thumbprint", pin(server.sha256.slice(0, 40)), HERE, NO_PIN],
  ["an empty thumbprint", pin(""), HERE, NO_PIN],
  ["a right thumbprint, but no chain to the CA", { ...pin(server.sha1), ...ca(made.otherCa) }, UNCHAINED, NO_CHAIN],
  ["a chain to the CA, but a wrong thumbprint", { ...pin(WRONG_1), ...ca(made.ca) }, HERE, NO_PIN],
  ["the leaf itself as CA, but a wrong thumbprint", { ...pin(WRONG_1), ...ca(made.selfSigned) }, SELF, NO_PIN],
  ["another common name, although the host's holds", name("elsewhere.test"), HERE, NO_NAME],
  ["a common name, but an unknown authority", name("cluster.test"), UNCHAINED, NO_CHAIN],
  ["a common name, but no chain to the CA", { ...name("cluster.test"), ...ca(made.otherCa) }, UNCHAINED, NO_CHAIN],
  ["a part of the name", name("cluster"), HERE, NO_NAME],
  ["a domain of the name", name("test"), HERE, NO_NAME],
  ["a domain with its dot, which OpenSSL takes for all below it", name(".test"), HERE, NO_NAME],
  ["a wildcard that would cover the name", name("*.test"), HERE, NO_NAME],
  ["a name that a wildcard would cover", name("a.wild.test"), { certificate: wildcard, hostname: "x" }, NO_NAME],
  ["an address in place of a name", name("127.0.0.1"), HERE, NO_NAME],
  ["a right thumbprint, but another name", { ...pin(server.sha1), ...name("elsewhere.test") }, HERE, NO_NAME],
  ["a right name, but a wrong thumbprint", { ...pin(WRONG_1), ...name("cluster.test") }, HERE, NO_PIN],
  ["the leaf itself, but another name", { ...ca(made.selfSigned), ...name("cluster.test") }, SELF, NO_NAME],
];

describe("a server is trusted by", () => {
  test.each(ACCEPTED)("%s", (_, trust, met) => {
    expect(suspicion(trust, met)).toBeUndefined();
  });
});

describe("a server is refused for", () => {
  test.each(REFUSED)("%s", (_, trust, met, why) => {
    expect(suspicion(trust, met)).toMatch(why);
  });

  test("a thumbprint that differs, naming the one it has, the way Service Fabric's tools write it", () => {
    expect(suspicion(pin(WRONG_1), HERE)).toContain(server.sha1);
  });

  test("a name that differs, naming those it has", () => {
    expect(suspicion(name("x.test"), HERE)).toMatch(/CN=cluster\.test; DNS:localhost, IP Address:127\.0\.0\.1/);
    const nameless: Met = { certificate: selfSigned("", server.key), hostname: "localhost" };
    expect(suspicion(name("x.test"), nameless)).toMatch(/does not bear the name x\.test \(.+\)$/);
  });
});

describe("a certificate out of its time is refused in every mode, also where it is named exactly:", () => {
  test.each(ACCEPTED)("%s", (_, trust, met) => {
    const { validFromDate, validToDate } = x509(met.certificate);
    const [first, last] = [validFromDate.getTime(), validToDate.getTime()];
    expect(suspicion(trust, met, last + 1)).toBe(`its certificate expired on ${validToDate.toISOString()}`);
    expect(suspicion(trust, met, first - 1)).toBe(`its certificate is not valid before ${validFromDate.toISOString()}`);
    expect(suspicion(trust, met, last + 10 * 365 * DAY)).toMatch(/expired/);
    expect([suspicion(trust, met, first), suspicion(trust, met, last)], "its first and last second").toEqual([
      undefined,
      undefined,
    ]);
  });

  test("a certificate that expired yesterday, pinned and as its own CA", () => {
    const met: Met = { certificate: made.expired, hostname: "localhost" };
    for (const trust of [
      {},
      pin(made.expired.sha1),
      pin(made.expired.sha256),
      ca(made.expired),
      name("cluster.test"),
    ]) {
      expect(suspicion(trust, met, Date.now())).toMatch(/expired on/);
    }
  });
});

describe("a certificate close to its end", () => {
  const certificate = x509(server);
  const end = certificate.validToDate.getTime();

  test.each([
    ["31 days before", 31 * DAY, undefined],
    ["30 days and a moment before", 30 * DAY + 1, undefined],
    ["30 days before", 30 * DAY, "in 30 days"],
    ["10 and a half days before", 10.5 * DAY, "in 10 days"],
    ["an hour before", 3_600_000, "in 0 days"],
    ["at the end", 0, "in 0 days"],
    ["after the end, when it is refused", -1, undefined],
  ])("%s", (_, left, said) => {
    const sentence = `The certificate expires on ${certificate.validToDate.toISOString()}, ${said}`;
    expect(expiryWarning("The certificate", certificate, end - left)).toBe(said === undefined ? undefined : sentence);
  });
});
