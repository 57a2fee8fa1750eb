import { execFileSync } from "node:child_process";
import canonicalize from "canonicalize";
import { array, assert, dictionary, jsonValue, property, string, tuple } from "fast-check";
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { explain } from "../../shared/explain.ts";
import { digestInPieces, digestOf, seal } from "../../shared/evidence/seal.ts";
import { isObject } from "../../shared/restore/fields.ts";
import { recorded, RESTORED } from "../report/records.ts";
import { sure } from "../restore/scenes.ts";

const read = (value: unknown): object => {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  return isObject(copy) ? copy : {};
};

describe("the seal of a record", () => {
  it("is the SHA-256 of its canonical JSON, as another program computes it", () => {
    const sealed = seal({ b: 1, a: ["é", 1e21, 0.1], c: undefined }, null);
    const canonical = '{"a":["é",1e+21,0.1],"b":1,"integrity":{"predecessorSha256":null}}';
    const other = execFileSync("sha256sum", { input: canonical, encoding: "utf8" }).slice(0, 64);
    expect(sealed.integrity.sha256).toBe(other);
  });

  it("of a record with partitions is that of the whole document, though it is never held as one", () => {
    const { integrity, ...content } = recorded([RESTORED, RESTORED]);
    const whole = canonicalize(read({ ...content, integrity: { predecessorSha256: null } })) ?? "";
    expect(integrity.sha256).toBe(createHash("sha256").update(whole, "utf8").digest("hex"));
  });

  it("is the same piece by piece as at once, whatever the names and the values", () => {
    assert(
      property(dictionary(string(), jsonValue()), array(jsonValue()), (members, partitions) => {
        const run = read(members);
        const digest = digestInPieces(run, null);
        const those: unknown = JSON.parse(JSON.stringify(partitions));
        for (const one of Array.isArray(those) ? those : []) digest.add(one);
        const whole = { ...run, partitions: those, integrity: { predecessorSha256: null } };
        const canonical = canonicalize(whole) ?? "";
        expect(digest.sha256()).toBe(createHash("sha256").update(canonical, "utf8").digest("hex"));
      }),
    );
  });

  it("does not depend on the order of the members or on spaces", () => {
    const one = seal({ a: 1, b: { c: [1, 2], d: null } }, null);
    const other = seal({ b: { d: null, c: [1, 2] }, a: 1 }, null);
    expect(other.integrity).toEqual(one.integrity);
  });

  it("changes with any change of the content or of the predecessor", () => {
    assert(
      property(tuple(jsonValue(), jsonValue()), ([a, b]) => {
        const [one, other] = [seal({ a }, null), seal({ a: b }, null)];
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        expect(one.integrity.sha256 === other.integrity.sha256).toBe(same);
        expect(seal({ a }, "0".repeat(64)).integrity.sha256).not.toBe(one.integrity.sha256);
      }),
    );
  });

  it("is given to a text with half a character in it, too: no cluster can keep a verdict from its record", () => {
    const sealed = seal({ "a\udc00": ["x\ud800y", { b: "fine" }], partitions: ["\udfff"] }, null);
    expect(sealed).toMatchObject({ "a\ufffd": ["x\ufffdy", { b: "fine" }], partitions: ["\ufffd"] });
    const { integrity, ...content } = sealed;
    expect(digestOf(read(content), null)).toBe(integrity.sha256);
  });

  it("takes a number that JSON cannot hold for what is written in its place, and never for it when it is read", () => {
    const sealed = seal({ n: Number.POSITIVE_INFINITY }, null);
    expect(sealed.integrity).toEqual(seal({ n: null }, null).integrity);
    expect(() => digestOf({ n: Number.POSITIVE_INFINITY }, null)).toThrow("Infinity");
  });

  it("is of objects only", () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the types refuse
    expect(() => seal("text" as unknown as object, null)).toThrow(TypeError);
  });

  it("leaves a record as it was: it explains itself as before", () => {
    const record = recorded([RESTORED]);
    expect(explain(sure(record.partitions[0]).evidence).verdict?.reason).toBe(record.reason);
  });
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
}
