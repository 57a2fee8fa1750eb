import { describe, expect, test } from "vitest";
import { systemClock } from "../../shared/clock.ts";
import { GatewayError, type LookBudget } from "../../shared/cluster-gateway.ts";
import {
  type EntraCredential,
  type EntraOptions,
  type EntraRegistration,
  entraTokens,
  givenToken,
  parseAadMetadata,
} from "../../shared/service-fabric/tokens.ts";
import { AMPLE_MS, gatewayError, rejection } from "../contract/face.ts";
import { START } from "../restore/scenes.ts";
import { FakeClock } from "../simulator/clock.ts";
import { entraToken } from "./entra-token.ts";
import { opened } from "./scene.ts";
import { says, scripted } from "./scripted.ts";

const MINUTE = 60_000;
const TENANT = "11111111-1111-1111-1111-111111111111";
const REGISTRATION: EntraRegistration = { tenantId: TENANT, clusterId: "33333333-3333-3333-3333-333333333333" };

const look = (budgetMs = AMPLE_MS, signal = new AbortController().signal): LookBudget => ({ budgetMs, signal });

interface Held {
  readonly clock: FakeClock;
  /** What was done, in order: a credential made, a registration asked for, a scope asked for. */
  readonly done: string[];
  readonly token: (refresh?: boolean) => Promise<string | undefined>;
}

/** Tokens of an hour each, numbered, out of credentials that are numbered too. */
function held(different: Partial<EntraOptions> = {}, lifetimeMs = 60 * MINUTE): Held {
  const clock = new FakeClock(START);
  const done: string[] = [];
  let credentials = 0;
  let tokens = 0;
  const source = entraTokens({
    clock,
    tenantId: TENANT,
    registration: () => Promise.resolve((done.push("registration"), REGISTRATION)),
    credential: () => {
      const made = (credentials += 1);
      return {
        getToken: (scope) => {
          done.push(`credential ${made}: ${scope}`);
          tokens += 1;
          const token = entraToken(`token ${tokens}`);
          return Promise.resolve({ token, expiresOnTimestamp: clock.now() + lifetimeMs });
        },
      };
    },
    ...different,
  });
  return { clock, done, token: (refresh = false) => source.token(look(), refresh) };
}

const named = (name: string): string => entraToken(name);

/** A source whose credential does that. */
const failing = (getToken: EntraCredential["getToken"]): Held => held({ credential: () => ({ getToken }) });
const scope = `${REGISTRATION.clusterId}/.default`;

describe("a token of Microsoft Entra ID", () => {
  test("is for the audience the cluster names, which is asked once", async () => {
    const { token, done } = held();
    expect([await token(), await token(), await token(true)]).toEqual(["token 1", "token 1", "token 2"].map(named));
    expect(done).toEqual(["registration", `credential 1: ${scope}`, `credential 2: ${scope}`]);
  });

  test("is kept until five minutes before its end, and then renewed", async () => {
    const { clock, token } = held();
    await token();
    clock.advanceBy(55 * MINUTE - 1);
    expect(await token()).toBe(named("token 1"));
    clock.advanceBy(1);
    expect(await token()).toBe(named("token 2"));
    clock.advanceBy(54 * MINUTE);
    expect(await token()).toBe(named("token 2"));
  });

  test("that lives a minute only is kept for half of that, not renewed for ever", async () => {
    const { clock, token } = held({}, MINUTE);
    await token();
    clock.advanceBy(MINUTE / 2 - 1);
    expect(await token()).toBe(named("token 1"));
    clock.advanceBy(1);
    expect(await token()).toBe(named("token 2"));
  });

  test("that was refused is fetched anew with a fresh credential, although the old one would still be good", async () => {
    const { token, done } = held();
    await token();
    expect(await token(true)).toBe(named("token 2"));
    expect(await token(), "and that is the one that is kept").toBe(named("token 2"));
    expect(done.filter((one) => one.startsWith("credential"))).toHaveLength(2);
  });

  test("is not asked of somebody else's tenant, whatever the cluster says", async () => {
    const other = { ...REGISTRATION, tenantId: TENANT.replaceAll("1", "9") };
    const { token, done } = held({ registration: () => Promise.resolve(other) });
    const error = await gatewayError(token());
    expect(error.code).toBe("access-denied");
    expect(error.message).toContain("another tenant");
    expect(done).toEqual([]);
  });

  test("is asked of the tenant in whatever case it is spelled, and of any where none is given", async () => {
    const upper = { ...REGISTRATION, tenantId: "ABCDEFAB-0000-0000-0000-000000000000" };
    const registration = (): Promise<EntraRegistration> => Promise.resolve(upper);
    expect(await held({ registration, tenantId: upper.tenantId.toLowerCase() }).token()).toBe(named("token 1"));
    const { tenantId: _tenantId, ...anywhere } = { tenantId: TENANT, registration, clock: new FakeClock(START) };
    const getToken = (): ReturnType<EntraCredential["getToken"]> =>
      Promise.resolve({ token: named("x"), expiresOnTimestamp: START + MINUTE });
    expect(await entraTokens({ ...anywhere, credential: () => ({ getToken }) }).token(look(), false)).toBe(named("x"));
  });

  test("comes once the cluster has answered, where it did not at first", async () => {
    let asked = 0;
    const registration = (): Promise<EntraRegistration> => {
      asked += 1;
      return asked === 1 ? Promise.reject(new GatewayError("unreachable", "no")) : Promise.resolve(REGISTRATION);
    };
    const { token } = held({ registration });
    expect((await gatewayError(token())).code).toBe("unreachable");
    expect(await token()).toBe(named("token 1"));
  });
});

