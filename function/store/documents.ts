import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { done, MISSING, unless } from "./storage.ts";

/** JSON documents in blobs. What is read is what was written by this app: types are a matter of the schema number in it. */
export interface Documents {
  /** Writes it unless it is there; `false` where it is. */
  create(path: string, content: string): Promise<boolean>;
  exists(path: string): Promise<boolean>;
  read(path: string): Promise<{ readonly content: string; readonly etag: string } | undefined>;
  /** `false` where it is not as it was read, or gone. */
  replace(path: string, content: string, etag: string): Promise<boolean>;
  list(prefix: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
}

const HEADERS = { blobHTTPHeaders: { blobContentType: "application/json; charset=utf-8" } } as const;
/** 409 is the word for `ifNoneMatch: *` on a blob that is there, 412 for an etag that is another. */
const THERE = [409, 412] as const;
const NOT_AS_READ = [404, 409, 412] as const;

export function documentsIn(container: () => Promise<ContainerClient>): Documents {
  const blob = async (path: string): Promise<BlockBlobClient> => (await container()).getBlockBlobClient(path);
  const put = async (path: string, content: string, conditions: Conditions): Promise<void> => {
    const bytes = Buffer.from(content, "utf8");
    await (await blob(path)).upload(bytes, bytes.byteLength, { ...HEADERS, conditions });
  };
  return {
    create: (path, content) => done(THERE, () => put(path, content, { ifNoneMatch: "*" })),
    replace: (path, content, etag) => done(NOT_AS_READ, () => put(path, content, { ifMatch: etag })),
    exists: async (path) => (await blob(path)).exists(),
    read: (path) =>
      unless(MISSING, undefined, async () => {
        const { etag, readableStreamBody } = await (await blob(path)).download();
        if (readableStreamBody === undefined || etag === undefined) throw new TypeError(`${path} has no content`);
        const chunks: Buffer[] = [];
        for await (const chunk of readableStreamBody) chunks.push(Buffer.from(chunk));
        return { content: Buffer.concat(chunks).toString("utf8"), etag };
      }),
    async list(prefix) {
      const names: string[] = [];
      for await (const { name } of (await container()).listBlobsFlat({ prefix })) names.push(name);
      return names;
    },
    async remove(path) {
      await (await blob(path)).deleteIfExists();
    },
  };
}

type Conditions = { readonly ifMatch: string } | { readonly ifNoneMatch: "*" };
