import { type Dice, draw } from "../../shared/restore/dice.ts";
import type { Reply } from "../../shared/service-fabric/transport.ts";

/** The fact sheet's bodies, section 10, as they go over the wire. */
export const BODIES: readonly string[] = [
  String.raw`{"RestoreState":"Accepted","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"RestoredLsn":3552}`,
  String.raw`{"RestoreState":"RestoreInProgress","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"RestoredLsn":3552}`,
  String.raw`{"RestoreState":"SecondariesInProgress","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"RestoredLsn":3552}`,
  String.raw`{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z","RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"RestoredLsn":3552}`,
  String.raw`{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z","RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"RestoredLsn":"3552","FailureError":null}`,
  String.raw`{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z","RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"RestoredLsn":9007199254740993}`,
  String.raw`{"RestoreState":"Failure","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":null,"RestoredLsn":0}`,
  String.raw`{"RestoreState":"Failure","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":null,"RestoredLsn":"0","FailureError":{"Code":"FABRIC_E_BACKUPCOPIER_ACCESS_DENIED","Message":"The backup store refused access."}}`,
  String.raw`{"RestoreState":"Failure","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":null,"RestoredLsn":0,"FailureError":{"Code":2148734263,"Message":"Input was in an unexpected form."}}`,
  String.raw`{"RestoreState":"Timeout","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":null,"RestoredLsn":0}`,
  String.raw`{"RestoreState":"Timeout","TimeStampUtc":"0001-01-01T08:00:00Z","RestoredEpoch":null,"RestoredLsn":0}`,
  String.raw`null`,
  String.raw`{"RestoreState":"Accepted","TimeStampUtc":"0001-01-01T00:00:00Z","RestoredEpoch":{"DataLossNumber":"131738800000000001","ConfigurationNumber":"8589934592"},"RestoredLsn":54719}`,
  String.raw`{"Error":{"Code":"FABRIC_E_PARTITION_NOT_FOUND","Message":"The operation failed because the requested partition does not exist."}}`,
  String.raw`{"Error":{"Code":"E_INVALIDARG","Message":"Invalid Arguments."}}`,
  String.raw`{"Error":{"Code":"E_INVALIDARG","Message":"Invalid API Version"}}`,
  String.raw`{"Error":{"Code":"E_INVALIDARG","Message":"Invalid argument"}}`,
  String.raw`{"Error":{"Code":"FABRIC_E_RESTORE_IN_PROGRESS","Message":"Restore already in Progress."}}`,
  String.raw`{"Error":{"Code":"FABRIC_E_BACKUP_IN_PROGRESS","Message":"Backup already in Progress"}}`,
  String.raw`{"Error":{"Code":"FABRIC_E_RESTORE_SOURCE_TARGET_PARTITION_MISMATCH","Message":"BackupId and Backup Locations are mismatch."}}`,
  String.raw`{"Error":{"Code":"FABRIC_E_BACKUP_NOT_ENABLED","Message":"Periodic backup not enabled"}}`,
  String.raw`{"Error":{"Code":"FABRIC_E_FAULT_ANALYSIS_SERVICE_NOT_ENABLED","Message":"Fault Analysis Service is needed for Restore."}}`,
  String.raw`{"Error":{"Code":"E_UNEXPECTED","Message":"Unable to get recovery point details."}}`,
  String.raw`{"Error":{"Code":"FABRIC_E_TIMEOUT","Message":"Timeout for the request happened"}}`,
  String.raw`{"Error":{"Code":"E_ACCESSDENIED","Message":"Access Denied."}}`,
  String.raw`{"Message":"An error has occurred."}`,
  String.raw`{"Error":{"Code":"NotFound","Message":"Null"}}`,
  String.raw`{"Items":[{"BackupId":"3a056ac9-7206-43c3-8424-000000000001","BackupChainId":"3a056ac9-7206-43c3-8424-000000000001","ApplicationName":"fabric:/DemoApp","ServiceName":"fabric:/DemoApp/DemoSvc","PartitionInformation":{"ServicePartitionKind":"Int64Range","Id":"1daae3f5-7fd6-42e9-b1ba-000000000001","LowKey":"-9223372036854775808","HighKey":"9223372036854775807"},"BackupLocation":"DemoApp\\DemoSvc\\1daae3f5-7fd6-42e9-b1ba-000000000001\\2026-02-03 09.00.55.zip","BackupType":"Full","EpochOfLastBackupRecord":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"},"LsnOfLastBackupRecord":"3552","CreationTimeUtc":"2026-02-03T09:00:55Z","FailureError":null,"ServiceManifestVersion":"1.0.0"}],"ContinuationToken":null}`,
  String.raw`{"Items":[{"BackupId":"00000000-0000-0000-0000-000000000000","BackupChainId":"00000000-0000-0000-0000-000000000000","ApplicationName":null,"ServiceName":null,"PartitionInformation":null,"BackupLocation":null,"BackupType":"Invalid","EpochOfLastBackupRecord":null,"LsnOfLastBackupRecord":"0","CreationTimeUtc":"0001-01-01T00:00:00Z","FailureError":{"Code":2148734496,"Message":"Unable to enumerate metadata files."},"ServiceManifestVersion":null}],"ContinuationToken":null}`,
  String.raw`{"ContinuationToken":"","Items":[{"ServiceKind":"Stateful","Name":"fabric:/DemoApp/DemoSvc","TypeName":"DemoSvcType","ManifestVersion":"1.0.0","HasPersistedState":true,"HealthState":"Ok","ServiceStatus":"Active","IsServiceGroup":false,"Id":"DemoApp~DemoSvc"}]}`,
  String.raw`{"ContinuationToken":"","Items":[{"ServiceKind":"Stateful","PartitionInformation":{"ServicePartitionKind":"Int64Range","Id":"1daae3f5-7fd6-42e9-b1ba-000000000001","LowKey":"-9223372036854775808","HighKey":"9223372036854775807"},"TargetReplicaSetSize":3,"MinReplicaSetSize":2,"HealthState":"Ok","PartitionStatus":"Ready","LastQuorumLossDurationInSeconds":"0","PrimaryEpoch":{"ConfigurationVersion":"8589934592","DataLossVersion":"133801234567890123"}}]}`,
  String.raw`{"ServiceKind":"Stateful","PartitionInformation":{"ServicePartitionKind":"Singleton","Id":"1daae3f5-7fd6-42e9-b1ba-000000000001"},"TargetReplicaSetSize":3,"MinReplicaSetSize":2,"HealthState":"Ok","PartitionStatus":"Ready","LastQuorumLossDurationInSeconds":"0","CurrentConfigurationEpoch":{"ConfigurationVersion":"8589934592","DataLossVersion":"133801234567890123"}}`,
  String.raw`{"HealthEvents":[{"SourceId":"System.BackupRestoreManager","Property":"Restore","HealthState":"Ok","TimeToLiveInMilliSeconds":"PT2H","Description":"Partition was successfully restored at 02/03/2026 10:20:30 GMT.","SequenceNumber":"134000000000000000","RemoveWhenExpired":true,"SourceUtcTimestamp":"2026-02-03T10:20:30.100Z","LastModifiedUtcTimestamp":"2026-02-03T10:20:30.300Z","IsExpired":false,"LastOkTransitionAt":"2026-02-03T10:20:30.300Z","LastWarningTransitionAt":"0001-01-01T00:00:00.000Z","LastErrorTransitionAt":"0001-01-01T00:00:00.000Z"}],"AggregatedHealthState":"Ok","UnhealthyEvaluations":[],"PartitionId":"1daae3f5-7fd6-42e9-b1ba-000000000001","ReplicaHealthStates":[]}`,
  String.raw`{"Id":"DemoApp~DemoSvc","Name":"fabric:/DemoApp/DemoSvc"}`,
  String.raw`{"type":"aad","metadata":{"authority":"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111","client":"22222222-2222-2222-2222-222222222222","cluster":"33333333-3333-3333-3333-333333333333","login":"https://login.microsoftonline.com","redirect":"urn:ietf:wg:oauth:2.0:oob","tenant":"11111111-1111-1111-1111-111111111111"}}`,
  String.raw`{"type":"","metadata":{}}`,
];

