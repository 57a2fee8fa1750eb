import { createPrivateKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Access } from "../../shared/access.ts";
import { describeProblems, parseDrillRequest, type RawInputs } from "../../shared/drill-request.ts";
import type { InputName } from "../../shared/inputs.ts";
import { ID } from "../contract/face.ts";
import { makeCertificates } from "../simulator/certificates.ts";

const made = makeCertificates();
const { admin, stranger, adminPfx, adminLegacyPfx, ca, server } = made;
const TENANT = "11111111-1111-1111-1111-111111111111";
const TOKEN = "eyJhbGciOiJub25lIn0.bm90LWZvci1sb2dz.c2ln";
const PFX = adminPfx.pfx.toString("base64");
const PASSWORD = adminPfx.passphrase;
const HTTPS = { "cluster-endpoint": "https://cluster.example:19080", "partition-id": ID };
const ENCRYPTED = createPrivateKey(admin.key)
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
  .toString();

const PEM_PAIR = { "client-certificate": admin.cert, "client-key": admin.key };
const PFX_PAIR = { "client-pfx": PFX, "client-pfx-password": PASSWORD };
const IDENTITY = { "entra-tenant-id": TENANT, "entra-client-id": TENANT.replaceAll("1", "2") };

function accessOf(raw: RawInputs): Access {
  const parsed = parseDrillRequest({ ...HTTPS, ...raw });
  if (!parsed.ok) throw new Error(describeProblems(parsed.problems).join("\n"));
  return parsed.request.access;
}

/** Each problem as the name of its input and the beginning of its message. */
function problemsOf(raw: RawInputs): readonly (readonly [InputName, string])[] {
  const parsed = parseDrillRequest({ ...HTTPS, ...raw });
  if (parsed.ok) return [];
  keepsSecrets(raw, describeProblems(parsed.problems).join("\n"));
  return parsed.problems.map(({ input, message }) => [input, message] as const);
}

/** No line of a key or a PFX, no password, no token, in whatever was given. */
function keepsSecrets(raw: RawInputs, text: string): void {
  const inputs = ["client-key", "client-pfx", "client-pfx-password", "access-token", "client-certificate"] as const;
  const secrets = inputs
    .flatMap((input) => (raw[input] ?? "").split(/\s*\n\s*/))
    .filter((line) => line.length >= 8 && !line.startsWith("-----"))
    .flatMap((line) => [line, line.slice(0, 12)]);
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}

describe("a credential", () => {
  test.each<readonly [string, RawInputs, Partial<Access["credential"]>]>([
    ["none", {}, { kind: "none" }],
    ["a PEM pair", PEM_PAIR, { kind: "certificate" }],
    ["a PEM pair with its chain", { ...PEM_PAIR, "client-certificate": admin.cert + ca.cert }, { kind: "certificate" }],
    ["a PFX", PFX_PAIR, { kind: "pfx" }],
    ["a token", { "access-token": `Bearer ${TOKEN}` }, { kind: "token", token: TOKEN }],
    ["a workload identity", IDENTITY, { kind: "workload-identity", tenantId: TENANT }],
  ])("is read: %s", (_, raw, credential) => {
    expect(accessOf(raw).credential).toMatchObject(credential);
  });

  test.each<readonly [string, RawInputs, readonly (readonly [InputName, RegExp])[]]>([
    ["a certificate alone", { "client-certificate": admin.cert }, [["client-key", /^is required with/]]],
    ["a key alone", { "client-key": admin.key }, [["client-certificate", /^is required with client-key/]]],
    ["a key of another", { ...PEM_PAIR, "client-key": stranger.key }, [["client-key", /is not the key of/]]],
    ["an encrypted key", { ...PEM_PAIR, "client-key": ENCRYPTED }, [["client-key", /^is an encrypted key/]]],
    [
      "certificate and key the wrong way round",
      { "client-certificate": admin.key, "client-key": admin.cert },
      [
        ["client-certificate", /^must be a PEM certificate/],
        ["client-key", /^must be a PEM private key/],
      ],
    ],
    ["a password alone", { "client-pfx-password": PASSWORD }, [["client-pfx", /^is required with/]]],
    ["a wrong password", { ...PFX_PAIR, "client-pfx-password": "Sommer 2026" }, [["client-pfx", /password is wrong/]]],
    ["no password", { "client-pfx": PFX }, [["client-pfx", /password is wrong/]]],
    [
      "a PFX of another age",
      { ...PFX_PAIR, "client-pfx": adminLegacyPfx.pfx.toString("base64") },
      [["client-pfx", /outdated/]],
    ],
    ["a PFX that is none", { ...PFX_PAIR, "client-pfx": admin.cert }, [["client-pfx", /^must be a PFX/]]],
    ["a token of two lines", { "access-token": `${TOKEN}\n${TOKEN}` }, [["access-token", /^must be a bearer token/]]],
    ["half an identity", { "entra-tenant-id": TENANT }, [["entra-client-id", /^must be a GUID/]]],
    ["the other half", { "entra-client-id": TENANT }, [["entra-tenant-id", /^must be a GUID/]]],
    ["a tenant's name", { ...IDENTITY, "entra-tenant-id": "contoso.com" }, [["entra-tenant-id", /^must be a GUID/]]],
  ])("is refused, by the input's name and without a part of the secret: %s", (_, raw, expected) => {
    const problems = problemsOf(raw);
    expect(problems.map(([input]) => input)).toEqual(expected.map(([input]) => input));
    for (const [index, [, pattern]] of expected.entries()) expect(problems[index]?.[1]).toMatch(pattern);
  });

  const ways = [PEM_PAIR, PFX_PAIR, { "access-token": TOKEN }, IDENTITY];
  test.each(ways.flatMap((one, index) => ways.slice(index + 1).map((other) => ({ ...one, ...other }))))(
    "is one: two of them are refused, whichever (%#)",
    (raw) => {
      expect(problemsOf(raw)).toEqual([[expect.any(String), expect.stringMatching(/^cannot go together with/)]]);
    },
  );

  test("is one: all four at once are named", () => {
    const [[, message] = []] = problemsOf({ ...PEM_PAIR, ...PFX_PAIR, "access-token": TOKEN, ...IDENTITY });
    for (const way of ["a client certificate", "a PFX", "an access token", "a workload identity"]) {
      expect(message).toContain(way);
    }
  });
});

