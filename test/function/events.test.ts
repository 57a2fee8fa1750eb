import { expect, test } from "vitest";
import { whatFailed } from "../../function/events.ts";

/* What libraries quote in their errors, as they do it; whatever is told goes into a log that many can read. */

const SECRET = "c2VjcmV0LXRoYXQtbm9ib2R5LXNlZXM";

test.each([
  [
    "a management address",
    `GET http://127.0.0.1:17071/runtime/webhooks/durabletask/instances/x?taskHub=h&code=${SECRET}`,
  ],
  ["a function key in an address", `https://app.test/api/verifications?code=${SECRET}==&top=3`],
  ["a connection string", `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${SECRET}==;EndpointSuffix=x`],
  ["a shared access signature", `https://a.blob.test/c/b?sv=2024-01-01&se=2027&sig=${SECRET}%3D`],
  ["its connection string", `BlobEndpoint=https://a.test;SharedAccessSignature=sv=2024&sig=${SECRET}`],
  ["the scheduler's", `Endpoint=https://d.test;Authentication=AccessKey;AccessKey=${SECRET}`],
  ["a header", `x-functions-key: ${SECRET}`],
  ["headers as JSON", JSON.stringify({ "x-functions-key": SECRET, "x-ms-version": "1" })],
  ["a bearer token", `{"Authorization":"Bearer ${SECRET}"}`],
  ["a form", `client_id=1&client_secret=${SECRET}&client_assertion=${SECRET}&grant_type=x`],
  ["a proxy with a password", `connect ECONNREFUSED http://ops:${SECRET}@proxy.test:3128`],
])("%s shows no secret", (_, text) => {
  const line = whatFailed(new Error(text));
  expect(line).not.toContain(SECRET);
  expect(line).toContain("***");
  expect(line).toMatch(/^Error: /);
});

test("is one short line, whatever the error", () => {
  expect(whatFailed(new TypeError(`a\n\tb\u001b[31m\u202e ##[error]${"x".repeat(1_000)}`))).toMatch(
    /^TypeError: a b \[31m\s+# #\[error\]x+\.\.\.$/,
  );
  expect(whatFailed("thrown as it is")).toBe("thrown as it is");
  expect(whatFailed(new Error("x".repeat(1_000)))).toHaveLength(300);
});