const STATUSES = [
  200, 200, 200, 200, 200, 200, 201, 202, 204, 206, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504,
];
const REASONS = [
  "OK",
  "",
  "Not Found",
  "FABRIC_E_TIMEOUT",
  "FABRIC_E_SERVICE_DOES_NOT_EXIST",
  "\u0000\r\n::error::",
  "é".repeat(300),
];
const VALUES = [
  "null",
  "true",
  "[]",
  "{}",
  '""',
  '"Success"',
  '"success"',
  '"Failure"',
  "0",
  "-0",
  "-1",
  "1e400",
  "1e-400",
  "9223372036854775807",
  "9223372036854775808",
  "-9223372036854775809",
  "9".repeat(400),
  "0.1",
  '"\\u0000"',
  '"\\ud800"',
  '"0001-01-01T00:00:00Z"',
  '"9999-12-31T23:59:59.9999999Z"',
  '"2026-02-30T10:00:00Z"',
  '"__proto__"',
  "NaN",
  "undefined",
  '{"RestoreState":"Success"}',
  '["Success"]',
  '{"__proto__":{"RestoreState":"Success"}}',
];
const NAMES = [
  "RestoreState",
  "TimeStampUtc",
  "RestoredEpoch",
  "RestoredLsn",
  "Error",
  "Code",
  "Items",
  "__proto__",
  "toString",
  "metadata",
];
const SNIPPETS = [
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  ",",
  ":",
  "\u0000",
  "\ufeff",
  "\u2028",
  "é",
  "\ud800",
  "/*",
  "//",
  "'",
  " ",
  "Success",
  "null",
];
const RETRY_AFTER = [
  undefined,
  "1",
  "-1",
  "999999",
  "soon",
  "Wed, 21 Oct 2026 07:28:00 GMT",
  "Wed, 99 Oct",
  ["1", "2"],
  "9".repeat(400),
];