describe("the trust in the server", () => {
  test("is the system's where nothing is said", () => {
    expect(accessOf({}).trust).toEqual({ ca: [], thumbprints: [], commonName: undefined });
  });

  test("is read: CAs, thumbprints by comma, semicolon and line, and a name", () => {
    const { trust } = accessOf({
      "server-ca": ca.cert + server.cert,
      "server-certificate-thumbprint": `\u200e${server.sha1.toLowerCase()};${ca.sha256},\r\n${ca.sha1.match(/../g)?.join(":")}`,
      "server-common-name": "cluster.test",
    });
    expect(trust.ca.map(({ fingerprint256 }) => fingerprint256.replaceAll(":", ""))).toEqual([
      ca.sha256,
      server.sha256,
    ]);
    expect(trust).toMatchObject({ thumbprints: [server.sha1, ca.sha256, ca.sha1], commonName: "cluster.test" });
  });

  test.each<readonly [string, RawInputs, InputName]>([
    ["a CA that is none", { "server-ca": "-----BEGIN NONSENSE-----" }, "server-ca"],
    ["a key for a CA", { "server-ca": admin.key }, "server-ca"],
    [
      "a CA and a broken one",
      { "server-ca": `${ca.cert}-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----` },
      "server-ca",
    ],
    [
      "a thumbprint of 39 digits",
      { "server-certificate-thumbprint": server.sha1.slice(1) },
      "server-certificate-thumbprint",
    ],
    [
      "one bad thumbprint of two",
      { "server-certificate-thumbprint": `${server.sha1},x` },
      "server-certificate-thumbprint",
    ],
    [
      "separators without thumbprints: nobody would be pinned",
      { "server-certificate-thumbprint": ", ;\n" },
      "server-certificate-thumbprint",
    ],
    ["a URL for a name", { "server-common-name": "https://cluster.test" }, "server-common-name"],
    ["a subject for a name", { "server-common-name": "CN=cluster.test" }, "server-common-name"],
  ])("is refused: %s", (_, raw, input) => {
    expect(problemsOf(raw).map(([name]) => name)).toEqual([input]);
  });
});

describe("plain http", () => {
  const everything = [
    ["a PEM pair", PEM_PAIR],
    ["a PFX", PFX_PAIR],
    ["a token", { "access-token": TOKEN }],
    ["an identity", IDENTITY],
    ["a CA", { "server-ca": ca.cert }],
    ["a thumbprint", { "server-certificate-thumbprint": server.sha1 }],
    ["a name", { "server-common-name": "cluster.test" }],
  ] as const;
  const endpoints = [
    "http://cluster.example:19080",
    "HTTP://cluster.example:19080",
    "https://a.example:19080\n  http://b.example:19080",
    "https://a.example:19080, http://b.example:19080",
    "https://a.example:19080,http://b.example:19080,https://c.example:19080",
    "\thttp://b.example:19080",
    "https://a.example:19080\r\n\u00a0http://b.example:19080",
    "https://a.example,\u0001http://b.example",
  ];

  test.each(
    endpoints.flatMap((endpoint) =>
      everything.map(([what, raw]) => [what, JSON.stringify(endpoint), endpoint, raw] as const),
    ),
  )("takes no credential and no pin along: %s to %s", (_, _shown, endpoint, raw) => {
    const problems = problemsOf({ ...raw, "cluster-endpoint": endpoint });
    expect(problems.map(([input]) => input).toSorted()).toEqual(Object.keys(raw).toSorted());
    for (const [, message] of problems) expect(message).toBe("needs an https cluster-endpoint");
  });

  test("without any is fine", () => {
    expect(accessOf({ "cluster-endpoint": "http://localhost:19080" }).credential).toEqual({ kind: "none" });
  });
});

test("all problems are told together, once each, with nothing secret in them", () => {
  const problems = problemsOf({
    "cluster-endpoint": "http://ops:hunter2@cluster.example, ftp://x",
    "client-certificate": "garbage-garbage-garbage",
    "client-key": ENCRYPTED,
    "client-pfx": "not base64 at all!",
    "client-pfx-password": PASSWORD,
    "access-token": `${TOKEN}\n${TOKEN}`,
    "entra-tenant-id": "contoso.com",
    "server-ca": "garbage",
    "server-certificate-thumbprint": "abc",
    "server-common-name": "a/b",
  });
  expect(new Set(problems.map(([input]) => input))).toEqual(
    new Set([
      "cluster-endpoint",
      "client-certificate",
      "client-key",
      "client-pfx",
      "client-pfx-password",
      "access-token",
      "entra-tenant-id",
      "entra-client-id",
      "server-ca",
      "server-certificate-thumbprint",
      "server-common-name",
    ]),
  );
  expect(JSON.stringify(problems)).not.toMatch(/hunter2|garbage|Winter/);
});
