import { describe, expect, test } from "vitest";
import { parsePartitionInfo, parseServiceInfo } from "../../shared/restore/parse-partition.ts";
import { parseRestoreProgress } from "../../shared/restore/parse-restore-progress.ts";
import { PARTITION } from "./scenes.ts";

/* What a list leaves in doubt must not be left out: a run over the others would be green without it. */

const SERVICE = { Name: "fabric:/App/Orders", ServiceKind: "Stateful", HasPersistedState: true };
const ONE = {
  ServiceKind: "Stateful",
  PartitionInformation: { Id: PARTITION },
  PartitionStatus: "Ready",
  HealthState: "Ok",
};

describe("a service", () => {
  test.each<readonly [string, object]>([
    ["whose kind the cluster does not know", { ...SERVICE, ServiceKind: "Invalid" }],
    ["that is stateful and does not say whether its state persists", { ...SERVICE, HasPersistedState: undefined }],
    ["that says so in other words than true and false", { ...SERVICE, HasPersistedState: "true" }],
  ])("%s cannot be read", (_, body) => {
    expect(parseServiceInfo(body).ok).toBe(false);
  });

  test.each<readonly [string, object, boolean]>([
    ["stateful, with state that persists", SERVICE, true],
    ["stateful, in memory", { ...SERVICE, HasPersistedState: false }, false],
    ["stateless", { Name: SERVICE.Name, ServiceKind: "Stateless" }, false],
    ["of a kind that newer clusters have", { Name: SERVICE.Name, ServiceKind: "SelfReconfiguring" }, false],
  ])("%s is what it says", (_, body, persisted) => {
    expect(parseServiceInfo(body)).toMatchObject({ ok: true, value: { persisted } });
  });
});

describe("a partition", () => {
  test.each([["Invalid"], [""], [undefined], [1]])("of the kind %s cannot be read", (kind) => {
    expect(parsePartitionInfo({ ...ONE, ServiceKind: kind })).toMatchObject({ ok: false });
  });

  test.each([
    ["Stateful", true],
    ["Stateless", false],
    ["SelfReconfiguring", false],
  ])("of the kind %s is what it says", (kind, stateful) => {
    expect(parsePartitionInfo({ ...ONE, ServiceKind: kind })).toMatchObject({ ok: true, value: { stateful } });
  });
});

test.each([["E_FAIL"], [2_147_500_037], [{ Code: "E_FAIL" }], [["E_FAIL"]]])(
  "a success that bears an error of any form (%j) is none",
  (error) => {
    expect(parseRestoreProgress({ RestoreState: "Success", FailureError: error }).ok).toBe(false);
  },
);
