import { marked } from "marked";
import { describe, expect, test } from "vitest";
import { toOutputs } from "../../action/outputs.ts";
import { toSummary } from "../../action/summary.ts";
import type { PartitionRecord } from "../../shared/partition-record.ts";
import type { RestoreRecord } from "../../shared/record.ts";
import { verdict } from "../../shared/restore/verdict.ts";
import { ACCEPTED, afterStart, planned, saw, success, sure } from "../restore/scenes.ts";
import { ended, FAILED, HOSTILE, hostile, monstrous, NEVER, recorded, RESTORED } from "../report/records.ts";

const GUIDE = "https://github.test/owner/action/blob/v1/docs/troubleshooting.md";
const summary = (record: RestoreRecord): string => toSummary(record, GUIDE);
const withState = (state: string): RestoreRecord => {
  const record = recorded([RESTORED]);
  const one = sure(record.partitions[0]);
  const [first, ...others] = one.transitions;
  return { ...record, partitions: [{ ...one, transitions: [{ ...sure(first), state }, ...others] }] };
};
const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};
const chart = (text: string): readonly string[] => (/```mermaid\n([^]*?)```/.exec(text)?.[1] ?? "").trim().split("\n");

describe("the job summary", () => {
  test("begins with the verdict and its reason, and what to do next, with a link", () => {
    const lines = summary(recorded([FAILED, RESTORED])).split("\n");
    expect(lines[0]).toBe("## ❌ Restore failed: restore-failed");
    expect(lines[2]).toBe("2 partitions: 1 passed, 1 failed, 0 inconclusive.");
    expect(lines[6]).toContain(`[restore-failed](${GUIDE}#restore-failed)`);
  });

  test("has a row for each partition, the worst first", () => {
    const rows = summary(recorded([FAILED, NEVER, RESTORED]))
      .split("\n")
      .filter((line) => /^\| [✅❌⚠]/u.test(line));
    expect(rows.map((row) => row.split(" | ")[2])).toEqual(["restore-failed", "no-restore", "restored"]);
  });

  test("tells which objectives were met and missed, by how much, the missed first", () => {
    const met = summary(recorded([RESTORED], { "rto-minutes": "10" }));
    expect(met).toContain("- ✅ RTO met: 1 min 25 s of 10 min, 8 min 35 s to spare");
    const text = summary(recorded([FAILED, RESTORED], { "rto-minutes": "1", "rpo-minutes": "5" }));
    expect(text).toContain("missed by 25 s: 1 min 25 s, and the objective is 1 min");
    expect(text).toContain("- ⚠️ RTO not measured for 1 of 2");
    expect(text).toContain("- ⚠️ RPO not measured for 2 of 2");
  });

  test("of too many partitions shows some for every reason, in their order, and counts the others", () => {
    const late = ended(planned({ rtoMs: 60_000 }), [0, saw(ACCEPTED)], [90_500, saw(success(afterStart(85_000)))]);
    const record = recorded([
      ...Array.from({ length: 150 }, () => late),
      FAILED,
      ...Array.from({ length: 60 }, () => NEVER),
      ...Array.from({ length: 9 }, () => RESTORED),
    ]);
    const text = summary(record);
    const rows = text.split("\n").filter((line) => /^\| [✅❌⚠]/u.test(line));
    const reasons = rows.map((row) => row.split(" | ")[2]);
    expect(Map.groupBy(reasons, (reason) => reason)).toEqual(
      new Map([
        ["rto-missed", Array.from({ length: 50 }, () => "rto-missed")],
        ["restore-failed", ["restore-failed"]],
        ["no-restore", Array.from({ length: 49 }, () => "no-restore")],
      ]),
    );
    expect(reasons.indexOf("restore-failed")).toBe(50);
    expect(text).toContain("and 120 more: 100 rto-missed, 11 no-restore, 9 restored. The report file (`report-path`)");
    expect(text).toContain(
      "220 partitions: 9 passed, 151 failed, 60 inconclusive (150 rto-missed, 60 no-restore, 1 restore-failed).",
    );
  });

  test("tells of the objectives that were missed by most, and counts the others", () => {
    const after = (minutes: number): ReturnType<typeof ended> => {
      const done = saw(success(afterStart(minutes * 60_000)));
      return ended(planned({ rtoMs: 60_000 }), [0, saw(ACCEPTED)], [minutes * 60_000 + 500, done]);
    };
    const text = summary(
      recorded(
        Array.from({ length: 25 }, (_, nth) => after(0.5 + nth)),
        { "rto-minutes": "1" },
      ),
    );
    expect(/### Objectives\n\n(.*)\n/.exec(text)?.[1]).toContain("RTO missed by 23 min 30 s: 24 min 30 s");
    expect(text).toContain("- and 5 more measured; in all 24 missed, 1 met\n");
  });

  test("says how the attempt was identified", () => {
    expect(summary(recorded([RESTORED]))).toContain("`in-flight`: this run saw the restore under way.");
  });

  test("a run without partitions is told without a table", () => {
    const text = summary(recorded([], {}, { verdict: verdict("access-denied", "HTTP 403") }));
    expect(text).toContain("## ⚠️ Restore inconclusive: access-denied");
    expect(text).not.toMatch(/^\|/m);
  });

  test("stays below what GitHub takes, with ten thousand partitions that all speak ill", () => {
    const text = summary(hostile(10_000));
    expect(Buffer.byteLength(text)).toBeLessThan(1_048_576 / 2);
    expect(text).toContain("and 9900 more");
  });

  test("stays below that whatever a cluster does, counted in bytes, and says how much was left out", () => {
    const text = summary(monstrous());
    expect(Buffer.byteLength(text)).toBeLessThan(1_048_576);
    for (const said of ["and 9900 more", "and 9980 more warnings", "and 9980 more services with nothing to restore"])
      expect(text).toContain(said);
    // The least dear goes first.
    expect(text.startsWith("## ❌ Restore failed: restore-failed\n")).toBe(true);
    expect(text).toContain("RTO not measured for 10000 of 10000");
  });

  test("leaves out what would be too much, and says so", () => {
    const record = hostile(1);
    const endpoints = Array.from({ length: 60_000 }, (_, index) => `https://node-${index}.example:19080`);
    const text = summary({ ...record, cluster: { ...record.cluster, endpoints } });
    expect(Buffer.byteLength(text)).toBeLessThan(1_048_576);
    expect(text).toContain("Left out");
  });

  test("no text of a cluster becomes markup", () => {
    const html = marked.parse(summary(hostile(3)), { async: false });
    const tags = new Set([...html.matchAll(/<(\/?[a-z0-9]+)/gi)].map(([, name]) => name?.replace("/", "")));
    const known = [
      "h2",
      "h3",
      "p",
      "strong",
      "a",
      "ul",
      "li",
      "table",
      "thead",
      "tbody",
      "tr",
      "th",
      "td",
      "code",
      "pre",
      "details",
      "summary",
    ];
    expect([...tags].filter((name) => !known.includes(name ?? ""))).toEqual([]);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([`${GUIDE}#restore-failed`]);
  });
});

describe("the timeline", () => {
  test("is a bar for each state, and the verdict", () => {
    expect(chart(summary(recorded([RESTORED])))).toEqual([
      "gantt",
      "  dateFormat YYYY-MM-DD HH:mm:ss.SSS",
      "  axisFormat %H:%M:%S",
      "  section States",
      "  no restore on record :p0s0, 2026-02-03 10:00:00.000, 2026-02-03 10:00:02.000",
      "  Accepted :p0s1, 2026-02-03 10:00:02.000, 2026-02-03 10:00:20.000",
      "  RestoreInProgress :p0s2, 2026-02-03 10:00:20.000, 2026-02-03 10:01:30.500",
      "  Success :done, p0s3, 2026-02-03 10:01:30.500, 2026-02-03 10:01:30.500",
      "  passed restored :milestone, done, 2026-02-03 10:01:30.500, 0s",
    ]);
  });

  test("is there for few partitions, and only where there is more than one state to see", () => {
    const many = Array.from({ length: 11 }, () => RESTORED);
    expect(summary(recorded(many))).not.toContain("mermaid");
    expect(summary(recorded(many.slice(1)))).toContain("mermaid");
    expect(summary(recorded([NEVER]))).not.toContain("mermaid");
  });

  test.each(["section", "title x", "a:b, c", "%%{init: {}}%%", "click x", "```", "#35;", "x\ny", "", "🧨", HOSTILE])(
    "a state called %j is a name and nothing else",
    (state) => {
      const lines = chart(summary(withState(state)));
      expect(lines).toHaveLength(9);
      expect(lines[4]).toMatch(/^ {2}state [A-Za-z0-9 ]+ :p0s0, [-0-9 :.]+, [-0-9 :.]+$/);
    },
  );
});

describe("the result among the outputs", () => {
  const parsed = (record: RestoreRecord): unknown => JSON.parse(toOutputs(record).result);

  test("is the record without the evidence: not sealed itself, it names the digest of the record that is", () => {
    const record = recorded([FAILED, RESTORED]);
    const { partitions, integrity, ...run } = record;
    const bare = partitions.map(({ evidence: _evidence, ...partition }: PartitionRecord) => partition);
    expect(parsed(record)).toEqual(
      JSON.parse(JSON.stringify({ ...run, recordSha256: integrity.sha256, partitions: bare })),
    );
  });

  test("is cut where GitHub would drop it whole, from the end, and says by how much", () => {
    const record = hostile(10_000);
    const { result } = toOutputs(record);
    expect(result.length).toBeLessThan(400_000);
    const shown = [...result.matchAll(/"partitionId":"([^"]*)"/g)].map(([, id]) => id);
    expect(shown.length).toBeGreaterThan(1);
    expect(shown).toEqual(record.partitions.slice(0, shown.length).map(({ partitionId }) => partitionId));
    expect(parsed(record)).toHaveProperty("partitionsOmitted", 10_000 - shown.length);
  });

  test("leaves room for partitions beside thousands of warnings and of services that have nothing to restore", () => {
    const record = monstrous();
    const outputs = toOutputs(record);
    const units = Object.values(outputs).reduce((sum, { length }) => sum + length, 0);
    expect(2 * units).toBeLessThan(1_000_000);
    const { partitions, ...run } = fields(JSON.parse(outputs.result));
    expect(run).toMatchObject({ skippedOmitted: 9_980, warningsOmitted: 9_980, verdict: "failed" });
    expect(partitions).toHaveLength(10_000 - Number(run["partitionsOmitted"]));
    expect(partitions).not.toHaveLength(0);
  });

  test("the cluster's words are one clean line in the outputs of their own", () => {
    const outputs = toOutputs(recorded([FAILED]));
    expect(outputs["failure-message"]).not.toMatch(/[\p{Cc}\p{Cf}]|##\[/u);
    expect(outputs["failure-code"]).toBe("FABRIC_E_BACKUP");
  });
});
