import type { Clock } from "../clock.ts";
import { type ClusterGateway, GatewayError, type LookBudget } from "../cluster-gateway.ts";
import { good, type Read } from "../restore/fields.ts";
import {
  type Page,
  parseBackup,
  parsePage,
  parsePartitionInfo,
  parseRestoreHealthEvent,
  parseServiceInfo,
  parseServiceName,
} from "../restore/parse-partition.ts";
import { parseRestoreProgress } from "../restore/parse-restore-progress.ts";
import { clockSkew, dateOf } from "./clock-skew.ts";
import { type Answered, asker, countdown } from "./ask.ts";
import { rawBody, readReply, required } from "./replies.ts";
import * as at from "./requests.ts";
import type { TokenSource } from "./tokens.ts";
import type { Reply, Transport } from "./transport.ts";

export interface RestGatewayOptions {
  readonly endpoints: readonly [URL, ...URL[]];
  /** For the Backup Restore Service; on its specific refusal the preview generation's is tried once, and remembered. */
  readonly apiVersion: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly tokens?: TokenSource;
}

/** A cluster behind its REST gateway(s). */
export function restGateway(options: RestGatewayOptions): ClusterGateway {
  const { clock } = options;
  const ask = asker(options);
  let newestDate = Number.NEGATIVE_INFINITY;
  const answer = async <T>(
    path: (version: string) => string,
    look: LookBudget,
    parse: (body: unknown) => Read<T>,
  ): Promise<Answered & { readonly value: T }> => {
    const heardBefore = newestDate;
    const answered = await ask(path, look);
    refuseCached(answered.reply, heardBefore);
    const value = readReply(answered.reply, answered.receivedAt, parse);
    newestDate = Math.max(newestDate, dateOf(answered.reply) ?? newestDate);
    return { ...answered, value };
  };
  const one = async <T>(...asked: Parameters<typeof answer<T>>): Promise<T> => (await answer(...asked)).value;
  const list = <T>(
    path: (version: string, token: string) => string,
    look: LookBudget,
    parse: (item: unknown) => Read<T>,
  ): Promise<T[]> =>
    everyPage(look, countdown(clock, look), parse, (token, left) =>
      one((version) => path(version, token), left, parsePage),
    );

  return {
    async restoreProgress(id, look) {
      const path = (version: string): string => at.restoreProgressPath(id, version);
      const { value, reply, sentAt, receivedAt } = await answer(path, look, parseRestoreProgress);
      return {
        progress: value,
        ...clockSkew(reply, sentAt, receivedAt),
        raw: rawBody(reply),
      };
    },
    async partitionInfo(id, look) {
      const info = await one(() => at.partitionInfoPath(id), look, orNull(parsePartitionInfo));
      if (info === null || (info.partitionId === id && info.stateful)) return info;
      const what = info.stateful ? "another partition than the one asked for" : "a partition that is not stateful";
      throw new GatewayError("unintelligible", `the answer is about ${what}`);
    },
    restoreHealthEvent: (id, look) => one(() => at.partitionHealthPath(id), look, parseRestoreHealthEvent),
    serviceName: (id, look) => one(() => at.serviceNamePath(id), look, parseServiceName),
    partitions: (name, look) =>
      list((version, token) => at.partitionsPath(name, version, token), look, parsePartitionInfo),
    services: (name, look) => list((_version, token) => at.servicesPath(name, token), look, parseServiceInfo),
    backups: (id, look) => list((version, token) => at.backupsPath(id, version, token), look, parseBackup),
  };
}

/** How old an answer out of a cache may be, in seconds: as much as the clocks may differ. */
const OLDEST_ANSWER = 5;

/**
 * The cluster's own answer is wanted, not what it answered somebody some time ago. Whoever serves from a cache has to say so (RFC
 * 9111); who does not is given away by a date before that of an answer which was here when this one was asked for.
 */
function refuseCached(reply: Reply, heardBefore: number): void {
  const told = Number(reply.headers["age"] ?? 0);
  const age = Math.max(told, (heardBefore - (dateOf(reply) ?? Infinity)) / 1_000);
  if (!(age <= OLDEST_ANSWER))
    throw new GatewayError("server-trouble", `the answer comes out of a cache${age > 0 ? ` and is ${age} s old` : ""}`);
}

/** All pages of a list within one budget. A token that comes back again would make it an endless one. */
async function everyPage<T>(
  { further }: LookBudget,
  left: () => LookBudget,
  parse: (item: unknown) => Read<T>,
  page: (token: string, look: LookBudget) => Promise<Page>,
): Promise<T[]> {
  const seen = new Set<string>([""]);
  const all: T[] = [];
  for (let token = ""; ;) {
    const { items, continuationToken } = await page(token, left());
    all.push(...items.map((item) => required(parse(item))));
    if (continuationToken === "") return all;
    if (seen.has(continuationToken)) {
      throw new GatewayError("unintelligible", "the list never ends: its continuation token repeats");
    }
    seen.add(continuationToken);
    token = continuationToken;
    await further?.();
  }
}

/** 204 is how GET /Partitions/{id} says that there is none. */
function orNull<T>(parse: (body: unknown) => Read<T>): (body: unknown) => Read<T | null> {
  return (body) => (body === null ? good(null) : parse(body));
}
