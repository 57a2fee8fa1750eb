import { NEVER_RESTORED, restoreBody } from "./bodies.ts";
import type { SimulatedCluster } from "./cluster.ts";
import {
  badApiVersion,
  badGuid,
  badRoute,
  invalidAddress,
  invalidArgument,
  partitionNotFound,
  progressReply,
  restoreAccepted,
  restoreInProgress,
  webApiError,
} from "./replies.ts";
import type { RawReply, Refusal, Shown } from "./timeline.ts";

/** What the server does with a request. */
export type Answer =
  | { readonly kind: "reply"; readonly reply: RawReply }
  | { readonly kind: "reset" | "hang" }
  | { readonly kind: "drip"; readonly everyMs: number }
  | { readonly kind: "slow"; readonly delayMs: number; readonly answer: Answer };

export interface Asked {
  readonly method: string;
  /** Path and query, as they stand in the request line. */
  readonly target: string;
  readonly body: string;
}

type Query = ReadonlyMap<string, string>;

/** The REST surface: which request meets what. The order of the checks is the real one. */
export function answer(cluster: SimulatedCluster, { method, target, body }: Asked): Answer {
  const { pathname, searchParams } = requestUrl(target);
  const route = /^\/Partitions\/([^/]+)\/\$\/(GetRestoreProgress|Restore)(\/?)$/.exec(pathname);
  const [, typed = "", operation = "", slash = ""] = route ?? [];
  const verb = operation === "Restore" ? "POST" : "GET";
  if (route === null || method !== verb) return refuse(badRoute);
  if (slash !== "") return refuse(badGuid);

  const refused = misasked(cluster, searchParams, operation);
  if (refused !== undefined) return refuse(refused);
  const id = decoded(typed);
  return operation === "Restore"
    ? postRestore(cluster, id, body, cluster.peek(id))
    : toAnswer(cluster, cluster.look(id));
}

/** `//` is a request line a client can send, and no relative URL. */
export function requestUrl(target: string): URL {
  return URL.parse(`http://cluster${target}`) ?? new URL("http://cluster");
}

/** Names of parameters count in any case, but for the reverse proxy, which knows `Timeout` only. */
function misasked(cluster: SimulatedCluster, params: URLSearchParams, operation: string): Refusal | undefined {
  const proxyTimeout = params.get("Timeout");
  if (proxyTimeout !== null && !/^\d+$/.test(proxyTimeout)) return invalidAddress;
  const query: Query = new Map([...params].map(([name, value]) => [name.toLowerCase(), value]));
  const numbers = operation === "Restore" ? ["timeout", "restoretimeout"] : ["timeout"];
  const timeout = query.get("timeout");
  if (timeout !== undefined && isInt32(timeout) && Number(timeout) <= 0) return webApiError;
  const odd = numbers.map((name) => query.get(name)).find((value) => value !== undefined && !isInt32(value));
  // The text is model binding's own, with the quotes stripped as the service does.
  if (odd !== undefined) return invalidArgument(`The value ${odd} is not valid for Int32.`);
  return cluster.accepts(query.get("api-version") ?? "0.0") ? undefined : badApiVersion;
}

function isInt32(text: string): boolean {
  return /^[+-]?\d+$/.test(text) && Number(text) === Math.trunc(Number(text)) && (Number(text) | 0) === Number(text);
}

/** The body is checked before the record is: a bad body during a restore is a 400, not a 409. */
function postRestore(cluster: SimulatedCluster, id: string, body: string, shown: Shown): Answer {
  if (shown.kind === "slow") {
    return { kind: "slow", delayMs: shown.delayMs, answer: postRestore(cluster, id, body, shown.shows) };
  }
  if (shown.kind !== "restore" && shown.kind !== "nothing") return toAnswer(cluster, shown);
  const why = misworded(body);
  if (why !== undefined) return refuse(invalidArgument(why));
  const outcome = cluster.restore(id);
  switch (outcome) {
    case "accepted":
      return { kind: "reply", reply: restoreAccepted };
    case "already-in-progress":
      return refuse(restoreInProgress);
    case "no-such-partition":
      return refuse(partitionNotFound);
    default:
      return outcome satisfies never;
  }
}

/** Whether a backup of that name exists is not modelled; that one is named at all is. */
function misworded(body: string): string | undefined {
  if (body.trim() === "") return "Invalid Arguments.";
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return "Invalid Arguments.";
  }
  if (typeof request !== "object" || request === null) return "Invalid Arguments.";
  const backupId: unknown = "BackupId" in request ? request.BackupId : undefined;
  const location: unknown = "BackupLocation" in request ? request.BackupLocation : undefined;
  if (typeof backupId !== "string" || !/^\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?$/i.test(backupId))
    return "The BackupId field is required.";
  return typeof location === "string" && location !== "" ? undefined : "The BackupLocation field is required.";
}

function toAnswer(cluster: SimulatedCluster, shown: Shown): Answer {
  switch (shown.kind) {
    case "nothing":
      return { kind: "reply", reply: progressReply(NEVER_RESTORED) };
    case "restore":
      return { kind: "reply", reply: progressReply(restoreBody(shown.restore, cluster.dialect)) };
    case "refusal":
      return refuse(shown);
    case "slow":
      return { kind: "slow", delayMs: shown.delayMs, answer: toAnswer(cluster, shown.shows) };
    case "reset":
    case "hang":
      return { kind: shown.kind };
    case "drip":
      return shown;
    default:
      return shown satisfies never;
  }
}

function refuse({ reply }: Refusal): Answer {
  return { kind: "reply", reply };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
