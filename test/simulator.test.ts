import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { later } from "../shared/restore/instant.ts";
import { FakeClock } from "./simulator/clock.ts";
import { SimulatedCluster } from "./simulator/cluster.ts";
import * as reply from "./simulator/replies.ts";
import { startServer } from "./simulator/server.ts";
import { clusterOfStories, story } from "./simulator/stories.ts";
import {
  accepted,
  atSpeed,
  ended,
  hang,
  inTurn,
  nothing,
  restoring,
  secondaries,
  type Shows,
  slow,
  succeeded,
  type Timeline,
} from "./simulator/timeline.ts";
import { AT, ID, openWorld, POST, PROGRESS, RESTORE, START } from "./simulator/world.ts";

/** The bytes of one exchange, head and body apart. */
async function wire(url: URL, request: string): Promise<{ readonly head: readonly string[]; readonly body: string }> {
  const socket = connect(Number(url.port), url.hostname);
  socket.end(request.replaceAll("\n", "\r\n"));
  const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
  return { head: head.split("\r\n"), body };
}

describe("the wire", () => {
  test("carries reason phrase, date by the cluster's clock and no body, and stays open", async () => {
    await using it = await openWorld(reply.noBackupService, { clockSkewMs: 90_000 });
    const { head, body } = await wire(it.url, `GET ${PROGRESS} HTTP/1.1\nHost: cluster\n\n`);
    expect(head).toStrictEqual([
      "HTTP/1.1 404 FABRIC_E_SERVICE_DOES_NOT_EXIST",
      "Content-Length: 0",
      "Date: Tue, 03 Feb 2026 10:01:30 GMT",
      "Connection: keep-alive",
    ]);
    expect(body).toBe("");
  });

  test("lets a hanging client go at once when the cluster stops", async () => {
    const it = await openWorld(hang);
    const hanging = it.fetch(PROGRESS).then(
      () => "answered",
      () => "cut off",
    );
    await expect.poll(() => it.cluster.looks(ID)).toBe(1);
    await it[Symbol.asyncDispose]();
    expect(await hanging).toBe("cut off");
  });

  test("remembers every request it has seen", async () => {
    const cluster = clusterOfStories(new FakeClock(START));
    await using server = await startServer(cluster);
    await fetch(new URL(`${PROGRESS}&timeout=20`, server.url), { headers: { accept: "application/json" } });
    expect(server.requests).toMatchObject([
      {
        method: "GET",
        path: `/Partitions/${ID}/$/GetRestoreProgress`,
        query: { "api-version": "6.4", timeout: "20" },
        headers: { accept: "application/json" },
      },
    ]);
  });
});

