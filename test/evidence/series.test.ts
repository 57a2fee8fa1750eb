import { assert, asyncProperty, nat } from "fast-check";
import { describe, expect, test } from "vitest";
import { Unreadable } from "../../shared/evidence/check-evidence.ts";
import { checkEvidence } from "../../shared/evidence/check-evidence.ts";
import { seal } from "../../shared/evidence/seal.ts";
import { sure } from "../restore/scenes.ts";
import { contentFor, nameOf, said, series, stored } from "./series.ts";

/* Records together: that none is missing, doubled or of another series. */

const FIVE = series(5);
const digestAt = (n: number): string => sure(FIVE[n]).integrity.sha256;
const but = (changed: Readonly<Record<number, object | undefined>>): ReadonlyMap<string, string> => {
  const all = new Map(stored(FIVE));
  for (const [n, record] of Object.entries(changed)) {
    if (record === undefined) all.delete(nameOf(Number(n)));
    else all.set(nameOf(Number(n)), JSON.stringify(record));
  }
  return all;
};

describe("a series that is whole", () => {
  test("is whole in whatever order its records are found", async () => {
    const backwards = new Map([...stored(FIVE)].toReversed());
    const ends = [{ name: nameOf(4), sha256: digestAt(4) }];
    expect(await said(backwards)).toEqual({ state: "whole", findings: [], records: 5, series: 1, ends, follows: null });
  });

  test("may stand beside another one", async () => {
    const files = new Map([...stored(FIVE), ["drill.json", JSON.stringify(seal(contentFor(9), null))]]);
    expect(await said(files)).toMatchObject({ state: "whole", records: 6, series: 2 });
  });

  test("may go on from records that were checked before, where their last digest is known", async () => {
    const later = but({ 0: undefined, 1: undefined });
    expect(await said(later)).toMatchObject({ state: "broken" });
    const known = { after: [digestAt(1)], last: [digestAt(4)] };
    expect(await said(later, { known })).toMatchObject({ state: "whole", records: 3, series: 1 });
  });

  test("may have its evidence in records of its own", async () => {
    const batch = seal(contentFor(7), null);
    const batches = [{ name: `${"0".repeat(32)}/batch-0.json`, sha256: batch.integrity.sha256 }];
    const parent = seal({ ...contentFor(0), batches }, null);
    const files = new Map(stored([parent, seal(contentFor(1), parent.integrity.sha256)]));
    const whole = new Map([...files, [sure(batches[0]).name, JSON.stringify(batch)]]);
    expect(await said(whole)).toMatchObject({ state: "whole", records: 3, series: 1, ends: [{ name: nameOf(1) }] });
    const found = await said(files);
    expect(found).toMatchObject({ state: "broken", findings: [{ name: nameOf(0), kind: "missing-batch" }] });
  });
});

const firstOf = async (files: ReadonlyMap<string, string>, last: readonly string[] = []): Promise<unknown> => {
  const { state, findings } = await said(files, { known: { after: [], last } });
  return [state, findings[0]?.kind, findings[0]?.name];
};

