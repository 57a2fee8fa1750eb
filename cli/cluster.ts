import {
  type DrillRequest,
  given,
  type Handshake,
  type OpenCluster,
  openCluster,
  type Clock,
} from "../shared/index.ts";
import { federatedIdentity, TOKEN_FILE } from "./identity.ts";
import type { Terminal } from "./terminal.ts";

/** The cluster of a request, with what a terminal lends: proxies and the identity of its CI system. */
export function clusterOf(
  { endpoints, apiVersion, access }: DrillRequest,
  { env }: Terminal,
  clock: Clock,
  warn: (text: string) => void,
  met?: (handshake: Handshake) => void,
): OpenCluster {
  // Both spellings are in use; the lower-case one wins, as it does for curl.
  const variable = (name: string): string | undefined => env[name] ?? env[name.toUpperCase()];
  const proxies = {
    httpProxy: variable("http_proxy"),
    httpsProxy: variable("https_proxy"),
    noProxy: variable("no_proxy"),
  };
  const workloadIdentity = federatedIdentity(env[TOKEN_FILE] ?? "");
  return openCluster(
    { endpoints, apiVersion, ...access },
    { clock, proxies, warn, workloadIdentity, ...given("met", met) },
  );
}
