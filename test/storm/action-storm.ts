import type { ChildProcess } from "node:child_process";
import { systemClock } from "../../shared/clock.ts";
import { runBundle, type StepResult } from "../action/run-bundle.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { startServer } from "../simulator/server.ts";
import { startGate } from "./gate.ts";
import type { MemoryLog } from "./memory.ts";
import { judge, type Judged, partitionsIn, type Played } from "./played.ts";
import { EXPECTED_BACKUP } from "./script.ts";
import { spoilerOf } from "./spoil.ts";
import { boundsOf, type StormCase, StormCluster } from "./storm-case.ts";
import { DEADLINE_MS, STALL_MS } from "./weather.ts";

const REPORT = "report.json";
/** The deadline and as long again: whoever is not done by then never will be. */
const PATIENCE = 2;

const running = new Set<ChildProcess>();

/** A storm that is cut off leaves no process behind. */
export function endActions(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** A case played by the built Action as a process, in real time, over TLS, through the gate. */
export async function playAction(it: StormCase, memory: MemoryLog): Promise<Played> {
  const { ca, server, unrelated } = makeCertificates();
  const cluster = new StormCluster(it, systemClock);
  await using theirs = await startServer(cluster, { tls: server, forgets: true });
  await using stranger = await startServer(noCluster(), { tls: unrelated, forgets: true });
  const spoiler = spoilerOf(it.weather, it.dice, () => cluster.elapsedMs());
  const gate = (nth: number): ReturnType<typeof startGate> =>
    startGate({ spoiler, nth, cluster: theirs.url, stranger: stranger.url, stallMs: STALL_MS / it.speed });
  await using first = await gate(0);
  await using second = await gate(1);
  const gates = it.weather.gateways === 2 ? [first, second] : [first];

  const { notBefore, deadlineMinutes, startTimeoutMinutes } = boundsOf(it, cluster.startedAt);
  const step = await runBundle({
    inputs: {
      "cluster-endpoint": gates.map(({ port }) => `https://127.0.0.1:${port}`).join("\n"),
      "server-ca": ca.cert,
      "partition-id": [...it.partitions.keys()].join("\n"),
      "not-before": notBefore,
      "timeout-minutes": String(deadlineMinutes),
      "start-timeout-minutes": String(startTimeoutMinutes),
      "expected-backup-id": EXPECTED_BACKUP,
      "report-path": REPORT,
    },
    timeoutMs: (PATIENCE * DEADLINE_MS) / it.speed + 30_000,
    onStart(child) {
      running.add(child);
      child.once("close", () => running.delete(child));
      memory.follow(it.name, child.pid);
    },
  });
  const judged = judge(it, cluster, partitionsIn(recordOf(step)));
  const requests = cluster.requests + gates.reduce((sum, { turnedAway }) => sum + turnedAway, 0);
  return { case: it, judged, requests, lostMs: cluster.lostMs, complaints: [...complaintsAbout(step, judged)] };
}

/** Whoever is led there is turned away by its certificate, before anything is asked. */
function noCluster(): SimulatedCluster {
  return new SimulatedCluster({ clock: systemClock, partitions: [] });
}

function recordOf({ texts }: StepResult): unknown {
  return texts[REPORT] === undefined ? undefined : JSON.parse(texts[REPORT]);
}

/** What the step as a whole says must be what it says of its partitions. */
function* complaintsAbout({ exitCode, outputs, stderr }: StepResult, judged: readonly Judged[]): Generator<string> {
  const green = judged.every(({ verdict }) => verdict === "passed");
  if (exitCode !== (green ? 0 : 1)) yield `it exits with ${exitCode}`;
  if ((outputs["verdict"] === "passed") !== green) yield `its output says ${outputs["verdict"]}`;
  if (stderr !== "") yield `it writes to stderr: ${stderr.slice(0, 200)}`;
}