/** Draws replies, the same ones for the same seed: one of the bodies, changed none to four times, under whatever status. */
export function mutator(seed: Dice): () => Reply {
  let dice = seed;
  const below = (limit: number): number => {
    const drawn = draw(dice);
    dice = drawn.dice;
    return Math.floor(drawn.value * limit);
  };
  const oneOf = <T>(list: readonly T[], other: T): T => list[below(list.length)] ?? other;
  const body = (): string => oneOf(BODIES, "null");

  /** Replaces the n-th match, n being drawn. */
  const swap = (text: string, pattern: RegExp, by: (found: string) => string): string => {
    const count = text.match(pattern)?.length ?? 0;
    let left = below(count);
    return count === 0 ? text : text.replace(pattern, (found) => (left-- === 0 ? by(found) : found));
  };

  const mutations: readonly ((text: string) => string)[] = [
    (text) => insert(text, below(text.length + 1), String.fromCharCode(below(256)), 1),
    (text) => insert(text, below(text.length + 1), String.fromCharCode(below(128)), 0),
    (text) => text.slice(0, below(text.length + 1)),
    (text) => text.slice(below(text.length + 1)),
    (text) => text + text,
    (text) => text + body(),
    (text) => insert(text, below(text.length + 1), text.slice(below(text.length), below(text.length + 1)), 0),
    (text) => insert(text, below(text.length + 1), oneOf(SNIPPETS, ""), below(4)),
    (text) => swap(text, /:("[^"]*"|-?\d+|null|true|false)/g, () => `:${oneOf(VALUES, "null")}`),
    (text) => swap(text, /:("[^"]*"|-?\d+|null|true|false)/g, () => `:${body()}`),
    (text) => swap(text, /"[A-Za-z]+":/g, () => `"${oneOf(NAMES, "x")}":`),
    (text) => swap(text, /"[A-Za-z]+":[^,{}]+,/g, (found) => found + found),
    (text) => swap(text, /"[A-Za-z]+":[^,{}]+,/g, () => ""),
    (text) => swap(text, /\d+/g, (found) => found + String(below(1_000_000))),
    (text) =>
      swap(text, /"(Success|Failure|Timeout|Accepted)"/g, () =>
        oneOf(['"Success"', '"SUCCESS"', '" Success"', '"Success "', '"\\u0053uccess"', '"Successful"'], ""),
      ),
    (text) => swap(text, /[a-z]/g, (found) => found.toUpperCase()),
    (text) => `[${text}]`,
    (text) => `{"RestoreProgress":${text}}`,
    (text) => `\ufeff${text}`,
  ];
  /** Costly, and so seldom. */
  const monsters: readonly ((text: string) => string)[] = [
    (text) => insert(text, below(text.length + 1), oneOf(SNIPPETS, " ").repeat(20_000), 0),
    (text) => swap(text, /"[^"]*"/g, () => `"${"x".repeat(100_000)}"`),
    (text) => `${"[".repeat(5_000)}${text}${"]".repeat(5_000)}`,
    (text) =>
      swap(text, /:("[^"]*"|null|\d+)/g, (found) => `:${'{"a":'.repeat(5_000)}${found.slice(1)}${"}".repeat(5_000)}`),
  ];

  return () => {
    let text = body();
    for (let left = below(5); left > 0; left--) text = oneOf(mutations, String)(text);
    if (below(1_000) === 0) text = oneOf(monsters, String)(text);
    return {
      status: oneOf(STATUSES, 200),
      statusText: oneOf(REASONS, ""),
      headers: { "retry-after": oneOf(RETRY_AFTER, undefined), "content-type": "text/plain" },
      body: text.slice(0, 1_048_576),
    };
  };
}

/** Writes `piece` over `length` characters. */
function insert(text: string, at: number, piece: string, length: number): string {
  return text.slice(0, at) + piece + text.slice(at + length);
}
