import type { TokenCredential } from "@azure/identity";
import { TableClient } from "@azure/data-tables";
import { BlobServiceClient, type ContainerClient } from "@azure/storage-blob";

/** The app's own storage account. Both are created where they are missing, by whoever comes first. */
export interface Storage {
  readonly table: TableClient;
  readonly container: ContainerClient;
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

/** Of the table and of the container. */
const NAME = "verifications";

/** Connects to nothing yet. */
export function connectStorage(access: StorageAccess, name = NAME): Storage {
  if (access.kind === "identity") {
    const { tableUri, blobUri, credential } = access;
    return {
      table: new TableClient(tableUri, name, credential),
      container: new BlobServiceClient(blobUri, credential).getContainerClient(name),
    };
  }
  const { connectionString } = access;
  // Azurite speaks http; the client refuses that unless it is said.
  const allowInsecureConnection = /http:\/\/(127\.0\.0\.1|localhost|\[::1\])/i.test(connectionString);
  return {
    table: TableClient.fromConnectionString(connectionString, name, { allowInsecureConnection }),
    container: BlobServiceClient.fromConnectionString(connectionString).getContainerClient(name),
  };
}

/** The status of a refusal by the storage service. `code` is not to be relied on: tables leave it undefined. */
export function statusOf(error: unknown): number | undefined {
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
