import { readFile } from "node:fs/promises";
import type { EntraCredential } from "../shared/index.ts";

/** Where other CI systems and Kubernetes tell of the token they gave: the name is Microsoft's. */
export const TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";

/** `ENOENT` and the like: all of an error that says nothing of what was typed. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "an error";
}

/** Node repeats the path, which may be the token itself; so would the error as a cause. */
function unread(error: unknown): never {
  throw new Error(`the file that ${TOKEN_FILE} names cannot be read: ${codeOf(error)}`);
}

/**
 * The token that stands in a file, exchanged for one of Microsoft Entra ID. The file is read anew at each exchange: it is
 * renewed by whoever wrote it. `@azure/identity` is loaded when it is first needed.
 */
export function federatedIdentity(file: string): (tenantId: string, clientId: string) => EntraCredential {
  return (tenantId, clientId) => ({
    async getToken(scope, options) {
      const { ClientAssertionCredential } = await import("@azure/identity");
      const assertion = (): Promise<string> => readFile(file, "utf8").then((text) => text.trim(), unread);
      return new ClientAssertionCredential(tenantId, clientId, assertion).getToken(scope, options);
    },
  });
}
