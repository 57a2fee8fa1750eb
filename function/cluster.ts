import { type DrillRequest, type InputName, isObject, parseDrillRequest, type RawInputs } from "../shared/index.ts";
import { checkFields, type FieldSpec } from "./fields.ts";

/** A cluster that callers may name. They never name an endpoint. */
export interface Cluster {
  readonly name: string;
  /** As the inputs of a verification, secrets included: never logged, never answered. */
  readonly inputs: RawInputs;
  readonly access: Pick<DrillRequest, "endpoints" | "apiVersion" | "access">;
  /** Requests per second of the whole app. */
  readonly maxRequestsPerSecond: number;
}

/** Looks an app setting up; settings are how Key Vault references arrive. */
export type Setting = (name: string) => string | undefined;

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?$/;

/** Of clusters and plans: they stand in ids, rows and logs. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

/** By its own name only: `__proto__` and `constructor` name nothing. */
export function clusterNamed(clusters: readonly Cluster[], name: string): Cluster | undefined {
  return clusters.find((cluster) => cluster.name === name);
}

const CLUSTER_FIELDS: Readonly<Record<string, FieldSpec>> = {
  endpoints: "strings",
  apiVersion: "string",
  allowInsecure: "boolean",
  maxRequestsPerSecond: "number",
  serverCa: "string",
  serverCertificateThumbprints: "strings",
  serverCommonName: "string",
  clientCertificateSetting: "string",
  clientCertificatePasswordSetting: "string",
  managedIdentity: "object",
};

/** What the cluster's problems are called where they are told: the field, not the Action's input. */
const FIELD_OF: Readonly<Partial<Record<InputName, string>>> = {
  "cluster-endpoint": "endpoints",
  "api-version": "apiVersion",
  "server-ca": "serverCa",
  "server-certificate-thumbprint": "serverCertificateThumbprints",
  "server-common-name": "serverCommonName",
  "client-certificate": "clientCertificateSetting",
  "client-key": "clientCertificateSetting",
  "client-pfx": "clientCertificateSetting",
  "client-pfx-password": "clientCertificatePasswordSetting",
  "entra-tenant-id": "managedIdentity.tenantId",
  "entra-client-id": "managedIdentity.clientId",
};

/** A cluster of the configuration; none, with everything noted, where it cannot be read. */
export function readCluster(
  name: string,
  value: unknown,
  setting: Setting,
  note: (what: string) => void,
): readonly Cluster[] {
  if (!isObject(value)) {
    note("is no object");
    return [];
  }
  const sound = checkFields(value, CLUSTER_FIELDS, note);
  const { managedIdentity: identity = {} } = value as { readonly managedIdentity?: unknown };
  if (!sound || !isObject(identity) || !checkFields(identity, IDENTITY_FIELDS, note)) return [];
  const text = (field: string): string => (typeof value[field] === "string" ? value[field] : "");
  const lines = (field: string): string => (Array.isArray(value[field]) ? value[field].join("\n") : "");
  if (lines("endpoints") === "") {
    note("endpoints is required: the gateway's https addresses");
    return [];
  }
  if (value["allowInsecure"] !== true && /^\s*http:/im.test(lines("endpoints"))) {
    note("endpoints must be https, unless allowInsecure says otherwise");
  }
  const rate = value["maxRequestsPerSecond"] ?? DEFAULT_RATE;
  if (typeof rate !== "number" || !(rate >= 1 && rate <= 1_000)) note("maxRequestsPerSecond must be from 1 to 1000");
  const inputs: RawInputs = {
    "cluster-endpoint": lines("endpoints"),
    "api-version": text("apiVersion"),
    "server-ca": text("serverCa"),
    "server-certificate-thumbprint": lines("serverCertificateThumbprints"),
    "server-common-name": text("serverCommonName"),
    "entra-tenant-id": ownText(identity, "tenantId"),
    "entra-client-id": ownText(identity, "clientId"),
    ...certificateInputs(text("clientCertificateSetting"), text("clientCertificatePasswordSetting"), setting, note),
  };
  const read = parseDrillRequest({ ...inputs, "partition-id": ANY_PARTITION });
  if (!read.ok) {
    for (const { input, message } of read.problems) note(`${FIELD_OF[input] ?? input} ${message}`);
    return [];
  }
  const { endpoints, apiVersion, access } = read.request;
  return [{ name, inputs, access: { endpoints, apiVersion, access }, maxRequestsPerSecond: Number(rate) }];
}

const DEFAULT_RATE = 20;
const IDENTITY_FIELDS: Readonly<Record<string, FieldSpec>> = { tenantId: "string", clientId: "string" };
/** Stands in where only the cluster's own inputs are read. */
const ANY_PARTITION = "00000000-0000-0000-0000-000000000000";

function ownText(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = Object.hasOwn(fields, name) ? fields[name] : "";
  return typeof value === "string" ? value : "";
}

const SETTING = /^\w[\w.:-]{0,127}$/;

/**
 * The client certificate out of an app setting, which is how Key Vault hands out a *certificate's secret*: PEM with certificate
 * and key together, or a PFX in base64.
 */
function certificateInputs(
  name: string,
  passwordName: string,
  setting: Setting,
  note: (what: string) => void,
): RawInputs {
  if (name === "") return {};
  if (!SETTING.test(name)) {
    // Not repeated: who takes the field for that of the secret itself has put it there.
    note("clientCertificateSetting must be the name of an app setting");
    return {};
  }
  const value = setting(name)?.trim() ?? "";
  if (value === "" || value.startsWith("@Microsoft.KeyVault(")) {
    note(`clientCertificateSetting: the app setting ${name} is empty or an unresolved Key Vault reference`);
    return {};
  }
  if (!value.includes("-----BEGIN ")) {
    return { "client-pfx": value, "client-pfx-password": passwordName === "" ? "" : (setting(passwordName) ?? "") };
  }
  const blocks = value.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? [];
  return {
    "client-certificate": blocks.filter((block) => block.startsWith("-----BEGIN CERTIFICATE-----")).join("\n"),
    "client-key": blocks.filter((block) => /^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(block)).join("\n"),
  };
}
