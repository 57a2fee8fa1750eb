import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { NEVER_REACHED_MS, TREATMENT } from "../../shared/restore/problem.ts";
import { REASONS } from "../../shared/restore/verdict.ts";

/* `docs/verdicts.md` is the heart in words: what it says of the tables in the sources must be what they say. */

const page = readFileSync(new URL("../../docs/verdicts.md", import.meta.url), "utf8");
const faults = page.slice(page.indexOf("| problem |"), page.indexOf("A cluster that never gave"));

describe("how verdicts are reached", () => {
  test.each(Object.keys(REASONS))("the reason %s is explained", (reason) => {
    expect(page).toContain(`\`${reason}\``);
  });

  test.each(Object.entries(TREATMENT))(
    "the fault %s is treated as the page says",
    (code, { treatment, times, reason }) => {
      const row = faults.split("\n").find((line) => (line.split("|")[1] ?? "").includes(`\`${code}\``)) ?? "";
      const [, , borne = "", otherwise = ""] = row.split("|").map((cell) => cell.trim());
      expect(otherwise === "the same word" ? `\`${code}\`` : otherwise).toBe(`\`${reason}\``);
      const says = {
        bear: /^to the deadline$/,
        "bear-once-reached": /^to the deadline once/,
        "give-up": /^(no\b|asked)/,
      };
      expect(borne).toMatch(says[treatment]);
      expect(/\d+/.exec(borne)?.[0] ?? "").toBe(times > 1 && times < Infinity ? String(times) : "");
    },
  );

  test("only one arrow of the diagram leads to passed", () => {
    expect(page.match(/--> passed/g)).toHaveLength(1);
    expect(page).toContain(`given up after ${NEVER_REACHED_MS / 60_000} minutes`);
  });
});
