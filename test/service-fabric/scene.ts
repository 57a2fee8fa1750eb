import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import { connect, createServer, type Server, type Socket } from "node:net";
import { systemClock } from "../../shared/clock.ts";
import type { ClusterGateway, ProgressAnswer } from "../../shared/cluster-gateway.ts";
import { type ClusterAccess, openCluster, type Surroundings } from "../../shared/service-fabric/open-cluster.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";
import { AMPLE_MS, ID } from "../contract/face.ts";
import { makeCertificates } from "../simulator/certificates.ts";
import type { TlsOptions } from "../simulator/client-certificate.ts";
import { type ClusterOptions, SimulatedCluster } from "../simulator/cluster.ts";
import { type SimulatorServer, startServer } from "../simulator/server.ts";
import { inTurn, restoring } from "../simulator/timeline.ts";

/* A simulated cluster behind real TLS, and the real client in front of it. */

/** Its one partition is being restored for ever. */
export function simulated(options: Partial<ClusterOptions> = {}): SimulatedCluster {
  return new SimulatedCluster({
    clock: systemClock,
    partitions: [{ id: ID, timeline: inTurn([restoring()]) }],
    ...options,
  });
}

export function overTls(
  tls: Partial<TlsOptions> = {},
  options: Partial<ClusterOptions> = {},
): Promise<SimulatorServer> {
  const { cert, key } = makeCertificates().server;
  return startServer(simulated(options), { tls: { cert, key, ...tls } });
}

export interface Opened extends AsyncDisposable {
  readonly gateway: ClusterGateway;
  readonly warnings: readonly string[];
  look(budgetMs?: number, signal?: AbortSignal): Promise<ProgressAnswer>;
}

export interface How extends Partial<Omit<ClusterAccess, "trust" | "endpoints">>, Partial<Omit<Surroundings, "warn">> {
  readonly trust?: Partial<ClusterAccess["trust"]>;
}

export function opened(endpoints: URL | ClusterAccess["endpoints"], how: How = {}): Opened {
  const { apiVersion = "6.4", credential = { kind: "none" }, trust = {} } = how;
  const { clock = systemClock, proxies = {}, workloadIdentity } = how;
  const warnings: string[] = [];
  const cluster = openCluster(
    {
      endpoints: endpoints instanceof URL ? [endpoints] : endpoints,
      apiVersion,
      credential,
      trust: { ...SYSTEM_TRUST, ...trust },
    },
    {
      clock,
      proxies,
      warn: (text) => void warnings.push(text),
      ...(workloadIdentity === undefined ? {} : { workloadIdentity }),
    },
  );
  return {
    gateway: cluster.gateway,
    warnings,
    look: (budgetMs = AMPLE_MS, signal = new AbortController().signal) =>
      cluster.gateway.restoreProgress(ID, { budgetMs, signal }),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}

export interface Listening extends AsyncDisposable {
  readonly port: number;
  /** How many connections were made, and how many of them are still open. */
  readonly connections: { readonly made: number; readonly open: number };
}

/** A server of any kind on a free port of the loopback interface. Disposing cuts all its connections. */
export async function listening(server: Server): Promise<Listening> {
  const sockets = new Set<Socket>();
  let made = 0;
  server.on("connection", (socket: Socket) => {
    made += 1;
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("the server listens on no port");
  return {
    port: address.port,
    get connections() {
      return { made, open: sockets.size };
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A proxy through which `host` is a port of this machine; every other host refuses. */
export function proxyTo(host: string, port: number): Promise<Listening> {
  return listening(
    createHttpServer().on("connect", (request: IncomingMessage, client: NodeJS.ReadWriteStream) => {
      const upstream = connect(request.url === `${host}:443` ? port : 1, "127.0.0.1");
      upstream.on("error", () => client.end());
      upstream.once("connect", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        client.pipe(upstream).pipe(client);
      });
      client.on("error", () => upstream.destroy());
    }),
  );
}

/** Takes connections and says nothing, ever. */
export function mute(): Promise<Listening> {
  return listening(createServer((socket) => socket.resume()));
}

/** A port on which nobody listens. */
export async function deadPort(): Promise<number> {
  const server = await listening(createServer());
  await server[Symbol.asyncDispose]();
  return server.port;
}
