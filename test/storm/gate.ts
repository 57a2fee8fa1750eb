import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { systemClock } from "../../shared/clock.ts";
import type { Spoiler } from "./spoil.ts";

/*
 * What stands between a watcher and a cluster and spoils bytes: it knows nothing of TLS or HTTP, so that it does the same to a handshake, a head and
 * a body. What the cluster sends at once is taken for an answer.
 */

export interface GateOptions {
  readonly spoiler: Spoiler;
  /** Which of the gateways it is. */
  readonly nth: number;
  readonly cluster: URL;
  /** Where whoever is led astray ends up. */
  readonly stranger: URL;
  readonly stallMs: number;
}

export interface Gate extends AsyncDisposable {
  readonly port: number;
  /** Connections that were refused, or led to the stranger: requests that the cluster never saw. */
  readonly turnedAway: number;
}

/** How often it is looked whether the weather has changed for connections that stand. */
const TICK_MS = 20;
const BYTE_MS = 1;

export async function startGate(options: GateOptions): Promise<Gate> {
  const { spoiler, nth, cluster, stranger } = options;
  const open = new Set<Link>();
  let turnedAway = 0;
  const server = createServer((client) => {
    const blockade = spoiler.blockade(nth);
    if (blockade === "refused" || blockade === "stranger") turnedAway += 1;
    if (blockade === "refused") return void client.on("error", () => {}).resetAndDestroy();
    const target = blockade === "stranger" ? stranger : cluster;
    const link = linked(client, connect(Number(target.port), "127.0.0.1"), options);
    open.add(link);
    client.once("close", () => open.delete(link));
    return undefined;
  });
  let before = spoiler.blockade(nth);
  const ticking = setInterval(() => {
    const now = spoiler.blockade(nth);
    // Silence leaves connections as they are; whatever else begins or ends, nothing that stood goes on.
    if (now !== before && now !== "silent") for (const link of open) link.cut();
    before = now;
  }, TICK_MS);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    get turnedAway() {
      return turnedAway;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(ticking);
      const closed = once(server, "close");
      server.close();
      for (const link of open) link.cut();
      await closed;
    },
  };
}

interface Link {
  cut(): void;
}

function linked(client: Socket, server: Socket, { spoiler, nth, stallMs }: GateOptions): Link {
  const cut = (): void => {
    client.resetAndDestroy();
    server.destroy();
  };
  for (const socket of [client, server]) socket.setNoDelay(true).on("error", () => socket.destroy());
  client.once("close", () => server.destroy());
  client.on("data", (bytes) => {
    if (spoiler.blockade(nth) !== "silent") server.write(bytes);
  });
  // One answer after the other, in their order, however long one of them takes.
  let last = Promise.resolve();
  server.on("data", (bytes: Buffer) => {
    last = last.then(() => pass(bytes));
  });
  server.once("close", () => void last.then(() => client.end()));

  async function pass(bytes: Buffer): Promise<void> {
    const damage = spoiler.answer();
    if (spoiler.blockade(nth) === "silent") return;
    if (damage === "reset") return cut();
    if (damage === "stalled") await pause(stallMs);
    if (damage === "dripped") return drip(bytes);
    if (damage !== "halved") return void client.write(bytes);
    client.write(bytes.subarray(0, bytes.length / 2), cut);
  }

  async function drip(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length && !client.destroyed; at++) {
      client.write(bytes.subarray(at, at + 1));
      await pause(BYTE_MS);
    }
  }
  return { cut };
}

const NEVER = new AbortController().signal;

function pause(ms: number): Promise<void> {
  return systemClock.sleep(ms, NEVER);
}
