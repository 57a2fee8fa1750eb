import { systemClock } from "../../shared/clock.ts";

/** What a loop came to: green, with the reply it took for a success, or its patience ran out. */
export type LoopEnd = { readonly end: "green"; readonly restoredAt: number } | { readonly end: "still waiting" };

/**
 * The loop everybody writes: ask until the answer says `Success`. It is here to be compared with, and kept fair: the right
 * api-version, a time limit, and whatever else comes back (errors, HTML, states it does not know) is waited out.
 */
export async function pollUntilSuccess(url: string, everyMs: number, limitMs: number): Promise<LoopEnd> {
  const giveUp = AbortSignal.timeout(limitMs);
  while (!giveUp.aborted) {
    const body = await fetch(url, { signal: giveUp }).then(
      (response) => response.text(),
      () => "",
    );
    const [, restoredAt] = /"RestoreState":"Success","TimeStampUtc":"([^"]*)"/.exec(body) ?? [];
    if (restoredAt !== undefined) return { end: "green", restoredAt: Date.parse(restoredAt) };
    await systemClock.sleep(everyMs, giveUp);
  }
  return { end: "still waiting" };
}
