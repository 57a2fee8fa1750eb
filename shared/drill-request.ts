import { type Access, type Note, parseAccess, type Text } from "./access.ts";
import { type CadenceInputs, parseCadence } from "./cadence-inputs.ts";
import { duration, items, quote } from "./input-values.ts";
import { INPUTS, type InputName, type InputSpec } from "./inputs.ts";
import { good, type Read, unreadable as bad } from "./restore/fields.ts";
import { type Instant, parseInstant } from "./restore/instant.ts";
import type { Targets } from "./resolve-scope.ts";
import { type PartitionId, parsePartitionId } from "./restore/partition-id.ts";

/** What the user asked for, parsed once; durations in milliseconds. */
export interface DrillRequest extends CadenceInputs {
  readonly endpoints: readonly [URL, ...URL[]];
  /** At least one of them. */
  readonly targets: Targets;
  readonly timeoutMs: number;
  readonly startTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly notBefore: Instant | "auto" | "any";
  readonly toleranceMs: number;
  /** GUID, lower case; `null` where none is expected. */
  readonly expectedBackupId: string | null;
  readonly rtoMs: number | null;
  readonly rpoMs: number | null;
  readonly healthCheck: "require" | "report" | "off";
  readonly apiVersion: string;
  /** More than 0. */
  readonly maxRequestsPerSecond: number;
  readonly access: Access;
  readonly summary: boolean;
  /** As typed; `null` where no such file is wanted. */
  readonly reportPath: string | null;
  readonly junitPath: string | null;
  readonly createIssue: boolean;
}

export interface InputProblem {
  readonly input: InputName;
  readonly message: string;
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: DrillRequest }
  | { readonly ok: false; readonly problems: readonly [InputProblem, ...InputProblem[]] };

export type RawInputs = Readonly<Partial<Record<InputName, string>>>;

const TOLERANCE_MS = 5_000;
const DAY_MINUTES = 1_440;

/**
 * Reads all inputs and reports *all* their problems at once, each in the user's words. An empty value is the default. A probe
 * needs no target: there is much to ask of a cluster without one.
 */
export function parseDrillRequest(raw: RawInputs, targets: "required" | "optional" = "required"): ParsedRequest {
  const problems: InputProblem[] = [];
  const note: Note = (input, message) => void problems.push({ input, message });
  const text: Text = (input) => {
    const spec: InputSpec = INPUTS[input];
    return raw[input]?.trim() || (spec.expression === true ? "" : spec.default) || "";
  };
  const read = <T>(input: InputName, parse: (value: string) => Read<T>): T | undefined => {
    const parsed = text(input) === "" ? bad("is required") : parse(text(input));
    if (parsed.ok) return parsed.value;
    note(input, parsed.why);
    return undefined;
  };
  /** Absent is an answer of its own here, told apart from a value that could not be read. */
  const optional = <T>(input: InputName, parse: (value: string) => Read<T>): T | null | undefined =>
    text(input) === "" ? null : read(input, parse);

  const request = {
    endpoints: read("cluster-endpoint", endpoints),
    targets: readTargets(text, note, targets),
    timeoutMs: read("timeout-minutes", duration("minutes", { above: 0, most: DAY_MINUTES })),
    startTimeoutMs: read("start-timeout-minutes", duration("minutes", { least: 0, most: DAY_MINUTES })),
    ...parseCadence(text, note),
    requestTimeoutMs: read("request-timeout-seconds", duration("seconds", { least: 0.1, most: 300 })),
    notBefore: read("not-before", notBefore),
    toleranceMs: TOLERANCE_MS,
    expectedBackupId: optional("expected-backup-id", backupId),
    rtoMs: optional("rto-minutes", duration("minutes", { above: 0, most: 10_080 })),
    rpoMs: optional("rpo-minutes", duration("minutes", { above: 0, most: 525_600 })),
    healthCheck: read("health-check", healthCheck),
    apiVersion: read("api-version", apiVersion),
    maxRequestsPerSecond: read("max-requests-per-second", requestRate),
    access: parseAccess(text, note, items(text("cluster-endpoint")).some(isPlainHttp)),
    summary: read("summary", yesOrNo),
    reportPath: optional("report-path", filePath),
    junitPath: optional("junit-path", filePath),
    createIssue: read("create-issue", yesOrNo),
  };
  if (text("report-path") !== "" && text("report-path") === text("junit-path"))
    note("junit-path", "must be another file than report-path");
  const [first, ...others] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  if (!isComplete(request)) throw new TypeError("an input was neither read nor reported");
  return { ok: true, request };
}

function readTargets(text: Text, note: Note, targets: "required" | "optional"): Targets {
  const read = <T>(input: InputName, parse: (item: string) => Read<T>, identity: (item: T) => string): readonly T[] => {
    if (text(input) === "") return [];
    const parsed = list(parse, identity)(text(input));
    if (!parsed.ok) note(input, parsed.why);
    return parsed.ok ? parsed.value : [];
  };
  const inputs: readonly InputName[] = ["partition-id", "service-name", "application-name"];
  if (targets === "required" && inputs.every((input) => text(input) === "")) {
    note("partition-id", "is required, or service-name, or application-name");
  }
  return {
    partitionIds: read("partition-id", partition, (id) => id),
    serviceNames: read("service-name", entity(2, "fabric:/App/Service"), (name) => name),
    applicationNames: read("application-name", entity(1, "fabric:/App"), (name) => name),
  };
}

