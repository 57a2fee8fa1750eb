/*
 * A loop around the npm client azure-servicefabric 2.2.0, with its own defaults: it asks with api-version 6.2-preview and retries
 * 5xx by itself, half a minute apart. What it rejects with ends the loop.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { conclude, defaultOf, END, isSuccess, load, told } from "./peer.ts";

interface Client {
  getPartitionRestoreProgress(id: string): Promise<{ readonly restoreState?: string }>;
  getServiceInfoList(applicationId: string): Promise<{
    readonly items: readonly { readonly id: string; readonly hasPersistedState?: boolean }[];
  }>;
  getPartitionInfoList(serviceId: string): Promise<{
    readonly items: readonly {
      readonly serviceKind: string;
      readonly partitionInformation: { readonly id: string };
    }[];
  }>;
}

const ServiceFabricClient = defaultOf(await load("azure-servicefabric"));
if (!isClientClass(ServiceFabricClient)) throw new TypeError("azure-servicefabric is not what it was");
const client = new ServiceFabricClient(told.endpoint);

function isClientClass(value: unknown): value is new (baseUri: string) => Client {
  return typeof value === "function";
}

// Its own retries know no limit, so the limit is the loop's.
setTimeout(() => process.exit(END.stillWaiting), told.limitMs);

const services = [...told.services];
for (const application of told.applications) {
  const { items } = await client.getServiceInfoList(application);
  services.push(...items.filter((item) => item.hasPersistedState === true).map((item) => item.id));
}
const ids = [...told.partitions];
for (const service of services) {
  const { items } = await client.getPartitionInfoList(service);
  ids.push(...items.filter((item) => item.serviceKind === "Stateful").map((item) => item.partitionInformation.id));
}

await conclude(ids, async (id) => {
  while (!isSuccess((await client.getPartitionRestoreProgress(id)).restoreState)) await sleep(100);
});
