import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeProblems, parseDrillRequest, type RawInputs } from "../../shared/drill-request.ts";
import { INPUT_NAMES, type InputName, INPUTS, type InputSpec } from "../../shared/inputs.ts";
import { boundLine, headline, settings } from "../../shared/report/preamble.ts";
import { formatInstant, parseInstant } from "../../shared/restore/instant.ts";
import { parseInt64 } from "../../shared/restore/int64.ts";
import { parsePage } from "../../shared/restore/parse-partition.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import {
  readCertificates,
  readPfx,
  readPrivateKey,
  readThumbprint,
  readToken,
} from "../../shared/service-fabric/credentials.ts";
import { proxyAuthorization, proxyFor, proxyName } from "../../shared/service-fabric/proxy.ts";
import { backupsPath, partitionsPath, withTimeout } from "../../shared/service-fabric/requests.ts";
import { PARTITION, START, sure } from "../restore/scenes.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { anyText, fuzzed, mutated } from "./fuzzed.ts";

/* Whatever is typed into an input or set as a variable: it is read or reported, in few words, and no secret is told. */

const { user, adminPfx } = makeCertificates();
const PFX = adminPfx.pfx.toString("base64");
const specOf = (name: InputName): InputSpec => INPUTS[name];

/** What people mean to type, for every input that takes more than a text. */
const MEANT: readonly string[] = [
  PARTITION,
  `{${PARTITION}}`,
  "https://cluster.example:19080, https://other.example",
  "http://[::1]:19080",
  "fabric:/App/Service",
  "fabric:/App",
  "fabric:/App/\ud800",
  "0.05",
  "1440",
  "auto",
  "any",
  "2026-02-03T10:00:00.123+01:00",
  "require",
  "6.2-preview",
  "true",
  "AA:BB",
  "report.json",
];

