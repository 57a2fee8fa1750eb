import type { Runner } from "../../action/runner.ts";
import { GatewayError } from "../../shared/cluster-gateway.ts";

/** A runner that takes everything in and keeps nothing, but for what is different. */
export function quietRunner(inputs: Runner["inputs"], different: Partial<Runner>): Runner {
  return {
    inputs,
    proxies: {},
    guide: "guide",
    workloadIdentity: () => {
      throw new GatewayError("access-denied", "none here");
    },
    workflowRunStartedAt: () => Promise.resolve(undefined),
    jobStartedAt: () => Promise.resolve(undefined),
    line: () => {},
    fold: () => {},
    warn: () => {},
    annotate: () => {},
    output: () => {},
    summary: () => Promise.resolve(),
    write: () => Promise.resolve(undefined),
    reportIssue: () => Promise.resolve(),
    ...different,
  };
}
