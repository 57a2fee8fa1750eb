import { parseArgs, type ParseArgsOptionDescriptor } from "node:util";
import {
  ALL_OPTIONS,
  type Command,
  COMMANDS,
  type Flag,
  FLAGS,
  type FlagSpec,
  inputsOf,
  isFlag,
  type OptionName,
  specOf,
} from "./options.ts";

/** What was typed, taken apart; nothing of it is believed yet. */
export interface Arguments {
  readonly command: Command;
  readonly flags: ReadonlySet<Flag>;
  /** What verify-evidence is to look at. */
  readonly paths: readonly string[];
  /** By option (`client-key`, `client-key-file`), in the order typed. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Each a sentence about what was typed. */
  readonly problems: readonly string[];
}

type Entry = readonly [option: string, ParseArgsOptionDescriptor];

const OPTIONS: Readonly<Record<string, ParseArgsOptionDescriptor>> = Object.fromEntries<ParseArgsOptionDescriptor>([
  ...ALL_OPTIONS.flatMap((name): readonly Entry[] => [
    [name, { type: "string", multiple: true }],
    ...(specOf(name).file === undefined ? [] : [[`${name}-file`, { type: "string", multiple: true }] as const]),
  ]),
  ...Object.entries<FlagSpec>(FLAGS).map(([name, { short }]): Entry => [
    name,
    { type: "boolean", ...(short === undefined ? {} : { short }) },
  ]),
]);

/** Not strict: Node's own strictness ends at the first problem, and all of them are to be told at once. */
export function readArguments(argv: readonly string[]): Arguments {
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const problems: string[] = [];
  const command = COMMANDS.find((name) => name === positionals[0]) ?? "verify";
  const words = tokens.filter((token) => token.kind === "positional");
  const paths: string[] = [];
  for (const { index, value } of positionals[0] === command ? words.slice(1) : words) {
    if (command === "verify-evidence") {
      paths.push(value);
      continue;
    }
    // Not repeated: the second word of a password that nobody put in quotes lands here.
    problems.push(`argument ${index + 1} belongs to no option and is no command (${COMMANDS.join(", ")})`);
  }

  const flags = new Set<Flag>();
  const values = new Map<string, readonly string[]>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const problem = misused(token, command);
    if (problem !== undefined) problems.push(problem);
    else if (isFlag(token.name)) flags.add(token.name);
    else values.set(token.name, [...(values.get(token.name) ?? []), token.value ?? ""]);
  }
  for (const [option, given] of values) {
    if (given.length > 1 && inputBehind(option, command)?.list !== true) problems.push(`--${option} may be given once`);
  }
  return { command, paths, flags, values, problems };
}

interface Option {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function misused({ name, rawName, value, inlineValue }: Option, command: Command): string | undefined {
  if (isFlag(name)) {
    const { commands }: FlagSpec = FLAGS[name];
    if (!commands.includes(command)) return `--${name} means nothing to ${command}`;
    return value === undefined ? undefined : `--${name} takes no value`;
  }
  if (!Object.hasOwn(OPTIONS, name)) return `${shown(rawName)} is no option`;
  const input = inputBehind(name, command);
  if (input === undefined) return `--${name} means nothing to ${command}`;
  // A PEM text begins with dashes too, but with more of them.
  const swallowed = inlineValue === false && /^--[a-z]/.test(value ?? "");
  // Out of a variable that is not set, mostly: the check that was asked for would not be made. Only a password may be empty.
  const empty = value?.trim() === "" && input.secret !== true;
  return value === undefined || swallowed || empty ? `--${name} needs a value` : undefined;
}

function inputBehind(option: string, command: Command): ReturnType<typeof specOf> | undefined {
  const inputs = inputsOf(command);
  const name: OptionName | undefined =
    inputs.find((input) => input === option) ??
    inputs.find((input) => specOf(input).file !== undefined && `${input}-file` === option);
  return name === undefined ? undefined : specOf(name);
}

/** As typed, but not all of it: what is no option may be something else in the wrong place. */
function shown(typed: string): string {
  return typed.length > 32 ? `${typed.slice(0, 16)}...` : typed;
}
