import { isObject } from "../shared/index.ts";
import { type Cluster, isName, readCluster, type Setting } from "./cluster.ts";
import { checkFields } from "./fields.ts";
import { contentProblems, planFields, readRequest, type RequestBody } from "./request.ts";

/** What the schedule verifies. */
export interface Plan {
  readonly name: string;
  readonly body: RequestBody;
}

export interface Configuration {
  readonly clusters: readonly Cluster[];
  readonly plans: readonly Plan[];
}

export type ReadConfiguration =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly string[] };

type Note = (what: string) => void;

/**
 * The configuration, with *all* its problems at once. Secrets are not in it: it names the settings that hold them.
 * @param text JSON: `{ "clusters": { [name]: ... }, "plans": { [name]: ... } }`
 */
export function readConfiguration(text: string, setting: Setting): ReadConfiguration {
  const problems: string[] = [];
  const json = parsed(text);
  if (!isObject(json)) return { ok: false, problems: ["the configuration is no JSON object"] };
  const note = (where: string): Note => {
    return (what) => void problems.push(`${where} ${what}`.trim());
  };
  checkFields(json, { clusters: "object", plans: "object" }, note(""));
  const clusters = entries(json["clusters"], note("clusters")).flatMap(([name, value]) =>
    readCluster(name, value, setting, note(`clusters.${name}:`)),
  );
  if (problems.length === 0 && clusters.length === 0) problems.push("clusters: at least one is needed");
  const plans = entries(json["plans"], note("plans")).flatMap(([name, value]) =>
    readPlan(name, value, clusters, note(`plans.${name}:`)),
  );
  return problems.length > 0 ? { ok: false, problems } : { ok: true, configuration: { clusters, plans } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entries(value: unknown, note: Note): readonly (readonly [string, unknown])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).filter(([name]) => {
    if (isName(name)) return true;
    note("has an entry whose name is not 1 to 40 letters, digits and hyphens");
    return false;
  });
}

function readPlan(name: string, value: unknown, clusters: readonly Cluster[], note: Note): readonly Plan[] {
  if (!isObject(value)) {
    note("is no object");
    return [];
  }
  const body = planFields(value, note);
  if (body === undefined) {
    for (const { field, message } of contentProblems(value, clusters)) note(`${field} ${message}`);
    return [];
  }
  const read = readRequest(body, clusters);
  if (read.ok) return [{ name, body }];
  for (const { field, message } of read.problems) note(`${field} ${message}`);
  return [];
}
