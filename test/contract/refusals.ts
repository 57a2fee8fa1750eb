import { expect, test } from "vitest";
import type { ProblemCode } from "../../shared/restore/problem.ts";
import * as reply from "../simulator/replies.ts";
import { nothing, type Refusal, reset } from "../simulator/timeline.ts";
import { type Face, gatewayError, partitionId } from "./face.ts";

export function describeRefusals(facing: Face): void {
  const refusals: readonly (readonly [string, Refusal, ProblemCode])[] = [
    ["a partition that does not exist", reply.partitionNotFound, "partition-not-found"],
    ["backups that are not enabled, which says nothing about the partition", reply.backupNotEnabled, "rejected"],
    ["a cluster without a Backup Restore Service", reply.noBackupService, "backup-service-unavailable"],
    ["a 404 that is not Service Fabric's", reply.foreignNotFound, "rejected"],
    ["an api-version it does not take", reply.badApiVersion, "api-version-refused"],
    ["a route it does not know", reply.badRoute, "rejected"],
    ["a missing client certificate", reply.noClientCertificate, "access-denied"],
    ["a missing role", reply.noRole, "access-denied"],
    ["a missing Kerberos token", reply.noKerberosToken, "access-denied"],
    ["another cluster's id", reply.wrongClusterId, "access-denied"],
    ["a service without a primary", reply.gatewayTimeout, "server-trouble"],
    ["a service that ran out of time", reply.serviceTimeout, "server-trouble"],
    ["a service that has just failed over", reply.notReadable, "server-trouble"],
    ["an unhandled error in the service", reply.webApiError, "server-fault"],
    ["a gateway that cannot be reached", reply.gatewayUnreachable, "server-trouble"],
    ["an empty 503", reply.unavailable, "server-trouble"],
    ["a sign-in page", reply.signInPage, "unintelligible"],
    ["a redirect", reply.redirect, "unintelligible"],
    ["JSON cut short", reply.truncatedJson, "unintelligible"],
    ["JSON that is no restore progress", reply.otherJson, "unintelligible"],
  ];
  test.for(refusals)("reports %s", async ([, refusal, code]) => {
    const { look } = await facing(refusal);
    const error = await gatewayError(look());
    expect({ code: error.code, retryAfterMs: error.retryAfterMs }).toStrictEqual({
      code,
      retryAfterMs: undefined,
    });
    expect(error.message).toContain(refusal.told);
  });

  test("passes on how long a throttling server asks to be left alone", async () => {
    const { look } = await facing(reply.tooManyRequests(7));
    const error = await gatewayError(look());
    expect(error.toProblem()).toMatchObject({ code: "throttled", retryAfterMs: 7_000 });
  });

  test("reports a partition that is not in the cluster", async () => {
    const { look } = await facing(nothing);
    const error = await gatewayError(look({ id: partitionId("99999999-9999-4999-8999-999999999999") }));
    expect(error.code).toBe("partition-not-found");
  });

  test("reports a connection that is reset", async () => {
    const { look } = await facing(reset);
    expect((await gatewayError(look())).code).toBe("unreachable");
  });
}