function entity(parts: number, form: string): (text: string) => Read<string> {
  return (text) => {
    const segments = /^fabric:\/+(.+)$/i.exec(text)?.[1]?.split("/") ?? [];
    const named =
      segments.length >= parts &&
      segments.every((segment) => /^[^\s?#~%\\]+$/.test(segment) && !/^\.+$/.test(segment) && segment.isWellFormed());
    return named
      ? good(`fabric:/${segments.join("/")}`)
      : bad(`must be a name such as ${form}; ${quote(text)} is none`);
  };
}

type Unread<T> = { readonly [K in keyof T]: T[K] | undefined };

function isComplete(request: Unread<DrillRequest>): request is DrillRequest {
  return Object.values(request).every((value) => value !== undefined);
}

/** One message, a line for every problem with the name of its input. */
export function describeProblems(problems: readonly InputProblem[]): readonly string[] {
  const count = problems.length === 1 ? "1 bad input" : `${problems.length} bad inputs`;
  return [`${count}; nothing was sent to the cluster.`, ...problems.map(({ input, message }) => `${input} ${message}`)];
}

function isPlainHttp(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "http:";
}

function list<T>(
  parse: (text: string) => Read<T>,
  identity: (value: T) => string,
): (text: string) => Read<readonly [T, ...T[]]> {
  return (text) => {
    const parsed = items(text).map(parse);
    const wrong = parsed.filter((item) => !item.ok).map(({ why }) => why);
    if (wrong.length > 0)
      return bad(wrong.slice(0, 5).join(", and ") + (wrong.length > 5 ? `, and ${wrong.length - 5} more` : ""));
    const unique = new Map(parsed.filter((item) => item.ok).map(({ value }) => [identity(value), value]));
    const [first, ...others] = unique.values();
    return first === undefined ? bad("is required") : good([first, ...others]);
  };
}

/** Nothing of a text that may hold credentials is echoed (a comma in a password splits it): it would end up in the log. */
function endpoints(text: string): Read<readonly [URL, ...URL[]]> {
  if (text.includes("@")) return bad("must not carry a user or password in the URL");
  return list(endpoint, (url) => url.href)(text);
}

function endpoint(text: string): Read<URL> {
  const form = "an http(s) gateway URL such as https://mycluster.westeurope.cloudapp.azure.com:19080";
  if (!URL.canParse(text)) return bad(`must be ${form}; ${quote(text)} is none`);
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return bad(`must be ${form}; ${quote(text)} is none`);
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "")
    return bad(`must be ${form}, without a path or query; got ${quote(text)}`);
  return good(url);
}

function partition(text: string): Read<PartitionId> {
  const id = parsePartitionId(text);
  return id === undefined
    ? bad(`must be a partition GUID such as 1daae3f5-7fd6-42e9-b1ba-8c05f873994d; ${quote(text)} is none`)
    : good(id);
}

function notBefore(text: string): Read<DrillRequest["notBefore"]> {
  if (text === "auto" || text === "any") return good(text);
  const at = parseInstant(text);
  return at === undefined
    ? bad(
        `must be \`auto\`, \`any\` or an RFC 3339 instant with its offset, such as 2026-02-03T10:00:00Z; got ${quote(text)}`,
      )
    : good(at);
}

function backupId(text: string): Read<string> {
  const id = parsePartitionId(text);
  return id === undefined ? bad(`must be a BackupId, a GUID; got ${quote(text)}`) : good(id);
}

function healthCheck(text: string): Read<DrillRequest["healthCheck"]> {
  if (text === "require" || text === "report" || text === "off") return good(text);
  return bad(`must be \`require\`, \`report\` or \`off\`; got ${quote(text)}`);
}

function apiVersion(text: string): Read<string> {
  return /^\d{1,3}\.\d{1,3}(-preview)?$/.test(text)
    ? good(text)
    : bad(`must be a version such as 6.4; got ${quote(text)}`);
}

function requestRate(text: string): Read<number> {
  const value = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : NaN;
  return value >= LEAST_RATE && value <= 1_000
    ? good(value)
    : bad(`must be a number of requests per second, at least ${LEAST_RATE} and at most 1000; got ${quote(text)}`);
}

/** Below this even one partition could not be asked in time what its verdict needs. */
const LEAST_RATE = 0.1;

function filePath(text: string): Read<string> {
  return /\p{Cc}/u.test(text) ? bad(`must be one path, on one line; got ${quote(text)}`) : good(text);
}

function yesOrNo(text: string): Read<boolean> {
  const known = new Map([
    ["true", true],
    ["false", false],
  ]).get(text.toLowerCase());
  return known === undefined ? bad(`must be true or false; got ${quote(text)}`) : good(known);
}
