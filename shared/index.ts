/*
 * The public surface of the shared core, in reading order. Shells import from here and from nowhere else in `shared/`.
 */
export {
  INPUT_NAMES,
  INPUTS,
  type InputName,
  type InputSpec,
  OUTPUT_NAMES,
  OUTPUTS,
  type OutputName,
} from "./inputs.ts";
export {
  describeProblems,
  type DrillRequest,
  type InputProblem,
  parseDrillRequest,
  type RawInputs,
} from "./drill-request.ts";
export { ACTION_CADENCE, type Cadence, FUNCTION_CADENCE, learnedCadence } from "./restore/cadence.ts";
export { type Fields, given, isObject } from "./restore/fields.ts";
export {
  earlier,
  formatDuration,
  formatInstant,
  type Instant,
  instantFromMs,
  later,
  parseInstant,
} from "./restore/instant.ts";
export { parsePartitionId, type PartitionId } from "./restore/partition-id.ts";
export { internalError } from "./look.ts";
export { type Outcome, type Reason, REASONS, type Verdict, verdict, worstFirst } from "./restore/verdict.ts";
export { type Clock, systemClock } from "./clock.ts";
export { type ClusterGateway, GatewayError } from "./cluster-gateway.ts";
export type { DrillEvent, FleetProgress, Recorder } from "./drill-event.ts";
export { type OpenCluster, openCluster } from "./service-fabric/open-cluster.ts";
export type { Handshake } from "./service-fabric/connect.ts";
export type { EntraCredential } from "./service-fabric/tokens.ts";
export { proxySecrets, type ProxyVariables } from "./service-fabric/proxy.ts";
export { isExplicit, type Scope, scopeOrVerdict, type Targets } from "./resolve-scope.ts";
export {
  brokenRun,
  commonPlan,
  type DrillResult,
  type DrillSeed,
  ofRun,
  type PartitionResult,
  planOfMany,
  verifyRestore,
} from "./verify-restore.ts";
export { type ListedBatch, listsOf, readLists } from "./batch-lists.ts";
export {
  type BatchMember,
  beginMember,
  callOff,
  nextTurn,
  type NextLook,
  type Permit,
  takeTurn,
  type TurnPace,
} from "./watch-batch.ts";
export * as sharedBudget from "./fleet/shared-budget.ts";
export { metByOne } from "./fleet/outcome.ts";
export type { World } from "./observe-restore.ts";
export { contentOf, RECORD_SCHEMA, type RecordContent, type RestoreRecord, toRecord } from "./record.ts";
export { type Integrity, seal, type Sealed } from "./evidence/seal.ts";
export {
  checkEvidence,
  type EvidenceItem,
  type Findings,
  type KnownDigests,
  Unreadable,
} from "./evidence/check-evidence.ts";
export type { PartitionRecord } from "./partition-record.ts";
export { type Evidence, explain } from "./explain.ts";
export { TOOL_NAME, TOOL_VERSION } from "./version.ts";
export { redact } from "./redact.ts";
export { cleanHtml, cleanLine, cleanMarkdown } from "./clean-text.ts";
export { toJUnit } from "./report/junit.ts";
export { jsonText } from "./report/json-text.ts";
export { documentText, MOST_IN_ONE_DOCUMENT, reportText } from "./report/report-file.ts";
export { type Places, writeText } from "./report/write-text.ts";
export { describeObjective, type Objective, objectivesOf } from "./report/objectives.ts";
export { boundLine, headline, settings } from "./report/preamble.ts";
export { ProgressLog, type Say, type Tone, TONE } from "./report/progress-log.ts";
export { countsOf, type Ending, endingOf, reasonsOf } from "./report/ending.ts";
export { probeCluster, type ProbeReport, type ProbeWorld } from "./probe/probe-cluster.ts";
export { probePage } from "./probe/page.ts";
