import { beforeAll, describe, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { MORNING } from "../function/world.ts";
import { count, whatIsWrong } from "./figures.ts";
import { honest, mark, right, trueFromMs } from "./oracle.ts";
import { casesOf, playAtOnce, small, type StormPlayed } from "./play.ts";
import { drawScripts, type Script, toPartition } from "./script.ts";
import { CALM, DEADLINE_MS, WEATHERS } from "./weather.ts";

describe("a small storm", () => {
  let storm: StormPlayed;
  beforeAll(async () => {
    storm = await playAtOnce(casesOf(small(20_260_203)));
  }, 150_000);

  test("has no false pass", () => {
    expect(count(storm.played, "false pass")).toBe(0);
  });

  test("ends with a verdict that is honest, everywhere", () => {
    expect(whatIsWrong(storm.played)).toEqual([]);
  });

  test("went through every shell and met green and red ones", () => {
    expect(new Set(storm.played.map(({ case: { shell } }) => shell))).toEqual(new Set(["core", "Action", "Function"]));
    const reasons = storm.played.flatMap(({ judged }) => judged.map(({ reason }) => reason));
    expect(new Set(reasons).size).toBeGreaterThanOrEqual(8);
    expect(reasons.filter((reason) => reason === "restored").length).toBeGreaterThan(20);
  });
});

describe("the oracle", () => {
  const scripts = drawScripts(2_000, 7);

  test("lets nothing pass but a fresh success of the right backup that is healthy in the end", () => {
    const isGood = (script: Script): boolean =>
      script.attempt?.outcome === "Success" && script.attempt.backup === "expected" && trueFromMs(script) < DEADLINE_MS;
    const wronglyGreen = WEATHERS.flatMap((weather) =>
      scripts
        .filter((script) => !isGood(script) && honest(script, weather).some(({ verdict }) => verdict === "passed"))
        .map(({ name }) => `${name} in ${weather.name}`),
    );
    expect(wronglyGreen).toEqual([]);
  });

  test("knows one answer where nothing is wrong, and all kinds of it", () => {
    expect(scripts.every((script) => honest(script, CALM).length === 1)).toBe(true);
    expect(new Set(scripts.map((script) => right(script).reason)).size).toBe(9);
  });

  test("calls a green one false that should not be, or comes too early", () => {
    const never = scripts.filter((script) => right(script).verdict !== "passed");
    const passed = { verdict: "passed", reason: "restored", saidMs: DEADLINE_MS } as const;
    expect(new Set(never.map((script) => mark(passed, script, CALM)))).toEqual(new Set(["false pass"]));
    const good = scripts.filter((script) => right(script).verdict === "passed");
    const early = good.map((script) => mark({ ...passed, saidMs: trueFromMs(script) - 5_000 }, script, CALM));
    expect(new Set(early)).toEqual(new Set(["false pass"]));
    expect(new Set(good.map((script) => mark(passed, script, CALM)))).toEqual(new Set(["right"]));
  });
});

test("what a script shows ends when the script says so", () => {
  for (const script of drawScripts(200, 8)) {
    const [partition] = toPartition("00000000-0000-4000-8000-000000000001", script, later(MORNING, 0), 0);
    const last = partition?.timeline.steps.at(-1)?.afterMs ?? 0;
    const { endsMs = 0, beginsMs = 0 } = script.attempt ?? {};
    expect(endsMs === Infinity ? last >= beginsMs : last === (partition === undefined ? 0 : endsMs)).toBe(true);
  }
});
