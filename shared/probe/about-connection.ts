import { X509Certificate } from "node:crypto";
import type { Access } from "../access.ts";
import { formatDuration, type Instant, instantFromMs } from "../restore/instant.ts";
import type { Handshake } from "../service-fabric/connect.ts";
import type { ServerTrust } from "../service-fabric/server-trust.ts";
import { validityOf } from "../service-fabric/validity.ts";
import { line, type ProbeAnswer } from "./answers.ts";
import type { Inquiry } from "./inquiry.ts";

const DAY_MS = 86_400_000;

/** How the cluster was reached: transport, trust, time. */
export function aboutConnection(
  { latencies, skews, headers }: Inquiry,
  handshake: Handshake | undefined,
  { trust, credential }: Access,
  secure: boolean,
  now: Instant,
): readonly ProbeAnswer[] {
  const client = credential.kind === "certificate" ? new X509Certificate(credential.cert) : undefined;
  return [
    ...(secure ? aboutServer(handshake, trust, now) : [line("TLS", "none: plain http")]),
    ...(client === undefined ? [] : [line("Client certificate", `${keyOf(client)}; ${lifetime(client, now)}`)]),
    line("Latency of the answers", latencies.length === 0 ? "no answer" : spread(latencies)),
    line("Clock of the cluster minus ours", skews.length === 0 ? "not told" : skewOf(middle(skews))),
    line("Server software", softwareOf(headers["server"])),
  ];
}

function aboutServer(handshake: Handshake | undefined, trust: ServerTrust, now: Instant): readonly ProbeAnswer[] {
  if (handshake === undefined) return [line("TLS", "no handshake was completed")];
  const { protocol, cipher, certificate, chainError, refusedFor } = handshake;
  const selfSigned = certificate.checkIssued(certificate) ? "self-signed" : "issued by an authority";
  return [
    line("TLS", `${protocol}, \`${cipher}\``),
    line("Server certificate", `${selfSigned}, ${keyOf(certificate)}; ${lifetime(certificate, now)}`),
    line(
      "Its chain, by the authorities in use",
      chainError === undefined ? "trusted" : `not trusted (${plain(chainError)})`,
    ),
    line(
      "The server is the one expected",
      refusedFor === undefined ? `yes, by ${kindOf(trust)}` : `no: ${classOf(refusedFor)}`,
    ),
  ];
}

function kindOf({ ca, thumbprints, commonName }: ServerTrust): string {
  const kinds = [
    ...(ca.length > 0 ? ["server-ca"] : []),
    ...(thumbprints.length > 0 ? ["server-certificate-thumbprint"] : []),
    ...(commonName === undefined ? [] : ["server-common-name"]),
  ];
  return kinds.length === 0 ? "the system's authorities and the host name" : kinds.join(" and ");
}

/** The sentence itself may hold names and thumbprints. */
function classOf(refusedFor: string): string {
  const classes: readonly (readonly [RegExp, string])[] = [
    [/expired/, "the certificate has expired"],
    [/not valid before/, "the certificate is not valid yet"],
    [/thumbprint/, "another thumbprint than expected"],
    [/not trusted/, "its chain is not trusted"],
    [/bear the name/, "another name than server-common-name"],
  ];
  return classes.find(([pattern]) => pattern.test(refusedFor))?.[1] ?? "another name than the host's";
}

function plain(code: string): string {
  return /^(?:Error: )?([A-Z][A-Z_]{2,60})$/.exec(code)?.[1]?.replace(/.+/, "`$&`") ?? "for another reason";
}

function keyOf({ publicKey }: X509Certificate): string {
  const { modulusLength, namedCurve } = publicKey.asymmetricKeyDetails ?? {};
  return `${(publicKey.asymmetricKeyType ?? "unknown key").toUpperCase()} ${modulusLength ?? namedCurve ?? ""}`.trim();
}

function lifetime(certificate: X509Certificate, now: Instant): string {
  const left = validityOf(certificate).to - now;
  if (Number.isNaN(left)) return "bears a date that is none";
  const days = Math.floor(Math.abs(left) / DAY_MS);
  return left < 0 ? `expired ${days} days ago` : `expires in ${days} days`;
}

function spread(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((a, b) => a - b);
  return `${sorted[0]} to ${sorted.at(-1)} ms, median ${middle(sorted)} ms, of ${sorted.length}`;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function skewOf(ms: number): string {
  if (ms === 0) return "none to be seen (within a second)";
  return `${ms < 0 ? "-" : "+"}${formatDuration(instantFromMs(Math.abs(ms)))}`;
}

/** Known names only: a front-end may call itself anything. */
function softwareOf(header: string | string[] | undefined): string {
  if (header === undefined) return "not told";
  return (
    /^(?:Microsoft-HTTPAPI|Microsoft-IIS|Kestrel|nginx|envoy|Apache)(?:\/[\d.]+)?/i.exec(String(header))?.[0] ??
    "another"
  );
}
