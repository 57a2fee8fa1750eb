import { once } from "node:events";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { buildFunction } from "../../scripts/build-function.ts";
import { systemClock } from "../../shared/clock.ts";
import { startServer } from "../simulator/server.ts";
import { clusterOfStories, STORIES } from "../simulator/stories.ts";
import { startAzurite } from "./azurite.ts";
import { captureModule } from "./core.ts";
import { FunctionsHost, type HttpFace, listen } from "./host.ts";
import { ROUND_TRIP } from "./round-trip.ts";
import { live } from "./time.ts";

const USAGE = `The Function app on 127.0.0.1, with Azurite and the simulated cluster.

  npm run functions -- [--port 7071] [--speed 20]

  --port   where to listen; a free port where that one is taken
  --speed  how many times as fast as in real life the restores go (20)

This is not the Functions host: the bundled app is loaded through the registration of @azure/functions, its orchestrations are replayed by
durable-functions. Function keys are not enforced, and timers fire only when asked: POST /admin/functions/scheduledVerification.`;

const { values } = parseArgs({
  options: { port: { type: "string" }, speed: { type: "string" }, help: { type: "boolean", short: "h" } },
});
if (values.help === true) console.log(USAGE);
else await main(Number(values.port ?? 7_071), Number(values.speed ?? 20));

async function main(port: number, speed: number): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || !Number.isFinite(speed) || speed <= 0) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort(signal));

  const folder = fileURLToPath(new URL("../../build/function", import.meta.url));
  await buildFunction(folder);
  await using azurite = await startAzurite();
  await using cluster = await startServer(clusterOfStories(systemClock, { speed }));
  Object.assign(process.env, settings(azurite.connectionString, cluster.url));
  const functions = await captureModule(() => import(pathToFileURL(`${folder}/main.js`).href));
  await using host = await FunctionsHost.start({ functions, clock: systemClock, log: ({ text }) => console.log(text) });
  await using face = await listenSomewhere(host, port);
  console.log(welcome(face.url, speed));
  const working = live(host.hub, systemClock, stop.signal);
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  await working;
}

function settings(connectionString: string, cluster: URL): Readonly<Record<string, string>> {
  const configuration = {
    clusters: { demo: { endpoints: [cluster.origin], allowInsecure: true } },
    plans: {
      nightly: { cluster: "demo", partitionIds: [STORIES[0]?.partitionId], notBefore: "PT6H", deadlineMinutes: 60 },
    },
  };
  return { AzureWebJobsStorage: connectionString, VERIFICATION_CONFIGURATION: JSON.stringify(configuration) };
}

async function listenSomewhere(host: FunctionsHost, port: number): Promise<HttpFace> {
  try {
    return await listen(host, port);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    console.error(`Port ${port} is taken; taking a free one instead.`);
    return listen(host);
  }
}

function welcome({ origin }: URL, speed: number): string {
  return `The Function app listens on ${origin}/api. The cluster "demo" is simulated, its restores go ${speed} times as fast as in real life.

Start a verification, wait for it, read its verdict:

${ROUND_TRIP(origin)
  .split("\n")
  .map((line) => `  ${line}`)
  .join("\n")}

Other restores: partition ids 00000000-0000-4000-8000-0000000000NN, 01 to ${STORIES.length} (npm run cluster -- says what each does).
The schedule's turn: curl -X POST ${origin}/admin/functions/scheduledVerification
The report, in a browser: ${origin}/api/report

Ctrl-C ends all of it.`;
}
