import type { Arguments } from "./arguments.ts";
import { codeOf } from "./identity.ts";
import { ALL_OPTIONS, inputsOf, type OptionName, PREFIX, specOf, variableOf } from "./options.ts";
import type { Terminal } from "./terminal.ts";

export interface Problem {
  /** Where it is about one of them. */
  readonly input?: OptionName;
  readonly message: string;
}

/** The inputs as text, wherever they came from; the texts may still be wrong. */
export interface Gathered {
  readonly raw: Readonly<Partial<Record<OptionName, string>>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** One way a value came in. */
interface Way {
  /** `--client-key-file` or `SF_VERIFY_CLIENT_KEY_FILE`. */
  readonly name: string;
  readonly values: readonly string[];
  readonly isFile: boolean;
}

/**
 * Each input from the command line, or else from the environment; each as it is, or out of a file. An empty variable is as good as none,
 * as everywhere. Rejects with the signal's reason where it aborts while a file is read: the standard input may never end.
 */
export async function gatherInputs(typed: Arguments, terminal: Terminal, signal: AbortSignal): Promise<Gathered> {
  const problems: Problem[] = [];
  const raw: Partial<Record<OptionName, string>> = {};
  let stdinFor: string | undefined;
  for (const input of inputsOf(typed.command)) {
    const ways = waysOf(input, typed, terminal);
    const [way, other] = ways;
    if (way === undefined) continue;
    if (other !== undefined) {
      problems.push({ input, message: `${way.name} and ${other.name} cannot go together` });
      continue;
    }
    if (way.isFile && way.values.includes("-")) {
      if (stdinFor !== undefined) {
        problems.push({ input, message: `${way.name} cannot read the standard input: ${stdinFor} does` });
        continue;
      }
      stdinFor = way.name;
    }
    try {
      const text = await textOf(input, way, terminal, signal);
      // Of a value that was left empty the default holds; of a file that was named something is expected.
      if (way.isFile && text.trim() === "") problems.push({ input, message: `${way.name} is empty` });
      else raw[input] = text;
    } catch (error) {
      signal.throwIfAborted();
      problems.push({ input, message: `${way.name} cannot be read: ${whyUnread(input, error)}` });
    }
  }
  return { raw, problems, warnings: [...exposed(typed), ...misspelt(terminal.env)] };
}

/** Node repeats the path. Where a secret is wanted, what was typed as its path may be the secret itself. */
function whyUnread(input: OptionName, error: unknown): string {
  if (specOf(input).secret !== true) return error instanceof Error ? error.message : String(error);
  return `${codeOf(error)} (the path of a file is wanted, not what stands in it)`;
}

function waysOf(input: OptionName, { values }: Arguments, { env }: Terminal): readonly Way[] {
  const options = [input, ...(specOf(input).file === undefined ? [] : [`${input}-file`])];
  const way = (option: string, name: string, given: readonly string[]): readonly Way[] => {
    const there = given.filter((value) => value.trim() !== "");
    return there.length === 0 ? [] : [{ name, values: there, isFile: option !== input }];
  };
  const typed = options.flatMap((option) => way(option, `--${option}`, values.get(option) ?? []));
  if (typed.length > 0) return typed;
  return options.flatMap((option) => way(option, variableOf(option), [env[variableOf(option)] ?? ""]));
}

async function textOf(
  input: OptionName,
  { values, isFile }: Way,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<string> {
  if (!isFile) return values.join("\n");
  const texts: string[] = [];
  for (const path of values) {
    const bytes = await terminal.readFile(path, signal);
    texts.push(specOf(input).file === "base64" ? base64Of(bytes) : decoded(bytes));
  }
  return texts.join("\n");
}

/** A PFX as it is, or one that was written down in base64 already. */
function base64Of(bytes: Uint8Array): string {
  const text = decoded(bytes).replace(/\s/g, "");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? text : Buffer.from(bytes).toString("base64");
}

/** Windows PowerShell writes UTF-16 where it is told nothing; the mark at the beginning tells. */
function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/** Arguments are there for everybody to read who may list the processes of this machine. */
function exposed({ command, values }: Arguments): readonly string[] {
  return inputsOf(command)
    .filter((input) => specOf(input).secret === true && (values.get(input) ?? []).some((value) => value !== ""))
    .map(
      (input) =>
        `--${input} on the command line can be read by whoever lists the processes of this machine; ` +
        `give --${input}-file or ${variableOf(input)} instead`,
    );
}

function misspelt(env: Terminal["env"]): readonly string[] {
  const known = new Set(ALL_OPTIONS.flatMap((input) => [variableOf(input), variableOf(`${input}-file`)]));
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.has(name))
    .map((name) => `${name} is the variable of no option; it has no effect`);
}