describe("a restore", () => {
  test("is accepted without a body, then seen through to a fresh success", async () => {
    await using it = await openWorld(nothing);
    const state = async (): Promise<string> => (await it.fetch(PROGRESS)).text();
    expect(await state()).toBe("null");

    const response = await it.fetch(RESTORE, POST);
    expect([response.status, response.statusText, await response.text()]).toStrictEqual([202, "Accepted", ""]);
    expect(await state()).toContain('"RestoreState":"Accepted"');
    it.clock.advanceBy(20_000);
    expect(await state()).toContain('"RestoreState":"RestoreInProgress"');
    it.clock.advanceBy(180_000);
    expect(await state()).toContain('"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:03:20Z"');
  });

  test("replaces the old record at once and never shows it again", async () => {
    await using it = await openWorld(ended("Failure"));
    await it.fetch(RESTORE, POST);
    expect(await (await it.fetch(PROGRESS)).text()).toContain('"Accepted"');
  });

  test.for<readonly [string, Shows]>([
    ["Accepted", accepted()],
    ["RestoreInProgress", restoring()],
    ["SecondariesInProgress", secondaries()],
    ["slow to tell", slow(1, accepted())],
  ])("is refused while another one is under way (%s)", async ([, shows]) => {
    await using it = await openWorld(shows);
    const response = await it.fetch(RESTORE, POST);
    expect([response.status, response.statusText, await response.text()]).toStrictEqual([
      409,
      "Conflict",
      '{"Error":{"Code":"FABRIC_E_RESTORE_IN_PROGRESS","Message":"Restore already in Progress."}}',
    ]);
    expect(it.cluster.restore(ID)).toBe("already-in-progress");
  });

  test("that is worded badly is a 400 even while another one is under way", async () => {
    await using it = await openWorld(accepted());
    for (const body of ["", "{}", "nonsense", '{"BackupId":"7","BackupLocation":"x"}']) {
      expect((await it.fetch(RESTORE, { ...POST, body })).status).toBe(400);
    }
  });

  test("plays the timeline's own attempt again, with a new date", async () => {
    await using it = await openWorld(story("stale-success-then-new").timeline(START));
    await it.fetch(PROGRESS);
    it.clock.advanceBy(600_000);
    expect(await (await it.fetch(PROGRESS)).text()).toContain("2026-02-03T10:04:20Z");
    await it.fetch(RESTORE, POST);
    it.clock.advanceBy(600_000);
    expect(await (await it.fetch(PROGRESS)).text()).toContain("2026-02-03T10:13:20Z");
  });

  test("under an upper-case id is another record, which no replica ever reports to", async () => {
    await using it = await openWorld(succeeded({ at: AT }));
    const shouted = (target: string): string => target.replace(ID, ID.toUpperCase());
    const state = async (target: string): Promise<string> => (await it.fetch(target)).text();
    expect(await state(shouted(PROGRESS))).toBe("null");
    expect(await state(PROGRESS.replace(ID, `%7B${ID}%7D`))).toBe("null");

    expect((await it.fetch(shouted(RESTORE), POST)).status).toBe(202);
    expect(await state(shouted(PROGRESS))).toContain('"Accepted"');
    expect(await state(PROGRESS)).toContain('"Success"');
    it.clock.advanceBy(600_000);
    expect(await state(shouted(PROGRESS))).toContain('"Timeout"');
    expect(it.cluster.looks(ID)).toBe(5);
  });
});

describe("a timeline", () => {
  const steps = inTurn([accepted(), 60_000], [restoring(), 120_000], [succeeded()]);

  test("waits for the first look where it is told to", () => {
    const clock = new FakeClock(START);
    const cluster = new SimulatedCluster({ clock, partitions: [{ id: ID, timeline: steps }] });
    clock.advanceBy(3_600_000);
    expect(cluster.look(ID)).toStrictEqual(accepted());
    clock.advanceBy(60_000);
    expect(cluster.look(ID)).toStrictEqual(restoring());
  });

  test("or runs from the start of the cluster, with nothing on record before its first step", () => {
    const clock = new FakeClock(START);
    const timeline: Timeline = { origin: "cluster-start", steps: [{ afterMs: 60_000, shows: restoring() }] };
    const cluster = new SimulatedCluster({ clock, partitions: [{ id: ID, timeline }] });
    expect(cluster.look(ID)).toStrictEqual(nothing);
    clock.advanceBy(60_000);
    expect(cluster.look(ID)).toStrictEqual(restoring());
  });

  test("runs sixty times as fast at speed 60, and dates its success by the hastened time", () => {
    const clock = new FakeClock(START);
    const cluster = new SimulatedCluster({ clock, partitions: [{ id: ID, timeline: steps }], speed: 60 });
    cluster.look(ID);
    clock.advanceBy(1_000);
    expect(cluster.look(ID)).toStrictEqual(restoring());
    clock.advanceBy(9_000);
    expect(cluster.look(ID)).toStrictEqual(succeeded({ at: later(START, 3_000) }));
  });

  test("hastens its delays too", () => {
    const { steps: hastened } = atSpeed(inTurn([slow(6_000, slow(600, nothing))]), 60);
    expect(hastened).toStrictEqual([{ afterMs: 0, shows: slow(100, slow(10, nothing)) }]);
  });
});