/** As `@azure/identity` says it: its own error around what its library made of the authority's answer. */
function wrapped(name: string, cause: Error): Error {
  const error = new Error(`${cause.message}\nTrace ID: x`, { cause });
  error.name = name;
  return error;
}
const failed = (name: string, properties: object = {}): Error =>
  Object.assign(new Error("AADSTS: no."), { name, ...properties });
const required = (cause: Error): Error => wrapped("AuthenticationRequiredError", cause);

describe("no token", () => {
  test.each([
    ["a refusal", failed("AuthenticationError"), "access-denied"],
    ["a refusal with its status", failed("AuthenticationError", { statusCode: 401 }), "access-denied"],
    ["a refusal as it really comes", required(failed("ServerError", { status: 401 })), "access-denied"],
    ["a bad request", required(failed("ServerError", { status: 400 })), "access-denied"],
    ["a demand for a person", required(failed("InteractionRequiredAuthError")), "access-denied"],
    ["an authority that is down", required(failed("ServerError", { status: 503 })), "unreachable"],
    ["an authority that is down, said as a refusal", failed("AuthenticationError", { statusCode: 503 }), "unreachable"],
    ["an authority that is busy", required(failed("ServerError", { status: 429 })), "unreachable"],
    ["an authority that cannot be reached", required(failed("ClientAuthError")), "unreachable"],
    ["an identity that is not there", failed("CredentialUnavailableError"), "unreachable"],
    ["anything else", new TypeError("fetch failed"), "unreachable"],
  ] as const)("for %s", async (_, error, code) => {
    const thrown = await gatewayError(failing(() => Promise.reject(error)).token());
    expect(thrown.code).toBe(code);
    expect(thrown.message).toMatch(/^no token from Microsoft Entra ID: .+$/);
    expect(thrown.message, "its first line").not.toContain("Trace ID");
  });

  test("where the authority gives none is a refusal", async () => {
    const error = await gatewayError(failing(() => Promise.resolve(null)).token());
    expect([error.code, error.message]).toEqual(["access-denied", "Microsoft Entra ID gave no token"]);
  });

  test("of a host that has no identity is what the host says", async () => {
    const credential = (): EntraCredential => {
      throw new GatewayError("access-denied", "this host has none");
    };
    expect((await gatewayError(held({ credential }).token())).message).toBe("this host has none");
  });

  test.each<readonly [string, EntraCredential["getToken"]]>([
    [
      "that heeds its signal",
      (_scope, { abortSignal }) =>
        new Promise((_resolve, reject) => abortSignal.addEventListener("abort", () => reject(failed("AbortError")))),
    ],
    ["that does not, as the real one", () => new Promise(() => {})],
  ])("in time is a time-out, of a library %s; and an abort passes through", async (_, getToken) => {
    const source = entraTokens({
      clock: systemClock,
      registration: () => Promise.resolve(REGISTRATION),
      credential: () => ({ getToken }),
    });
    expect((await gatewayError(source.token(look(50), false))).code).toBe("timed-out");
    const stop = new AbortController();
    const rejected = rejection(source.token(look(AMPLE_MS, stop.signal), false));
    stop.abort("SIGTERM");
    expect(await rejected).toBe("SIGTERM");
    expect(await rejection(source.token(look(AMPLE_MS, AbortSignal.abort("before")), false))).toBe("before");
  });
});

