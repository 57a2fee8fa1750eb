import { describe, expect, test } from "vitest";
import { FakeClock } from "./clock.ts";
import { type ClusterOptions, SimulatedCluster } from "./cluster.ts";
import * as reply from "./replies.ts";
import { accepted, ended, nothing, restorePoint, restoring, secondaries, type Shows, succeeded } from "./timeline.ts";
import { AT, ID, openWorld, PROGRESS, RESTORE, START } from "./world.ts";

describe("the bodies", () => {
  const preview = restorePoint("131738800000000001", "8589934592", "54719");
  const point = `"RestoredEpoch":{"DataLossVersion":"133801234567890123","ConfigurationVersion":"8589934592"}`;
  const year1 = `"TimeStampUtc":"0001-01-01T00:00:00Z"`;
  const tail = `"RestoredEpoch":null,"RestoredLsn":0}`;
  const bigLsn = restorePoint("133801234567890123", "8589934592", "9007199254740993");
  const denied = { code: "FABRIC_E_BACKUPCOPIER_ACCESS_DENIED", message: "The backup store refused access." };
  const numeric = { code: "2148734263", message: "Input was in an unexpected form." };

  test.for<readonly [string, Shows, string, Partial<ClusterOptions>?]>([
    ["accepted.v64", accepted(), `{"RestoreState":"Accepted",${year1},${point},"RestoredLsn":3552}`],
    ["in-progress.v64", restoring(), `{"RestoreState":"RestoreInProgress",${year1},${point},"RestoredLsn":3552}`],
    [
      "secondaries-in-progress",
      secondaries(),
      `{"RestoreState":"SecondariesInProgress",${year1},${point},"RestoredLsn":3552}`,
    ],
    [
      "success.v64",
      succeeded({ at: AT }),
      `{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z",${point},"RestoredLsn":3552}`,
    ],
    [
      "success.documented-shape",
      succeeded({ at: AT, documented: true }),
      `{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z",${point},"RestoredLsn":"3552","FailureError":null}`,
    ],
    [
      "success.big-lsn",
      succeeded({ at: AT, point: bigLsn }),
      `{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z",${point},"RestoredLsn":9007199254740993}`,
    ],
    ["failure.v64", ended("Failure"), `{"RestoreState":"Failure",${year1},${tail}`],
    [
      "failure.documented-shape",
      ended("Failure", { failure: denied, documented: true }),
      `{"RestoreState":"Failure",${year1},"RestoredEpoch":null,"RestoredLsn":"0","FailureError":{"Code":"FABRIC_E_BACKUPCOPIER_ACCESS_DENIED","Message":"The backup store refused access."}}`,
    ],
    [
      "failure.numeric-code",
      ended("Failure", { failure: numeric }),
      `{"RestoreState":"Failure",${year1},"RestoredEpoch":null,"RestoredLsn":0,"FailureError":{"Code":2148734263,"Message":"Input was in an unexpected form."}}`,
    ],
    ["timeout.v64", ended("Timeout"), `{"RestoreState":"Timeout",${year1},${tail}`],
    [
      "timeout.western-node",
      ended("Timeout"),
      `{"RestoreState":"Timeout","TimeStampUtc":"0001-01-01T08:00:00Z",${tail}`,
      { hoursWestOfUtc: 8 },
    ],
    ["never-restored", nothing, "null"],
    [
      "accepted.v62",
      accepted(preview),
      `{"RestoreState":"Accepted",${year1},"RestoredEpoch":{"DataLossNumber":"131738800000000001","ConfigurationNumber":"8589934592"},"RestoredLsn":54719}`,
      { generation: "6.2" },
    ],
  ])("are the fact sheet's to the byte: %s", async ([, shows, body, options]) => {
    await using it = await openWorld(shows, options);
    const response = await it.fetch(PROGRESS.replace("6.4", it.cluster.apiVersion));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.text()).toBe(body);
  });
});

