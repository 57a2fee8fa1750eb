import { X509Certificate } from "node:crypto";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cleanHtml, cleanLine, cleanMarkdown } from "../../shared/clean-text.ts";
import { type Evidence, explain } from "../../shared/explain.ts";
import type { PartitionRecord } from "../../shared/partition-record.ts";
import type { RestoreRecord } from "../../shared/record.ts";
import { redact } from "../../shared/redact.ts";
import { toJUnit } from "../../shared/report/junit.ts";
import { reportText } from "../../shared/report/report-file.ts";
import { given, isObject } from "../../shared/restore/fields.ts";
import type { Observation } from "../../shared/restore/watch.ts";
import { clockSkew } from "../../shared/service-fabric/clock-skew.ts";
import { parseExactJson } from "../../shared/service-fabric/exact-json.ts";
import { distrust, expiryWarning, SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { saidOf } from "../evidence/series.ts";
import { wrongWithRecord } from "../record-schema.ts";
import { NEVER, recorded, RESTORED } from "../report/records.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  MINUTE,
  planned,
  play,
  START,
  success,
  sure,
  UNDATED_SUCCESS,
} from "../restore/scenes.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { altered, anyText, fuzzed } from "./fuzzed.ts";

/* What is read back, and what is written: records out of files, reports with a cluster's text in them, the wire's odder headers. */

const RECORD = recorded([RESTORED, NEVER]);
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of a value is what is tested
const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

describe("a record out of a file", () => {
  test("is what it was, or is found out; nothing in it stops the examination", async () => {
    const { integrity, ...original } = overJson(RECORD);
    const check = async (content: unknown): Promise<void> => {
      const same = JSON.stringify(content) === JSON.stringify(original);
      const value = isObject(content) ? { ...content, integrity } : content;
      expect((await saidOf(JSON.stringify(value))).state === "whole").toBe(same);
    };
    await fc.assert(fc.asyncProperty(altered(original), check), fuzzed(1_500));
  });

  test("is no record, no text, or anything at all: the examination comes to an end", async () => {
    const anything = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.json(), anyText);
    const check = async (text: string | Uint8Array): Promise<void> => {
      expect(["broken", "unproven"]).toContain((await saidOf(text)).state);
    };
    await fc.assert(fc.asyncProperty(anything, check), fuzzed(1_500));
  });

  test.each<readonly [string, string]>([
    ["half a character", '"\\ud800"'],
    ["a number beyond all bounds", "1e999"],
  ])("with %s in it was altered: nothing like it was ever sealed", async (_, message) => {
    const text = JSON.stringify({ ...RECORD, message: "HERE" }).replace('"HERE"', () => message);
    const { findings } = await saidOf(text);
    expect(findings).toMatchObject([{ kind: "altered" }]);
    expect(findings[0]?.message).toContain("no canonical form");
  });

  test("is explained wherever its schema lets it through", () => {
    const { evidence } = sure(RECORD.partitions[0]);
    let explained = 0;
    const check = (other: unknown): void => {
      const [first, ...others] = RECORD.partitions;
      if (wrongWithRecord({ ...RECORD, partitions: [{ ...first, evidence: other }, ...others] }) !== undefined) return;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema has just said so
      const read = overJson(other) as Evidence;
      if (read.stretches.some(({ times }) => times > 1_000)) return;
      explained += 1;
      expect(Array.isArray(explain(read).steps)).toBe(true);
    };
    fc.assert(fc.property(altered(evidence), check), fuzzed(1_500));
    expect(explained).toBeGreaterThan(50);
  });
});

