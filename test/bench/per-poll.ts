import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Agent, request } from "undici";
import { systemClock } from "../../shared/clock.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import { openCluster } from "../../shared/service-fabric/open-cluster.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";

/** A peer of the bench: polls `times` times, one after the other. */
export interface Poller {
  readonly name: string;
  readonly times: number;
  readonly poll: (url: URL, partitionId: string, times: number) => Promise<void>;
}

const PEERS = fileURLToPath(new URL("../../build/peers/", import.meta.url));

/** The npm client, installed for this bench only: deprecated, and it asks with a dead api-version. */
export function installPeers(): boolean {
  if (existsSync(`${PEERS}node_modules/azure-servicefabric`)) return true;
  const npm = ["i", "--prefix", PEERS, "--no-save", "--ignore-scripts", "--silent", "azure-servicefabric@2.2.0"];
  return spawnSync("npm", npm, { stdio: "ignore", timeout: 60_000 }).status === 0;
}

export const ours: Poller = {
  name: "ours (REST gateway, parsed and judged)",
  times: 2_000,
  async poll(url, id, times) {
    const partitionId = parsePartitionId(id);
    if (partitionId === undefined) throw new TypeError(`${id} is no partition`);
    const cluster = openCluster(
      { endpoints: [url], apiVersion: "6.4", credential: { kind: "none" }, trust: SYSTEM_TRUST },
      { clock: systemClock, proxies: {}, warn: () => {} },
    );
    const { signal } = new AbortController();
    for (let poll = 0; poll < times; poll++)
      await cluster.gateway.restoreProgress(partitionId, { budgetMs: 5_000, signal });
    await cluster.close();
  },
};

export const bareUndici: Poller = {
  name: "a bare undici GET",
  times: 2_000,
  async poll(url, id, times) {
    const dispatcher = new Agent({ connections: 8 });
    const target = new URL(`/Partitions/${id}/$/GetRestoreProgress?api-version=6.4&timeout=5`, url);
    for (let poll = 0; poll < times; poll++) await (await request(target, { dispatcher })).body.text();
    await dispatcher.close();
  },
};

export const npmClient: Poller = {
  name: "npm azure-servicefabric 2.2.0",
  times: 500,
  async poll(url, id, times) {
    const require = createRequire(`${PEERS}index.js`);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types
    const { ServiceFabricClient } = require("azure-servicefabric") as ServiceFabricModule;
    const client = new ServiceFabricClient(url.origin, { noRetryPolicy: true });
    // It sends 6.2-preview, which today's clusters refuse; a refusal costs it what an answer does.
    for (let poll = 0; poll < times; poll++) await client.getPartitionRestoreProgress(id).catch(() => {});
  },
};

interface ServiceFabricModule {
  readonly ServiceFabricClient: new (
    baseUri: string,
    options: object,
  ) => { getPartitionRestoreProgress(id: string): Promise<unknown> };
}

const CURL_POLLS = 40;

/** CPU microseconds of a `curl | jq` per poll, by the shell's own account of its children; `undefined` where either is missing. */
export function cpuOfCurlAndJq(url: URL, id: string): number | undefined {
  const target = `${url.origin}/Partitions/${id}/$/GetRestoreProgress?api-version=6.4&timeout=5`;
  const script =
    "command -v curl jq >/dev/null || exit 1; " +
    `for i in $(seq ${CURL_POLLS}); do curl -s '${target}' | jq -r .RestoreState >/dev/null; done; times`;
  const { status, stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const ofChildren = stdout.trim().split("\n").at(-1) ?? "";
  const seconds = [...ofChildren.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, sec]) => Number(m) * 60 + Number(sec));
  return (seconds.reduce((sum, part) => sum + part, 0) * 1e6) / CURL_POLLS;
}
