import { writeFileSync } from "node:fs";
import { systemClock } from "../shared/clock.ts";
import { runBundle } from "./action/run-bundle.ts";
import { SimulatedCluster } from "./simulator/cluster.ts";
import { startServer } from "./simulator/server.ts";
import { accepted, ended, inTurn, restoring, succeeded } from "./simulator/timeline.ts";
const N = 1000;
const partitions = Array.from({ length: N }, (_, n) => {
  const ms = 5_000 * Math.exp((n / N) * Math.log(30));
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`,
    service: `fabric:/Shop/Svc${n % 10}`,
    timeline: inTurn([accepted(), ms / 2], [restoring(), ms / 2], [n % 25 === 3 ? ended("Failure") : succeeded()]),
  };
});
await using server = await startServer(new SimulatedCluster({ clock: systemClock, partitions }));
const t = Date.now();
const step = await runBundle({
  inputs: {
    "cluster-endpoint": server.url.origin,
    "application-name": "fabric:/Shop",
    "timeout-minutes": "8",
    "rto-minutes": "1",
    "report-path": "r.jsonl",
    "junit-path": "r.xml",
  },
  onLine: (line: string) => console.log(((Date.now() - t) / 1000).toFixed(0), line.slice(0, 400)),
} as never);
writeFileSync("/tmp/exp/step.json", JSON.stringify(step));
console.log(step.exitCode, Object.keys(step));
process.exit();
