import { expect, test } from "vitest";
import { type EntraCredential, entraTokens, type TokenSource } from "../../shared/service-fabric/tokens.ts";
import { AMPLE_MS, gatewayError } from "../contract/face.ts";
import { START } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { entraToken } from "./entra-token.ts";

/*
 * The cluster names the audience of the tokens it gets. One that names another's (a vault, a storage account, Microsoft Graph) must not
 * be sent a token with which it could go there in our name.
 */

const TENANT = "11111111-1111-1111-1111-111111111111";
const LOOK = { budgetMs: AMPLE_MS, signal: new AbortController().signal };

function tokensOf(token: string, clusterId: string, asked: string[] = []): TokenSource {
  const getToken: EntraCredential["getToken"] = (scope) => {
    asked.push(scope);
    return Promise.resolve({ token, expiresOnTimestamp: START + 3_600_000 });
  };
  const registration = (): Promise<{ tenantId: string; clusterId: string }> =>
    Promise.resolve({ tenantId: TENANT, clusterId });
  return entraTokens({ clock: new FakeClock(START), tenantId: TENANT, registration, credential: () => ({ getToken }) });
}

const [head = "", body = ""] = entraToken("half").split(".");
test.each([
  ["of a vault or a storage account, which bear no role", entraToken("vault", null)],
  ["of Microsoft Graph", entraToken("graph", ["Directory.Read.All", "User.Read.All"])],
  ["with a text for a list", entraToken("text", "User")],
  ["of an application that gave us no role", entraToken("none", [])],
  ["that nobody can read", "opaque-opaque"],
  ["of which there is but the head", head],
  ["without a signature", `${head}.${body}`],
  ["of nonsense", `${head}.%%%.sig`],
  ["of null", `${head}.${Buffer.from("null").toString("base64url")}.sig`],
])("a token %s is not sent to the cluster", async (_, token) => {
  const tokens = tokensOf(token, "33333333-3333-3333-3333-333333333333");
  for (const refresh of [false, true, false]) {
    const error = await gatewayError(tokens.token(LOOK, refresh));
    expect(error.code).toBe("access-denied");
    expect(error.message).toContain("neither of the roles that a cluster knows (Admin, User)");
    expect(`${error.message} ${error.stack}`).not.toContain(token);
  }
});

test.each([[["User"]], [["Admin"]], [["Other", "User"]]])(
  "a token with the roles %j is the cluster's",
  async (roles) => {
    const token = entraToken("good", roles);
    expect(await tokensOf(token, "k").token(LOOK, false)).toBe(token);
  },
);

test.each(["33333333-3333-3333-3333-333333333333", "api://11111111/my-cluster", "https://cluster.contoso.test"])(
  "an audience such as %s is asked for",
  async (audience) => {
    const asked: string[] = [];
    await tokensOf(entraToken("good"), audience, asked).token(LOOK, false);
    expect(asked).toEqual([`${audience}/.default`]);
  },
);

test.each(["https://vault.azure.net/.default openid", "k\nx", "", "k k", "k\u00a0k", "x".repeat(201)])(
  "nothing is asked for where the cluster names no audience at all: %j",
  async (audience) => {
    const asked: string[] = [];
    const error = await gatewayError(tokensOf(entraToken("good"), audience, asked).token(LOOK, false));
    expect([error.code, asked]).toEqual(["access-denied", []]);
  },
);