describe("the inputs of a verification", () => {
  const typed = fc.oneof(anyText, fc.constantFrom(...MEANT), fc.constantFrom(...MEANT).chain(mutated));
  const raw: fc.Arbitrary<RawInputs> = fc.dictionary(fc.constantFrom(...INPUT_NAMES), typed, { maxKeys: 8 });

  test("are read or reported, shortly, and what was read can be told", () => {
    let read = 0;
    const told = (inputs: RawInputs): readonly string[] => {
      const parsed = parseDrillRequest({ "cluster-endpoint": "https://a", "partition-id": PARTITION, ...inputs });
      if (!parsed.ok) return describeProblems(parsed.problems);
      read += 1;
      const { request } = parsed;
      const paths = request.targets.serviceNames.map((name) => partitionsPath(name, request.apiVersion, ""));
      return [...paths, headline(request), boundLine(request, { at: START, source: "step" }), ...settings(request)];
    };
    const check = (inputs: RawInputs): void => {
      const lines = told(inputs);
      expect(lines.length).toBeGreaterThan(1);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(1_500);
      expect(lines.filter((line) => /: undefined|NaN|Invalid Date|\[object /.test(line))).toEqual([]);
    };
    fc.assert(fc.property(raw, check), fuzzed(8_000));
    expect(read).toBeGreaterThan(200);
  });

  const SECRETS = INPUT_NAMES.filter((name) => specOf(name).secret === true);
  const KEYS = ["client-certificate", ...SECRETS] as const;

  test("that are secret are never told, however broken they are", () => {
    const marked = fc.tuple(anyText, anyText).map(([a, b]) => `${a}hunter2${b}`);
    const broken = fc.oneof(
      marked,
      fc
        .constantFrom(user.key, user.cert, PFX)
        .chain(mutated)
        .map((text) => `hunter2${text}`),
    );
    const secrets = fc.dictionary(fc.constantFrom(...KEYS), broken, { minKeys: 1 });
    const check = (inputs: RawInputs): void => {
      const parsed = parseDrillRequest({ "cluster-endpoint": "https://a", "partition-id": PARTITION, ...inputs });
      const told = parsed.ok ? settings(parsed.request) : describeProblems(parsed.problems);
      expect(told.join("\n")).not.toContain("hunter2");
    };
    expect(SECRETS.length).toBeGreaterThan(3);
    fc.assert(fc.property(secrets, check), fuzzed(5_000));
  });

  test("a password in an endpoint is not told either", () => {
    const around = fc.tuple(anyText, fc.stringMatching(/^[a-z]{0,5}$/), anyText);
    const check = ([before, name, after]: readonly [string, string, string]): void => {
      const text = `${before}https://${name}:hunter2@cluster.example${after}`;
      const parsed = parseDrillRequest({ "cluster-endpoint": text, "partition-id": PARTITION });
      expect(parsed.ok).toBe(false);
      expect(JSON.stringify(parsed)).not.toContain("hunter2");
    };
    fc.assert(fc.property(around, check), fuzzed(5_000));
  });
});

describe("credentials", () => {
  const pems = fc.oneof(anyText, fc.constantFrom(user.cert, user.key, `${user.cert}\n${user.cert}`).chain(mutated));

  test("certificates and keys are read or refused, in a few words of our own", () => {
    const check = (text: string): void => {
      const refusals = [readCertificates(text), readPrivateKey(text)].filter(({ ok }) => !ok);
      expect(JSON.stringify(refusals).length).toBeLessThan(300);
    };
    fc.assert(fc.property(pems, check), fuzzed(4_000));
  });

  test("a PFX is read or refused, whatever the password", () => {
    const check = (text: string, password: string): void => {
      const read = readPfx(text, password);
      expect(read.ok || read.why.length < 120).toBe(true);
    };
    fc.assert(fc.property(fc.oneof(anyText, fc.base64String(), mutated(PFX)), anyText, check), fuzzed(1_000));
  });

  test("a thumbprint is 40 or 64 hex digits, or none; a token fits into one header", () => {
    const print = fc.oneof(anyText, fc.stringMatching(/^[0-9a-fA-F: \u200e]{30,90}$/), mutated(user.sha256));
    const check = (text: string): void => {
      const [thumbprint, token] = [readThumbprint(text), readToken(text)];
      expect(thumbprint.ok ? thumbprint.value : "A".repeat(40)).toMatch(/^([0-9A-F]{40}|[0-9A-F]{64})$/);
      expect(token.ok ? token.value : "none").toMatch(/^[!-~]+$/);
    };
    fc.assert(fc.property(print, check), fuzzed(5_000));
  });
});

describe("the variables that name a proxy", () => {
  const MEANT_PROXY = [
    "http://ops:hunter2@proxy.example:3128",
    "proxy:3128",
    "10.0.0.0/8, .example, host:19080",
    "*",
    "[::1]",
  ];
  const variable = fc.option(fc.oneof(anyText, fc.constantFrom(...MEANT_PROXY).chain(mutated)), { nil: undefined });
  const variables = fc.record({ httpProxy: variable, httpsProxy: variable, noProxy: variable });
  const urls = fc.constantFrom("https://cluster.example:19080", "http://10.1.2.3:19080", "https://[fe80::1]");

  test("give a proxy, none, or a TypeError that tells nothing of them", () => {
    let found = 0;
    const check = (url: string, set: Parameters<typeof proxyFor>[1]): void => {
      const proxy = orTypeError(() => proxyFor(new URL(url), set));
      if (proxy instanceof URL) found += 1;
      expect(shown(proxy)).toMatch(SHOWN);
    };
    fc.assert(fc.property(urls, variables, check), fuzzed(10_000));
    expect(found).toBeGreaterThan(500);
  });

  const SHOWN =
    /^(no proxy|[^@\s]+ (Basic [A-Za-z0-9+/=]+|openly)|HTTPS?_PROXY is no http\(s\) URL(; percent-encode its password)?)$/;

  function shown(proxy: URL | TypeError | undefined): string {
    if (proxy === undefined) return "no proxy";
    return proxy instanceof TypeError ? proxy.message : `${proxyName(proxy)} ${proxyAuthorization(proxy) ?? "openly"}`;
  }

  function orTypeError<T>(read: () => T): T | TypeError {
    try {
      return read();
    } catch (error) {
      if (error instanceof TypeError) return error;
      throw error;
    }
  }
});

test("the token of a next page stays one value of its URL, or is no token", () => {
  const id = sure(parsePartitionId(PARTITION));
  const check = (token: string): void => {
    const page = parsePage({ Items: [], ContinuationToken: token });
    expect(page.ok).toBe(token.isWellFormed());
    const url = new URL(
      withTimeout(backupsPath(id, "6.4", page.ok ? page.value.continuationToken : ""), 1_000),
      "https://a",
    );
    expect(url.pathname).toBe(`/Partitions/${PARTITION}/$/GetBackups`);
    expect(url.searchParams.get("ContinuationToken") ?? "").toBe(page.ok ? token : "");
  };
  fc.assert(fc.property(anyText, check), fuzzed(5_000));
});

describe("the small parsers", () => {
  const meant = fc.constantFrom("2026-02-03T10:20:30.123456789+23:59", "9223372036854775807", PARTITION).chain(mutated);

  test("read what can be written again the same, and nothing else", () => {
    const check = (text: string): void => {
      const [at, int64, id] = [parseInstant(text), parseInt64(text), parsePartitionId(text)];
      expect(at && parseInstant(formatInstant(at))).toBe(at);
      expect(int64 && parseInt64(int64)).toBe(int64);
      expect(int64 && BigInt(int64)).toBe(int64 && BigInt(text));
      expect(id && parsePartitionId(id)).toBe(id);
    };
    fc.assert(fc.property(fc.oneof(anyText, meant), check), fuzzed(20_000));
  });
});
