import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { createRequire } from "node:module";
import { setTimeout as after } from "node:timers/promises";

/** The storage emulator of Microsoft as a child process, in memory, on free ports. */
export interface Azurite extends AsyncDisposable {
  readonly connectionString: string;
  readonly blobUri: string;
  readonly tableUri: string;
}

/** Paths of a certificate and its key: then it speaks https, and lets bearer tokens in (whose signature it does not look at). */
export interface AzuriteTls {
  readonly cert: string;
  readonly key: string;
}

/** The emulator's well-known account and key: no secret, printed in its documentation. */
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

export async function startAzurite(tls?: AzuriteTls): Promise<Azurite> {
  const [blob, queue, table] = await freePorts(3);
  const main = createRequire(import.meta.url).resolve("azurite/dist/src/azurite.js");
  const flags = ["--silent", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--loose"];
  const ports = ["--blobPort", blob, "--queuePort", queue, "--tablePort", table].map(String);
  const secured = tls === undefined ? [] : ["--oauth", "basic", "--cert", tls.cert, "--key", tls.key];
  const child = spawn(process.execPath, [main, ...flags, ...ports, ...secured], { stdio: "ignore" });
  // A parent that dies without a word must not leave it behind.
  const orphaned = (): void => void child.kill("SIGKILL");
  process.once("exit", orphaned);
  try {
    await listening([blob, table], child);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  const scheme = tls === undefined ? "http" : "https";
  const at = (port: number | undefined): string => `${scheme}://127.0.0.1:${port}/${ACCOUNT}`;
  return {
    blobUri: at(blob),
    tableUri: at(table),
    connectionString: [
      `DefaultEndpointsProtocol=${scheme}`,
      `AccountName=${ACCOUNT}`,
      `AccountKey=${KEY}`,
      `BlobEndpoint=${at(blob)}`,
      `QueueEndpoint=${at(queue)}`,
      `TableEndpoint=${at(table)}`,
    ].join(";"),
    async [Symbol.asyncDispose]() {
      process.removeListener("exit", orphaned);
      if (child.exitCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await Promise.race([gone, after(3_000, undefined, { ref: false })]);
      child.kill("SIGKILL");
    },
  };
}

async function freePorts(count: number): Promise<readonly (number | undefined)[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : undefined;
  });
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

const PATIENCE_MS = 30_000;

async function listening(ports: readonly (number | undefined)[], child: ChildProcess): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  for (const port of ports) {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`Azurite ended with ${child.exitCode}`);
      if (performance.now() > until) throw new Error("Azurite does not answer");
      await after(50);
    }
  }
}

async function answers(port = 0): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
