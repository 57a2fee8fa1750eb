import { describe, expect, test } from "vitest";
import { parseDrillRequest } from "../../shared/drill-request.ts";
import { verifyRestore } from "../../shared/verify-restore.ts";
import { FakeClock } from "./clock.ts";
import { simulatedGateway } from "./gateway.ts";
import { answer } from "./routes.ts";
import { clusterOfStories, STORIES, type Story } from "./stories.ts";
import { ID, PROGRESS, START } from "./world.ts";

describe("the story", () => {
  test.for(STORIES.map((one) => [one.name, one] as const))("%s ends as it says", async ([, one]) => {
    const clock = new FakeClock(START);
    const cluster = clusterOfStories(clock, { stories: [one] });
    const parsed = parseDrillRequest({ "cluster-endpoint": "http://cluster", "partition-id": one.partitionId });
    if (!parsed.ok) throw new TypeError("the defaults do not parse");
    const result = await verifyRestore(
      parsed.request,
      { gateway: simulatedGateway(cluster), clock, signal: new AbortController().signal },
      { autoNotBefore: { at: START, source: "step" }, dice: 1 },
      () => {},
    );
    expect(result.verdict).toMatchObject(one.expect);
    expect(pollUntilSuccess(one)).toBe(one.naive.concludes);
  });

  /** The loop of a hundred scripts: look every 5 s until it reads Success, whatever else it reads. */
  function pollUntilSuccess(one: Story): Story["naive"]["concludes"] {
    const clock = new FakeClock(START);
    const cluster = clusterOfStories(clock, { stories: [one] });
    const target = PROGRESS.replace(ID, one.partitionId);
    for (let looks = 0; looks < 6 * 720; looks += 1) {
      const met = answer(cluster, { method: "GET", target, body: "" });
      if (met.kind === "reply" && met.reply.body.includes('"RestoreState":"Success","TimeStampUtc":"')) return "passed";
      clock.advanceBy(5_000);
    }
    return "never";
  }

  test("of each name is told once, on a partition of its own", () => {
    expect(new Set(STORIES.map(({ name }) => name)).size).toBe(STORIES.length);
    expect(STORIES[0]?.partitionId).toBe("00000000-0000-4000-8000-000000000001");
    expect(new Set(STORIES.map(({ partitionId }) => partitionId)).size).toBe(STORIES.length);
  });
});
