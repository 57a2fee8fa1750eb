import { expect, test } from "vitest";
import { masksOf } from "../../action/masks.ts";
import { makeCertificates } from "../simulator/certificates.ts";

test("a key is masked line by line, but not its frame, nor a stump that would blank half a log", () => {
  const { key } = makeCertificates().admin;
  const masks = masksOf({ "client-key": key.replaceAll("\n", "\r\n") }, []);
  const lines = key.trim().split("\n").slice(1, -1);
  expect(masks).toEqual(lines.filter((line) => line.length >= 16));
  expect(masks.length).toBeGreaterThan(10);
});

test("a key is masked wherever it was given, such as beside its certificate", () => {
  const { cert, key } = makeCertificates().admin;
  const masks = masksOf({ "client-certificate": `${cert}${key}` }, []);
  for (const line of key.trim().split("\n").slice(1, -2)) expect(masks).toContain(line);
});

test("tokens and passwords are masked, short ones are not, and nothing that is no secret", () => {
  const inputs = {
    "access-token": "eyJhbGciOiJub25lIn0.e30.",
    "client-pfx-password": "abc",
    "github-token": "ghs_0123456789",
    "cluster-endpoint": "https://cluster.example:19080",
    "client-certificate": "-----BEGIN CERTIFICATE-----\nMIIBszCCARwCCQ0123456789\n-----END CERTIFICATE-----",
    "partition-id": "1daae3f5-7fd6-42e9-b1ba-8c05f873994d",
  };
  expect(masksOf(inputs, [])).toEqual(["eyJhbGciOiJub25lIn0.e30.", "ghs_0123456789"]);
});

test("of a pasted header the bare token is masked, which is what could show", () => {
  expect(masksOf({ "access-token": "Bearer  eyJhbGciOiJub25lIn0.e30." }, [])).toEqual(["eyJhbGciOiJub25lIn0.e30."]);
});

test("the password of a proxy is masked as it stands, as it is meant and as it is sent", () => {
  const masks = masksOf({}, ["http://user:p%40ssword%21@proxy:8080", "http://proxy:8080", undefined, "no url"]);
  const sent = Buffer.from("user:p@ssword!").toString("base64");
  expect(masks).toEqual(["user:p%40ssword%21", "p%40ssword%21", "user:p@ssword!", "p@ssword!", sent]);
  expect(masksOf({}, ["user:p/ssword@proxy:8080"]), "no URL, but no less secret").toContain("p/ssword");
});
