const AT_A_TIME = 16;

/** Does `each` for all of them, several at a time. The first failure is thrown, once nothing is under way any more. */
export async function inTurn<T>(items: readonly T[], each: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const worker = async (): Promise<void> => {
    for (const item of left) await each(item);
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_A_TIME, items.length) }, worker));
  for (const one of ended) if (one.status === "rejected") throw one.reason;
}
