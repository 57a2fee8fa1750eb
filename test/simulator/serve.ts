import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../shared/clock.ts";
import { makeCertificates } from "./certificates.ts";
import { type ServerSettings, type SimulatorServer, startServer } from "./server.ts";
import { clusterOfStories, STORIES, type Story, story } from "./stories.ts";

const USAGE = `A simulated Service Fabric cluster on 127.0.0.1.

  npm run cluster -- [--port 19080] [--speed 60] [--tls]

  --port   where to listen (or PORT); a free port where that one is taken
  --speed  how many times as fast as in real life the restores go (1)
  --tls    https, with an authority made for the occasion`;

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    speed: { type: "string" },
    tls: { type: "boolean" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help === true) console.log(USAGE);
else await main(Number(values.port ?? process.env["PORT"] ?? 19_080), Number(values.speed ?? 1));

async function main(port: number, speed: number): Promise<void> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535 || !Number.isFinite(speed) || speed <= 0) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  using authority = values.tls === true ? makeAuthority() : undefined;
  await using server = await listen({ port, ...(authority === undefined ? {} : { tls: authority.tls }) }, speed);
  console.log(welcome(server.url, speed, authority?.path));
  const stop = new AbortController();
  await Promise.race(["SIGINT", "SIGTERM"].map((signal) => once(process, signal, { signal: stop.signal })));
  // The losing listener would keep swallowing its signal.
  stop.abort();
}

async function listen(settings: ServerSettings, speed: number): Promise<SimulatorServer> {
  const cluster = clusterOfStories(systemClock, { speed });
  try {
    return await startServer(cluster, settings);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    console.error(`Port ${settings.port} is taken (a real cluster?); taking a free one instead.`);
    return startServer(cluster, { ...settings, port: 0 });
  }
}

interface Authority extends Disposable {
  readonly tls: NonNullable<ServerSettings["tls"]>;
  /** Its certificate as a file, as long as the cluster runs. */
  readonly path: string;
}

function makeAuthority(): Authority {
  const { ca, server } = makeCertificates();
  const folder = mkdtempSync(join(tmpdir(), "simulated-cluster-"));
  const path = join(folder, "ca.pem");
  writeFileSync(path, ca.cert);
  return {
    tls: { cert: server.cert, key: server.key },
    path,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

function welcome(url: URL, speed: number, ca?: string): string {
  const curl = ca === undefined ? "curl" : `curl --cacert '${ca}'`;
  const pace = speed === 1 ? "in real time" : `${speed} times as fast as in real life`;
  return `A simulated cluster listens on ${url.origin}. Restores go ${pace}; each story starts at the first look at it,
and anew with every POST Restore.${ca === undefined ? "" : ` Its authority: ${ca}`}

${table(STORIES)}

Look:
  ${curl} -i '${url.origin}/Partitions/${story("clean").partitionId}/$/GetRestoreProgress?api-version=6.4'

Restore:
  ${curl} -i -X POST '${url.origin}/Partitions/${story("stale-success-only").partitionId}/$/Restore?api-version=6.4' \\
    -H 'Content-Type: application/json' \\
    -d '{"BackupId":"7903dc2a-228d-44b0-b7c8-000000000001","BackupLocation":"DemoApp\\\\DemoSvc\\\\2026-02-03 09.00.55.zip"}'

Verify:
  npm run -s verify -- --cluster-endpoint ${url.origin} --partition-id ${story("clean").partitionId} \\
    --timeout-minutes ${inMinutes(35 / speed)} --start-timeout-minutes ${inMinutes(5 / speed)} ${ca === undefined ? "" : `--server-ca-file '${ca}' `}\\
    --poll-interval-seconds ${speed === 1 ? "auto" : String(Math.max(0.1, 2 / speed))}

Probe:
  npm run -s verify -- probe --cluster-endpoint ${url.origin}${ca === undefined ? "" : ` --server-ca-file '${ca}'`} --service-name fabric:/DemoApp/DemoSvc

Ctrl-C ends it.`;
}

function table(stories: readonly Story[]): string {
  const width = Math.max(...stories.map(({ name }) => name.length));
  return stories.map(({ name, partitionId, title }) => `  ${name.padEnd(width)}  ${partitionId}  ${title}`).join("\n");
}

function inMinutes(minutes: number): string {
  return String(Number(minutes.toFixed(3)));
}
