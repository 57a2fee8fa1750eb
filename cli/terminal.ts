import type { Instant, Places } from "../shared/index.ts";

/** A terminal, or what takes its place in a pipeline, as a command needs it. */
export interface Terminal {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the answer goes. */
  readonly stdout: NodeJS.WriteStream;
  /** Where everything else goes. */
  readonly stderr: NodeJS.WriteStream;
  /** The file's bytes; `-` is the standard input. Rejects where it cannot be read, and with the signal's reason. */
  readFile(path: string, signal: AbortSignal): Promise<Uint8Array>;
  readonly places: Places;
  /** When the command was started. */
  readonly startedAt: Instant;
}

/** 64 is EX_USAGE of sysexits.h: nothing was asked of any cluster. */
export type ExitCode = 0 | 1 | 2 | 64;
