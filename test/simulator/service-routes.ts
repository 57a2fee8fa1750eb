import { parseInstant } from "../../shared/restore/instant.ts";
import { type Admitted, type Answer, decoded, refuse, toAnswer } from "./answers.ts";
import type { SimulatedCluster } from "./cluster.ts";
import { backupItem, backupToken, listBody } from "./fabric-bodies.ts";
import { pageOf } from "./paging.ts";
import * as reply from "./replies.ts";
import type { Refusal, Shown } from "./timeline.ts";

/* The routes the gateway passes on to the Backup Restore Service. */

type Query = ReadonlyMap<string, string>;

/** Integers and times a parameter must be; their names count in any case. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  GetRestoreProgress: ["timeout"],
  GetBackups: ["timeout", "maxresults"],
  Restore: ["timeout", "restoretimeout"],
};
const TIMES = ["startdatetimefilter", "enddatetimefilter"];

/** Nothing where it is none of these routes. */
export function serviceRoute(cluster: SimulatedCluster, request: Admitted): Answer | undefined {
  const route = /^\/Partitions\/([^/]+)\/\$\/(GetRestoreProgress|GetBackups|Restore)(\/?)$/.exec(request.path);
  const [, typed = "", operation = "", slash = ""] = route ?? [];
  const verb = operation === "Restore" ? "POST" : "GET";
  if (route === null || request.method !== verb) return undefined;
  if (slash !== "") return refuse(reply.badGuid);
  if (request.role === "User" && verb !== "GET") return refuse(reply.noRole);

  const query: Query = new Map([...request.params].map(([name, value]) => [name.toLowerCase(), value]));
  const refused = misasked(cluster, request.params, query, operation);
  if (refused !== undefined) return refuse(refused);
  const id = decoded(typed);
  if (operation === "GetBackups") return getBackups(cluster, id, query);
  return operation === "Restore"
    ? postRestore(cluster, id, request.body, cluster.peek(id))
    : toAnswer(cluster, cluster.look(id));
}

/** Names of parameters count in any case, but for the reverse proxy, which knows `Timeout` only. */
function misasked(
  cluster: SimulatedCluster,
  params: URLSearchParams,
  query: Query,
  operation: string,
): Refusal | undefined {
  const proxyTimeout = params.get("Timeout");
  if (proxyTimeout !== null && !/^\d+$/.test(proxyTimeout)) return reply.invalidAddress;
  const timeout = query.get("timeout");
  if (timeout !== undefined && isInt32(timeout) && Number(timeout) <= 0) return reply.webApiError;
  const given = (names: readonly string[]): readonly string[] => names.flatMap((name) => query.get(name) ?? []);
  const odd = given(NUMBERS[operation] ?? []).find((value) => !isInt32(value));
  // The text is model binding's own, with the quotes stripped as the service does.
  if (odd !== undefined) return reply.invalidArgument(`The value ${odd} is not valid for Int32.`);
  const oddTime = given(TIMES).find((value) => operation === "GetBackups" && parseInstant(value) === undefined);
  if (oddTime !== undefined) return reply.invalidArgument(`The value ${oddTime} is not valid for DateTime.`);
  return cluster.accepts(query.get("api-version") ?? "0.0") ? undefined : reply.badApiVersion;
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
  if (why !== undefined) return refuse(reply.invalidArgument(why));
  const outcome = cluster.restore(id);
  switch (outcome) {
    case "accepted":
      return { kind: "reply", reply: reply.restoreAccepted };
    case "already-in-progress":
      return refuse(reply.restoreInProgress);
    case "no-such-partition":
      return refuse(reply.partitionNotFound);
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

/** Needs a service with state to back up, and a policy over it. Items come as the store has them, not by time. */
function getBackups(cluster: SimulatedCluster, id: string, query: Query): Answer {
  if (cluster.peek(id) === reply.badGuid) return refuse(reply.badGuid);
  const partition = cluster.partition(id);
  if (partition === undefined) return refuse(reply.partitionNotFound);
  const { service, backups } = partition;
  if (service.kind === "Stateless" || !service.hasPersistedState) return refuse(reply.statelessService);
  if ("kind" in backups) return refuse(backups);

  const most = Number(query.get("maxresults") ?? 0);
  const [from, to] = TIMES.map((name) => parseInstant(query.get(name) ?? ""));
  const within = backups.filter(({ createdAt }) => createdAt >= (from ?? -Infinity) && createdAt <= (to ?? Infinity));
  const newest = within.toSorted((a, b) => b.createdAt - a.createdAt).slice(0, 1);
  const wanted = /^true$/i.test(query.get("latest") ?? "") ? newest : within;
  // The real one reads the first item of an empty list there.
  if (most !== 0 && wanted.length === 0) return refuse(reply.badGuid);
  const size = Math.min(most > 0 ? most : Infinity, cluster.paging.size ?? Infinity);
  const tokenOf = (last: (typeof wanted)[number]): string => backupToken(partition, last);
  const page = pageOf(wanted, query.get("continuationtoken") ?? "", tokenOf, { ...cluster.paging, size });
  if (page === undefined) return refuse(reply.badGuid);
  const items = page.items.map((backup) => backupItem(partition, backup, cluster.dialect.generation));
  return { kind: "reply", reply: reply.progressReply(listBody(items, page.token ?? null, false)) };
}