test("a token that was given is never another", async () => {
  const source = givenToken("given");
  expect([await source.token(look(), false), await source.token(look(), true)]).toEqual(["given", undefined]);
});

const METADATA = {
  authority: "https://x/t",
  client: "c",
  cluster: "k",
  login: "https://x",
  redirect: "urn",
  tenant: "t",
};

describe("what the cluster says about its registration", () => {
  test("is read", () => {
    expect(parseAadMetadata({ type: "aad", metadata: METADATA })).toEqual({
      ok: true,
      value: { tenantId: "t", clusterId: "k" },
    });
  });

  test.each([
    ["none", { type: "", metadata: {} }],
    ["another kind", { type: "dsts", metadata: METADATA }],
    ["no type", { metadata: METADATA }],
    ["no cluster", { type: "aad", metadata: { ...METADATA, cluster: undefined } }],
    ["a number for a tenant", { type: "aad", metadata: { ...METADATA, tenant: 7 } }],
    ["no metadata", { type: "aad" }],
    ["a list", { type: "aad", metadata: [METADATA] }],
    ["upper case, as the rest of the API", { Type: "aad", Metadata: METADATA }],
    ["null", null],
    ["a text", "aad"],
  ])("is none where there is %s", (_, body) => {
    expect(parseAadMetadata(body).ok).toBe(false);
  });

  test("is asked for without a token, and the answer is put to use", async () => {
    const body = JSON.stringify({ type: "aad", metadata: { ...METADATA, tenant: TENANT } });
    await using server = await scripted(({ path }, response) => {
      response.end(path === "/$/GetAadMetadata" ? body : `{"RestoreState":"Accepted"}`);
    });
    const scopes: string[] = [];
    await using cluster = opened(server.url, {
      credential: { kind: "workload-identity", tenantId: TENANT, clientId: "c" },
      workloadIdentity: (tenantId, clientId) => ({
        getToken: (asked) => {
          scopes.push(`${tenantId} ${clientId} ${asked}`);
          return Promise.resolve({ token: named("exchanged"), expiresOnTimestamp: systemClock.now() + 60 * MINUTE });
        },
      }),
    });
    await cluster.look();
    await cluster.look();
    expect(scopes).toEqual([`${TENANT} c k/.default`]);
    expect(server.asked.map(({ path, headers }) => [path.split("/").at(-1), headers.authorization])).toEqual([
      ["GetAadMetadata", undefined],
      ["GetRestoreProgress", `Bearer ${named("exchanged")}`],
      ["GetRestoreProgress", `Bearer ${named("exchanged")}`],
    ]);
  });

  test("that there is none, or that the host has no identity, is told before a request goes out", async () => {
    const credential = { kind: "workload-identity", tenantId: TENANT, clientId: "c" } as const;
    await using off = await scripted(says(200, `{"type":"","metadata":{}}`));
    await using cluster = opened(off.url, { credential });
    expect((await gatewayError(cluster.look())).message).toContain("not set up for Microsoft Entra ID");
    off.handler = says(200, JSON.stringify({ type: "aad", metadata: { ...METADATA, tenant: TENANT } }));
    expect((await gatewayError(cluster.look())).code).toBe("access-denied");
    expect(new Set(off.asked.map(({ path }) => path))).toEqual(new Set(["/$/GetAadMetadata"]));
  });
});
