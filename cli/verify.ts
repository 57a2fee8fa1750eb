import { styleText } from "node:util";
import {
  boundLine,
  brokenRun,
  cleanLine,
  type Clock,
  documentText,
  type DrillRequest,
  type DrillResult,
  endingOf,
  headline,
  later,
  type Outcome,
  ProgressLog,
  redact,
  reportText,
  type RestoreRecord,
  settings,
  toJUnit,
  TONE,
  toRecord,
  verifyRestore,
  writeText,
} from "../shared/index.ts";
import { clusterOf } from "./cluster.ts";
import { inOptions } from "./options.ts";
import { COLOUR, openProgress, type Progress } from "./progress.ts";
import type { ExitCode, Terminal } from "./terminal.ts";

const EXIT: Readonly<Record<Outcome, ExitCode>> = { passed: 0, failed: 1, inconclusive: 2 };

/** How it is run: everything but the request itself. */
export interface Circumstances {
  readonly terminal: Terminal;
  readonly clock: Clock;
  /** Aborts with the name of the signal we are stopped by, or with the error that nobody caught. */
  readonly signal: AbortSignal;
  /** Whether stdout is to hold JSON and nothing else. */
  readonly json: boolean;
}

/** One verification, from the request to the exit code. Whatever breaks is reported, and never 0. */
export async function verify(request: DrillRequest, around: Circumstances): Promise<ExitCode> {
  const { terminal, clock, signal } = around;
  let result: DrillResult;
  {
    await using progress = openProgress(terminal.stderr, clock);
    try {
      result = await watched(request, around, progress);
      if (signal.reason instanceof Error) throw signal.reason;
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      for (const line of redact(what).split("\n")) progress.say(line, "bad");
      result = brokenRun(error, terminal.startedAt, clock.now(), SOURCE);
    }
  }
  const record = toRecord(request, result);
  tell(record, around);
  await writeFiles(request, record, around);
  return EXIT[record.verdict];
}

const SOURCE = "start of the command";

async function watched(
  request: DrillRequest,
  { terminal, clock, signal }: Circumstances,
  progress: Progress,
): Promise<DrillResult> {
  const autoNotBefore = { at: terminal.startedAt, source: SOURCE };
  for (const line of [headline(request), boundLine(request, autoNotBefore), ...settings(request)])
    progress.say(line, "plain");
  const cluster = clusterOf(request, terminal, clock, (text) => progress.warn(text));
  const startedAt = clock.now();
  const log = new ProgressLog({ startedAt, deadline: later(startedAt, request.timeoutMs) }, progress.say);
  progress.follow(log);
  try {
    const [dice = 0] = crypto.getRandomValues(new Uint32Array(1));
    const world = { gateway: cluster.gateway, clock, signal };
    return await verifyRestore(request, world, { autoNotBefore, dice }, log.record);
  } finally {
    log.close(clock.now());
    await cluster.close();
  }
}

/** The answer: for people, or the record. With JSON on stdout people read on stderr. */
function tell(record: RestoreRecord, { terminal: { stdout, stderr }, json }: Circumstances): void {
  const stream = json ? stderr : stdout;
  const { title, lines } = endingOf(record, "docs/troubleshooting.md");
  stream.write(`${styleText(COLOUR[TONE[record.verdict]], cleanLine(title, 200), { stream })}\n`);
  // What to do next is in our own words, of inputs; in the rest the cluster may speak.
  for (const line of lines) stream.write(`${cleanLine(line.startsWith("Next: ") ? inOptions(line) : line, 2_000)}\n`);
  if (json) for (const piece of documentText(record)) stdout.write(piece);
}

/** Only the verdict decides the exit code: a file that could not be written is a warning. */
async function writeFiles(
  { reportPath, junitPath }: DrillRequest,
  record: RestoreRecord,
  { terminal: { places, stderr } }: Circumstances,
): Promise<void> {
  const write = async (typed: string, name: string, text: Iterable<string>): Promise<void> => {
    try {
      await writeText(typed, name, text, places);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      stderr.write(`${cleanLine(`warning: ${typed} could not be written; the verdict stays. ${why}`, 1_000)}\n`);
    }
  };
  if (reportPath !== null) await write(reportPath, "restore-verification.json", reportText(record));
  if (junitPath !== null) await write(junitPath, "restore-verification.xml", [await toJUnit(record)]);
}
