import { cleanLine } from "../clean-text.ts";
import type { PartitionRecord } from "../partition-record.ts";
import type { RestoreRecord } from "../record.ts";
import { REASONS, type Reason } from "../restore/verdict.ts";
import { describeObjective, objectivesOf } from "./objectives.ts";

/*
 * The shape is that of the Apache Ant JUnit schema (windyroad/JUnit-Schema, JUnit.xsd), the strictest in use: attributes and
 * order as there, properties at the suite only. What readers of other dialects look for is in it too.
 */

const PARTITIONS = "partitions";
/** Of one line, of all that is said of a case, and of a suite's output: thousands of partitions must stay readable. */
const MOST_LINE = 1_000;
const MOST_CASE = 4_000;
const MOST_OUT = 100_000;
/** Of all cases together, as far as some lines of each are left: readers of such files have limits of their own. */
const MOST_OF_ALL = 10_000_000;
const LEAST_CASE = 500;

type Attributes = Readonly<Record<`@_${string}`, string | number>>;
type Text = Attributes & { readonly "#text": string };

interface Case {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly ended: { readonly failure: Text } | { readonly error: Text } | { readonly skipped: "" } | undefined;
  /** Clean, a line for each thing that is said. */
  readonly said: string;
}

/**
 * The record as JUnit XML: a suite for each service (partitions named one by one are the suite `partitions`), a case for each
 * partition. `failed` is a failure, `inconclusive` an error, a service with nothing to restore is skipped; a run that came to no
 * partition is one case in error, for an empty suite would be green. The builder is loaded when it is needed: most runs want no XML.
 */
export async function toJUnit(record: RestoreRecord): Promise<string> {
  const { XMLBuilder } = await import("fast-xml-parser");
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  const suites = Map.groupBy(casesOf(record), ({ suite }) => suite);
  const testsuite = [...suites].map(([name, cases], id) => suiteOf(record, name, cases, id));
  const declaration = { "@_version": "1.0", "@_encoding": "UTF-8" };
  return builder.build({ "?xml": declaration, testsuites: { testsuite } });
}

function casesOf(record: RestoreRecord): readonly Case[] {
  const skipped = record.skipped.map(({ name, why }): Case => {
    const ended = { skipped: "" } as const;
    return { suite: token(name), name: "nothing to restore", seconds: 0, ended, said: clean(`${name}: ${why}`) };
  });
  const { length: count } = record.partitions;
  const most = Math.max(LEAST_CASE, Math.min(MOST_CASE, Math.floor(MOST_OF_ALL / count)));
  if (count > 0) return [...record.partitions.map((one) => caseOf(record, one, most)), ...skipped];
  const { elapsedSeconds: seconds, message } = record;
  return [
    { suite: PARTITIONS, name: "verification", seconds, ended: endOf(record, clean(message)), said: clean(message) },
    ...skipped,
  ];
}

function caseOf(record: RestoreRecord, one: PartitionRecord, most: number): Case {
  const said = [
    `${one.verdict}: ${one.reason}`,
    one.message,
    `State on record: ${one.restoreState ?? "none"}. Identified by: ${one.identifiedBy ?? "nothing"}.`,
    ...(one.failure === null ? [] : [`The cluster's error: ${one.failure.code} ${one.failure.message}`]),
    ...objectivesOf(record, one).map(describeObjective),
    ...one.warnings,
  ];
  const text = cut(said.map((line) => cleanLine(line, Math.min(MOST_LINE, most))).join("\n"), most);
  return {
    suite: token(one.serviceName ?? PARTITIONS),
    name: one.partitionId,
    seconds: one.timing?.restoreSeconds ?? record.elapsedSeconds,
    ended: endOf({ ...one, message: one.message.slice(0, most) }, text),
    said: text,
  };
}

/** Only `passed` may look green: what is inconclusive is an error, also when it was cancelled. */
function endOf(
  { verdict, reason, message }: { readonly verdict: string; readonly reason: Reason; readonly message: string },
  said: string,
): Case["ended"] {
  if (verdict === "passed") return undefined;
  const text: Text = {
    "@_message": clean(message),
    "@_type": reason,
    "#text": `${said}\nNext: ${REASONS[reason].next}`,
  };
  return verdict === "failed" ? { failure: text } : { error: text };
}

function suiteOf(record: RestoreRecord, name: string, cases: readonly Case[], id: number): unknown {
  const count = (kind: "failure" | "error" | "skipped"): number =>
    cases.filter(({ ended }) => ended !== undefined && kind in ended).length;
  return {
    "@_name": name,
    "@_package": "service-fabric-restore",
    "@_id": id,
    "@_timestamp": record.startedAtUtc.slice(0, 19),
    "@_hostname": URL.parse(record.cluster.endpoints[0] ?? "")?.hostname ?? "localhost",
    "@_tests": cases.length,
    "@_failures": count("failure"),
    "@_errors": count("error"),
    "@_skipped": count("skipped"),
    "@_time": record.elapsedSeconds,
    properties: { property: propertiesOf(record) },
    testcase: cases.map((one) => ({
      "@_name": one.name,
      "@_classname": one.suite,
      "@_time": one.seconds,
      ...one.ended,
    })),
    "system-out": cut(cases.map(({ name: of, said }) => `${of}: ${said.replaceAll("\n", " ")}`).join("\n"), MOST_OUT),
    "system-err": "",
  };
}

/** The objectives, and what else the verdict hung on. */
function propertiesOf({ plan, cluster, tool, ...run }: RestoreRecord): readonly Attributes[] {
  const all: Readonly<Record<string, string | number | null>> = {
    verdict: run.verdict,
    reason: run.reason,
    "rto-seconds": plan.rtoSeconds,
    "rpo-seconds": plan.rpoSeconds,
    "deadline-seconds": plan.deadlineSeconds,
    "start-timeout-seconds": plan.startTimeoutSeconds,
    "expected-backup-id": plan.expectedBackupId,
    "health-check": plan.healthCheck,
    "not-before": plan.notBeforeUtc,
    "not-before-source": plan.notBeforeSource,
    cluster: cluster.endpoints.join(", "),
    "api-version": cluster.apiVersion,
    tool: `${tool.name} ${tool.version}`,
    "record-sha256": run.integrity.sha256,
  };
  return Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [{ "@_name": name, "@_value": clean(String(value)) }],
  );
}

function clean(text: string): string {
  return cleanLine(text, MOST_LINE);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most).toWellFormed()}\n...` : text;
}

/** An `xs:token`: one line, single blanks, never empty. */
function token(text: string): string {
  return cleanLine(text, 200).replace(/\s+/g, " ").trim() || PARTITIONS;
}
