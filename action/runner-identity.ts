import * as core from "@actions/core";
import { type EntraCredential, GatewayError } from "../shared/index.ts";

/** The audience that Microsoft Entra ID asks of federated tokens. */
const EXCHANGE_AUDIENCE = "api://AzureADTokenExchange";

/**
 * The runner's OIDC token (`permissions: id-token: write`), exchanged for one of Microsoft Entra ID. It lives for minutes, so a
 * new one is asked for at each exchange. `@azure/identity` is loaded when it is first needed: it is a third of the bundle,
 * and most clusters know their clients by certificate.
 */
export function runnerIdentity(tenantId: string, clientId: string): EntraCredential {
  return {
    async getToken(scope, options) {
      if ((process.env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "") === "") {
        throw new GatewayError(
          "access-denied",
          "the runner has no OIDC token to exchange (permissions: id-token: write)",
        );
      }
      const { ClientAssertionCredential } = await import("@azure/identity");
      const assertion = (): Promise<string> => core.getIDToken(EXCHANGE_AUDIENCE);
      const exchanged = await new ClientAssertionCredential(tenantId, clientId, assertion).getToken(scope, options);
      core.setSecret(exchanged.token);
      return exchanged;
    },
  };
}