describe("the first break is named", () => {
  test("where a record was taken out: at the one that followed it", async () => {
    expect(await firstOf(but({ 2: undefined }))).toEqual(["broken", "missing-predecessor", nameOf(3)]);
  });

  test("where a record was altered: at it, and its neighbours are not blamed", async () => {
    const files = but({ 2: { ...sure(FIVE[2]), verdict: "passed", surplus: true } });
    expect(await said(files)).toMatchObject({ findings: [{ name: nameOf(2), kind: "altered" }] });
  });

  test("where a record was altered and sealed anew: at the one that followed it", async () => {
    const anew = seal({ ...contentFor(2), message: "All is well." }, digestAt(1));
    expect(await firstOf(but({ 2: anew }))).toEqual(["broken", "missing-predecessor", nameOf(3)]);
  });

  test("where two claim to follow the same one: at the second of them", async () => {
    const rival = seal(contentFor(5), digestAt(2));
    const files = new Map([...stored(FIVE), [nameOf(5), JSON.stringify(rival)]]);
    expect(await firstOf(files)).toEqual(["broken", "forked", nameOf(5)]);
  });

  test("where a record stands twice, be it in place of another one", async () => {
    const copied = new Map([...stored(FIVE), ["copy.json", JSON.stringify(FIVE[1])]]);
    expect(await firstOf(copied)).toEqual(["broken", "duplicate", "copy.json"]);
    expect(await firstOf(but({ 4: sure(FIVE[3]) }))).toEqual(["broken", "misplaced", nameOf(4)]);
  });

  test("where two have changed their names", async () => {
    const files = but({ 1: sure(FIVE[3]), 3: sure(FIVE[1]) });
    expect(await firstOf(files)).toEqual(["broken", "misplaced", nameOf(3)]);
  });

  test("where the end was cut off, if its last digest is known; else nobody can tell", async () => {
    const cut = but({ 4: undefined });
    expect(await firstOf(cut)).toEqual(["whole", undefined, undefined]);
    expect(await firstOf(cut, [digestAt(4)])).toEqual(["broken", "missing-last", ""]);
  });

  test("of several breaks the earliest record's, and a break before what could not be proven", async () => {
    const old = contentFor(0);
    const files = but({ 0: old, 2: { ...sure(FIVE[2]), looks: 1 }, 4: { ...sure(FIVE[4]), looks: 1 } });
    const { findings } = await said(files);
    expect(findings.map(({ name, kind }) => [name, kind])).toEqual([
      [nameOf(1), "missing-predecessor"],
      [nameOf(2), "altered"],
      [nameOf(4), "altered"],
      [nameOf(0), "unsealed"],
    ]);
  });
});

describe("what could not be looked at is not taken for whole", () => {
  test("nothing at all", async () => {
    expect(await said(new Map())).toMatchObject({ state: "unproven", findings: [], records: 0 });
  });

  test("old records that bear no seal, beside those that do", async () => {
    const files = new Map([...stored(FIVE), ["old.json", JSON.stringify(contentFor(9))]]);
    expect(await firstOf(files)).toEqual(["unproven", "unsealed", "old.json"]);
  });

  test("a file that cannot be read, and a list that breaks off", async () => {
    const refused = (): AsyncIterable<Uint8Array> => {
      throw new Unreadable("EACCES");
    };
    const items = async function* (): AsyncGenerator<
      { name: string; bytes: number; open: typeof refused },
      void,
      void
    > {
      yield await Promise.resolve({ name: "locked.json", bytes: 1, open: refused });
    };
    const breaking = async function* (): ReturnType<typeof items> {
      yield* items();
      throw new Unreadable("HTTP 500");
    };
    const manner = { known: { after: [], last: [] }, alone: false };
    expect(await checkEvidence(items(), manner)).toMatchObject({
      state: "unproven",
      findings: [{ kind: "unreadable" }],
    });
    expect((await checkEvidence(breaking(), manner)).findings.map(({ message }) => message)).toContain("HTTP 500");
  });

  test("a defect of ours is thrown on", async () => {
    const broken = (): AsyncIterable<never> => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new RangeError("ours")) }),
    });
    await expect(checkEvidence(broken(), { known: { after: [], last: [] }, alone: false })).rejects.toThrow("ours");
    const torn = async function* (): AsyncGenerator<{ name: string; bytes: number; open: typeof broken }, void, void> {
      yield await Promise.resolve({ name: "a", bytes: 1, open: broken });
    };
    await expect(checkEvidence(torn(), { known: { after: [], last: [] }, alone: false })).rejects.toThrow("ours");
  });
});

test("any byte of any record, changed into any other, is noticed wherever the JSON says something else", async () => {
  const texts = [...stored(FIVE)].map(([name, text]) => [name, Buffer.from(text)] as const);
  await assert(
    asyncProperty(nat(FIVE.length - 1), nat(), nat(255), async (n, where, to) => {
      const [name, bytes] = sure(texts[n]);
      const changed = Buffer.from(bytes);
      changed[where % bytes.byteLength] = to;
      const { state } = await said(new Map<string, string | Uint8Array>([...texts, [name, changed]]));
      expect(state).toBe(meaning(changed) === meaning(bytes) ? "whole" : "broken");
    }),
    { numRuns: 400, seed: 20_260_203 },
  );
}, 60_000);

/** What a strict reader takes from it; numbers to the last digit that counts, and zero is zero. */
function meaning(bytes: Uint8Array): string {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return JSON.stringify(value, (_, one: unknown) => (Object.is(one, Number.POSITIVE_INFINITY) ? "∞" : one));
  } catch {
    return "no JSON";
  }
}
