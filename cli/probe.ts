import {
  cleanLine,
  type DrillRequest,
  type Handshake,
  jsonText,
  probeCluster,
  probePage,
  type ProbeReport,
} from "../shared/index.ts";
import { clusterOf } from "./cluster.ts";
import type { ExitCode } from "./terminal.ts";
import type { Circumstances } from "./verify.ts";

/** Asks the cluster and prints the page. 0 where it answered this client, 2 where it did not. */
export async function probe(
  request: DrillRequest,
  { terminal, clock, signal, json, showHosts }: Circumstances & { readonly showHosts: boolean },
): Promise<ExitCode> {
  const say = (text: string): void => void terminal.stderr.write(`${cleanLine(text, 1_000)}\n`);
  let handshake: Handshake | undefined;
  const met = (latest: Handshake): void => void (handshake = latest);
  const cluster = clusterOf(request, terminal, clock, (text) => say(`warning: ${text}`), met);
  say("Asking the cluster; this sends a dozen GETs and changes nothing.");
  let report: ProbeReport;
  try {
    report = await probeCluster(request, { ask: cluster.ask, handshake: () => handshake, clock, signal }, showHosts);
  } catch (error) {
    const why = signal.aborted ? `stopped by ${String(signal.reason)}` : String(error);
    say(`The probe came to no end: ${why}`);
    return 2;
  } finally {
    await cluster.close();
  }
  terminal.stdout.write(json ? `${jsonText(report, 2)}\n` : probePage(report, showHosts));
  return report.admitted ? 0 : 2;
}
