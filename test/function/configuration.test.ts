import { describe, expect, test } from "vitest";
import { readConfiguration, type ReadConfiguration } from "../../function/configuration.ts";
import { lookBackMs } from "../../function/request.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { story } from "../simulator/stories.ts";

const { user: client } = makeCertificates();
const SETTINGS: Readonly<Record<string, string>> = {
  READER: `${client.cert}\n${client.key}`,
  TORN: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
  UNRESOLVED: "@Microsoft.KeyVault(SecretUri=https://vault.example.com/secrets/reader)",
};
const ID = story("clean").partitionId;
const ENDPOINTS = ["https://north.example.com:19080"];

const read = (json: unknown): ReadConfiguration =>
  readConfiguration(typeof json === "string" ? json : JSON.stringify(json), (name) => SETTINGS[name]);
const cluster = (fields: unknown): unknown => ({ clusters: { north: fields } });
const plan = (fields: Readonly<Record<string, unknown>>): unknown => ({
  clusters: { north: { endpoints: ENDPOINTS } },
  plans: { nightly: { cluster: "north", partitionIds: [ID], ...fields } },
});

test("clusters and plans, with the certificate out of an app setting", () => {
  const configuration = read({
    clusters: {
      north: { endpoints: ENDPOINTS, clientCertificateSetting: "READER", maxRequestsPerSecond: 50 },
      south: { endpoints: ["http://127.0.0.1:19080"], allowInsecure: true },
      entra: {
        endpoints: ENDPOINTS,
        managedIdentity: {
          tenantId: "11111111-1111-4111-8111-111111111111",
          clientId: "22222222-2222-4222-8222-222222222222",
        },
      },
    },
    plans: { nightly: { cluster: "north", serviceNames: ["fabric:/App/Svc"], notBefore: "PT6H", rtoMinutes: 30 } },
  });
  expect(configuration).toMatchObject({
    ok: true,
    configuration: {
      clusters: [
        { name: "north", maxRequestsPerSecond: 50, access: { access: { credential: { kind: "certificate" } } } },
        { name: "south", maxRequestsPerSecond: 20, access: { access: { credential: { kind: "none" } } } },
        { name: "entra", access: { access: { credential: { kind: "workload-identity" } } } },
      ],
      plans: [{ name: "nightly", body: { notBefore: "PT6H" } }],
    },
  });
});

test("a secret that stands where its setting should be named is refused and not repeated", () => {
  for (const secret of [`${client.cert}\n${client.key}`, client.key, Buffer.from(client.key).toString("base64")]) {
    const answer = read(cluster({ endpoints: ENDPOINTS, clientCertificateSetting: secret }));
    expect(answer).toMatchObject({ ok: false });
    expect(JSON.stringify(answer)).toContain("clientCertificateSetting must be the name of an app setting");
    expect(JSON.stringify(answer)).not.toContain(secret.slice(30, 60));
  }
});

describe("is refused", () => {
  test.each<readonly [name: string, json: unknown, says: string]>([
    ["no JSON", "{", "no JSON object"],
    ["a list", [], "no JSON object"],
    ["no cluster", {}, "clusters: at least one is needed"],
    ["clusters as a list", { clusters: [] }, "clusters must be an object"],
    ["an unknown part", { ...Object(cluster({ endpoints: ENDPOINTS })), cluster: {} }, '"cluster" is no field'],
    ["a name with a slash", { clusters: { "a/b": { endpoints: ENDPOINTS } } }, "letters, digits and hyphens"],
    ["__proto__ as a name", '{"clusters":{"__proto__":{"endpoints":["https://a.example.com"]}}}', "letters, digits"],
    ["a cluster that is a text", cluster("https://north.example.com"), "clusters.north: is no object"],
    ["no endpoints", cluster({}), "clusters.north: endpoints is required"],
    ["an unknown field", cluster({ endpoints: ENDPOINTS, endpoint: "x" }), '"endpoint" is no field'],
    ["plain http", cluster({ endpoints: ["http://north.example.com"] }), "endpoints must be https"],
    ["a password in the address", cluster({ endpoints: ["https://u:p@north.example.com"] }), "user or password"],
    [
      "a thumbprint that is none",
      cluster({ endpoints: ENDPOINTS, serverCertificateThumbprints: ["xyz"] }),
      "serverCertificateThumbprints",
    ],
    ["a budget of nothing", cluster({ endpoints: ENDPOINTS, maxRequestsPerSecond: 0 }), "from 1 to 1000"],
    [
      "a setting that is not there",
      cluster({ endpoints: ENDPOINTS, clientCertificateSetting: "NONE" }),
      "app setting NONE is empty",
    ],
    [
      "a reference that was not resolved",
      cluster({ endpoints: ENDPOINTS, clientCertificateSetting: "UNRESOLVED" }),
      "unresolved Key Vault reference",
    ],
    [
      "a certificate without its key",
      cluster({ endpoints: ENDPOINTS, clientCertificateSetting: "TORN" }),
      "clientCertificateSetting",
    ],
    [
      "an identity without its tenant",
      cluster({ endpoints: ENDPOINTS, managedIdentity: { clientId: ID } }),
      "managedIdentity.tenantId",
    ],
    [
      "a plan without a cluster",
      { clusters: { north: { endpoints: ENDPOINTS } }, plans: { p: { partitionIds: [ID] } } },
      "plans.p: cluster is required",
    ],
    ["a plan of an unknown cluster", plan({ cluster: "south" }), "plans.nightly: cluster is not configured"],
    [
      "a plan that dates its restore",
      plan({ notBefore: "2026-02-03T10:00:00Z" }),
      "duration looked back from the slot",
    ],
    ["a plan with a key", plan({ idempotencyKey: "k" }), '"idempotencyKey" is no field'],
    ["a plan of no targets", plan({ partitionIds: [] }), "plans.nightly: partitionIds is required"],
  ])("%s", (_name, json, says) => {
    const configuration = read(json);
    expect(configuration.ok ? "" : configuration.problems.join("\n")).toContain(says);
  });

  test("with all problems at once, and nothing of a secret in them", () => {
    const configuration = read({
      clusters: {
        north: { endpoints: ["ftp://x"], maxRequestsPerSecond: -1, clientCertificateSetting: "TORN" },
        south: {},
      },
      plans: { nightly: { cluster: "west", deadlineMinutes: 0, partitionIds: ["x"] } },
    });
    const problems = configuration.ok ? [] : configuration.problems;
    expect(problems.length).toBeGreaterThanOrEqual(6);
    expect(problems.join("\n")).not.toContain("AAAA");
  });
});

test.each([
  ["PT6H", 6 * 3_600_000],
  ["P1DT12H", 36 * 3_600_000],
  ["PT90M", 90 * 60_000],
  ["PT0S", 0],
  ["P366D", 366 * 86_400_000],
  ["P367D", undefined],
  ["P1M", undefined],
  ["P1Y", undefined],
  ["PT", undefined],
  ["P", undefined],
  ["P1DT", undefined],
  ["-PT1H", undefined],
  ["PT1.5H", undefined],
  ["6h", undefined],
])("a look-back of %s is %s ms", (text, ms) => {
  expect(lookBackMs(text)).toBe(ms);
});