describe("the refusals", () => {
  const service = "text/plain; charset=utf-8";
  const error = (code: string, message: string): string => `{"Error":{"Code":"${code}","Message":"${message}"}}`;
  const unknown = PROGRESS.replace(ID, "99999999-9999-4999-8999-999999999999");

  test.for<readonly [string, Shows, string, number, string, string | null, string]>([
    ["no-brs", reply.noBackupService, PROGRESS, 404, "FABRIC_E_SERVICE_DOES_NOT_EXIST", null, ""],
    ["brs-no-primary", reply.gatewayTimeout, PROGRESS, 504, "FABRIC_E_TIMEOUT", null, ""],
    [
      "brs-timeout",
      reply.serviceTimeout,
      PROGRESS,
      504,
      "Gateway Timeout",
      service,
      error("FABRIC_E_TIMEOUT", "Timeout for the request happened"),
    ],
    [
      "no-partition",
      nothing,
      unknown,
      404,
      "Not Found",
      service,
      error("FABRIC_E_PARTITION_NOT_FOUND", "The operation failed because the requested partition does not exist."),
    ],
    [
      "bad-guid",
      nothing,
      PROGRESS.replace(ID, "orders"),
      400,
      "Bad Request",
      service,
      error("E_INVALIDARG", "Invalid Arguments."),
    ],
    [
      "trailing slash",
      nothing,
      PROGRESS.replace("?", "/?"),
      400,
      "Bad Request",
      service,
      error("E_INVALIDARG", "Invalid Arguments."),
    ],
    [
      "no api-version",
      nothing,
      PROGRESS.replace("api-version=6.4", ""),
      400,
      "Bad Request",
      service,
      error("E_INVALIDARG", "Invalid API Version"),
    ],
    ["gw-502", reply.gatewayUnreachable, PROGRESS, 502, "FABRIC_E_GATEWAY_NOT_REACHABLE", null, ""],
    ["no-cert", reply.noClientCertificate, PROGRESS, 403, "Client certificate required", null, ""],
    [
      "unknown route",
      nothing,
      PROGRESS.replace("Progress", "Status"),
      400,
      "Bad Request",
      "application/json; charset=utf-8",
      error("E_INVALIDARG", "Invalid argument"),
    ],
    [
      "wrong verb",
      nothing,
      RESTORE,
      400,
      "Bad Request",
      "application/json; charset=utf-8",
      error("E_INVALIDARG", "Invalid argument"),
    ],
    [
      "timeout of nothing",
      nothing,
      `${PROGRESS}&timeout=0`,
      500,
      "Internal Server Error",
      "application/json; charset=utf-8",
      '{"Message":"An error has occurred."}',
    ],
    [
      "the documented maximum of timeout",
      nothing,
      `${PROGRESS}&timeout=4294967295`,
      400,
      "Bad Request",
      service,
      error("E_INVALIDARG", "The value 4294967295 is not valid for Int32."),
    ],
    ["a capital Timeout that is none", nothing, `${PROGRESS}&Timeout=abc`, 400, "FABRIC_E_INVALID_ADDRESS", null, ""],
  ])("are the fact sheet's: %s", async ([, shows, target, status, reason, type, body]) => {
    await using it = await openWorld(shows);
    const response = await it.fetch(target);
    expect({
      status: response.status,
      reason: response.statusText,
      type: response.headers.get("content-type"),
      missing: response.headers.get("x-servicefabric"),
      body: await response.text(),
    }).toStrictEqual({
      status,
      reason,
      type,
      missing: body.includes("PARTITION_NOT_FOUND") ? "ResourceNotFound" : null,
      body,
    });
  });

  test.for([
    ["6.4", 200],
    ["7", 200],
    ["8.2", 200],
    ["11.4", 200],
    ["99", 200],
    ["6.10", 400],
    ["6.3", 400],
    ["6.2-preview", 400],
    ["9.1-preview", 400],
    ["latest", 400],
  ] as const)("a cluster of today meets api-version %s with %i", async ([version, status]) => {
    await using it = await openWorld(nothing);
    expect((await it.fetch(PROGRESS.replace("6.4", version))).status).toBe(status);
  });

  test("a preview cluster takes its own api-version only", () => {
    const cluster = new SimulatedCluster({ clock: new FakeClock(START), partitions: [], generation: "6.2" });
    expect(["6.2-preview", "6.4", "9.1"].filter((version) => cluster.accepts(version))).toStrictEqual(["6.2-preview"]);
  });
});