describe("a report", () => {
  const texts = fc.tuple(anyText, anyText, anyText, anyText);
  const written = ([a, b, c, d]: readonly [string, string, string, string]): RestoreRecord => ({
    ...RECORD,
    message: a,
    warnings: [b],
    skipped: [{ name: c, why: d }],
    partitions: RECORD.partitions.map((one): PartitionRecord => ({
      ...one,
      serviceName: a,
      message: b,
      restoreState: c,
      warnings: [d, a],
      failure: { code: c, message: b },
    })),
  });
  // C0 but for tab, line feed and carriage return, surrogates, and what XML 1.0 calls no character.
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/u;

  test("is XML, of as many cases as there are partitions, whatever the cluster said", async () => {
    const parser = new XMLParser({ ignoreAttributes: false });
    const check = async (said: readonly [string, string, string, string]): Promise<void> => {
      const xml = await toJUnit(written(said));
      expect(XMLValidator.validate(xml)).toBe(true);
      expect(xml).not.toMatch(NOT_XML);
      expect(xml.split("<testcase ")).toHaveLength(1 + RECORD.partitions.length + 1);
      expect(parser.parse(xml)).toHaveProperty("testsuites");
    };
    await fc.assert(fc.asyncProperty(texts, check), fuzzed(600));
  });

  test("in JSON reads back as it was", () => {
    const check = (said: readonly [string, string, string, string]): void => {
      const record = written(said);
      expect(JSON.parse([...reportText(record)].join(""))).toEqual(overJson(record));
    };
    fc.assert(fc.property(texts, check), fuzzed(300));
  });
});

