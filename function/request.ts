import {
  type DrillRequest,
  type Fields,
  FUNCTION_CADENCE,
  given,
  type InputName,
  type Instant,
  later,
  parseDrillRequest,
  parseInstant,
  type RawInputs,
} from "../shared/index.ts";
import { type Cluster, clusterNamed, isName } from "./cluster.ts";
import { checkFields, type FieldSpec, hasForm } from "./fields.ts";

/** What is asked for: the body of a request, and a plan of the configuration. Shape checked, values not yet. */
export interface RequestBody {
  readonly cluster: string;
  readonly partitionIds?: readonly string[];
  readonly serviceNames?: readonly string[];
  readonly applicationNames?: readonly string[];
  /** RFC 3339, or an ISO 8601 duration looked back from the start. */
  readonly notBefore?: string;
  readonly deadlineMinutes?: number;
  readonly startTimeoutMinutes?: number;
  readonly rtoMinutes?: number;
  readonly rpoMinutes?: number;
  readonly expectedBackupId?: string;
  readonly healthCheck?: string;
  /** Whether earlier restores of the same partition say when to look. */
  readonly learnFromPast?: boolean;
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export type ReadRequest =
  | { readonly ok: true; readonly request: DrillRequest; readonly notBefore: NotBefore }
  | { readonly ok: false; readonly unknownCluster: boolean; readonly problems: readonly FieldProblem[] };

/** Before it is known when the verification starts. */
export type NotBefore = { readonly at: Instant } | { readonly lookBackMs: number };

const BODY_FIELDS: Readonly<Record<keyof RequestBody, FieldSpec>> = {
  cluster: "string",
  partitionIds: "strings",
  serviceNames: "strings",
  applicationNames: "strings",
  notBefore: "string",
  deadlineMinutes: "number",
  startTimeoutMinutes: "number",
  rtoMinutes: "number",
  rpoMinutes: "number",
  expectedBackupId: "string",
  healthCheck: "string",
  learnFromPast: "boolean",
};

/** The fields of a body, or `undefined` with everything noted that is unknown or of another type. */
export function bodyFields(
  fields: Fields,
  note: (what: string) => void,
): { readonly body: RequestBody; readonly idempotencyKey: string | undefined } | undefined {
  const sound = checkFields(fields, { ...BODY_FIELDS, idempotencyKey: "string" }, note);
  const key = fields["idempotencyKey"];
  const keyed = key === undefined || (typeof key === "string" && /^[\x20-\x7e]{1,128}$/.test(key));
  if (!keyed && typeof key === "string") note("idempotencyKey must be 1 to 128 printable ASCII characters");
  if (fields["cluster"] === undefined) note("cluster is required: a configured name");
  const { idempotencyKey: _, ...rest } = fields;
  return sound && keyed && isBody(rest)
    ? { body: rest, idempotencyKey: typeof key === "string" ? key : undefined }
    : undefined;
}

/** As a plan of the configuration: nobody keys it, and its look-back is from the slot. */
export function planFields(fields: Fields, note: (what: string) => void): RequestBody | undefined {
  const sound = checkFields(fields, BODY_FIELDS, note);
  if (fields["cluster"] === undefined) note("cluster is required: a configured name");
  if (typeof fields["notBefore"] === "string" && lookBackMs(fields["notBefore"]) === undefined)
    note("notBefore must be a duration looked back from the slot, such as PT6H");
  return sound && isBody(fields) ? fields : undefined;
}

const TARGETS = ["partitionIds", "serviceNames", "applicationNames"] as const;

/** Where the form of some fields is wrong: what is wrong with the content of the others, so that everything is told at once. */
export function contentProblems(fields: Fields, clusters: readonly Cluster[]): readonly FieldProblem[] {
  const isRight = (field: string): boolean => {
    const spec = Object.entries(BODY_FIELDS).find(([name]) => name === field)?.[1];
    return spec !== undefined && Object.hasOwn(fields, field) && hasForm(spec, fields[field]);
  };
  const right = Object.entries(fields).filter(([field]) => isRight(field));
  const body = { cluster: "unknown", ...Object.fromEntries(right) };
  const read = isBody(body) ? readRequest(body, clusters) : undefined;
  if (read === undefined || read.ok) return [];
  const untargeted = TARGETS.every((field) => !Object.hasOwn(fields, field));
  return read.problems.filter(({ field }) => isRight(field) || (field === "partitionIds" && untargeted));
}

/** What `checkFields` has found. */
function isBody(fields: Fields): fields is Fields & RequestBody {
  return typeof fields["cluster"] === "string";
}

/** What the parser calls by the Action's names, by ours. */
const FIELD_OF: Readonly<Partial<Record<InputName, keyof RequestBody>>> = {
  "partition-id": "partitionIds",
  "service-name": "serviceNames",
  "application-name": "applicationNames",
  "start-timeout-minutes": "startTimeoutMinutes",
  "rto-minutes": "rtoMinutes",
  "rpo-minutes": "rpoMinutes",
  "expected-backup-id": "expectedBackupId",
  "health-check": "healthCheck",
};

const DEADLINE = { least: 1, most: 10_080, usual: 35 } as const;
const MOST_TARGETS = 2_000;

/**
 * Parses what is asked for against the configuration; all problems at once. The Action's parser reads what both have in common, so
 * that a name or an id means the same everywhere.
 */
export function readRequest(body: RequestBody, clusters: readonly Cluster[]): ReadRequest {
  const problems: FieldProblem[] = [];
  const note = (field: keyof RequestBody, message: string): void => void problems.push({ field, message });
  const cluster = clusterNamed(clusters, body.cluster);
  if (!isName(body.cluster)) note("cluster", "must be a configured name, never an address");

  const parsed = parseDrillRequest({ ...(cluster?.inputs ?? STAND_IN), ...inputsOf(body, note) });
  const told = parsed.ok ? [] : parsed.problems;
  problems.push(...told.map(({ input, message }) => ({ field: FIELD_OF[input] ?? "cluster", message })));
  const { deadlineMinutes = DEADLINE.usual } = body;
  if (!(deadlineMinutes >= DEADLINE.least && deadlineMinutes <= DEADLINE.most))
    note("deadlineMinutes", `must be from ${DEADLINE.least} to ${DEADLINE.most}`);
  const notBefore = readNotBefore(body.notBefore);
  if (notBefore === undefined)
    note(
      "notBefore",
      "must be an RFC 3339 instant (2026-02-03T10:00:00Z) or an ISO 8601 duration to look back, at most a year (PT6H, P1DT12H)",
    );

  if (problems.length > 0 || !parsed.ok || notBefore === undefined)
    return { ok: false, unknownCluster: false, problems };
  if (cluster === undefined) {
    return { ok: false, unknownCluster: true, problems: [{ field: "cluster", message: "is not configured" }] };
  }
  const request = { ...parsed.request, timeoutMs: deadlineMinutes * 60_000, cadence: FUNCTION_CADENCE };
  return { ok: true, request, notBefore };
}

/** Where the cluster is unknown the other problems are told all the same. Nothing is ever sent there. */
const STAND_IN: RawInputs = { "cluster-endpoint": "https://cluster.invalid" };

function inputsOf(body: RequestBody, note: (field: keyof RequestBody, message: string) => void): RawInputs {
  const list = (field: "partitionIds" | "serviceNames" | "applicationNames"): string => {
    const items = body[field] ?? [];
    if (items.length > MOST_TARGETS) note(field, `must be at most ${MOST_TARGETS} entries; got ${items.length}`);
    if (items.some((item) => /[,\n]/.test(item) || item.trim() === "")) note(field, "must be one name or id per entry");
    return items.slice(0, MOST_TARGETS).join("\n");
  };
  const number = (value: number | undefined): string | undefined => (value === undefined ? undefined : decimal(value));
  // To the Action's parser empty is the default: here it would silently take away the check that was asked for.
  for (const field of ["expectedBackupId", "healthCheck"] as const)
    if (body[field]?.trim() === "") note(field, "must be left out where it is not wanted, and not be empty");
  return {
    "partition-id": list("partitionIds"),
    "service-name": list("serviceNames"),
    "application-name": list("applicationNames"),
    ...given("start-timeout-minutes", number(body.startTimeoutMinutes)),
    ...given("rto-minutes", number(body.rtoMinutes)),
    ...given("rpo-minutes", number(body.rpoMinutes)),
    ...given("expected-backup-id", body.expectedBackupId),
    ...given("health-check", body.healthCheck),
  };
}

/** As it is typed: the shortest form of a small number has an exponent. */
function decimal(value: number): string {
  return Math.abs(value) < 1e-6 ? value.toFixed(12) : String(value);
}

function readNotBefore(text: string | undefined): NotBefore | undefined {
  if (text === undefined) return { lookBackMs: 0 };
  const ms = lookBackMs(text);
  if (ms !== undefined) return { lookBackMs: ms };
  const at = parseInstant(text);
  return at === undefined || at > LATEST ? undefined : { at };
}

/** 2200-01-01: what lies beyond is a slip, and would be waited for in vain. */
const LATEST = 7_258_118_400_000;
const YEAR_MS = 366 * 86_400_000;
const DURATION = /^P(?:(\d{1,3})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?$/;

/** `PT6H`, `P1DT12H`: days, hours, minutes and seconds; months and years have no fixed length. `undefined` where it is none. */
export function lookBackMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null || /[PT]$/.test(text)) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((digits) => Number(digits ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
  return ms <= YEAR_MS ? ms : undefined;
}

/** From when on a restore counts, once it is known when the verification starts. */
export function resolveNotBefore(
  notBefore: NotBefore,
  startedAt: Instant,
): { readonly at: Instant; readonly source: string } {
  if ("at" in notBefore) return { at: notBefore.at, source: "request" };
  if (notBefore.lookBackMs === 0) return { at: startedAt, source: "moment of the request" };
  return { at: later(startedAt, -notBefore.lookBackMs), source: "look-back" };
}
