/*
 * What a verification costs as a Function app: executions and GB-seconds, counted over real replays on a virtual clock, against a process that
 * polls until the restore ends. `node test/bench/function-cost.ts` prints a Markdown table; `npm run bench` takes the rows.
 *
 * Counted: every activity and every turn of the orchestrator, a second at least each (Flex Consumption), longer where an activity waits for the
 * cluster's budget; and the app's own storage transactions, as they reach Azurite. Not counted: the transactions of the durable engine, and the
 * time of the wire, which on both sides is small. Ten thousand partitions are counted over a store in memory (`memory-store.ts`).
 */
import { ClientRequest } from "node:http";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { parsePartitionId, type PartitionId } from "../../shared/restore/partition-id.ts";
import { startAzurite } from "../functions-host/azurite.ts";
import { finish } from "../functions-host/time.ts";
import { get, MORNING, post, stage } from "../function/world.ts";
import { SimulatedCluster } from "../simulator/cluster.ts";
import { FakeClock } from "../simulator/clock.ts";
import { simulatedGateway } from "../simulator/gateway.ts";
import { memoryStore } from "./memory-store.ts";
import { accepted, inTurn, restoring, succeeded } from "../simulator/timeline.ts";

const GB = 0.5;
const MINUTE = 60_000;
const GB_SECOND = 0.000_026;
const EXECUTION = 0.000_000_4;

interface FunctionCost {
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
  /** The app's own; `undefined` where there was no account to count at. */
  readonly transactions: number | undefined;
  readonly tookMinutes: number;
}

interface Case {
  readonly what: string;
  readonly minutes: number;
  readonly partitions: number;
  readonly aim: number;
  readonly inMemory?: true;
}

const CASES: readonly Case[] = [
  { what: "30 minutes", minutes: 30, partitions: 1, aim: 6 },
  { what: "6 hours", minutes: 360, partitions: 1, aim: 15 },
  { what: "10,000 partitions, 30 minutes", minutes: 30, partitions: 10_000, aim: 100, inMemory: true },
];
async function* functionCosts(cases: readonly Case[] = CASES): AsyncGenerator<FunctionCost, void, void> {
  await using azurite = await startAzurite();
  for (const one of cases) yield await costOf(azurite.connectionString, one);
}

async function costOf(connectionString: string, one: Case): Promise<FunctionCost> {
  const { what, minutes, partitions, aim, inMemory } = one;
  const clock = new FakeClock(MORNING);
  const { host } = await stage(connectionString, {
    clock,
    configuration: { clusters: { demo: { endpoints: ["https://demo.example.com"], maxRequestsPerSecond: 100 } } },
    gateway: () => simulatedGateway(clusterOf(clock, minutes, partitions)),
    ...(inMemory === undefined ? {} : { store: memoryStore }),
  });
  using transactions = countTransactions();
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
    transactions: inMemory === undefined ? transactions.count : undefined,
    tookMinutes: Number(json["elapsedSeconds"]) / 60,
  };
}

/** Every request to the account, as Node tells of it. */
function countTransactions(): { readonly count: number } & Disposable {
  let count = 0;
  const note = (told: unknown): void => {
    if (isRequest(told) && told.request.path.startsWith("/devstoreaccount1")) count += 1;
  };
  subscribe("http.client.request.start", note);
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]: () => void unsubscribe("http.client.request.start", note),
  };
}

function isRequest(told: unknown): told is { readonly request: ClientRequest } {
  return typeof told === "object" && told !== null && "request" in told && told.request instanceof ClientRequest;
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

/** As rows of a table: what, measured, aim. */
export async function costRows(): Promise<readonly (readonly [string, string, string])[]> {
  const found: (readonly [string, string, string])[] = [];
  for await (const cost of functionCosts()) {
    const { what, executions, gbSeconds, dollars, pollerDollars, transactions, timesCheaper, history, aim } = cost;
    const took = `ended after ${cost.tookMinutes.toFixed(0)} min`;
    const stored = transactions === undefined ? [] : [`${transactions} storage transactions`];
    const counted = [`${executions} executions`, `${gbSeconds.toFixed(0)} GB-s`, ...stored, took].join(", ");
    const against = `$${dollars.toFixed(4)} against $${pollerDollars.toFixed(4)}`;
    found.push([
      `${what} / a process each that polls`,
      `1/${timesCheaper.toFixed(1)} (${against}; ${counted})`,
      `≤ 1/${aim}`,
    ]);
    found.push([`${what}: longest history`, `${history} events`, "≤ 250"]);
  }
  return found;
}

if (import.meta.main) {
  const started = performance.now();
  const rows = [["the Function app", "measured", "aim"], ["---", "---", "---"], ...(await costRows())];
  console.log(rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n"));
  console.log(`\nMeasured in ${((performance.now() - started) / 1_000).toFixed(0)} s.`);
}
