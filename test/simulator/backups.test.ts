import { describe, expect, test } from "vitest";
import { later } from "../../shared/restore/instant.ts";
import { backupNotEnabled, storageUnreadable } from "./replies.ts";
import { POINT, restorePoint } from "./timeline.ts";
import { AT, ID, openPartition, page } from "./world.ts";

describe("the backups of a partition", () => {
  const target = `/Partitions/${ID}/$/GetBackups?api-version=6.4`;
  const full = { backupId: "7903dc2a-228d-44b0-b7c8-000000000001", point: POINT, createdAt: AT };
  const newer = {
    backupId: "7903dc2a-228d-44b0-b7c8-000000000002",
    chainId: full.backupId,
    point: restorePoint("133801234567890123", "8589934592", "9007199254740993"),
    createdAt: later(AT, 3_600_000),
  };
  const backups = [newer, full];

  test("know their chain, and lose no digit", async () => {
    await using it = await openPartition({ backups });
    expect((await page(it, target)).Items).toMatchObject([
      { BackupChainId: full.backupId, BackupType: "Incremental", LsnOfLastBackupRecord: "9007199254740993" },
      { BackupChainId: full.backupId, BackupType: "Full", CreationTimeUtc: "2026-02-03T10:20:30Z" },
    ]);
  });

  test.for([
    ["&Latest=true", [newer]],
    ["&EndDateTimeFilter=2026-02-03T11:00:00Z", [full]],
    ["&StartDateTimeFilter=2026-02-03T11:00:00Z", [newer]],
    ["&MaxResults=1", [newer]],
    ["", [newer, full]],
  ] as const)("can be narrowed down: %s", async ([filter, wanted]) => {
    await using it = await openPartition({ backups });
    const { Items } = await page(it, `${target}${filter}`);
    expect(Items).toMatchObject(wanted.map(({ backupId }) => ({ BackupId: backupId })));
  });

  test("come in pages whose token holds pluses and a blank, and whose last one is null", async () => {
    await using it = await openPartition({ backups }, { paging: { size: 1 } });
    const { ContinuationToken } = await page(it, target);
    expect(ContinuationToken).toBe(
      `6f1b7a52-3f0f-4c2c-9d55-000000000001+DemoApp+DemoSvc+${ID}+2026-02-03 11.20.30.bkmetadata`,
    );
    expect(await page(it, target, ContinuationToken ?? "")).toMatchObject({ ContinuationToken: null });
  });

  test.for([
    ["no policy", { backups: backupNotEnabled }, "", 404, "FABRIC_E_BACKUP_NOT_ENABLED"],
    ["no storage", { backups: storageUnreadable }, "", 500, "E_UNEXPECTED"],
    ["a limit on an empty list", { backups: [] }, "&MaxResults=5", 400, "E_INVALIDARG"],
    ["a date that is none", { backups: [] }, "&StartDateTimeFilter=yesterday", 400, "E_INVALIDARG"],
    ["an api-version of old", { backups: [] }, "&api-version=6.2-preview", 400, "E_INVALIDARG"],
  ] as const)("are refused for %s", async ([, partition, more, status, code]) => {
    await using it = await openPartition(partition);
    const response = await it.fetch(
      more.includes("api-version") ? target.replace("6.4", "6.2-preview") : target + more,
    );
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toContain(`"Code":"${code}"`);
  });
});
