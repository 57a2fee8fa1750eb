import { isObject } from "../restore/fields.ts";
import type { Credential } from "../service-fabric/credentials.ts";
import { clusterVersionPath, upgradeOrchestrationPath } from "../service-fabric/requests.ts";
import { line, type ProbeAnswer } from "./answers.ts";
import { type Heard, type Inquiry, told } from "./inquiry.ts";

/** Whether this client is let in at all: then there is more to ask. */
export interface Client {
  readonly admitted: boolean;
  readonly answers: readonly ProbeAnswer[];
}

const CREDENTIAL: Readonly<Record<Credential["kind"], string>> = {
  none: "none",
  certificate: "client certificate (PEM)",
  pfx: "client certificate (PFX)",
  token: "access token",
  "workload-identity": "workload identity",
};

/** Who we are to the cluster, and which one it is. `metadata` is what everybody is told. */
export async function aboutClient(inquiry: Inquiry, { kind }: Credential, metadata: Heard): Promise<Client> {
  const version = await inquiry.ask(clusterVersionPath);
  const speaks = version.kind === "answer" ? isObject(version.body) : version.kind === "refusal";
  const role = !speaks || isRefused(version) ? undefined : await inquiry.ask(upgradeOrchestrationPath);
  return {
    admitted: role !== undefined,
    answers: [
      line("Credential", CREDENTIAL[kind]),
      line("Microsoft Entra ID", entraOf(metadata)),
      line("Role of this client", role === undefined ? noRole(version) : roleOf(role)),
      line("Version of the cluster", versionOf(version)),
    ],
  };
}

function isRefused(heard: Heard): boolean {
  return heard.kind !== "answer" && heard.problem === "access-denied";
}

function entraOf(heard: Heard): string {
  if (heard.kind !== "answer" || !isObject(heard.body)) return `unknown: ${told(heard)}`;
  return heard.body["type"] === "aad" ? "set up" : "not set up";
}

function noRole(version: Heard): string {
  if (isRefused(version)) return `none: ${told(version)}`;
  return version.kind === "answer" ? "unknown: this is no Service Fabric gateway" : `unknown: ${told(version)}`;
}

/** By the one harmless question that is for admins only, unless the cluster's owner decided otherwise. */
function roleOf(heard: Heard): string {
  if (isRefused(heard)) return "user (read-only): what only admins may ask is refused, which is as it should be";
  if (heard.kind === "nothing") return `unknown: ${told(heard)}`;
  if (heard.reply.status === 400) return `user at least; whether admin cannot be told (${told(heard)})`;
  return `admin: what only admins may ask came through (HTTP ${heard.reply.status}); a read-only client would be enough`;
}

function versionOf(heard: Heard): string {
  const version = heard.kind === "answer" && isObject(heard.body) ? heard.body["Version"] : undefined;
  return typeof version === "string" && /^[\d.]{1,40}$/.test(version) ? version : `not told: ${told(heard)}`;
}
