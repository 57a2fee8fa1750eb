import {
  AnonymousCredential,
  BlobServiceClient,
  ContainerClient,
  type StoragePipelineOptions,
} from "@azure/storage-blob";
import type { EvidenceItem } from "../../shared/index.ts";
import type { Container } from "./request.ts";

/*
 * In a chunk of its own, with the storage library: loaded where a container is asked for. It takes nothing but types from elsewhere, or what it
 * shares with the command would become a chunk too, to be loaded at every start.
 */

/** Bounded: a container that does not answer is one that could not be checked. */
const PATIENCE: StoragePipelineOptions = {
  retryOptions: { maxTries: 4, tryTimeoutInMs: 60_000, retryDelayInMs: 500, maxRetryDelayInMs: 8_000 },
};

/** Every blob of a container, by name. Reads and lists, and nothing else; what it rejects with is for `reasonOf`. */
export async function* blobsIn(
  container: Container,
  abortSignal: AbortSignal,
): AsyncGenerator<EvidenceItem, void, void> {
  const client = await clientOf(container);
  for await (const { name, properties } of client.listBlobsFlat({ abortSignal })) {
    const open = (): AsyncIterable<Uint8Array> => contentOf(client, name, abortSignal);
    yield { name, bytes: properties.contentLength ?? 0, open };
  }
}

async function* contentOf(
  client: ContainerClient,
  name: string,
  abortSignal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const { readableStreamBody } = await client.getBlobClient(name).download(0, undefined, { abortSignal });
  for await (const piece of readableStreamBody ?? []) yield typeof piece === "string" ? Buffer.from(piece) : piece;
}

class OtherAccount extends Error {}

async function clientOf({ url, sas, connectionString }: Container): Promise<ContainerClient> {
  if (sas !== undefined) return new ContainerClient(`${url}?${sas}`, new AnonymousCredential(), PATIENCE);
  if (connectionString === undefined) {
    const { DefaultAzureCredential } = await import("@azure/identity");
    return new ContainerClient(url, new DefaultAzureCredential(), PATIENCE);
  }
  const client = ofConnectionString(connectionString, url.slice(url.lastIndexOf("/") + 1));
  // Else what was asked for and what is checked would be two things.
  if (client === undefined || urlOf(client) !== url) throw new OtherAccount();
  return client;
}

/** `undefined` where it cannot be understood: the library's own words may quote it. */
function ofConnectionString(connectionString: string, name: string): ContainerClient | undefined {
  try {
    return BlobServiceClient.fromConnectionString(connectionString, PATIENCE).getContainerClient(name);
  } catch {
    return undefined;
  }
}

function urlOf({ url }: ContainerClient): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** In our own words: the library's name the request, and a signature with it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown error";
  if (error instanceof OtherAccount) return "the connection string is of another account";
  const statusCode = "statusCode" in error ? error.statusCode : undefined;
  const code = "code" in error ? error.code : undefined;
  const word = typeof code === "string" && /^\w{1,60}$/.test(code) ? ` ${code}` : "";
  if (error.name === "CredentialUnavailableError" || error.name === "AggregateAuthenticationError") {
    return "nobody is signed in to Azure here: az login, --storage-sas-file or --storage-connection-string-file";
  }
  if (statusCode === 401 || statusCode === 403) {
    return `the storage account refuses us (HTTP ${statusCode}${word}); Storage Blob Data Reader is enough`;
  }
  if (typeof statusCode === "number") return `HTTP ${statusCode}${word}`;
  return word === "" ? error.name : `no answer (${word.trim()})`;
}
