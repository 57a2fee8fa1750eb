import { execFileSync } from "node:child_process";
import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { seal, type Sealed } from "../../shared/evidence/seal.ts";
import { type Exhibit, verifySeries } from "../../shared/evidence/verify-series.ts";

const record = (n: number): object => ({
  schema: "test/1",
  n,
  lsn: "9007199254740993",
  text: "Zürich ✓ \u2028",
  none: null,
});

function series(length: number): readonly Exhibit[] {
  const exhibits: Exhibit[] = [];
  let predecessor: string | null = null;
  for (let n = 0; n < length; n++) {
    const sealed: Sealed<object> = seal(record(n), predecessor);
    predecessor = sealed.integrity.sha256;
    exhibits.push({ name: `${n}.json`, value: parsed(JSON.stringify(sealed)) });
  }
  return exhibits;
}

describe("the seal of a record", () => {
  it("is the SHA-256 of its canonical JSON, as another program computes it", () => {
    const sealed = seal({ b: 1, a: ["é", 1e21, 0.1], c: undefined }, null);
    const canonical = '{"a":["é",1e+21,0.1],"b":1,"integrity":{"predecessorSha256":null}}';
    const other = execFileSync("sha256sum", { input: canonical, encoding: "utf8" }).slice(0, 64);
    expect(sealed.integrity.sha256).toBe(other);
  });

  it("does not depend on the order of the members or on spaces", () => {
    const one = seal({ a: 1, b: { c: [1, 2], d: null } }, null);
    const other = seal({ b: { d: null, c: [1, 2] }, a: 1 }, null);
    expect(other.integrity).toEqual(one.integrity);
  });

  it("changes with any change of the content or of the predecessor", () => {
    assert(
      property(jsonValue(), jsonValue(), (a, b) => {
        const [one, other] = [seal({ a }, null), seal({ a: b }, null)];
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(one.integrity.sha256 === other.integrity.sha256).toBe(same);
        expect(seal({ a }, "0".repeat(64)).integrity.sha256).not.toBe(one.integrity.sha256);
      }),
    );
  });
});

describe("a series of records", () => {
  it("holds, in whatever order its records are found", () => {
    const found = [...series(5).toReversed(), ...series(1)];
    expect(verifySeries(found)).toEqual({ ok: true, records: 6, series: 2 });
  });

  it("names the record whose content was altered, be it by one character", () => {
    const exhibits = series(4).map((one, n) =>
      n === 2
        ? { ...one, value: parsed(JSON.stringify(one.value).replace("9007199254740993", "9007199254740992")) }
        : one,
    );
    const findings = verifySeries(exhibits);
    expect(findings).toMatchObject({ ok: false, first: { name: "2.json", kind: "altered" }, others: 0 });
  });

  it("names the record whose predecessor was taken out", () => {
    const findings = verifySeries(series(4).filter((_, n) => n !== 1));
    expect(findings).toMatchObject({ ok: false, first: { name: "2.json", kind: "missing-predecessor" } });
  });

  it("notices a record that was altered and sealed anew, by the one that follows it", () => {
    const exhibits = [...series(3)];
    exhibits[1] = { name: "1.json", value: seal({ ...record(1), n: 99 }, first(exhibits)) };
    expect(verifySeries(exhibits)).toMatchObject({ ok: false, first: { name: "2.json", kind: "missing-predecessor" } });
  });

  it("notices two records that both claim to follow the same one", () => {
    const exhibits = [...series(2)];
    exhibits.push({ name: "rival.json", value: seal({ ...record(1), n: 99 }, first(exhibits)) });
    expect(verifySeries(exhibits)).toMatchObject({ ok: false, first: { name: "rival.json", kind: "forked" } });
  });

  it.each([
    ["nothing", null, "no-record"],
    ["a list", [], "no-record"],
    ["a record without a seal", record(1), "unsealed"],
    [
      "a digest of the wrong length",
      { ...record(1), integrity: { sha256: "abc", predecessorSha256: null } },
      "unsealed",
    ],
    ["a predecessor that is no digest", { integrity: { sha256: "a".repeat(64), predecessorSha256: 7 } }, "unsealed"],
  ])("refuses %s", (_, value, kind) => {
    expect(verifySeries([{ name: "x.json", value }])).toMatchObject({ ok: false, first: { name: "x.json", kind } });
  });

  it("counts further breaks beside the first", () => {
    const exhibits: readonly Exhibit[] = [...series(2), { name: "a", value: 1 }, { name: "b", value: 2 }];
    expect(verifySeries(exhibits)).toMatchObject({ ok: false, records: 4, first: { name: "a" }, others: 1 });
  });
});

function parsed(text: string): unknown {
  return JSON.parse(text);
}

/** The digest the first of a series bears. */
function first(exhibits: readonly Exhibit[]): string {
  const digest = /"sha256":"([0-9a-f]{64})"/.exec(JSON.stringify(exhibits[0]))?.[1];
  if (digest === undefined) throw new Error("the first exhibit bears no digest");
  return digest;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
