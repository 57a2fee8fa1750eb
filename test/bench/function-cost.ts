/*
 * What a verification costs as a Function app: executions and GB-seconds, counted over real replays on a virtual clock with Azurite behind
 * them, against a process that polls until the restore ends. `node test/bench/function-cost.ts [--large]` prints a Markdown table; benches take
 * the figures from `functionCosts()`.
 *
 * Counted: every activity and every turn of the orchestrator, a second at least each (Flex Consumption), longer where an activity waits for the
 * cluster's budget. Not counted: what the storage transactions cost, and the time of the wire, which on both sides is small.
 */
import { parsePartitionId, type PartitionId } from "../../shared/restore/partition-id.ts";
import { startAzurite } from "../functions-host/azurite.ts";
import { finish } from "../functions-host/time.ts";
import { get, MORNING, post, stage } from "../function/world.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { accepted, inTurn, restoring, succeeded } from "../simulator/timeline.ts";

const GB = 0.5;
const MINUTE = 60_000;
const GB_SECOND = 0.000_026;
const EXECUTION = 0.000_000_4;

export interface FunctionCost {
  readonly what: string;
  readonly executions: number;
  readonly gbSeconds: number;
  readonly dollars: number;
  /** Longest history of an orchestration, in events. */
  readonly history: number;
  /** One process per partition that polls until its restore has ended. */
  readonly pollerGbSeconds: number;
  readonly pollerDollars: number;
  /** How many times cheaper than that. */
  readonly timesCheaper: number;
  readonly aim: number;
  readonly tookMinutes: number;
}

interface Case {
  readonly what: string;
  readonly minutes: number;
  readonly partitions: number;
  readonly aim: number;
}

const CASES: readonly Case[] = [
  { what: "30 minutes", minutes: 30, partitions: 1, aim: 6 },
  { what: "6 hours", minutes: 360, partitions: 1, aim: 15 },
  { what: "1,000 partitions, 30 minutes", minutes: 30, partitions: 1_000, aim: 100 },
];
/** Not measured to its end so far: more than a quarter of an hour on a busy machine, most of it Azurite's. */
const LARGE: Case = { what: "10,000 partitions, 30 minutes", minutes: 30, partitions: 10_000, aim: 100 };

export async function* functionCosts(cases: readonly Case[] = CASES): AsyncGenerator<FunctionCost, void, void> {
  await using azurite = await startAzurite();
  for (const one of cases) yield await costOf(azurite.connectionString, one);
}

async function costOf(connectionString: string, { what, minutes, partitions, aim }: Case): Promise<FunctionCost> {
  const clock = new FakeClock(MORNING);
  const { host } = await stage(connectionString, {
    clock,
    configuration: { clusters: { demo: { endpoints: ["https://demo.example.com"], maxRequestsPerSecond: 100 } } },
    gateway: () => simulatedGateway(clusterOf(clock, minutes, partitions)),
  });
  await using _ = host;
  const { headers } = await post(host, {
    cluster: "demo",
    serviceNames: ["fabric:/DemoApp/DemoSvc"],
    deadlineMinutes: 2 * minutes + 60,
  });
  await finish(host.hub, clock);
  const { json } = await get(host, headers["location"] ?? "");
  if (json["verdict"] !== "passed")
    throw new Error(`the measured verification did not pass: ${String(json["message"])}`);
  const { activity, orchestrator, billedMs, longestHistory } = host.hub.counted;
  const executions = activity + orchestrator + 1;
  const gbSeconds = (billedMs / 1_000 + 1) * GB;
  const pollerGbSeconds = minutes * 60 * GB * partitions;
  const dollars = gbSeconds * GB_SECOND + executions * EXECUTION;
  const pollerDollars = pollerGbSeconds * GB_SECOND + partitions * EXECUTION;
  return {
    what,
    executions,
    gbSeconds,
    dollars,
    history: longestHistory,
    pollerGbSeconds,
    pollerDollars,
    timesCheaper: pollerDollars / dollars,
    aim,
    tookMinutes: Number(json["elapsedSeconds"]) / 60,
  };
}

function clusterOf(clock: FakeClock, minutes: number, count: number): SimulatedCluster {
  const timeline = inTurn([accepted(), MINUTE], [restoring(), (minutes - 1) * MINUTE], [succeeded()]);
  const partitions = Array.from({ length: count }, (_, at) => ({
    id: idOf(at),
    service: "fabric:/DemoApp/DemoSvc",
    timeline,
  }));
  return new SimulatedCluster({ clock, partitions });
}

function idOf(at: number): PartitionId {
  const id = parsePartitionId(`00000000-0000-4000-9000-${String(at).padStart(12, "0")}`);
  if (id === undefined) throw new RangeError("too many partitions");
  return id;
}

if (import.meta.main) {
  const started = performance.now();
  console.log(
    "| verification | executions | GB-s | $ | a process each that polls | times cheaper | aim | history | took |",
  );
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
  for await (const cost of functionCosts(process.argv.includes("--large") ? [...CASES, LARGE] : CASES)) {
    const { what, executions, gbSeconds, dollars, pollerGbSeconds, pollerDollars } = cost;
    console.log(
      `| ${what} | ${executions} | ${gbSeconds.toFixed(1)} | ${dollars.toFixed(4)} | ${pollerGbSeconds} GB-s, $${pollerDollars.toFixed(4)} ` +
        `| ${cost.timesCheaper.toFixed(1)} | ${cost.aim} | ${cost.history} | ${cost.tookMinutes.toFixed(0)} min |`,
    );
  }
  console.log(`\nmeasured in ${((performance.now() - started) / 1_000).toFixed(0)} s`);
}
