import { describe, expect, test } from "vitest";
import { seal } from "../../shared/evidence/seal.ts";
import { documentText, reportText } from "../../shared/report/report-file.ts";
import { describeObjective, objectivesOf } from "../../shared/report/objectives.ts";
import { given, isObject } from "../../shared/restore/fields.ts";
import type { Testimony } from "../../shared/restore/witness.ts";
import {
  ACCEPTED,
  afterStart,
  ALL_IS_WELL,
  filetime,
  MINUTE,
  PARTITION,
  planned,
  POINT,
  saw,
  success,
  sure,
} from "../restore/scenes.ts";
import { ended, hostile, NEVER, recorded, RESTORED } from "./records.ts";

describe("the text of the report file", () => {
  test("is the record, to people too", () => {
    const record = recorded([NEVER, RESTORED]);
    const text = [...reportText(record)].join("");
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(record)));
    expect(text.split("\n").length).toBeGreaterThan(50);
    expect(text.endsWith("}\n")).toBe(true);
  });

  test("is one document up to 100 partitions, and JSON Lines above", () => {
    expect(() => void JSON.parse([...reportText(hostile(100))].join(""))).not.toThrow();
    const { integrity: _, ...content } = hostile(101);
    const record = seal(content, null);
    const lines = [...reportText(record)]
      .join("")
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(102);
    const { partitions, ...run } = record;
    const [first, ...others] = lines;
    expect(first).toEqual(JSON.parse(JSON.stringify(run)));
    // Each with a seal of its own.
    const bare = others.map((line) => ({ ...(isObject(line) ? line : {}), integrity: undefined }));
    expect(bare).toEqual(JSON.parse(JSON.stringify(partitions)));
    expect(others.every((line) => isObject(line) && isObject(line["integrity"]))).toBe(true);
    expect(lines[0]).not.toHaveProperty("partitions");
  });

  test.each([0, 100, 101])("as a document it is one, with %d partitions too", (count) => {
    const record = hostile(count);
    const text = [...documentText(record)].join("");
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(record)));
    expect(text.endsWith("}\n")).toBe(true);
  });
});

test.each([
  [{ name: "RTO", objectiveSeconds: 600, measuredSeconds: 190 }, "RTO met: 3 min 10 s of 10 min, 6 min 50 s to spare"],
  [{ name: "RTO", objectiveSeconds: 600, measuredSeconds: 600 }, "RTO met: 10 min of 10 min, 0 s to spare"],
  [
    { name: "RPO", objectiveSeconds: 60, measuredSeconds: 61 },
    "RPO missed by 1 s: 1 min 1 s, and the objective is 1 min",
  ],
  [{ name: "RPO", objectiveSeconds: 60, measuredSeconds: null }, "RPO not measured: the objective is 1 min"],
] as const)("an objective is told met or missed, and by how much: %j", (objective, text) => {
  expect(describeObjective(objective)).toBe(text);
});

describe("the age of the restored data is told as the heart judges it", () => {
  const created = (ms: number): Testimony => ({
    ...ALL_IS_WELL,
    backups: {
      ok: true,
      value: {
        expected: null,
        restored: { backupId: PARTITION, type: "Full", location: "", createdAt: afterStart(ms), point: POINT },
      },
    },
  });
  const told = (skewMs: number, lossMs?: number): readonly [reason: string, said: string] => {
    const testimony = created(-55 * MINUTE);
    const lost = { partitionId: PARTITION, stateful: true, status: "Ready", health: "Ok" };
    const partition = {
      ok: true,
      value: { ...lost, ...given("dataLossVersion", lossMs === undefined ? undefined : filetime(lossMs)) },
    } as const;
    const done = saw(success(afterStart(2 * MINUTE + skewMs)), skewMs, { ...testimony, partition });
    const record = recorded(
      [
        ended(
          planned({ rpoMs: 30 * MINUTE, notBefore: afterStart(-20 * MINUTE) }),
          [0, saw(ACCEPTED, skewMs)],
          [20 * MINUTE, done],
        ),
      ],
      { "rpo-minutes": "30" },
    );
    return [
      record.reason,
      sure(record.partitions.flatMap((one) => objectivesOf(record, one)).map(describeObjective)[0]),
    ];
  };

  test.each<readonly [string, number, number | undefined, string, string]>([
    ["by clocks that agree", 0, undefined, "rpo-missed", "RPO missed by 5 min: 35 min, and the objective is 30 min"],
    [
      "by a clock that is behind: it may be an old answer",
      -10 * MINUTE,
      undefined,
      "rpo-missed",
      "RPO missed by 5 min: 35 min, and the objective is 30 min",
    ],
    [
      "by one that is ahead: the backup is older than it says",
      10 * MINUTE,
      undefined,
      "rpo-missed",
      "RPO missed by 15 min: 45 min, and the objective is 30 min",
    ],
    [
      "between two times of a clock that is behind",
      -10 * MINUTE,
      -28 * MINUTE,
      "restored",
      "RPO met: 27 min of 30 min, 3 min to spare",
    ],
  ])("%s", (_, skewMs, lossMs, reason, said) => {
    expect(told(skewMs, lossMs)).toEqual([reason, said]);
  });
});
