import { TOOL_NAME } from "../shared/index.ts";
import {
  type Command,
  FLAGS,
  type FlagSpec,
  inputsOf,
  type OptionName,
  specOf,
  variableOf,
  VERIFY_INPUTS,
} from "./options.ts";

const COLUMNS = 100;
const INDENT = "      ";

/** Where the table speaks of the runner, and a terminal has something else. */
const HERE: Readonly<Partial<Record<OptionName, string>>> = {
  "not-before":
    "Only a restore that began at or after this counts: an RFC 3339 instant (2026-02-03T10:00:00Z), auto (the start of this command) or any (whatever is on record: last month's success passes too). Best is the moment just before you asked for the restore: date -u +%FT%TZ",
  "client-pfx": "Client certificate and key as PFX, in base64; the file may be the PFX itself.",
  "entra-tenant-id":
    "Tenant for a workload identity: the OIDC token of your CI system, in the file that AZURE_FEDERATED_TOKEN_FILE names, is exchanged for one of the cluster's.",
  "entra-client-id": "Client (application) id of that workload identity.",
};

const PROBED: typeof HERE = {
  ...HERE,
  "partition-id":
    "GUID of a partition to look at. Without it the first of --service-name; without both much cannot be asked.",
  "service-name": "fabric:/App/Service: its first partition is looked at, and the list of all of them.",
};

const ABOUT: Readonly<Record<Command, readonly string[]>> = {
  verify: [
    `Usage: ${TOOL_NAME} [verify] --cluster-endpoint URL --partition-id GUID [options]`,
    `       ${TOOL_NAME} probe --help`,
    `       ${TOOL_NAME} verify-evidence --help`,
    "",
    "Watches the restore of Service Fabric partitions to its end and says whether it really came back.",
    "It only reads: it never starts, repeats or cancels a restore.",
    "",
    "Exit codes: 0 passed, 1 failed, 2 inconclusive, 64 bad usage (nothing was sent). The answer is on stdout,",
    "progress and warnings are on stderr.",
  ],
  probe: [
    `Usage: ${TOOL_NAME} probe --cluster-endpoint URL [--partition-id GUID | --service-name NAME] [options]`,
    "",
    "Asks a cluster what only a live cluster can answer, and prints a page of Markdown to paste into an issue.",
    "It only reads. Nothing secret is in the page, and no names of hosts, applications or services.",
    "",
    "Exit codes: 0 the cluster answered, 2 it did not or refuses this client (the page says why), 64 bad usage.",
  ],
  "verify-evidence": [
    `Usage: ${TOOL_NAME} verify-evidence PATH... [options]`,
    "",
    "Checks that records are what was written, and that none was taken out of its series. A PATH is a record (JSON, or JSON",
    "Lines), a folder of them, the URL of a blob container, or - for the standard input. Asks no cluster and changes nothing.",
    "",
    "Exit codes: 0 whole, 1 broken (the first break is named), 2 something could not be checked, 64 bad usage.",
  ],
};

/** The whole help of a command, from the table of inputs. */
export function helpText(command: Command): string {
  const flags = Object.entries<FlagSpec>(FLAGS).filter(([, { commands }]) => commands.includes(command));
  return [
    ...ABOUT[command],
    "",
    "Options (--name VALUE or --name=VALUE):",
    ...inputsOf(command).flatMap((input) => described(input, command === "probe" ? PROBED : HERE)),
    ...flags.flatMap(([name, { short, description }]) => [
      `  --${name}${short === undefined ? "" : `, -${short}`}`,
      ...wrapped(description),
    ]),
    "",
    ...environment(command),
    "HTTPS_PROXY, HTTP_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS are honoured.",
    "",
  ].join("\n");
}

function environment(command: Command): readonly string[] {
  const [open, secret]: readonly [OptionName, OptionName] =
    command === "verify-evidence" ? ["last", "storage-sas"] : ["cluster-endpoint", "client-key"];
  return [
    `Every value may also come from the environment: ${variableOf(open)}, ${variableOf(secret)}, ...;`,
    `of files: ${variableOf(`${secret}-file`)}. The command line goes first. A PATH of - is the standard input.`,
  ];
}

function described(input: OptionName, here: typeof HERE): readonly string[] {
  const { required, list, file, default: value, description } = specOf(input);
  const notes = [
    ...(required === true ? ["required"] : []),
    ...(list === true ? ["repeatable"] : []),
    ...(value === undefined ? [] : [`default ${value}`]),
  ];
  const note = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  const inFile = file === undefined ? "" : `, --${input}-file PATH`;
  return [`  --${input} VALUE${inFile}${note}`, ...wrapped(plain(here[input] ?? description))];
}

/** The table is written in Markdown; names of inputs are options here. */
function plain(markdown: string): string {
  const names: readonly string[] = VERIFY_INPUTS;
  return markdown.replace(/`([^`]*)`/g, (_, code: string) => (names.includes(code) ? `--${code}` : code));
}

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = INDENT;
  for (const word of text.split(" ")) {
    if (line.trim() !== "" && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = INDENT;
    }
    line += line === INDENT ? word : ` ${word}`;
  }
  return [...lines, line];
}
