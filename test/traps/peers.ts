import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { END, PEERS } from "./peers/peer.ts";
import { items, type SetTrap } from "./run.ts";

/** What a peer can say; only green and red are words of its own. */
export type PeerSays = "green" | "red" | "crashed" | "still waiting";

export interface PeerAnswer {
  readonly says: PeerSays;
  /** Green before the restore was. */
  readonly tooEarly: boolean;
}

export interface Peer {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  readonly installed: boolean;
}

const script = (file: string): string => fileURLToPath(new URL(`./peers/${file}`, import.meta.url));

/** Those that are there; with `install`, what can be installed is first. Who is not there stays out of the table. */
export function findPeers(install: boolean): readonly Peer[] {
  const [client, loop] = ["azure-servicefabric", "p-wait-for"].map((name) => `${PEERS}node_modules/${name}`);
  const there = (path = ""): boolean => existsSync(path);
  if (install && (!there(client) || !there(loop))) {
    const packages = ["azure-servicefabric@2.2.0", "p-wait-for@6"];
    spawnSync("npm", ["i", "--prefix", PEERS, "--no-save", "--ignore-scripts", "--silent", ...packages]);
  }
  const runs = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
  return [
    {
      name: "curl+jq",
      command: ["bash", script("curl-jq.sh")],
      installed: ["bash", "curl", "jq"].every((program) => runs(program)),
    },
    {
      name: "azure-servicefabric",
      command: [process.execPath, script("azure-servicefabric.ts")],
      installed: there(client),
    },
    { name: "p-wait-for", command: [process.execPath, script("p-wait-for.ts")], installed: there(loop) },
  ];
}

/** Who hangs in a request never looks at the clock: ended from outside, some time after the limit. */
const GRACE_MS = 2_500;

/** One peer and one trap, in a process of its own, with the trap's own deadline as its limit. */
export async function ask({ command: [program, ...args] }: Peer, it: SetTrap): Promise<PeerAnswer> {
  const limitMs = Math.round(Number(it.inputs["timeout-minutes"]) * 60_000);
  const child = spawn(program, args, {
    // A group of its own: what a shell has started ends with it.
    detached: true,
    stdio: "ignore",
    env: {
      PATH: process.env["PATH"],
      // Half of what these cost is to load 50,000 lines of client, a process at a time.
      NODE_COMPILE_CACHE: `${PEERS}.compile-cache`,
      ENDPOINT: it.url.origin,
      LIMIT_MS: String(limitMs),
      PARTITIONS: items(it.inputs["partition-id"]).join(" "),
      SERVICES: entities(it.inputs["service-name"]),
      APPLICATIONS: entities(it.inputs["application-name"]),
    },
  });
  let ended = false;
  const timer = setTimeout(() => {
    ended = true;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, limitMs + GRACE_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  const says = ended ? "still waiting" : (MEANING.get(code) ?? "crashed");
  return { says, tooEarly: says === "green" && !it.ended() };
}

function entities(names: string | undefined): string {
  return items(names)
    .map((name) => name.replace("fabric:/", "").replaceAll("/", "~"))
    .join(" ");
}

const MEANING: ReadonlyMap<number | null, PeerSays> = new Map([
  [END.green, "green"],
  [END.red, "red"],
  [END.stillWaiting, "still waiting"],
]);
