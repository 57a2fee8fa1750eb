import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConfiguration } from "../../function/configuration.ts";
import { readRequest } from "../../function/request.ts";
import { PARTITION } from "../restore/scenes.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { altered, anyText, fuzzed, mutated } from "./fuzzed.ts";

describe("the configuration", () => {
  const { user } = makeCertificates();
  const SETTINGS: Readonly<Record<string, string>> = { READER: `${user.cert}\n${user.key}` };
  const WHOLE = {
    clusters: {
      north: {
        endpoints: ["https://north.example.com:19080", "https://south.example.com"],
        clientCertificateSetting: "READER",
        maxRequestsPerSecond: 50,
        serverCommonName: "north.example.com",
        serverCertificateThumbprints: [user.sha1],
      },
      local: { endpoints: ["http://127.0.0.1:19080"], allowInsecure: true, apiVersion: "6.2-preview" },
      entra: { endpoints: ["https://e.example.com"], managedIdentity: { tenantId: PARTITION, clientId: PARTITION } },
    },
    plans: {
      nightly: { cluster: "north", partitionIds: [PARTITION], notBefore: "PT6H", deadlineMinutes: 60, rtoMinutes: 30 },
      weekly: { cluster: "local", serviceNames: ["fabric:/App/Svc"], healthCheck: "report" },
    },
  } as const;

  const OPTIONAL = [
    "apiVersion",
    "healthCheck",
    "notBefore",
    "rtoMinutes",
    "deadlineMinutes",
    "serverCommonName",
  ] as const;
  const without = (fields: readonly string[]): string =>
    JSON.stringify(WHOLE, (field, value: unknown) => (fields.includes(field) ? undefined : value));

  test("is read whole, or every problem of it is told in few words", () => {
    let read = 0;
    const texts = fc.oneof(
      altered(WHOLE).map((value) => JSON.stringify(value) ?? ""),
      mutated(JSON.stringify(WHOLE)),
      fc.uniqueArray(fc.constantFrom(...OPTIONAL), { minLength: 1 }).map(without),
      fc.json(),
      anyText,
    );
    const check = (text: string): void => {
      const configuration = readConfiguration(text, (setting) => SETTINGS[setting]);
      const problems = configuration.ok ? [] : configuration.problems;
      const { clusters, plans } = configuration.ok ? configuration.configuration : { clusters: [], plans: [] };
      if (configuration.ok) read += 1;
      expect(problems.length === 0).toBe(clusters.length > 0);
      expect(problems.filter(({ length }) => length === 0 || length > 600)).toEqual([]);
      expect(plans.filter(({ body }) => !readRequest(body, clusters).ok)).toEqual([]);
    };
    fc.assert(fc.property(texts, check), fuzzed(4_000));
    expect(read).toBeGreaterThan(100);
  });

  test("never tells what stands in an app setting, however broken that is", () => {
    const marked = fc.tuple(anyText, anyText).map(([a, b]) => `${a}hunter2${b}`);
    const keys = fc
      .constantFrom(
        user.key,
        `${user.cert}\n${user.key}`,
        "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----",
      )
      .chain(mutated)
      .map((text) => `hunter2\n${text}`);
    const check = (value: string, password: string): void => {
      const settings: Readonly<Record<string, string>> = { READER: value, PASSWORD: password };
      const north = { ...WHOLE.clusters.north, clientCertificatePasswordSetting: "PASSWORD" };
      const configuration = readConfiguration(JSON.stringify({ clusters: { north } }), (setting) => settings[setting]);
      expect(configuration.ok ? "" : configuration.problems.join("\n")).not.toContain("hunter2");
    };
    fc.assert(fc.property(fc.oneof(marked, keys), marked, check), fuzzed(2_000));
  });

  test("tells no password that stands in an address", () => {
    const check = (before: string, after: string): void => {
      const endpoints = [`${before}https://ops:hunter2@north.example.com${after}`];
      const configuration = readConfiguration(JSON.stringify({ clusters: { north: { endpoints } } }), () => undefined);
      expect(configuration.ok).toBe(false);
      expect(JSON.stringify(configuration)).not.toContain("hunter2");
    };
    fc.assert(fc.property(anyText, anyText, check), fuzzed(2_000));
  });
});
