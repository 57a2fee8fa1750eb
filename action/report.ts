import { type DrillRequest, endingOf, reportText, type RestoreRecord, toJUnit } from "../shared/index.ts";
import { issueOf } from "./issue.ts";
import { toOutputs } from "./outputs.ts";
import type { Runner } from "./runner.ts";
import { toSummary } from "./summary.ts";

/** Exit codes of a step: only a `passed` verdict is green. */
export type ExitCode = 0 | 1;

/**
 * What a run leaves behind, the dearest first, for the runner may kill us on the way: annotation, outputs, files, summary, and
 * last what needs somebody else. Only the verdict decides the exit code: a file that could not be written is a warning.
 */
export async function report(
  runner: Runner,
  request: DrillRequest,
  record: RestoreRecord,
  signal: AbortSignal,
): Promise<ExitCode> {
  const passed = record.verdict === "passed";
  const { title, lines } = endingOf(record, runner.guide);
  // First what cannot fail: where the outputs cannot be written (a full disk), that is all there will be.
  runner.annotate(passed ? "notice" : "error", title, ...lines);
  for (const [name, value] of Object.entries(toOutputs(record))) runner.output(name, value);
  runner.output("report-path", (await writeFiles(runner, request, record)) ?? "");
  if (request.summary) await runner.summary(toSummary(record, runner.guide));
  // A run that was stopped found nothing out, and has no time either.
  if (request.createIssue && record.reason !== "cancelled")
    await runner.reportIssue(issueOf(request, record, runner.guide), signal);
  return passed ? 0 : 1;
}

async function writeFiles(
  runner: Runner,
  { reportPath, junitPath }: DrillRequest,
  record: RestoreRecord,
): Promise<string | undefined> {
  const written =
    reportPath === null ? undefined : await runner.write(reportPath, "restore-verification.json", reportText(record));
  if (junitPath !== null) await runner.write(junitPath, "restore-verification.xml", [await toJUnit(record)]);
  return written;
}
