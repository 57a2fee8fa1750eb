import { describe, type Fields, good, isObject, type Read, unreadable } from "./fields.ts";
import { type Instant, parseInstant } from "./instant.ts";
import { parseInt64 } from "./int64.ts";
import type { Epoch, RestorePoint } from "./restore-progress.ts";

/** 6.4 and later say `DataLossVersion`/`ConfigurationVersion`, the 6.2 preview `DataLossNumber`/`ConfigurationNumber`. */
export function readEpoch(epoch: Fields): Epoch | undefined {
  const dataLossVersion = parseInt64(epoch["DataLossVersion"] ?? epoch["DataLossNumber"]);
  const configurationVersion = parseInt64(epoch["ConfigurationVersion"] ?? epoch["ConfigurationNumber"]);
  return dataLossVersion === undefined || configurationVersion === undefined
    ? undefined
    : { dataLossVersion, configurationVersion };
}

/** An epoch and an LSN, under the names given; `undefined` where there is no epoch at all. */
export function readPoint(body: Fields, epochName: string, lsnName: string): Read<RestorePoint | undefined> {
  const fields = body[epochName] ?? undefined;
  const lsnField = body[lsnName] ?? undefined;
  if (fields === undefined) return good(undefined);
  if (!isObject(fields)) return unreadable(`${epochName} is ${describe(fields)}`);
  const epoch = readEpoch(fields);
  if (epoch === undefined) return unreadable(`${epochName} holds no pair of 64-bit integers`);
  const lsn = parseInt64(lsnField);
  return lsn === undefined ? unreadable(`${lsnName} is ${describe(lsnField)}`) : good({ epoch, lsn });
}

/** .NET's `DateTime.MinValue` stands for "no time", shifted by the node's time zone: any instant of year 1 is absent. */
export function readTime(value: unknown): Instant | undefined {
  const at = typeof value === "string" ? parseInstant(value) : undefined;
  return at !== undefined && at >= YEAR_2 ? at : undefined;
}

/** 0002-01-01T00:00:00Z. */
const YEAR_2 = -62_104_060_800_000;
