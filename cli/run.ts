import { cleanLine, type Clock, parseDrillRequest, TOOL_NAME, TOOL_VERSION } from "../shared/index.ts";
import { type Arguments, readArguments } from "./arguments.ts";
import { helpText } from "./help.ts";
import { TOKEN_FILE } from "./identity.ts";
import { parseEvidenceRequest } from "./evidence/request.ts";
import { verifyEvidence } from "./evidence/verify-evidence.ts";
import { type Gathered, gatherInputs, type Problem } from "./inputs.ts";
import { type Command, inOptions } from "./options.ts";
import { probe } from "./probe.ts";
import type { ExitCode, Terminal } from "./terminal.ts";
import { verify } from "./verify.ts";

/** One command, from what was typed to the exit code. Never rejects. */
export async function run(terminal: Terminal, clock: Clock, signal: AbortSignal): Promise<ExitCode> {
  const typed = readArguments(terminal.argv);
  if (typed.flags.has("help")) return answered(terminal, helpText(typed.command));
  if (typed.flags.has("version")) return answered(terminal, `${TOOL_NAME} ${TOOL_VERSION}\n`);

  let gathered: Gathered;
  try {
    gathered = await gatherInputs(typed, terminal, signal);
  } catch {
    say(terminal, `Stopped by ${String(signal.reason)} before anything was asked.`);
    return 2;
  }
  for (const warning of gathered.warnings) say(terminal, `warning: ${warning}`);
  if (typed.command === "verify-evidence") return evidence(typed, gathered, terminal, signal);
  const parsed = parseDrillRequest(gathered.raw, typed.command === "probe" ? "optional" : "required");
  const problems = allProblems(typed, gathered, parsed.ok ? [] : parsed.problems, terminal);
  if (!parsed.ok || problems.length > 0) return refused(terminal, typed, problems);

  const json = typed.flags.has("json");
  if (typed.command === "verify") return verify(parsed.request, { terminal, clock, signal, json });
  return probe(parsed.request, { terminal, clock, signal, json, showHosts: typed.flags.has("show-hosts") });
}

async function evidence(
  typed: Arguments,
  { raw, problems }: Gathered,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<ExitCode> {
  const parsed = parseEvidenceRequest(typed.paths, raw);
  const all = [...typed.problems, ...problems.map(({ message }) => message), ...(parsed.ok ? [] : parsed.problems)];
  if (!parsed.ok || all.length > 0) return refused(terminal, typed, all);
  for (const warning of parsed.warnings) say(terminal, `warning: ${warning}`);
  return verifyEvidence(parsed.request, { terminal, signal, json: typed.flags.has("json") });
}

function answered({ stdout }: Terminal, text: string): ExitCode {
  stdout.write(text);
  return 0;
}

/** Everything that is wrong, in the user's words. Of a file that cannot be read it need not be told that it is missing, too. */
function allProblems(
  typed: Arguments,
  { raw, problems }: Gathered,
  parsed: readonly Required<Problem>[],
  { env }: Terminal,
): readonly string[] {
  const unread = new Set(problems.map(({ input }) => input));
  const nobody = raw["entra-client-id"] !== undefined && (env[TOKEN_FILE] ?? "") === "";
  return [
    ...typed.problems,
    ...problems.map(({ message }) => message),
    ...parsed.filter(({ input }) => !unread.has(input)).map(({ input, message }) => inOptions(`${input} ${message}`)),
    ...(nobody ? [`--entra-client-id needs ${TOKEN_FILE}: the file with the OIDC token of your CI system`] : []),
  ];
}

const NOTHING_DONE: Readonly<Record<Command, string>> = {
  verify: "nothing was sent to the cluster",
  probe: "nothing was sent to the cluster",
  "verify-evidence": "nothing was checked",
};

function refused(terminal: Terminal, { command }: Arguments, problems: readonly string[]): ExitCode {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  say(terminal, `Bad usage, ${count}; ${NOTHING_DONE[command]}.`);
  for (const problem of problems) say(terminal, `  ${problem}`);
  say(terminal, `See \`${TOOL_NAME} ${command} --help\`.`);
  return 64;
}

function say({ stderr }: Terminal, text: string): void {
  stderr.write(`${cleanLine(text, 1_000)}\n`);
}
