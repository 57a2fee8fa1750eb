/**
 * Every input of a verification, once: `action.yml` and the README's table are generated from this, the request is parsed
 * by it, the terminal's `--help` prints it. An empty value means the default.
 */
export interface InputSpec {
  readonly default?: string;
  readonly required?: true;
  /** The default is an expression of the runner's, which only the runner can fill in. */
  readonly expression?: true;
  /** It means something on GitHub only; other shells do not offer it. */
  readonly github?: true;
  /** Several values; shells with repeatable options take one each. */
  readonly list?: true;
  /** Its value mostly stands in a file; `base64` where that file is no text. Shells with a file system take the path, too. */
  readonly file?: "text" | "base64";
  /** Its value is masked before anything is printed. */
  readonly secret?: true;
  readonly description: string;
}

export const INPUTS = {
  "cluster-endpoint": {
    required: true,
    list: true,
    description: "Gateway URL(s) of the cluster, `https://host:19080`; several (newline or comma) are tried in turn.",
  },
  "partition-id": {
    list: true,
    description:
      "Partition GUID(s), newline or comma separated. At least one of this, `service-name` and `application-name`.",
  },
  "service-name": { list: true, description: "`fabric:/App/Service`: all its stateful persisted partitions." },
  "application-name": { list: true, description: "`fabric:/App`: all such partitions of all its services." },
  "timeout-minutes": {
    default: "35",
    description:
      "Deadline of the whole verification. Decimals are allowed (0.05 is 3 s), as for every duration here; at most 1440.",
  },
  "start-timeout-minutes": {
    default: "5",
    description: "How long to wait for the restore to appear.",
  },
  "poll-interval-seconds": {
    default: "auto",
    description: "`auto` (2 s growing to 30 s with the restore's age) or a fixed number of at least 0.1.",
  },
  "past-restore-seconds": {
    list: true,
    description:
      "What earlier restores of the same kind took (`restore-seconds`), oldest first, newline or comma separated. From three on, if they have something in common, the last ten say when to look: seldom before any was over, often when most were. A restore unlike them is seen up to 150 s late.",
  },
  "request-timeout-seconds": {
    default: "20",
    description: "One request, connection to last byte.",
  },
  "not-before": {
    default: "auto",
    description:
      "Only a restore that began at or after this counts: an RFC 3339 instant (`2026-02-03T10:00:00Z`), `auto` (the start of the workflow run, else of the job, else of the step; the record says which) or `any` (whatever is on record: last month's success passes too).",
  },
  "expected-backup-id": { description: "The BackupId that should have been restored." },
  "rto-minutes": {
    description:
      "Recovery time objective: from the declared data loss (else `not-before`) to the cluster's own end of the restore.",
  },
  "rpo-minutes": {
    description: "Recovery point objective: how old the restored backup may have been when the data was lost.",
  },
  "health-check": {
    default: "require",
    description:
      "`require` (only a partition that is `Ready` with health `Ok` or `Warning` passes), `report` (note it, do not judge by it) or `off`.",
  },
  "api-version": {
    default: "6.4",
    description: "The REST api-version to ask with; where the cluster refuses it, `6.2-preview` is tried once.",
  },
  "max-requests-per-second": {
    default: "20",
    description:
      "Budget of this run towards the cluster, everything counted; at most 8 requests are in flight at once. From 0.1 to 1000.",
  },
  "client-certificate": {
    file: "text",
    description: "PEM client certificate (with `client-key`); a read-only one is enough.",
  },
  "client-key": { description: "Its PEM private key, unencrypted.", file: "text", secret: true },
  "client-pfx": { description: "Client certificate and key as PFX, in base64.", file: "base64", secret: true },
  "client-pfx-password": { description: "The password of `client-pfx`.", file: "text", secret: true },
  "server-ca": {
    list: true,
    file: "text",
    description:
      "PEM certificate(s) the server is trusted by; a self-signed server certificate itself will do. Without it: the system's authorities.",
  },
  "server-certificate-thumbprint": {
    list: true,
    description: "SHA-1 or SHA-256, several allowed: the server's certificate must be one of these.",
  },
  "server-common-name": { description: "The name the server's certificate must bear, in place of the host's." },
  "access-token": { description: "Microsoft Entra bearer token.", file: "text", secret: true },
  "entra-tenant-id": {
    description: "Tenant for the workload identity; the runner's OIDC token is exchanged for one of the cluster's.",
  },
  "entra-client-id": {
    description: "Client (application) id of that workload identity. Needs `permissions: id-token: write`.",
  },
  "github-token": {
    default: "${{ github.token }}",
    expression: true,
    github: true,
    secret: true,
    description:
      "Reads the start of the workflow run for `not-before: auto` (`permissions: actions: read`), and writes the issue of `create-issue`. Optional.",
  },
  summary: {
    default: "true",
    github: true,
    description: "Write the job summary.",
  },
  "report-path": {
    description:
      "Also write the record to this file (JSON; above 100 partitions JSON Lines, the first line being the run). A folder will do, `~` is the home folder, and what is missing of the path is created.",
  },
  "junit-path": {
    description: "Also write JUnit XML to this file: a suite for each service, a case for each partition.",
  },
  "create-issue": {
    default: "false",
    github: true,
    description:
      "On a red verdict open one issue per target, or comment on the one that is open; close it on the next pass. Needs `permissions: issues: write`.",
  },
} as const satisfies Readonly<Record<string, InputSpec>>;

export type InputName = keyof typeof INPUTS;
export const INPUT_NAMES: readonly InputName[] = Object.keys(INPUTS).filter(
  (name): name is InputName => name in INPUTS,
);

/** Every output, in the order they are set. All are strings; empty where there is nothing to say. */
export const OUTPUTS = {
  verdict: "`passed`, `failed` or `inconclusive`; the worst partition's. Unset where the inputs were bad.",
  reason: "Why, as one of the closed set of reasons in the README.",
  "restore-state": "The state on record at the end, as the cluster spelled it.",
  "restored-at": "When the cluster says the restore ended (RFC 3339, UTC).",
  "restored-lsn": "LSN of the backup that was restored, as the cluster claims it.",
  "restored-data-loss-version": "Epoch of that backup, first half.",
  "restored-configuration-version": "Epoch of that backup, second half.",
  "restore-seconds": "From the declared data loss (else `not-before`) to `restored-at`.",
  "elapsed-seconds": "How long the verification took.",
  polls: "How many looks were taken.",
  "failure-code": "The cluster's error code, where it gives one.",
  "failure-message": "The cluster's error text, where it gives one.",
  "passed-count": "Partitions that passed.",
  "failed-count": "Partitions that failed.",
  "inconclusive-count": "Partitions of which nothing certain can be said.",
  result:
    "The record as compact JSON, without the evidence; `recordSha256` is the digest that the whole record bears. GitHub bounds what outputs may hold: beyond 400,000 characters it has the worst partitions only, and `partitionsOmitted` counts the others (so do `skippedOmitted` and `warningsOmitted` where those lists are long).",
  "report-path": "Where the record was written; empty where no file was asked for, or it could not be written.",
} as const satisfies Readonly<Record<string, string>>;

export type OutputName = keyof typeof OUTPUTS;
export const OUTPUT_NAMES: readonly OutputName[] = Object.keys(OUTPUTS).filter(
  (name): name is OutputName => name in OUTPUTS,
);
