import type { Clock } from "../clock.ts";
import { GatewayError, type LookBudget } from "../cluster-gateway.ts";
import { describe, good, isObject, type Read, unreadable } from "../restore/fields.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** Where bearer tokens come from. */
export interface TokenSource {
  /**
   * A token that is good now. `refresh` says that the last one was refused: a new one, or `undefined` where there is none to be
   * had, and asking again would be pointless.
   * @throws GatewayError `access-denied` where the identity itself is refused, `unreachable` where its authority does not answer
   */
  token(look: LookBudget, refresh: boolean): Promise<string | undefined>;
}

/** A token that was given: it is what it is. */
export function givenToken(token: string): TokenSource {
  return { token: (_look, refresh) => Promise.resolve(refresh ? undefined : token) };
}

/** As much of `@azure/identity`'s TokenCredential as is used; hosts bring the real one. */
export interface EntraCredential {
  getToken(
    scope: string,
    options: { readonly abortSignal: AbortSignal },
  ): Promise<{ readonly token: string; readonly expiresOnTimestamp: number } | null>;
}

/** What a cluster says about its Entra registration. */
export interface EntraRegistration {
  readonly tenantId: string;
  /** The application id of the cluster: the audience of its tokens. */
  readonly clusterId: string;
}

/** The anonymous reply of GetAadMetadata; unlike the rest of the API it is spelled in lower case. */
export function parseAadMetadata(body: unknown): Read<EntraRegistration> {
  const metadata = isObject(body) ? body["metadata"] : undefined;
  if (!isObject(body) || !isObject(metadata)) return unreadable(`the Entra metadata is ${describe(metadata)}`);
  const { tenant, cluster } = metadata as { readonly tenant?: unknown; readonly cluster?: unknown };
  if (body["type"] !== "aad" || typeof tenant !== "string" || typeof cluster !== "string") {
    return unreadable("the cluster is not set up for Microsoft Entra ID");
  }
  return good({ tenantId: tenant, clusterId: cluster });
}

/** A token is renewed this long before it ends. */
const EARLY_MS = 5 * 60_000;

export interface EntraOptions {
  /** A fresh credential: identity libraries keep tokens, and a refused one must not be served again. */
  readonly credential: () => EntraCredential;
  /** Asks the cluster, once. */
  readonly registration: (look: LookBudget) => Promise<EntraRegistration>;
  /** Where given, the cluster must be registered there: it may not send us to somebody else's tenant. */
  readonly tenantId?: string;
  readonly clock: Clock;
}

/** Tokens of Microsoft Entra ID for the cluster's audience, kept until shortly before they end. */
export function entraTokens({ credential, registration, tenantId, clock }: EntraOptions): TokenSource {
  let scope: string | undefined;
  let held: { readonly token: string; readonly until: number } | undefined;

  return {
    async token(look, refresh) {
      if (!refresh && held !== undefined && clock.now() < held.until) return held.token;
      scope ??= scopeOf(await registration(look), tenantId);
      const abortSignal = AbortSignal.any([look.signal, AbortSignal.timeout(Math.ceil(look.budgetMs))]);
      const got = await asked(credential(), scope, abortSignal, look);
      if (!rolesIn(got.token).some((role) => CLUSTER_ROLES.includes(role))) throw noRole(scope);
      const lifetime = got.expiresOnTimestamp - clock.now();
      held = { token: got.token, until: got.expiresOnTimestamp - Math.min(EARLY_MS, lifetime / 2) };
      return got.token;
    },
  };
}

function scopeOf(registration: EntraRegistration, tenantId: string | undefined): string {
  if (tenantId !== undefined && registration.tenantId.toLowerCase() !== tenantId.toLowerCase()) {
    throw new GatewayError(
      "access-denied",
      `the cluster is registered in another tenant (${registration.tenantId}) than entra-tenant-id`,
    );
  }
  // More than one word would be more than one scope.
  if (!/^[\w:/.~-]{1,200}$/.test(registration.clusterId)) {
    throw new GatewayError("access-denied", "what the cluster names as its application id is none");
  }
  return `${registration.clusterId}/.default`;
}

/** The values of the role claim that a cluster takes: SecurityConfig.h, AADAdminRoleClaimValue and AADUserRoleClaimValue. */
const CLUSTER_ROLES: readonly unknown[] = ["Admin", "User"];

/**
 * The audience is what the cluster says it is, and the token goes to the cluster. One that named a vault, a storage account or Microsoft
 * Graph would get a token with which it could go there in our name. Those bear no role of a cluster's; and a token without one is
 * refused by every cluster ("Invalid role"), so to keep it back costs nothing. Nothing is believed because of what stands in it: the
 * cluster checks the signature.
 */
function rolesIn(token: string): readonly unknown[] {
  const [, payload = "", signature] = token.split(".");
  if (signature === undefined) return [];
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const roles = isObject(claims) ? claims["roles"] : undefined;
    return Array.isArray(roles) ? roles : [];
  } catch {
    return []; // Not a token that can be read: the parser's words would quote it.
  }
}

function noRole(scope: string): GatewayError {
  const audience = scope.replace(/\/\.default$/, "");
  return new GatewayError(
    "access-denied",
    `the token for ${audience}, which the cluster names as its application, bears neither of the roles that a cluster knows (Admin, User), so it was not sent: ` +
      "either the identity has no role in the cluster's application, or that is another's application",
  );
}

async function asked(
  credential: EntraCredential,
  scope: string,
  abortSignal: AbortSignal,
  look: LookBudget,
): ReturnType<typeof fetched> {
  try {
    return await fetched(credential, scope, abortSignal);
  } catch (error) {
    if (look.signal.aborted || error instanceof GatewayError) throw error;
    if (abortSignal.aborted)
      throw new GatewayError("timed-out", "no token from Microsoft Entra ID in time", { cause: error });
    const said = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    const code = isRefusal(error) ? "access-denied" : "unreachable";
    throw new GatewayError(code, `no token from Microsoft Entra ID: ${said}`, { cause: error });
  }
}

/** The library wraps what its authority answered: a 4xx somewhere below is its "no", all else is trouble on the way. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const status = "statusCode" in error ? error.statusCode : "status" in error ? error.status : undefined;
  if (typeof status === "number") return status >= 400 && status < 500 && status !== 408 && status !== 429;
  return ["AuthenticationError", "InteractionRequiredAuthError"].includes(error.name) || isRefusal(error.cause);
}

async function fetched(
  credential: EntraCredential,
  scope: string,
  abortSignal: AbortSignal,
): Promise<{ token: string; expiresOnTimestamp: number }> {
  const got = await unlessAborted(credential.getToken(scope, { abortSignal }), abortSignal);
  if (got === null) throw new GatewayError("access-denied", "Microsoft Entra ID gave no token");
  return got;
}
