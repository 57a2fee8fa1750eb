import { type Instant, instantFromMs } from "./instant.ts";
import type { Int64 } from "./int64.ts";

/** From 1601-01-01T00:00:00Z, where FILETIMEs begin, to 1970. */
const BEFORE_1970_MS = 11_644_473_600_000n;
const TICKS_PER_MS = 10_000n;

/**
 * When data loss was declared: the failover manager sets `DataLossVersion = max(now, previous + 1)` as a FILETIME, 100 ns
 * since 1601. Exact integers: as doubles two versions a microsecond apart are equal. `undefined` for what is no time at all
 * (0, negative: a partition that never lost data counts from small numbers).
 *
 * @see https://github.com/microsoft/service-fabric FailoverUnit.cpp
 */
export function dataLossDeclaredAt(dataLossVersion: Int64): Instant | undefined {
  const ms = BigInt(dataLossVersion) / TICKS_PER_MS - BEFORE_1970_MS;
  return ms > 0n && ms < 253_402_300_800_000n ? instantFromMs(Number(ms)) : undefined;
}
