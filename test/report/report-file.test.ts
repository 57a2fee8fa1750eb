import { describe, expect, test } from "vitest";
import { reportText } from "../../shared/report/report-file.ts";
import { describeObjective } from "../../shared/report/objectives.ts";
import { hostile, NEVER, recorded, RESTORED } from "./records.ts";

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
    const record = hostile(101);
    const lines = [...reportText(record)]
      .join("")
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(102);
    const { partitions, ...run } = record;
    expect(lines).toEqual(JSON.parse(JSON.stringify([run, ...partitions])));
    expect(lines[0]).not.toHaveProperty("partitions");
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
