import { describe, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { type Access, admit } from "./access.ts";
import { nothing } from "./timeline.ts";
import { openWorld, POST, PROGRESS, RESTORE, START, type World } from "./world.ts";

const METADATA = "/$/GetAadMetadata?api-version=6.0";

async function told(it: World, target: string, token?: string, init: RequestInit = {}): Promise<string> {
  const headers = { "content-type": "application/json", ...(token === undefined ? {} : { authorization: token }) };
  const response = await it.fetch(target, { ...init, headers });
  return `${response.status} ${response.statusText} ${await response.text()}`.trim();
}

describe("a cluster that knows tokens", () => {
  const access: Access = {
    mode: "aad",
    tokens: [
      { token: "admin.token", role: "Admin" },
      { token: "reader.token", role: "User" },
      { token: "short.token", role: "Admin", validUntil: later(START, 60_000) },
    ],
  };
  const denied = '403 Forbidden {"Error":{"Code":"E_ACCESSDENIED","Message":"Access Denied."}}';

  test.for([
    ["of an admin", "Bearer admin.token", "200 OK null", "202 Accepted"],
    ["of a reader", "Bearer reader.token", "200 OK null", denied],
    ["that still lasts", "Bearer short.token", "200 OK null", "202 Accepted"],
    ["nobody gave out", "Bearer other.token", "403 Client certificate required", "403 Client certificate required"],
    ["without the word before it", "admin.token", "403 Client certificate required", "403 Client certificate required"],
    ["that is missing", undefined, "403 Client certificate required", "403 Client certificate required"],
  ] as const)("judges by the token %s", async ([, token, look, restore]) => {
    await using it = await openWorld(nothing, { access });
    expect(await told(it, PROGRESS, token)).toBe(look);
    expect(await told(it, RESTORE, token, POST)).toBe(restore);
  });

  test("takes a token until its time is up, and refuses it as if there were none", async () => {
    await using it = await openWorld(nothing, { access });
    it.clock.advanceBy(59_999);
    expect(await told(it, PROGRESS, "Bearer short.token")).toBe("200 OK null");
    it.clock.advanceBy(1);
    expect(await told(it, PROGRESS, "Bearer short.token")).toBe("403 Client certificate required");
  });

  test("may be of a newer kind, which says 401", async () => {
    await using it = await openWorld(nothing, { access: { ...access, refusesWith: 401 } });
    expect(await told(it, PROGRESS)).toBe("401 Unauthorized");
  });

  test("lets a known certificate in without a token", () => {
    const client = { commonName: "sf-admin", sha1: "AB12", chained: true };
    const known = { ...access, admins: ["sf-admin"] };
    expect(admit(known, { client }, START)).toBe("Admin");
    expect(admit(known, { client: { ...client, chained: false } }, START)).toMatchObject({ means: "access-denied" });
    expect(admit({ ...access, users: ["AB12"] }, { client }, START)).toBe("User");
    expect(admit(access, { client }, START)).toMatchObject({ means: "access-denied" });
  });

  test("tells everybody whom to ask for a token", async () => {
    await using it = await openWorld(nothing, { access });
    expect(await told(it, METADATA)).toBe(
      '200 OK {"type":"aad","metadata":{"authority":"https://login.microsoftonline.com/11111111-1111-1111-1111-111111111111","client":"22222222-2222-2222-2222-222222222222","cluster":"33333333-3333-3333-3333-333333333333","login":"https://login.microsoftonline.com","redirect":"urn:ietf:wg:oauth:2.0:oob","tenant":"11111111-1111-1111-1111-111111111111"}}',
    );
    it.cluster.access = { ...access, metadata: { login: "https://login.test", tenant: "contoso" } };
    expect(await told(it, METADATA)).toContain('"authority":"https://login.test/contoso"');
  });

  test("wants an api-version even there", async () => {
    await using it = await openWorld(nothing, { access });
    expect(await told(it, "/$/GetAadMetadata")).toContain('400 Bad Request {"Error":{"Code":"E_INVALIDARG"');
  });
});

test("a cluster without tokens says so", async () => {
  await using it = await openWorld(nothing, { access: { mode: "x509", admins: [] } });
  expect(await told(it, METADATA)).toBe('200 OK {"type":"","metadata":{}}');
  expect(await told(it, PROGRESS)).toBe("403 Client certificate required");
});
