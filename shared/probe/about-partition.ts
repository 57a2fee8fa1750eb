import { dataLossDeclaredAt } from "../restore/filetime.ts";
import { type Fields, isObject } from "../restore/fields.ts";
import { formatDuration, formatInstant, type Instant, later } from "../restore/instant.ts";
import { parseInt64 } from "../restore/int64.ts";
import { parsePage } from "../restore/parse-partition.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import {
  partitionEventsPath,
  partitionHealthPath,
  partitionInfoPath,
  partitionsPath,
  PREVIEW_VERSION,
} from "../service-fabric/requests.ts";
import { namesOf, shapeOf, word } from "./about-service.ts";
import { line, NEEDS_PARTITION, type ProbeAnswer } from "./answers.ts";
import { type Heard, type Inquiry, told } from "./inquiry.ts";

/** What is to be looked at; either may follow from the other. */
export interface Subject {
  readonly id: PartitionId | undefined;
  /** The partitions of its service, as their list was answered. */
  readonly list: Heard | undefined;
}

/** The list of all partitions of a service, with what 6.4 added to it. */
export function listOf(inquiry: Inquiry, serviceName: string): Promise<Heard> {
  return inquiry.ask(() => partitionsPath(serviceName, "6.4", ""));
}

/** The same as clusters of the preview generation have it, for the ids alone. */
export function olderListOf(inquiry: Inquiry, serviceName: string): Promise<Heard> {
  return inquiry.ask(() => partitionsPath(serviceName, PREVIEW_VERSION, ""));
}

/** The witnesses beside the Backup Restore Service: the failover manager, health, events. */
export async function aboutPartition(
  inquiry: Inquiry,
  { id, list }: Subject,
  now: Instant,
): Promise<readonly ProbeAnswer[]> {
  const feed = line("List of partitions (api-version 6.4)", list === undefined ? NEEDS_PARTITION : feedOf(list));
  if (id === undefined) return [feed];
  const info = await inquiry.ask(() => partitionInfoPath(id));
  const health = await inquiry.ask(() => partitionHealthPath(id));
  const [from, to] = [later(now, -86_400_000), now].map(wholeSeconds);
  const events = await inquiry.ask(() => partitionEventsPath(id, from ?? "", to ?? ""));
  return [
    ...infoOf(info, now),
    feed,
    line("Health event of a restore", healthOf(health)),
    line("EventStore, last day", eventsOf(events)),
  ];
}

function wholeSeconds(at: Instant): string {
  return formatInstant(at).replace(/\.\d+Z$/, "Z");
}

function infoOf(heard: Heard, now: Instant): readonly ProbeAnswer[] {
  if (heard.kind !== "answer") return [line("The partition", told(heard))];
  if (!isObject(heard.body))
    return [
      line(
        "The partition",
        heard.reply.status === 204 ? "there is no such partition (HTTP 204)" : "an answer of another form",
      ),
    ];
  const { ServiceKind, PartitionStatus, HealthState } = heard.body;
  const words = [ServiceKind, PartitionStatus, HealthState].map((one) =>
    typeof one === "string" ? word(one) : shapeOf(one),
  );
  const [name, epoch] = epochIn(heard.body);
  return [
    line("The partition", words.join(", ")),
    line("Its epoch", epoch === undefined ? "absent" : `\`${name}\`: ${namesOf(epoch)}`),
    line("DataLossVersion as a time (FILETIME)", epoch === undefined ? "absent" : dataLossOf(epoch, now)),
  ];
}

function epochIn(body: Fields): readonly [string, Fields | undefined] {
  for (const name of ["PrimaryEpoch", "CurrentConfigurationEpoch"] as const) {
    const epoch = body[name];
    if (isObject(epoch)) return [name, epoch];
  }
  return ["", undefined];
}

const EARLIEST = Date.UTC(2015, 0);

function dataLossOf(
  { DataLossVersion, DataLossNumber }: { readonly DataLossVersion?: unknown; readonly DataLossNumber?: unknown },
  now: Instant,
): string {
  const version = parseInt64(DataLossVersion ?? DataLossNumber);
  if (version === undefined) return "not a 64-bit integer";
  const at = dataLossDeclaredAt(version);
  if (at === undefined || at < EARLIEST) return "no: a small number, so data loss was never declared";
  if (at > now + 86_400_000) return "no: it lies in the future";
  return `plausible: data loss was declared ${formatDuration(Math.max(0, now - at))} ago`;
}

function feedOf(heard: Heard): string {
  const page = heard.kind === "answer" ? parsePage(heard.body) : undefined;
  if (page?.ok !== true) return `not available: ${heard.kind === "answer" ? "an answer of another form" : told(heard)}`;
  const { items, continuationToken } = page.value;
  const epochs = new Set(items.map((item) => (isObject(item) ? epochIn(item)[0] : "")));
  const names = [...epochs].map((name) => (name === "" ? "no epoch" : `\`${name}\``)).join(" and ");
  return `available: ${items.length} on the first page, with ${names}${continuationToken === "" ? "" : "; there are more pages"}`;
}

function healthOf(heard: Heard): string {
  const events = heard.kind === "answer" && isObject(heard.body) ? heard.body["HealthEvents"] : undefined;
  if (!Array.isArray(events)) return `unknown: ${told(heard)}`;
  const there = events.some((event) => isObject(event) && event["SourceId"] === "System.BackupRestoreManager");
  return there ? "there (lives two hours after a success)" : "none (it lives two hours after a success)";
}

function eventsOf(heard: Heard): string {
  if (heard.kind !== "answer" || !Array.isArray(heard.body)) return `not available: ${told(heard)}`;
  const kinds = heard.body.flatMap((event: unknown) =>
    isObject(event) && typeof event["Kind"] === "string" ? [event["Kind"]] : [],
  );
  const ofService = [...new Set(kinds.filter((kind) => kind.startsWith("BRS")))].map(word).join(", ");
  const count = heard.body.length === 1 ? "1 event" : `${heard.body.length} events`;
  return `available, ${count}; of the Backup Restore Service: ${ofService === "" ? "none" : ofService}`;
}
