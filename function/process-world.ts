import { ManagedIdentityCredential } from "@azure/identity";
import { readFileSync } from "node:fs";
import { type Clock, type ClusterGateway, instantFromMs, openCluster, systemClock } from "../shared/index.ts";
import { randomInt, randomUUID } from "node:crypto";
import type { Cluster } from "./cluster.ts";
import { type Configuration, readConfiguration } from "./configuration.ts";
import { connectStorage, type StorageAccess } from "./store/storage.ts";
import { openStore } from "./store/store.ts";
import type { World } from "./world.ts";

/*
 * The one file that knows the process: app settings arrive as environment variables, and Key Vault references among them resolved.
 */

let made: World | undefined;

/** The real world, made once. @throws Error with every problem of the configuration */
export function processWorld(): World {
  made ??= makeWorld(process.env);
  return made;
}

/**
 * The machine's clock as it is now: what is remembered crosses processes and machines, which agree on no monotonic timer. (The Action's
 * clock is the start of its process carried on; a worker lives for days.)
 */
const wallClock: Clock = { now: () => instantFromMs(Date.now()), sleep: (ms, signal) => systemClock.sleep(ms, signal) };

type Settings = Readonly<Record<string, string | undefined>>;

function makeWorld(settings: Settings): World {
  return {
    configuration: configurationFrom(settings),
    store: openStore(connectStorage(storageFrom(settings))),
    clock: wallClock,
    gateway: gateways(settings),
    newId: () => randomUUID().replaceAll("-", ""),
    newDice: () => randomInt(2 ** 32),
  };
}

function configurationFrom(settings: Settings): Configuration {
  const path = settings["VERIFICATION_CONFIGURATION_FILE"];
  const text = settings["VERIFICATION_CONFIGURATION"] ?? (path === undefined ? "" : readFileSync(path, "utf8"));
  if (text.trim() === "") {
    throw new Error("the app setting VERIFICATION_CONFIGURATION (or VERIFICATION_CONFIGURATION_FILE) is missing");
  }
  const read = readConfiguration(text, (name) => settings[name]);
  if (!read.ok) throw new Error(`the configuration has ${read.problems.length} problems: ${read.problems.join("; ")}`);
  return read.configuration;
}

/** The host's own storage account: by identity where its service addresses are given, else by connection string. */
function storageFrom(settings: Settings): StorageAccess {
  const tableUri = settings["AzureWebJobsStorage__tableServiceUri"];
  const blobUri = settings["AzureWebJobsStorage__blobServiceUri"];
  if (tableUri !== undefined && blobUri !== undefined) {
    const clientId = settings["AzureWebJobsStorage__clientId"];
    return { kind: "identity", tableUri, blobUri, credential: identity(clientId) };
  }
  const connectionString = settings["AzureWebJobsStorage"];
  if (connectionString !== undefined) return { kind: "connection-string", connectionString };
  throw new Error("neither AzureWebJobsStorage nor AzureWebJobsStorage__tableServiceUri and __blobServiceUri are set");
}

/** Not the default chain: where only a managed identity is used, nothing else is to be probed. */
function identity(clientId: string | undefined): ManagedIdentityCredential {
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}

function gateways(settings: Settings): World["gateway"] {
  const open = new Map<string, ClusterGateway>();
  const variable = (name: string): string | undefined => settings[name.toUpperCase()] ?? settings[name];
  const proxies = {
    httpProxy: variable("http_proxy"),
    httpsProxy: variable("https_proxy"),
    noProxy: variable("no_proxy"),
  };
  return ({ name, access }: Cluster) => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const { endpoints, apiVersion } = access;
    const { gateway } = openCluster(
      { endpoints, apiVersion, ...access.access },
      {
        clock: wallClock,
        proxies,
        // Told once a process; there is no invocation to tell it in.
        warn: (text) => process.emitWarning(`cluster ${name}: ${text}`),
        workloadIdentity: (_tenantId, clientId) => identity(clientId),
      },
    );
    open.set(name, gateway);
    return gateway;
  };
}
