import { INPUT_NAMES, INPUTS, type InputName, type InputSpec } from "../shared/index.ts";

/* The options of the command line, out of the one table of inputs: what means something on GitHub only is left out. */

export const COMMANDS = ["verify", "probe"] as const;
export type Command = (typeof COMMANDS)[number];

export function specOf(name: InputName): InputSpec {
  return INPUTS[name];
}

/** What a verification can be told. */
export const VERIFY_INPUTS: readonly InputName[] = INPUT_NAMES.filter((name) => specOf(name).github !== true);

const PROBED = ["cluster-endpoint", "partition-id", "service-name", "request-timeout-seconds"];
const ACCESS = /^(client|server|access|entra)-/;

/** What a probe can be told: where, whereof, and who we are. */
const PROBE_INPUTS: readonly InputName[] = VERIFY_INPUTS.filter((name) => PROBED.includes(name) || ACCESS.test(name));

export function inputsOf(command: Command): readonly InputName[] {
  return command === "probe" ? PROBE_INPUTS : VERIFY_INPUTS;
}

/** Options that are no inputs, with the commands that know them. */
export const FLAGS = {
  json: {
    commands: COMMANDS,
    description: "Print the record (of a probe: its answers) as JSON on stdout, and all else on stderr.",
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
