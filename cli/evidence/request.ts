import { given, type KnownDigests } from "../../shared/index.ts";
import type { Gathered } from "../inputs.ts";

/** Where evidence lies. */
export type Place =
  | { readonly kind: "stdin" }
  /** A file or a folder. */
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "container"; readonly container: Container };

/** A container of an Azure storage account, and who we are to it: without `sas` and connection string whoever is signed in. */
export interface Container {
  /** Without a query: it may be shown. */
  readonly url: string;
  readonly sas?: string;
  readonly connectionString?: string;
}

export interface EvidenceRequest {
  readonly places: readonly Place[];
  readonly known: KnownDigests;
}

export type EvidenceParsed =
  | { readonly ok: true; readonly request: EvidenceRequest; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What was asked for; all that is wrong with it at once. Nothing of a secret is repeated. */
export function parseEvidenceRequest(paths: readonly string[], raw: Gathered["raw"]): EvidenceParsed {
  const problems: string[] = [];
  const sas = raw["storage-sas"]?.trim().replace(/^\?/, "");
  const connectionString = raw["storage-connection-string"]?.trim();
  if (sas !== undefined && connectionString !== undefined) {
    problems.push("--storage-sas and --storage-connection-string cannot go together");
  }
  if (sas !== undefined && !isSas(sas)) problems.push("--storage-sas is no shared access signature: sv=...&sig=...");
  if (connectionString !== undefined && !/(?:^|;)(?:AccountKey|SharedAccessSignature)=\S/i.test(connectionString)) {
    problems.push("--storage-connection-string is none of a storage account: AccountName=...;AccountKey=...");
  }
  if (paths.length === 0) problems.push("a PATH is missing: a file, a folder, the URL of a blob container, or -");
  if (paths.filter((path) => path === "-").length > 1) problems.push("the standard input can be read once");
  const warnings: string[] = [];
  const access = { ...given("sas", sas), ...given("connectionString", connectionString) };
  const places = paths.flatMap((path): readonly Place[] => {
    if (path === "-") return [{ kind: "stdin" }];
    if (!/^https?:/i.test(path)) return [{ kind: "path", path }];
    const read = readContainer(path, access);
    if (typeof read === "string") {
      problems.push(read);
      return [];
    }
    if (path.includes("?")) warnings.push(EXPOSED);
    return [{ kind: "container", container: read }];
  });
  const digests = (option: "after" | "last"): readonly string[] =>
    (raw[option] ?? "").split(/[\s,]+/).flatMap((one) => {
      if (one === "") return [];
      if (/^[0-9a-f]{64}$/i.test(one)) return [one.toLowerCase()];
      problems.push(`--${option} must be a SHA-256 in hex, as verify-evidence prints it`);
      return [];
    });
  const known = { after: digests("after"), last: digests("last") };
  return problems.length > 0 ? { ok: false, problems } : { ok: true, request: { places, known }, warnings };
}

const EXPOSED =
  "the signature in the URL can be read by whoever lists the processes of this machine; give --storage-sas-file or SF_VERIFY_STORAGE_SAS instead";

function isSas(text: string): boolean {
  return /(?:^|&)sig=[^&\s]+/.test(text) && !/\s/.test(text);
}

/** A sentence where it is none. The URL is not repeated: there may be a signature in it. */
function readContainer(typed: string, access: Omit<Container, "url">): Container | string {
  const url = URL.parse(typed);
  if (url === null || url.username !== "" || url.password !== "" || url.hash !== "") {
    return "the URL is none of a blob container: https://ACCOUNT.blob.core.windows.net/CONTAINER";
  }
  const local = /^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !local) return "the URL of a blob container must begin with https://";
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  // Where the host is an address, the account stands before the container.
  const expected = /^[\d.]+$|^\[/.test(url.hostname) || local ? 2 : 1;
  if (segments.length !== expected) {
    return "the URL is none of a blob container: https://ACCOUNT.blob.core.windows.net/CONTAINER";
  }
  const shown = `${url.origin}/${segments.join("/")}`;
  const inUrl = url.search.slice(1);
  if (inUrl === "") return { url: shown, ...access };
  if (access.sas !== undefined || access.connectionString !== undefined) {
    return "a URL with a signature and another credential cannot go together";
  }
  return isSas(inUrl) ? { url: shown, sas: inUrl } : "what follows the ? in the URL is no shared access signature";
}
