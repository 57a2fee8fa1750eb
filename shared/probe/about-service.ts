import { type Fields, isObject } from "../restore/fields.ts";
import { type PartitionId, parsePartitionId } from "../restore/partition-id.ts";
import { backupsPath, PREVIEW_VERSION, restoreProgressPath } from "../service-fabric/requests.ts";
import { line, NEEDS_PARTITION, type ProbeAnswer } from "./answers.ts";
import { type Heard, type Inquiry, told } from "./inquiry.ts";

/** No partition has it; what is said of it tells whether the service is there, and what it understands. */
const NOBODY = parsePartitionId("00000000-0000-0000-0000-000000000001");

const CURRENT_VERSION = "6.4";

/** The Backup Restore Service: is it there, of which generation, and in which form does it speak? */
export async function aboutService(inquiry: Inquiry, id: PartitionId | undefined): Promise<readonly ProbeAnswer[]> {
  const asked = id ?? NOBODY;
  if (asked === undefined) throw new TypeError("the id of nobody is no id");
  const current = await inquiry.ask(() => restoreProgressPath(asked, CURRENT_VERSION));
  const preview = await inquiry.ask(() => restoreProgressPath(asked, PREVIEW_VERSION));
  const version = understands(current) || !understands(preview) ? CURRENT_VERSION : PREVIEW_VERSION;
  const progress = version === CURRENT_VERSION ? current : preview;
  return [
    line("Deployed", deployed(current, preview)),
    line(`api-version ${CURRENT_VERSION}`, understood(current)),
    line(`api-version ${PREVIEW_VERSION}`, understood(preview)),
    ...(id === undefined ? [line("GetRestoreProgress", NEEDS_PARTITION)] : formOf(progress)),
    line("A backup policy covers the partition", await backups(inquiry, id, version)),
  ];
}

function understands(heard: Heard): boolean {
  if (heard.kind === "answer") return heard.body === null || isObject(heard.body);
  return heard.kind === "refusal" && heard.problem === "partition-not-found";
}

function understood(heard: Heard): string {
  if (understands(heard)) return "accepted";
  return heard.kind === "refusal" && heard.problem === "api-version-refused"
    ? "refused as too old or too new"
    : told(heard);
}

function deployed(...heard: readonly Heard[]): string {
  if (heard.some((one) => understands(one))) return "yes";
  const missing = heard.find((one) => one.kind === "refusal" && one.problem === "backup-service-unavailable");
  if (missing !== undefined) return `no: ${told(missing)}`;
  return `unknown: ${heard.map(told).join(", ")}`;
}

function formOf(heard: Heard): readonly ProbeAnswer[] {
  const question = "GetRestoreProgress";
  if (heard.kind !== "answer") return [line(question, told(heard))];
  const type = /^[a-z]+\/[a-z+.-]+/.exec(String(heard.reply.headers["content-type"] ?? ""))?.[0] ?? "no content type";
  if (heard.body === null) return [line(question, `\`null\`, as ${type}: nothing was ever restored`)];
  if (!isObject(heard.body)) return [line(question, `neither an object nor \`null\`, as ${type}`)];
  const epoch = heard.body["RestoredEpoch"];
  return [
    line(question, `an object, as ${type}`),
    line("RestoreState", stateOf(heard.body)),
    line("TimeStampUtc", timeOf(heard.body["TimeStampUtc"])),
    line("RestoredEpoch", isObject(epoch) ? namesOf(epoch) : shapeOf(epoch)),
    line("RestoredLsn", shapeOf(heard.body["RestoredLsn"])),
    line("FailureError", shapeOf(heard.body["FailureError"])),
    line("Fields beyond those known", beyond(heard.body)),
  ];
}

const KNOWN = ["RestoreState", "TimeStampUtc", "RestoredEpoch", "RestoredLsn", "FailureError"];

function beyond(body: Fields): string {
  const names = Object.keys(body).filter((name) => !KNOWN.includes(name));
  return names.length === 0 ? "none" : names.map(word).join(", ");
}

function stateOf({ RestoreState }: { readonly RestoreState?: unknown }): string {
  return typeof RestoreState === "string" ? word(RestoreState) : shapeOf(RestoreState);
}

/** Words of the API are letters and digits; anything else may be somebody's text. */
export function word(text: string): string {
  return /^[A-Za-z][A-Za-z0-9]{0,40}$/.test(text) ? `\`${text}\`` : "(a text that is no word of the API)";
}

export function shapeOf(value: unknown): string {
  if (value === undefined) return "absent";
  if (value === null) return "`null`";
  return Array.isArray(value) ? "array" : typeof value;
}

/** `{ DataLossVersion: string }`. */
export function namesOf(epoch: Fields): string {
  return Object.entries(epoch)
    .map(([name, value]) => `${word(name)}: ${shapeOf(value)}`)
    .join(", ");
}

function timeOf(value: unknown): string {
  if (typeof value !== "string") return shapeOf(value);
  const [, year = "", fraction = "", zone = ""] = /^(\d{4})-\d\d-\d\dT[\d:]{8}(\.\d+)?(Z?)$/.exec(value) ?? [];
  if (year === "") return "a text of another form";
  const form = `${fraction === "" ? "whole seconds" : "a fraction of a second"}, ${zone === "" ? "without Z" : "Z"}`;
  return year === "0001" ? `year 1 (${form}): absent` : `a real time (${form})`;
}

async function backups(inquiry: Inquiry, id: PartitionId | undefined, version: string): Promise<string> {
  if (id === undefined) return NEEDS_PARTITION;
  const heard = await inquiry.ask(() => `${backupsPath(id, version, "")}&MaxResults=1`);
  const items = heard.kind === "answer" && isObject(heard.body) ? heard.body["Items"] : undefined;
  if (Array.isArray(items)) return `yes; ${items.length === 0 ? "no backup is listed" : "backups are listed"}`;
  if (heard.kind === "refusal" && heard.code === "FABRIC_E_BACKUP_NOT_ENABLED") return "no";
  return `unknown: ${told(heard)}`;
}
