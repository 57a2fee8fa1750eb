import { once } from "node:events";

/**
 * The work's result, or the signal's reason as soon as it aborts: undici looks at its signal only once there is a connection,
 * `@azure/identity` between its own attempts. The work is left to itself then.
 */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([abortOf(signal, done.signal), work]);
  } finally {
    done.abort();
  }
}

async function abortOf(signal: AbortSignal, done: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort", { signal: done });
  throw signal.reason;
}
