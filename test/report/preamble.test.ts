import { describe, expect, test } from "vitest";
import { parseDrillRequest, type RawInputs } from "../../shared/drill-request.ts";
import { endingOf } from "../../shared/report/ending.ts";
import { boundLine, headline, settings } from "../../shared/report/preamble.ts";
import { verdict } from "../../shared/restore/verdict.ts";
import { PARTITION, START } from "../restore/scenes.ts";
import { FAILED, NEVER, recorded, RESTORED } from "./records.ts";

function requested(raw: RawInputs = {}): Parameters<typeof settings>[0] {
  const parsed = parseDrillRequest({
    "cluster-endpoint": "https://a:19080,https://b:19080",
    "partition-id": PARTITION,
    ...raw,
  });
  if (!parsed.ok) throw new Error("the test itself is wrong");
  return parsed.request;
}

describe("before anything is asked", () => {
  test("it is told what is watched, where and for how long", () => {
    expect(headline(requested())).toBe(
      `Watching partition ${PARTITION} at https://a:19080, https://b:19080, for at most 35 min.`,
    );
    const several = { "partition-id": `${PARTITION},${PARTITION.replace("1", "2")}`, "service-name": "fabric:/A/B" };
    expect(headline(requested(several))).toContain("Watching 2 partitions, fabric:/A/B at");
  });

  test("and which restores count", () => {
    const auto = { at: START, source: "start of the job" };
    expect(boundLine({ notBefore: "auto" }, auto)).toBe(
      "Only a restore from 2026-02-03T10:00:00.000Z (start of the job) on counts.",
    );
    expect(boundLine({ notBefore: START }, auto)).toContain("(not-before)");
    expect(boundLine({ notBefore: "any" }, auto)).toContain("Whatever restore is on record counts");
  });

  test("and how, with the kind of a credential and nothing of it", () => {
    const token = "eyJhbGciOiJub25lIn0.e30.c2VjcmV0";
    const lines = settings(requested({ "access-token": token, "rto-minutes": "10", "start-timeout-minutes": "90" }));
    expect(lines).toEqual([
      "Known to the cluster by an access token; api-version 6.4.",
      "The restore must appear within 35 min; looked at every 2 s to 30 s, by its age; each request for at most 20 s.",
      "Health check: require. Objectives: RTO 10 min. Expected backup: any.",
    ]);
  });
});

describe("how often it is looked at", () => {
  test.each<readonly [string, RawInputs, string]>([
    ["a fixed interval", { "poll-interval-seconds": "7.5" }, "looked at every 7.5 s;"],
    [
      "a past that teaches",
      { "past-restore-seconds": "600,600,600" },
      "looked at every 2 s to 2 min 30 s, most often about 10 min after its start, by 3 past restores;",
    ],
    ["a long past", { "past-restore-seconds": "600,".repeat(12) }, "by the last 10 of 12 past restores;"],
    [
      "a past too short",
      { "past-restore-seconds": "600" },
      "2 s to 30 s, by its age (1 past restore teaches nothing: too few, or nothing in common);",
    ],
    ["a past too mixed", { "past-restore-seconds": "5,21600,60" }, "by its age (3 past restores teach nothing:"],
  ])("%s", (_, raw, says) => {
    expect(settings(requested(raw))[1]).toContain(says);
  });
});

describe("at the end", () => {
  test("a red run is told with what to do next, and where more stands", () => {
    const { title, lines } = endingOf(recorded([FAILED, RESTORED]), "guide.md");
    expect(title).toBe("Restore verification failed: restore-failed");
    expect(lines[1]).toBe("2 partitions: 1 passed, 1 failed, 0 inconclusive.");
    expect(lines[2]).toMatch(/^Next: Look at the cluster's error .* More: guide\.md#restore-failed$/);
  });

  test("where partitions ended for different reasons, each is counted, the most frequent first", () => {
    const { lines } = endingOf(recorded([FAILED, NEVER, NEVER, RESTORED]), "guide.md");
    expect(lines[1]).toBe("4 partitions: 1 passed, 1 failed, 2 inconclusive (2 no-restore, 1 restore-failed).");
  });

  test("a green one has nothing to do", () => {
    expect(endingOf(recorded([RESTORED]), "guide.md").lines).toEqual([RESTORED.verdict.message]);
  });

  test("one without partitions is told by its own message", () => {
    const record = recorded([], {}, { verdict: verdict("access-denied", "HTTP 403") });
    expect(endingOf(record, "guide.md").lines).toHaveLength(2);
  });
});
