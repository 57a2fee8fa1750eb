import { INPUT_NAMES, INPUTS, type InputName, type InputSpec } from "../shared/index.ts";

/* The options of the command line, out of the one table of inputs: what means something on GitHub only is left out. */

export const COMMANDS = ["verify", "probe", "verify-evidence"] as const;
export type Command = (typeof COMMANDS)[number];

/** What only verify-evidence can be told; no input of the Action. */
const EVIDENCE = {
  after: {
    list: true,
    description:
      "A digest known from elsewhere that a series here may follow: of the last record of what was checked before.",
  },
  last: {
    list: true,
    description:
      "A digest known from elsewhere that a record here must bear: without it a series that was cut off at its end looks whole.",
  },
  "storage-sas": {
    file: "text",
    secret: true,
    description: "Shared access signature of the container; reading and listing (sp=rl) is enough.",
  },
  "storage-connection-string": {
    file: "text",
    secret: true,
    description:
      "Connection string of the storage account. Without one and without a signature: whoever is signed in to Azure (az login, a managed identity, the environment), with the role Storage Blob Data Reader.",
  },
} as const satisfies Readonly<Record<string, InputSpec>>;

export type OptionName = InputName | keyof typeof EVIDENCE;

const SPECS: Readonly<Record<OptionName, InputSpec>> = { ...INPUTS, ...EVIDENCE };

export function specOf(name: OptionName): InputSpec {
  return SPECS[name];
}

const EVIDENCE_OPTIONS: readonly OptionName[] = ["after", "last", "storage-sas", "storage-connection-string"];

/** What a verification can be told. */
export const VERIFY_INPUTS: readonly InputName[] = INPUT_NAMES.filter((name) => specOf(name).github !== true);

const PROBED = ["cluster-endpoint", "partition-id", "service-name", "request-timeout-seconds"];
const ACCESS = /^(client|server|access|entra)-/;

/** What a probe can be told: where, whereof, and who we are. */
const PROBE_INPUTS: readonly InputName[] = VERIFY_INPUTS.filter((name) => PROBED.includes(name) || ACCESS.test(name));

export function inputsOf(command: Command): readonly OptionName[] {
  if (command === "verify-evidence") return EVIDENCE_OPTIONS;
  return command === "probe" ? PROBE_INPUTS : VERIFY_INPUTS;
}

/** All that any command can be told. */
export const ALL_OPTIONS: readonly OptionName[] = [...VERIFY_INPUTS, ...EVIDENCE_OPTIONS];

/** Options that are no inputs, with the commands that know them. */
export const FLAGS = {
  json: {
    commands: COMMANDS,
    description:
      "Print the record (of a probe: its answers; of evidence: the findings) as JSON on stdout, and all else on stderr.",
  },
  "show-hosts": {
    commands: ["probe"],
    description: "Leave host names, the names on certificates and error texts in the page.",
  },
  help: { commands: COMMANDS, short: "h", description: "Print this." },
  version: { commands: COMMANDS, short: "V", description: "Print the version." },
} as const satisfies Readonly<Record<string, FlagSpec>>;

export interface FlagSpec {
  readonly commands: readonly Command[];
  readonly short?: string;
  readonly description: string;
}

export type Flag = keyof typeof FLAGS;

export function isFlag(name: string): name is Flag {
  return Object.hasOwn(FLAGS, name);
}

/** `SF_VERIFY_CLIENT_KEY`. */
export function variableOf(option: string): string {
  return `${PREFIX}${option.replaceAll("-", "_").toUpperCase()}`;
}

export const PREFIX = "SF_VERIFY_";

/** A name of the inputs where it stands by itself; in quotes stands what the user typed. */
const NAMED = new RegExp(
  `"(?:[^"\\\\]|\\\\.)*"|(?<![-\\w/.:])(?:${VERIFY_INPUTS.toSorted((a, b) => b.length - a.length).join("|")})(?![-\\w])`,
  "g",
);

/** A message of the core, which speaks of inputs, in terms of options. */
export function inOptions(message: string): string {
  return message.replace(NAMED, (found) => (found.startsWith('"') ? found : `--${found}`));
}