describe("text for people", () => {
  test("is one line without a command, a tag or what cannot be seen, at most as long as was asked", () => {
    const check = (text: string, most: number): void => {
      const [line, html, markdown] = [cleanLine(text, most), cleanHtml(text, most), cleanMarkdown(text, most)];
      for (const clean of [line, html, markdown]) expect(clean).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      expect(line.length).toBeLessThanOrEqual(most);
      expect(line).not.toMatch(/^\s*::|##\[/);
      expect(html).not.toMatch(/[<>]|&(?!(amp|lt|gt);)/);
      expect(markdown.replaceAll(/\\./g, "")).not.toMatch(/[\\`*_[\]#|~@<>]/);
      expect(cleanLine(line, most)).toBe(line);
    };
    fc.assert(fc.property(anyText, fc.integer({ min: 4, max: 80 }), check), fuzzed(10_000));
  });

  test("holds no secret that looks like one, whatever stands around it", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9+/._-]{24,40}$/);
    const forms = fc.constantFrom<(secret: string) => string>(
      (secret) => `AccountKey=${secret};`,
      (secret) => `?sig=${secret}&se=1`,
      (secret) => `Bearer ${secret} `,
      (secret) => `https://user:${secret.replaceAll("/", "-")}@host`,
      (secret) => `{"ConnectionString": "${secret}"}`,
      (secret) => `eyJ${secret.replaceAll(/[^A-Za-z0-9]/g, "a")}.${secret.replaceAll(/[^A-Za-z0-9]/g, "b")}.sig `,
    );
    const around = fc.tuple(anyText, forms, value, anyText);
    const check = ([before, form, secret, after]: readonly [
      string,
      (secret: string) => string,
      string,
      string,
    ]): void => {
      const clean = redact(`${before} ${form(secret)}${after}`);
      expect(clean).not.toContain(secret);
      expect(clean).toContain("***");
    };
    fc.assert(fc.property(around, check), fuzzed(5_000));
  });
});

describe("JSON whose numbers lose no digit", () => {
  const large = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n });

  test("reads 64-bit integers to the digit, and all else as JSON does", () => {
    const check = (value: unknown, int: bigint, space: string): void => {
      const text = JSON.stringify(value, (_, one: unknown) =>
        Number.isInteger(one) && !Number.isSafeInteger(one) ? 0 : one,
      );
      const safe = Number.isSafeInteger(Number(int));
      const read = parseExactJson(`{"a":[${space}${int}${space},${text}],"b":${space}${int}}`);
      const expected = safe ? Number(int) : String(int);
      expect(read).toEqual({ a: [expected, JSON.parse(text)], b: expected });
    };
    const spaces = fc.constantFrom("", " ", "\n", "\t\r\n");
    fc.assert(fc.property(fc.jsonValue(), large, spaces, check), fuzzed(5_000));
  });

  test("is refused where JSON is", () => {
    const outcome = (parse: (text: string) => unknown, text: string): string => {
      try {
        parse(text);
        return "read";
      } catch (error) {
        return error instanceof SyntaxError ? "refused" : "crashed";
      }
    };
    const check = (text: string): void => {
      expect(outcome(parseExactJson, text)).toBe(outcome(JSON.parse, text));
    };
    fc.assert(
      fc.property(
        anyText.map((text) => `[1234567890123456789,${text}`),
        check,
      ),
      fuzzed(5_000),
    );
  });
});

describe("dates", () => {
  const headers = fc.oneof(
    anyText,
    fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
    fc.constantFrom(
      "Fri, 13 Sep 275760 00:00:00 GMT",
      "Tue, 20 Apr -271821 00:00:00 GMT",
      "Thu, 01 Jan 1970 00:00:00 GMT",
    ),
  );
  const ends = fc.option(fc.integer({ min: -62_104_060_800_000, max: 253_402_300_799_999 }), { nil: undefined });

  test("of a reply, of a result and of ours may be as far apart as they can be written", () => {
    const check = (date: string, tookMs: number, endMs: number | undefined): void => {
      const reply = { status: 200, statusText: "OK", headers: { date }, body: "" };
      const told = clockSkew(reply, START + MINUTE - tookMs, START + MINUTE);
      const progress = endMs === undefined ? UNDATED_SUCCESS : success(afterStart(endMs - START));
      const seen = (what: typeof progress): Observation => ({
        kind: "progress",
        progress: what,
        ...told,
        ...given("testimony", ALL_IS_WELL),
      });
      const step = play(
        planned({ rtoMs: MINUTE, healthCheck: "report" }),
        [0, seen(ACCEPTED)],
        [MINUTE, seen(progress)],
      );
      expect(["look", "conclude"]).toContain(step.next);
    };
    fc.assert(fc.property(headers, fc.nat(MINUTE), ends, check), fuzzed(5_000));
  });

  test("a year that no Date header can write tells nothing of a clock", () => {
    const headersOf = (date: string) => ({ status: 200, statusText: "OK", headers: { date }, body: "" });
    expect(clockSkew(headersOf("Fri, 13 Sep 275760 00:00:00 GMT"), START, START)).toBeUndefined();
    expect(clockSkew(headersOf("Wed, 31 Dec 1969 23:59:59 GMT"), START, START)).toBeUndefined();
  });

  /** The server's certificate with the digits of its last day overwritten, as an authority without sense would write them. */
  function undated(): X509Certificate {
    const der = Buffer.from(new X509Certificate(makeCertificates().server.cert).raw);
    const first = der.indexOf(Buffer.from([0x17, 13]));
    der.write("99", der.indexOf(Buffer.from([0x17, 13]), first + 2) + 4, "latin1");
    return new X509Certificate(der);
  }

  test("of a certificate that are none make it one that is not trusted, pinned or not, and warn of nothing", () => {
    const certificate = undated();
    expect(certificate.validTo).toBe("Bad time value");
    // What Node makes of such a date is whatever lay in memory: now and then a day of the future, and here always.
    for (const [name, year] of [["validFromDate", 2000] as const, ["validToDate", 2100] as const])
      Object.defineProperty(certificate, name, { value: new Date(Date.UTC(year, 0)) });
    const presented = { certificate, chainError: undefined, hostname: "localhost" };
    const pinned = { ...SYSTEM_TRUST, thumbprints: [certificate.fingerprint.replaceAll(":", "")] };
    for (const trust of [SYSTEM_TRUST, pinned])
      expect(distrust(trust, presented, Date.now())).toContain("a date that is none");
    expect(expiryWarning("It", certificate, Date.now())).toBeUndefined();
  });
});
