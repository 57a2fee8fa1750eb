import { createHash } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { DrillRequest } from "../drill-request.ts";
import { isObject } from "../restore/fields.ts";
import { parsePage, parsePartitionInfo, parseServiceName } from "../restore/parse-partition.ts";
import type { PartitionId } from "../restore/partition-id.ts";
import type { Ask } from "../service-fabric/ask.ts";
import type { Handshake } from "../service-fabric/connect.ts";
import { aadMetadataPath, serviceNamePath } from "../service-fabric/requests.ts";
import { aboutClient } from "./about-client.ts";
import { aboutConnection } from "./about-connection.ts";
import { aboutPartition, listOf, olderListOf, type Subject } from "./about-partition.ts";
import { aboutService } from "./about-service.ts";
import { line, type ProbeSection } from "./answers.ts";
import { type Heard, type Inquiry, inquiryOf, told } from "./inquiry.ts";

/** What a probe found. Plain JSON, and nothing in it that names the cluster, unless `hosts` was asked for. */
export interface ProbeReport {
  readonly askedAt: number;
  /** Whether the cluster answered and let this client in. */
  readonly admitted: boolean;
  /** The first digits of the SHA-256 of the partition's id; `null` where none was looked at. */
  readonly partition: string | null;
  readonly sections: readonly ProbeSection[];
}

export interface ProbeWorld {
  readonly ask: Ask;
  /** The latest handshake so far. */
  readonly handshake: () => Handshake | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Asks a cluster what only a live one can answer, one thing after the other: GETs, each within the request's timeout. Rejects with the
 * signal's reason where it aborts; whatever else goes wrong is an answer, too.
 */
export async function probeCluster(request: DrillRequest, world: ProbeWorld, showHosts: boolean): Promise<ProbeReport> {
  const { clock, signal, handshake } = world;
  const inquiry = inquiryOf(world.ask, request.requestTimeoutMs, signal);
  const askedAt = clock.now();
  const metadata = await inquiry.ask(aadMetadataPath);
  const reached = metadata.kind !== "nothing";
  const client = reached ? await aboutClient(inquiry, request.access.credential, metadata) : undefined;
  const subject = client?.admitted === true ? await subjectOf(inquiry, request) : { id: undefined, list: undefined };
  const sections: ProbeSection[] = [];
  if (client !== undefined) sections.push({ title: "Client and cluster", answers: client.answers });
  if (client?.admitted === true) {
    sections.push(
      { title: "Backup Restore Service", answers: await aboutService(inquiry, subject.id) },
      { title: "Witnesses", answers: await aboutPartition(inquiry, subject, clock.now()) },
    );
  }
  const secure = request.endpoints.some(({ protocol }) => protocol === "https:");
  const connection = [
    line("Reached", reached ? "yes" : told(metadata)),
    ...aboutConnection(inquiry, handshake(), request.access, secure, clock.now()),
    ...(showHosts ? named(request, metadata, handshake()) : []),
  ];
  return {
    askedAt,
    admitted: client?.admitted === true,
    partition: subject.id === undefined ? null : shortened(subject.id),
    sections: [{ title: "Connection", answers: connection }, ...sections],
  };
}

/** The partition that was named, or the first of the service; and the list of its service's partitions. */
async function subjectOf(inquiry: Inquiry, { targets }: DrillRequest): Promise<Subject> {
  const [id] = targets.partitionIds;
  const name = targets.serviceNames[0] ?? (id === undefined ? undefined : await serviceNameOf(inquiry, id));
  const list = name === undefined ? undefined : await listOf(inquiry, name);
  const known = id ?? firstOf(list);
  if (known !== undefined || name === undefined) return { id: known, list };
  return { id: firstOf(await olderListOf(inquiry, name)), list };
}

async function serviceNameOf(inquiry: Inquiry, id: PartitionId): Promise<string | undefined> {
  const heard = await inquiry.ask(() => serviceNamePath(id));
  const name = heard.kind === "answer" ? parseServiceName(heard.body) : undefined;
  return name?.ok === true ? name.value : undefined;
}

function firstOf(list: Heard | undefined): PartitionId | undefined {
  const page = list?.kind === "answer" ? parsePage(list.body) : undefined;
  const infos = page?.ok === true ? page.value.items.filter(isObject).map(parsePartitionInfo) : [];
  return infos.find((info) => info.ok)?.value.partitionId;
}

function shortened(id: PartitionId): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 8);
}

/** Only where it was asked for. */
function named(request: DrillRequest, metadata: Heard, handshake: Handshake | undefined): ProbeSection["answers"] {
  const subject = handshake?.certificate.subject.replaceAll("\n", ", ");
  return [
    line("Endpoints", request.endpoints.map(({ origin }) => origin).join(", ")),
    ...(subject === undefined ? [] : [line("Subject of the server certificate", subject)]),
    ...(handshake?.certificate.subjectAltName === undefined
      ? []
      : [line("Its other names", handshake.certificate.subjectAltName)]),
    ...(metadata.kind === "nothing" ? [line("In full", metadata.message)] : []),
  ];
}
