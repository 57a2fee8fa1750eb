import type { TokenCredential } from "@azure/identity";
import { TableClient } from "@azure/data-tables";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";

/** The app's own storage account. Table and containers are created where they are missing, by whoever comes first. */
export interface Storage {
  readonly table: TableClient;
  /** What is kept between looks; gone when a verification is settled. */
  readonly state: ContainerClient;
  /** Written once and never changed or deleted: the account may be told to see to that. */
  readonly records: ContainerClient;
}

/** How the account is reached: by a connection string (Azurite, old accounts) or by an identity. */
export type StorageAccess =
  | { readonly kind: "connection-string"; readonly connectionString: string }
  | {
      readonly kind: "identity";
      readonly tableUri: string;
      readonly blobUri: string;
      readonly credential: TokenCredential;
    };

export interface StorageNames {
  readonly table: string;
  readonly state: string;
  readonly records: string;
}

const NAMES: StorageNames = {
  table: "verifications",
  state: "verification-state",
  records: "verification-records",
};

/** Connects to nothing yet. */
export function connectStorage(access: StorageAccess, names = NAMES): Storage {
  const { table, blobs } = clientsOf(access, names.table);
  return { table, state: blobs.getContainerClient(names.state), records: blobs.getContainerClient(names.records) };
}

function clientsOf(access: StorageAccess, table: string): { table: TableClient; blobs: BlobServiceClient } {
  if (access.kind === "identity") {
    const { tableUri, blobUri, credential } = access;
    return { table: new TableClient(tableUri, table, credential), blobs: new BlobServiceClient(blobUri, credential) };
  }
  const { connectionString } = access;
  // Azurite speaks http; the client refuses that unless it is said.
  const allowInsecureConnection = /http:\/\/(127\.0\.0\.1|localhost|\[::1\])/i.test(connectionString);
  return {
    table: TableClient.fromConnectionString(connectionString, table, { allowInsecureConnection }),
    blobs: BlobServiceClient.fromConnectionString(connectionString),
  };
}

/** The status of a refusal by the storage service. `code` is not to be relied on: tables leave it undefined. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("statusCode" in error)) return undefined;
  return typeof error.statusCode === "number" ? error.statusCode : undefined;
}

/** What the service answers where something is there already, is not there, or is not as it was read. */
export const CONFLICT = [409] as const;
export const MISSING = [404] as const;
export const CHANGED = [412] as const;

/** Whether it could be done; `false` where the service refuses with one of `statuses`. */
export async function done(statuses: readonly number[], call: () => Promise<unknown>): Promise<boolean> {
  return unless(statuses, false, async () => {
    await call();
    return true;
  });
}

/** Answers `otherwise` where the service refuses with one of `statuses`; everything else is thrown on. */
export async function unless<T, U>(statuses: readonly number[], otherwise: U, call: () => Promise<T>): Promise<T | U> {
  try {
    return await call();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !statuses.includes(status)) throw error;
    return otherwise;
  }
}
