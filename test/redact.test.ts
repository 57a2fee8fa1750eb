import { describe, expect, test } from "vitest";
import { internalError } from "../shared/look.ts";
import { redact } from "../shared/redact.ts";

describe("no secret survives", () => {
  test.each([
    [
      "a connection string",
      "DefaultEndpointsProtocol=https;AccountName=drills;AccountKey=c2VjcmV0c2VjcmV0==;EndpointSuffix=core",
      "DefaultEndpointsProtocol=https;AccountName=drills;AccountKey=***;EndpointSuffix=core",
    ],
    [
      "a shared access signature",
      "https://s.example/c?sv=2024&sig=se%2Bcret%3D&se=1",
      "https://s.example/c?sv=2024&sig=***&se=1",
    ],
    ["a shared access key", "Endpoint=sb://x;SharedAccessKey=secret", "Endpoint=sb://x;SharedAccessKey=***"],
    ["a password", "Server=x;User Id=u;Password=secret;", "Server=x;User Id=u;Password=***;"],
    ["a bearer token", "Authorization: Bearer c2VjcmV0c2VjcmV0c2Vj", "Authorization: Bearer ***"],
    ["a token of its own", "got eyJhbGciOi.eyJzdWIi.c2ln, refused", "got ***, refused"],
    ["a user in an address", "https://user:secret@proxy.example/", "https://user:***@proxy.example/"],
    [
      "a private key",
      "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
      "-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----",
    ],
  ])("%s", (_, text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  test("of a store that an error describes, and the JSON stays JSON", () => {
    const store = { PrimaryUserName: "u", PrimaryPassword: 'se"cr\\et', ConnectionString: "secret", Path: "\\\\files" };
    expect(JSON.parse(redact(JSON.stringify({ Error: store })))).toEqual({
      Error: { PrimaryUserName: "u", PrimaryPassword: "***", ConnectionString: "***", Path: "\\\\files" },
    });
  });
});

test("nor in the words for a defect of ours, which may quote what it stumbled over", () => {
  const { message } = internalError(new Error("no host in AccountKey=c2VjcmV0c2VjcmV0;x"));
  expect(message).toContain("Error: no host in AccountKey=***;x");
});

test.each([
  '{"RestoreState":"Success","TimeStampUtc":"2026-02-03T10:20:30Z","RestoredLsn":9007199254740993}',
  "Basic authentication is not enabled",
  "fabric:/App/Service, LSN=3552",
  "a backup of 10:20 at store@example",
])("what is no secret stays: %s", (text) => {
  expect(redact(text)).toBe(text);
});
