import { createRequire } from "node:module";
import { join } from "node:path";
import { Agent, request } from "undici";
import { systemClock } from "../../shared/clock.ts";
import { parsePartitionId } from "../../shared/restore/partition-id.ts";
import { openCluster } from "../../shared/service-fabric/open-cluster.ts";
import { SYSTEM_TRUST } from "../../shared/service-fabric/server-trust.ts";

/** A client, opened once; each call is a poll, which throws where the answer is not the one expected: errors have no figure. */
export type Peer = (url: URL, partitionId: string) => () => Promise<void>;

export const ours: Peer = (url, id) => {
  const partitionId = parsePartitionId(id);
  if (partitionId === undefined) throw new TypeError(`${id} is no partition`);
  const { gateway } = openCluster(
    { endpoints: [url], apiVersion: "6.4", credential: { kind: "none" }, trust: SYSTEM_TRUST },
    { clock: systemClock, proxies: {}, warn: () => {} },
  );
  const look = { budgetMs: 30_000, signal: new AbortController().signal };
  return async () => expectState((await gateway.restoreProgress(partitionId, look)).progress?.state);
};

/** Nothing but the bytes: no parsing, no bound, no judgement. */
export const bareUndici: Peer = (url, id) => {
  const dispatcher = new Agent({ connections: 8 });
  const target = new URL(`/Partitions/${id}/$/GetRestoreProgress?api-version=6.4&timeout=30`, url);
  return async () => {
    const { statusCode, body } = await request(target, { dispatcher });
    await body.text();
    if (statusCode !== 200) throw new Error(`HTTP ${statusCode}`);
  };
};

/** Against a preview cluster (6.2), the only generation that answers what this client asks. */
export const npmClient: Peer = (url, id) => {
  const client = openNpmClient(url);
  return async () => expectState((await client.getPartitionRestoreProgress(id)).restoreState);
};

/** Against a cluster of today (6.4 and later), which refuses its api-version: what it costs to learn nothing. */
export const npmClientRefused: Peer = (url, id) => {
  const client = openNpmClient(url);
  return async () => {
    const refused = await client.getPartitionRestoreProgress(id).then(
      () => false,
      (error: unknown) => error instanceof Error && "statusCode" in error && error.statusCode === 400,
    );
    if (!refused) throw new Error("the npm client was not refused");
  };
};

interface NpmClient {
  getPartitionRestoreProgress(id: string): Promise<{ readonly restoreState: string }>;
}

function openNpmClient(url: URL): NpmClient {
  const require = createRequire(join(process.env["PEERS_FOLDER"] ?? "", "index.js"));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a peer without types
  const { ServiceFabricClient } = require("azure-servicefabric") as {
    readonly ServiceFabricClient: new (baseUri: string, options: object) => NpmClient;
  };
  return new ServiceFabricClient(url.origin, { noRetryPolicy: true });
}

function expectState(state: string | undefined): void {
  if (state !== "RestoreInProgress") throw new Error(`the answer was ${state}`);
}
